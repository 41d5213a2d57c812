"""What a procedure allows in a situation, and what a step does. Pure: no clock, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from citygrid.kernel.actor import Actor, Axis
from citygrid.workflow.errors import FieldsMissing, FieldsSurplus, FindingUnknown, StepNotAllowed
from citygrid.workflow.rules.procedure import (
    APPROVE,
    ASK,
    DECLINE,
    FINISH,
    PHOTOS,
    SETTLED,
    TAKE_BACK,
    Action,
    Procedure,
    State,
)

ALWAYS_TAKEN = {"reason", "note", *PHOTOS}  # they tell of the case and change nothing of it


@dataclass(frozen=True)
class Situation:
    """What the engine must know of a case: its state, the action waiting for approval ("" if none), its counters.

    `assignee`: the post whose task it is, where the state is assigned; None: of anybody it waits for.
    `work`: the posts of crews that have open work on it.
    """

    state: str
    pending: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    is_overdue: bool = False
    assignee: UUID | None = None
    work: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Move:
    """What a step does: the state after it, what is pending after it, and the effects of the action."""

    action: Action
    state: str
    pending: str
    axis: str


def begin(procedure: Procedure, action_code: str, actor: Actor, given: Mapping[str, Any]) -> Move:
    """The first step of a case. StepNotAllowed, UnknownAction, FieldsMissing or FieldsSurplus: it cannot begin so."""
    action = procedure.action(action_code)
    if not action.begins:
        raise StepNotAllowed(action=action.name, reason="state", state="-")
    if not _may(action, actor):
        raise StepNotAllowed(action=action.name, reason="role", state="-")
    _require_fields(action, given, procedure.states[action.target])
    return Move(action, action.target, "", _axis(action, actor))


def judge(
    procedure: Procedure, situation: Situation, action_code: str, actor: Actor, given: Mapping[str, Any]
) -> Move:
    """The move this step makes; `given` holds the procedure's words for what comes with it, and their values.

    StepNotAllowed (409) with the reason, FieldsMissing, FieldsSurplus or FindingUnknown (400).
    """
    action = procedure.action(action_code)
    if reason := _obstacle(procedure, situation, action, actor):
        raise StepNotAllowed(action=action.name, reason=reason, state=procedure.states[situation.state].name)
    state = action.target or situation.state
    _require_fields(action, given, procedure.states[state])
    return Move(action, state, _pending_after(situation, action), _axis(action, actor))


def offers(procedure: Procedure, situation: Situation, actor: Actor) -> list[Action]:
    """The actions this actor may take now, in the procedure's order."""
    return [action for action in procedure.actions.values() if not _obstacle(procedure, situation, action, actor)]


def _obstacle(procedure: Procedure, situation: Situation, action: Action, actor: Actor) -> str:
    """Why the action is not possible now: a word of StepNotAllowed.WHY, "" when it is possible."""
    if action.begins or situation.state not in action.sources:
        return "state"
    if not _may(action, actor):
        return "role"
    if _is_task_of_another(procedure, situation, actor):
        return "assigned"
    return (
        _obstacle_of_request(procedure, situation, action)
        or _obstacle_of_count(situation, action)
        or _obstacle_of_work(situation, action, actor)
    )


def _is_task_of_another(procedure: Procedure, situation: Situation, actor: Actor) -> bool:
    is_waited_for = actor.role in procedure.states[situation.state].waits_for
    return is_waited_for and situation.assignee not in (None, actor.post_id)


def _obstacle_of_request(procedure: Procedure, situation: Situation, action: Action) -> str:
    if action.phase in (APPROVE, DECLINE):
        return "" if situation.pending == action.subject else "nothing_asked"
    if not situation.pending:
        return ""
    if action.phase == ASK:
        return "pending"
    asked = procedure.action(situation.pending)
    return "held" if asked.holds and action.roles & asked.roles and action.target else ""


def _obstacle_of_count(situation: Situation, action: Action) -> str:
    counts = situation.counts
    if action.at_most and counts.get(action.counts, 0) >= action.at_most:
        return "too_often"
    if action.before_due and situation.is_overdue:
        return "overdue"
    if action.answers and counts.get(action.answers, 0) <= counts.get(action.counts, 0):
        return "nothing_to_answer"
    return ""


def _obstacle_of_work(situation: Situation, action: Action, actor: Actor) -> str:
    if action.work == FINISH and actor.post_id not in situation.work:
        return "not_its_work"
    if action.work == TAKE_BACK and not situation.work:
        return "no_work"
    return "open_work" if action.work == SETTLED and situation.work else ""


def _may(action: Action, actor: Actor) -> bool:
    if actor.is_automatic:
        return str(actor.axis) in action.axes or actor.axis == Axis.SUPPORT
    return actor.role in action.roles


def _axis(action: Action, actor: Actor) -> str:
    """The axis the step counts on: the action's own, or the actor's where the action lies on several."""
    return next(iter(action.axes)) if len(action.axes) == 1 else str(actor.axis)


def _pending_after(situation: Situation, action: Action) -> str:
    if action.phase == ASK:
        return action.subject
    if action.phase or (action.target and action.target != situation.state):
        return ""
    return situation.pending


def _require_fields(action: Action, given: Mapping[str, Any], state: State) -> None:
    """All that the action needs is given, and nothing that it does not take: what is given changes the case.

    An action that leads to a state whose work is somebody's task also takes whose.
    """
    missing = [name for name in action.needs if name not in given]
    missing += ["evidence"] if any(kind not in given for kind in action.evidence) else []
    if missing:
        raise FieldsMissing(action=action.name, names=missing)
    also = {"finding": bool(action.findings), "post": state.is_assigned}
    taken = {*action.needs, *ALWAYS_TAKEN, *(name for name, is_taken in also.items() if is_taken)}
    if surplus := sorted(given.keys() - taken):
        raise FieldsSurplus(action=action.name, names=surplus)
    if action.findings and given.get("finding") not in action.findings:
        known = ", ".join(action.findings)
        raise FindingUnknown(action=action.name, finding=given.get("finding", ""), known=known)
