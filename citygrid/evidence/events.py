"""What happens to live video."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from citygrid.kernel.events import Event


@dataclass(frozen=True)
class StreamEvent(Event):
    """Something about one live stream."""

    stream_id: UUID
    at: datetime


@dataclass(frozen=True)
class StreamStarted(StreamEvent):
    """A phone began to send live video."""


@dataclass(frozen=True)
class StreamEnteredZone(StreamEvent):
    """Its phone is in a forbidden zone at one of its hours, for the first time."""


@dataclass(frozen=True)
class StreamEnded(StreamEvent):
    """It is not live any more; pieces may still arrive."""
