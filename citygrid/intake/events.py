from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from citygrid.kernel.events import Event


@dataclass(frozen=True)
class ReportReceived(Event):
    """A report is stored and has its receipt."""

    report_id: UUID
    at: datetime


@dataclass(frozen=True)
class ReportAccepted(Event):
    """A report became a case of its own."""

    report_id: UUID
    case_id: UUID
    at: datetime


@dataclass(frozen=True)
class ReportJoined(Event):
    """A report was joined to a case that exists."""

    report_id: UUID
    case_id: UUID
    at: datetime


@dataclass(frozen=True)
class ReportRefused(Event):
    """A report was refused, with a reason the reporter sees."""

    report_id: UUID
    at: datetime
