"""The fold: a case is its steps, and its row is what folding them gives. No database, no wall clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from citygrid.cases.rules.history import PastStep
from citygrid.kernel.worktime import Clock, Limit, WorkingCalendar

if TYPE_CHECKING:
    from citygrid.workflow.queries import Action, Procedure

GIVE = "give"  # the procedure's word for an action that gives work to a crew
WORK_ENDED = "work_ended"  # in the data of a step: the posts of the crews whose work it ends
SECOND = timedelta(seconds=1)  # deadlines are exact to the second; a fraction past it is still on time


@dataclass(frozen=True, slots=True)
class CaseState:
    """Everything about a case that follows from its steps. `counts` has one counter per word of the procedure.

    `work`: what crews have to do for it now, by the id of their post: {"task", "by_at"}.

    `due_at` and `warn_at` follow from the clock and the calendar while the case is open, or from the limit of the
    state where no clock runs; once it is closed they are the ones the verdict was given on, and never move again.
    """

    state: str = ""
    is_open: bool = True
    pending: str = ""
    pending_data: Mapping[str, Any] = field(default_factory=dict)
    unit_id: UUID | None = None
    assignee_id: UUID | None = None
    standard_id: UUID | None = None
    limit: Limit | None = None
    due: datetime | None = None
    clock: Clock | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    is_provisional: bool = False
    node_due_at: datetime | None = None
    until_at: datetime | None = None
    opened_at: datetime | None = None
    filed_at: datetime | None = None
    dispatched_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    on_time: bool | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    work: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    head_seq: int = 0
    head_at: datetime | None = None


def fold(steps: Iterable[PastStep], procedure: Procedure, calendar: WorkingCalendar) -> CaseState:
    """The state after all steps. KeyError when a step's action is not in the procedure."""
    state = CaseState()
    for step in steps:
        state = apply(state, step, procedure, calendar)
    return state


def apply(before: CaseState, step: PastStep, procedure: Procedure, calendar: WorkingCalendar) -> CaseState:
    """The state after one more step."""
    action = procedure.actions[step.action]
    asked = before.pending_data if action.phase == "approve" else {}
    data = {**asked, **step.data}
    has_moved = step.state != before.state
    node = _node(procedure, step) if has_moved else None
    clock = _clock(before, action, data, step.at)
    after = replace(
        before,
        state=step.state,
        is_open=not procedure.states[step.state].is_end,
        counts=_counted(before.counts, action),
        work=_work(before.work, action, data),
        head_seq=step.seq,
        head_at=step.at,
        **_request(before, action, step, has_moved),
        **_facts(before, data),
        assignee_id=_assignee(before, procedure, step),
        **_moments(before, action, step),
        clock=clock,
        until_at=_until(before, step, data, has_moved),
        node_due_at=(node.due_at(calendar) if node else None) if has_moved else before.node_due_at,
    )
    if not after.is_open:
        return _with_verdict(after, data, calendar)
    keeps_time = clock is None and not has_moved
    return after if keeps_time else _with_deadline(after, clock or node, calendar)


def verdict_data(before: CaseState, at: datetime) -> dict[str, Any]:
    """What the closing step records of the deadline: the verdict is given once, on the calendar known then."""
    if before.clock is None or before.due_at is None:
        return {}
    late_by = (before.handled_at or at) - before.due_at
    return {"due_at": before.due_at.isoformat(), "on_time": late_by < SECOND}


def _counted(counts: Mapping[str, int], action: Action) -> Mapping[str, int]:
    if not action.counts or action.phase == "ask":
        return counts
    return {**counts, action.counts: counts.get(action.counts, 0) + 1}


def _work(
    before: Mapping[str, Mapping[str, str]], action: Action, data: Mapping[str, Any]
) -> Mapping[str, Mapping[str, str]]:
    """Work is given to a crew, and ends by the steps that say so."""
    left = {crew: work for crew, work in before.items() if crew not in data.get(WORK_ENDED, ())}
    if action.work == GIVE:
        left[data["crew_id"]] = {name: data[name] for name in ("task", "by_at")}
    return left


def _request(before: CaseState, action: Action, step: PastStep, has_moved: bool) -> dict[str, Any]:
    """A request opens, is answered, lapses when the case moves on, or goes on waiting."""
    if action.phase == "ask":
        return {"pending": action.subject, "pending_data": dict(step.data)}
    if action.phase or has_moved:
        return {"pending": "", "pending_data": {}}
    return {}


def _facts(before: CaseState, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a step says about the case: its unit, standard, limit, or an explicit due time.

    A filing standard belongs to a category: with another category it is filed anew.
    """
    facts: dict[str, Any] = {}
    if "category" in data.get("correction", {}).get("now", {}):
        facts |= {"standard_id": None, "limit": None}
    if "unit_id" in data:
        facts["unit_id"] = UUID(data["unit_id"])
    if "standard_id" in data:
        facts["standard_id"] = UUID(data["standard_id"])
    if "limit" in data:
        facts["limit"] = Limit(*data["limit"])
    if "due" in data:
        facts["due"] = datetime.fromisoformat(data["due"])
    return facts


def _assignee(before: CaseState, procedure: Procedure, step: PastStep) -> UUID | None:
    """Whose task it is, where the state is assigned: a task ends with the state it was given in."""
    if not procedure.states[step.state].is_assigned:
        return None
    if "post_id" in step.data:
        return UUID(step.data["post_id"])
    return before.assignee_id if step.state == before.state else None


def _moments(before: CaseState, action: Action, step: PastStep) -> dict[str, Any]:
    """The moments of the main line, by what the action announces."""
    opened = {"opened_at": step.at} if before.opened_at is None else {}
    moment: dict[str, dict[str, Any]] = {
        "filed": {"filed_at": before.filed_at or step.at},
        "dispatched": {"dispatched_at": before.dispatched_at or step.at},
        "handled": {"handled_at": step.at},
        "reworked": {"handled_at": None},
        "reopened": {"handled_at": None, "closed_at": None},
        "closed": {"closed_at": step.at},
        "voided": {"closed_at": step.at},
        "bundled": {"closed_at": step.at},
        "unbundled": {"closed_at": None},
    }
    return {**opened, **moment.get(action.announces, {})}


def _until(before: CaseState, step: PastStep, data: Mapping[str, Any], has_moved: bool) -> datetime | None:
    if not has_moved:
        return before.until_at
    return datetime.fromisoformat(data["until_at"]) if "until_at" in data else None


def _node(procedure: Procedure, step: PastStep) -> Clock | None:
    """The time allowed in the state that was just entered."""
    limit = procedure.states[step.state].limit
    return Clock.start(limit, step.at) if limit else None


def _clock(before: CaseState, action: Action, data: Mapping[str, Any], at: datetime) -> Clock | None:
    effect = _EFFECTS.get(action.clock if action.phase != "ask" else "", _keep)
    return effect(before, {**_facts(before, data)}, at)


def _keep(before: CaseState, facts: dict[str, Any], at: datetime) -> Clock | None:
    return before.clock


def _start(before: CaseState, facts: dict[str, Any], at: datetime) -> Clock | None:
    """Dispatch starts the clock; a second dispatch after a return does not start it again."""
    if before.clock is not None:
        return before.clock
    due, limit = facts.get("due", before.due), facts.get("limit", before.limit)
    if due is not None:
        return Clock.until(due, at)
    return Clock.start(limit, at) if limit is not None else None


def _pause(before: CaseState, facts: dict[str, Any], at: datetime) -> Clock | None:
    return before.clock.pause(at) if before.clock else None


def _resume(before: CaseState, facts: dict[str, Any], at: datetime) -> Clock | None:
    """Count on after a pause; after a close, the closed time is a pause."""
    clock = before.clock
    if clock is None or clock.stopped_at is None:
        return clock.resume(at) if clock and clock.is_paused else clock
    return replace(clock, stopped_at=None, pauses=(*clock.pauses, (clock.stopped_at, at)))


def _extend(before: CaseState, facts: dict[str, Any], at: datetime) -> Clock | None:
    """One more time the original limit."""
    clock = before.clock
    return clock.extend(clock.limit) if clock and clock.limit else clock


def _reset(before: CaseState, facts: dict[str, Any], at: datetime) -> Clock | None:
    """The next start counts the whole limit anew."""
    return None


def _stop(before: CaseState, facts: dict[str, Any], at: datetime) -> Clock | None:
    return before.clock.stop(at) if before.clock else None


_EFFECTS: dict[str, Callable[[CaseState, dict[str, Any], datetime], Clock | None]] = {
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "extend": _extend,
    "stop": _stop,
    "reset": _reset,
}


def _with_deadline(state: CaseState, clock: Clock | None, calendar: WorkingCalendar) -> CaseState:
    if clock is None:
        return replace(state, due_at=None, warn_at=None, is_provisional=False)
    return replace(
        state,
        due_at=clock.due_at(calendar),
        warn_at=clock.warn_at(calendar),
        is_provisional=clock.is_provisional(calendar),
    )


def _with_verdict(state: CaseState, data: Mapping[str, Any], calendar: WorkingCalendar) -> CaseState:
    """The verdict the closing step recorded; a case that was late once stays late, one without a clock has none."""
    if state.clock is None:
        return _with_deadline(state, None, calendar)
    if "on_time" not in data:
        return state
    return replace(
        state,
        due_at=datetime.fromisoformat(data["due_at"]),
        on_time=state.on_time is not False and bool(data["on_time"]),
        is_provisional=False,
    )
