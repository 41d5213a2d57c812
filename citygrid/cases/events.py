"""What happens to cases. Each is announced in the transaction of its step."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from citygrid.kernel.events import Event


@dataclass(frozen=True)
class CaseEvent(Event):
    """A step of a case, by its number `seq` in the case's history."""

    case_id: UUID
    seq: int
    at: datetime


@dataclass(frozen=True)
class CaseOpened(CaseEvent):
    """A case began."""


@dataclass(frozen=True)
class CaseFiled(CaseEvent):
    """The shift leader filed it: it waits for dispatch."""


@dataclass(frozen=True)
class CaseDispatched(CaseEvent):
    """A unit was charged with it."""


@dataclass(frozen=True)
class CaseHandled(CaseEvent):
    """The unit reported it as handled."""


@dataclass(frozen=True)
class CaseReturned(CaseEvent):
    """The unit gave it back with the dispatcher's consent."""


@dataclass(frozen=True)
class CaseChecked(CaseEvent):
    """The check on the spot was passed."""


@dataclass(frozen=True)
class CaseReworked(CaseEvent):
    """The check failed: it went back to the unit."""


@dataclass(frozen=True)
class CaseClosed(CaseEvent):
    """It was closed."""


@dataclass(frozen=True)
class CaseVoided(CaseEvent):
    """It was declared void."""


@dataclass(frozen=True)
class CaseBundled(CaseEvent):
    """It was joined into another case."""


@dataclass(frozen=True)
class CaseReopened(CaseEvent):
    """It was opened again after it had been closed."""


@dataclass(frozen=True)
class CaseUnbundled(CaseEvent):
    """It was taken out of the case it had been bundled into, and goes on by itself."""


@dataclass(frozen=True)
class CaseCorrected(CaseEvent):
    """Its category, its component or its place was corrected, with a reason."""


@dataclass(frozen=True)
class CaseReassigned(CaseEvent):
    """The task it is was given to another post."""


@dataclass(frozen=True)
class CaseOverseen(CaseEvent):
    """A superior asked for attention."""


@dataclass(frozen=True)
class RequestMade(CaseEvent):
    """The unit asked for an extension, a deferment or to give it back."""


@dataclass(frozen=True)
class RequestGranted(CaseEvent):
    """A request was approved, and is carried out by the same step."""


@dataclass(frozen=True)
class RequestDeclined(CaseEvent):
    """A request was declined: the case stays as it was."""


@dataclass(frozen=True)
class WorkGiven(CaseEvent):
    """The unit gave work on it to one of its crews."""


@dataclass(frozen=True)
class WorkDone(CaseEvent):
    """A crew reported its work as done."""


@dataclass(frozen=True)
class WorkTakenBack(CaseEvent):
    """Work of crews is not wanted any more: the unit took it back, or the case left the unit."""


BY_WORD: dict[str, type[CaseEvent]] = {  # the words of "announces" in procedures
    "opened": CaseOpened,
    "filed": CaseFiled,
    "dispatched": CaseDispatched,
    "handled": CaseHandled,
    "returned": CaseReturned,
    "checked": CaseChecked,
    "reworked": CaseReworked,
    "closed": CaseClosed,
    "voided": CaseVoided,
    "bundled": CaseBundled,
    "reopened": CaseReopened,
    "unbundled": CaseUnbundled,
    "corrected": CaseCorrected,
    "reassigned": CaseReassigned,
    "overseen": CaseOverseen,
    "work_given": WorkGiven,
    "work_done": WorkDone,
    "work_taken_back": WorkTakenBack,
}

BY_PHASE: dict[str, type[CaseEvent]] = {  # of actions that want an approval
    "ask": RequestMade,
    "approve": RequestGranted,
    "decline": RequestDeclined,
}


def of_step(announces: str, phase: str, *, leaves_work: bool = False) -> list[type[CaseEvent]]:
    """What a step announces, by these words of its action; `leaves_work` where it ends work that crews had."""
    left = WorkTakenBack if leaves_work else None
    return [event for event in (BY_WORD.get(announces), BY_PHASE.get(phase), left) if event]
