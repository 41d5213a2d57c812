from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from citygrid.kernel.events import Event

# `seq`: the number of the step in the report's history.


@dataclass(frozen=True)
class ReportReceived(Event):
    """A report is stored and has its receipt."""

    report_id: UUID
    at: datetime


@dataclass(frozen=True)
class ReportMarked(Event):
    """A report came from a forbidden zone at one of its hours."""

    report_id: UUID
    at: datetime


@dataclass(frozen=True)
class ReportAccepted(Event):
    """A report became a case of its own."""

    report_id: UUID
    case_id: UUID
    seq: int
    at: datetime


@dataclass(frozen=True)
class ReportJoined(Event):
    """A report was joined to a case that exists."""

    report_id: UUID
    case_id: UUID
    seq: int
    at: datetime


@dataclass(frozen=True)
class ReportRefused(Event):
    """A report was refused, with a reason the reporter sees."""

    report_id: UUID
    seq: int
    at: datetime


@dataclass(frozen=True)
class ReportCorrected(Event):
    """What a report says of category or place was corrected, or the matter of its case; the reporter sees why."""

    report_id: UUID
    seq: int
    at: datetime


@dataclass(frozen=True)
class ReportCaseVoided(Event):
    """The case of a report was declared void, with a reason the reporter sees."""

    report_id: UUID
    seq: int
    at: datetime


@dataclass(frozen=True)
class ReportUnjoined(Event):
    """A report was taken out of the case it had been joined to, with a reason the reporter sees."""

    report_id: UUID
    case_id: UUID
    seq: int
    at: datetime
