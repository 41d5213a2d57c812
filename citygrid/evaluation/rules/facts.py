"""Counters: the steps of a case folded into rows of 0/1 facts, which every rate is a ratio of sums of.

A case gives one row as a whole, one for each unit it was with, and one for each act of a post. All the time with one
unit is one row, however often it was sent there: it was on time only where it was each time. A unit that gave the case
back, with the dispatcher's consent and before the deadline, is charged with nothing but having returned it; after the
deadline it is charged with being late. Void and bundled cases keep no fact but how they ended. A part of a case only
counts against its unit: what was split does not count twice in favour. A closure that no passed check preceded is
forced, and counts neither as closed nor as on time.

No clock is asked: what is overdue now is left to who asks, by the deadline in the row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from citygrid.evaluation.choices import Kind
from citygrid.kernel.worktime import Clock, WorkingCalendar

if TYPE_CHECKING:
    from citygrid.cases.queries import Life, Taken
    from citygrid.workflow.queries import Action, Procedure

FACTS = (
    *("opened", "public", "filed", "void", "bundled", "dispatched", "once", "due", "handled", "handled_on_time"),
    *("closed", "closed_on_time", "forced", "self_disposed", "returned", "reworked", "reopened", "extended", "hung"),
    *("corrected", "overseen", "verification", "verification_on_time", "inspection", "inspection_on_time"),
)
MOMENTS = ("opened", "filed", "dispatched", "due", "handled", "closed")
IN_FAVOUR = frozenset({"handled", "handled_on_time", "closed", "closed_on_time", "once"})
PUBLIC_SOURCES = frozenset({"hotline", "internet", "media"})  # where people tell; not what staff found itself
COUNTED = {"extensions": "extended", "hangs": "hung", "corrections": "corrected", "oversights": "overseen"}
SECOND = timedelta(seconds=1)  # as the verdict of a case: a deadline is met to the second


@dataclass(slots=True)
class Stage:
    """One row: whose it is, the facts that hold of it, and its moments by name (`MOMENTS`) as far as they are known.

    `seq` is the step it began with; 0 of a case as a whole.
    """

    kind: str
    seq: int
    unit_id: UUID | None = None
    post_id: UUID | None = None
    facts: set[str] = field(default_factory=set)
    moments: dict[str, datetime] = field(default_factory=dict)


def stages(life: Life, procedure: Procedure, calendar: WorkingCalendar) -> list[Stage]:
    """The rows of a case: first that of the whole, then of units and acts in the order they began."""
    folding = _Folding(life, procedure, calendar)
    for step in life.steps:
        folding.take(step)
    return folding.rows()


@dataclass(slots=True)
class _Charge:
    """What one unit, or the case as a whole, answers for."""

    row: Stage
    is_late: bool = False
    holds: bool = True

    def settle(self, handled_at: datetime | None, due_at: datetime | None) -> None:
        """A round has ended: what was late stays late."""
        if due_at is None or not self.holds:
            return
        self.row.facts.add("due")
        self.row.moments["due"] = due_at
        if handled_at is not None:
            self.row.facts.add("handled")
            self.row.moments["handled"] = handled_at
            self.is_late |= handled_at - due_at >= SECOND

    def done(self) -> None:
        """The verdict, when all steps are folded."""
        facts = self.row.facts
        if "handled" in facts and "due" in facts and not self.is_late:
            facts.add("handled_on_time")
        if self.is_late or "forced" in facts:
            facts.discard("closed_on_time")
        if "forced" in facts:
            facts.discard("closed")


class _Folding:
    """One pass over the steps."""

    def __init__(self, life: Life, procedure: Procedure, calendar: WorkingCalendar) -> None:
        self.life, self.procedure, self.calendar = life, procedure, calendar
        self.whole = _Charge(Stage(Kind.CASE, 0))
        self.charges: dict[UUID, _Charge] = {}
        self.holder: UUID | None = None
        self.acts: list[Stage] = []
        self.state, self.since = "", datetime.min
        self.handled_at: datetime | None = None
        self.is_checked = False

    def take(self, step: Taken) -> None:
        """Fold one more step."""
        action = self.procedure.actions[step.action]
        self._act(step, action)
        if step.seq == 1:
            self._open(step)
        if action.phase in ("ask", "decline"):
            return
        if action.counts in COUNTED:
            self._mark(COUNTED[action.counts])
        if step.unit_id is not None:
            self._charge(step, step.unit_id)
        happened = getattr(self, f"_{action.announces}", None) if action.announces else None
        if happened:
            happened(step)
        if step.state != self.state:
            self.state, self.since = step.state, step.at

    def rows(self) -> list[Stage]:
        """All rows, once every step was folded."""
        self._round(self.life.due_at, None)
        whole, units = self.whole, list(self.charges.values())
        for charge in (whole, *units):
            charge.row.facts |= {"once"} if len(units) == 1 else set()
            charge.done()
        ended = whole.row.facts & {"void", "bundled"}
        kept = [] if ended else [charge.row for charge in units if not self._is_silent(charge)]
        self._finish_acts(bool(ended & {"void"}), len(units) == 1)
        if ended:
            whole.row.facts &= {"opened", "public", "filed", "void", "bundled"}
        rows = ([] if self._is_silent(whole) else [whole.row]) + kept
        for row in rows:
            row.moments = {**self.whole.row.moments, **row.moments}
            if self.life.is_part:
                row.facts -= IN_FAVOUR
        return rows + self.acts

    def _is_silent(self, charge: _Charge) -> bool:
        """Of a part, what would only count in favour is not counted."""
        return self.life.is_part and "handled_on_time" in charge.row.facts

    def _finish_acts(self, is_void: bool, is_once: bool) -> None:
        for act in self.acts:
            if is_void and "filed" in act.facts:
                act.facts.add("void")
            if is_once and "dispatched" in act.facts:
                act.facts.add("once")
            act.moments = {"opened": self.whole.row.moments["opened"], **act.moments}

    def _both(self) -> list[_Charge]:
        held = [self.charges[self.holder]] if self.holder is not None else []
        return [self.whole, *held]

    def _mark(self, fact: str) -> None:
        for charge in self._both():
            charge.row.facts.add(fact)

    def _round(self, due_at: datetime | None, verdict: bool | None) -> None:
        for charge in self._both():
            charge.settle(self.handled_at, due_at)
            charge.is_late |= verdict is False

    def _open(self, step: Taken) -> None:
        self.whole.row.facts |= {"opened"} | ({"public"} if self.life.source in PUBLIC_SOURCES else set())
        self.whole.row.moments["opened"] = step.at

    def _charge(self, step: Taken, unit_id: UUID) -> None:
        """A unit is charged with it; a unit that had it before goes on with the row it has."""
        charge = self.charges.setdefault(unit_id, _Charge(Stage(Kind.UNIT, step.seq, unit_id=unit_id)))
        charge.holds, self.holder = True, unit_id
        carried = self.whole.row.facts & {"opened", "public", "filed"}
        charge.row.facts |= {"dispatched"} | carried
        self.whole.row.facts.add("dispatched")
        for row in (self.whole.row, charge.row):
            row.moments.setdefault("dispatched", step.at)

    def _filed(self, step: Taken) -> None:
        self.whole.row.facts.add("filed")
        self.whole.row.moments.setdefault("filed", step.at)

    def _handled(self, step: Taken) -> None:
        self.handled_at = step.at
        for charge in self._both():
            charge.row.facts.add("handled")
            charge.row.moments["handled"] = step.at

    def _returned(self, step: Taken) -> None:
        self._mark("returned")
        if self.holder is None:
            return
        charge, due_at = self.charges[self.holder], self.life.due_at
        if due_at is not None and step.at - due_at >= SECOND:
            charge.settle(None, due_at)
            charge.is_late = True
        charge.holds, self.holder, self.handled_at = False, None, None

    def _checked(self, step: Taken) -> None:
        self.is_checked = True

    def _reworked(self, step: Taken) -> None:
        self._mark("reworked")
        self._undo_handling()

    def _undo_handling(self) -> None:
        self.handled_at, self.is_checked = None, False
        for charge in self._both():
            charge.row.facts -= {"handled", "closed", "closed_on_time"}
            charge.row.moments.pop("handled", None)

    def _closed(self, step: Taken) -> None:
        self._round(step.due_at, step.on_time)
        found = {"closed"} | ({"closed_on_time"} if step.on_time else set())
        if self.holder is None:
            found.add("self_disposed")
        elif not self.is_checked:
            found.add("forced")
        for charge in self._both():
            charge.row.facts |= found
            charge.row.moments["closed"] = step.at

    def _reopened(self, step: Taken) -> None:
        self._mark("reopened")
        self._undo_handling()
        self.whole.row.moments.pop("closed", None)
        if self.holder is not None:
            self.charges[self.holder].row.moments.pop("closed", None)
        self.holder = None

    def _voided(self, step: Taken) -> None:
        self._end("void", step)

    def _bundled(self, step: Taken) -> None:
        self._end("bundled", step)

    def _unbundled(self, step: Taken) -> None:
        self.whole.row.facts.discard("bundled")
        self.whole.row.moments.pop("closed", None)

    def _end(self, fact: str, step: Taken) -> None:
        self.whole.row.facts.add(fact)
        self.whole.row.moments["closed"] = step.at

    def _act(self, step: Taken, action: Action) -> None:
        """What a post did: it filed, dispatched or closed, or ended the task it was given."""
        if step.post_id is None:
            return
        row = Stage(Kind.POST, step.seq, post_id=step.post_id, moments={"handled": step.at})
        if action.announces in ACTS and action.phase not in ("ask", "decline"):
            row.facts.add(ACTS[action.announces])
        elif step.seq == 1:
            row.facts.add("opened")
        if (limit := self._task_limit(step)) is not None:
            self._task(row, action, limit)
        if row.facts:
            self.acts.append(row)

    def _task_limit(self, step: Taken) -> Clock | None:
        """The time a post has for the task that this step ends."""
        if not self.state or step.state == self.state:
            return None
        state = self.procedure.states[self.state]
        return Clock.start(state.limit, self.since) if state.is_assigned and state.limit else None

    def _task(self, row: Stage, action: Action, limit: Clock) -> None:
        task = "inspection" if action.announces in ("checked", "reworked") else "verification"
        due_at = limit.due_at(self.calendar)
        row.facts.add(task)
        row.moments |= {"dispatched": self.since} | ({"due": due_at} if due_at else {})
        if due_at and row.moments["handled"] - due_at < SECOND:
            row.facts.add(f"{task}_on_time")


ACTS = {"filed": "filed", "dispatched": "dispatched", "closed": "closed"}
