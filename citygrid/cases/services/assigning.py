"""Whose task a case becomes where its procedure wants one post for it, and the work that crews are given on it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from citygrid.access import queries as access
from citygrid.cases import errors, models
from citygrid.cases.queries.tasks import tasks_of
from citygrid.cases.rules import Given
from citygrid.cases.rules.fold import WORK_ENDED
from citygrid.kernel.actor import Actor
from citygrid.workflow import queries as workflow

LONGEST_WORK = timedelta(days=365)
FEWEST = "fewest_tasks"  # how the post was chosen where nobody named one


def assignee_data(case: models.Case, move: workflow.Move, given: Given, now: datetime) -> dict[str, str]:
    """What the step records of the post whose task it is; {} where the state is not assigned, or nobody works there.

    PostUnfit (400) when the post that was named does not work there, or acted on the case for another side.
    """
    state = workflow.procedure(case.procedure, case.procedure_version).states[move.state]
    if not state.is_assigned or not (given.post_id or move.state != case.state):
        return {}
    able = _able(case, frozenset(state.waits_for), now)
    if given.post_id:
        if given.post_id not in able:
            raise errors.PostUnfit()
        return {}
    tasks = tasks_of(able)
    return {"post_id": str(min(able, key=lambda post: tasks.get(post, 0))), "post_by": FEWEST} if able else {}


def work_data(case: models.Case, move: workflow.Move, given: Given, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the step records of the crews whose work it ends; {} where it ends none.

    What a crew has to do ends with its own report, is taken back, or ends where the case leaves the unit. PostUnfit,
    UntilInvalid (400) or CrewBusy (409) when work cannot be given so.
    """
    open_work = case.work or {}
    if move.action.work == workflow.GIVE:
        _require_crew(case, given, open_work, now)
        return {}
    if move.action.work == workflow.FINISH:
        return {WORK_ENDED: [str(actor.post_id)]}
    if move.action.work == workflow.TAKE_BACK:
        if str(given.crew_id) not in open_work:
            raise errors.PostUnfit()
        return {WORK_ENDED: [str(given.crew_id)]}
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    return {WORK_ENDED: sorted(open_work)} if open_work and not procedure.has_crews_in(move.state) else {}


def _require_crew(case: models.Case, given: Given, open_work: Mapping[str, Any], now: datetime) -> None:
    roles = workflow.procedure(case.procedure, case.procedure_version).crew_roles
    if given.crew_id not in _able(case, roles, now, case.unit_id):
        raise errors.PostUnfit()
    if str(given.crew_id) in open_work:
        raise errors.CrewBusy()
    if not given.by_at or not now < given.by_at <= now + LONGEST_WORK:
        raise errors.UntilInvalid()


def _able(case: models.Case, roles: frozenset[str], now: datetime, unit_id: UUID | None = None) -> list[UUID]:
    """The posts of these roles that work where the case lies, held today by somebody who may still act on it.

    One account acts for one side of a case. With `unit_id`, only posts of that organisation.
    """
    sides = dict(case.steps.filter(account__isnull=False).values_list("account", "axis"))
    able = {None, *(str(access.role(role).axis) for role in roles)}
    holders = access.holders(roles, case.area_code, case.category_id, now, unit_id=unit_id)
    posts = [holder.post_id for holder in holders if holder.post_id and sides.get(holder.account_id) in able]
    return list(dict.fromkeys(posts))
