"""What crews were given to do on a case, and what became of it: read from its steps."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from citygrid.cases.rules.fold import WORK_ENDED
from citygrid.cases.rules.history import PastStep


class Outcome(StrEnum):
    """What became of work: still open, done as its crew says, taken back by the unit, or left as the case left it."""

    OPEN = "open"
    DONE = "done"
    TAKEN_BACK = "taken_back"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Work:
    """Something a crew (the id of its post) has or had to do until a moment; `words`: what was said when it ended."""

    crew_id: str
    task: str
    by_at: datetime
    given_at: datetime
    outcome: Outcome = Outcome.OPEN
    ended_at: datetime | None = None
    words: str = ""


def works(steps: Iterable[PastStep]) -> list[Work]:
    """All work that these steps, in their order, gave to crews, the first given first."""
    found: list[Work] = []
    for step in steps:
        for crew in step.data.get(WORK_ENDED, ()):
            place = next(n for n, work in enumerate(found) if work.crew_id == crew and work.outcome is Outcome.OPEN)
            words = step.data.get("reason") or step.data.get("note", "")
            found[place] = replace(found[place], outcome=_outcome(step, crew), ended_at=step.at, words=words)
        if "task" in step.data:
            by_at = datetime.fromisoformat(step.data["by_at"])
            found.append(Work(step.data["crew_id"], step.data["task"], by_at, step.at))
    return found


def _outcome(step: PastStep, crew: str) -> Outcome:
    if step.data.get("crew_id") == crew:
        return Outcome.TAKEN_BACK
    return Outcome.DONE if str(step.post_id) == crew else Outcome.LEFT
