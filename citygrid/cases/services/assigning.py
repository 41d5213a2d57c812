"""Whose task a case becomes where its procedure wants one post for it."""

from datetime import datetime
from uuid import UUID

from citygrid.access import queries as access
from citygrid.cases import errors, models
from citygrid.cases.queries.tasks import tasks_of
from citygrid.cases.rules import Given
from citygrid.workflow import queries as workflow

FEWEST = "fewest_tasks"  # how the post was chosen where nobody named one


def assignee_data(case: models.Case, move: workflow.Move, given: Given, now: datetime) -> dict[str, str]:
    """What the step records of the post whose task it is; {} where the state is not assigned, or nobody works there.

    PostUnfit (400) when the post that was named does not work there, or acted on the case for another side.
    """
    state = workflow.procedure(case.procedure, case.procedure_version).states[move.state]
    if not state.is_assigned or not (given.post_id or move.state != case.state):
        return {}
    able = _able(case, state.waits_for, now)
    if given.post_id:
        if given.post_id not in able:
            raise errors.PostUnfit()
        return {}
    tasks = tasks_of(able)
    return {"post_id": str(min(able, key=lambda post: tasks.get(post, 0))), "post_by": FEWEST} if able else {}


def _able(case: models.Case, roles: tuple[str, ...], now: datetime) -> list[UUID]:
    """The posts of these roles that work where the case lies, held today by somebody who may still act on it.

    One account acts for one side of a case.
    """
    sides = dict(case.steps.filter(account__isnull=False).values_list("account", "axis"))
    able = {None, *(str(access.role(role).axis) for role in roles)}
    holders = access.holders(roles, case.area_code, case.category_id, now)
    posts = [holder.post_id for holder in holders if holder.post_id and sides.get(holder.account_id) in able]
    return list(dict.fromkeys(posts))
