"""Tasks: cases whose state is the work of one post. Who has how many, and who could take them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from citygrid.access import queries as access
from citygrid.cases import models, permissions
from citygrid.cases.choices import Lamp
from citygrid.kernel.actor import Actor
from citygrid.workflow import queries as workflow

SOON = timedelta(minutes=15)  # before the end of the time allowed for it, a task is due soon


@dataclass(frozen=True, slots=True)
class Load:
    """What a post has to do, as counters: open tasks, how many are overdue or due soon, cases worked on since.

    A task has the limit of its state: half an hour for a check, however long the case itself may take.

    `post` is None for tasks that are nobody's, which wait for all of the role. `names`: who holds it today.
    """

    post: Any
    names: tuple[str, ...] = ()
    tasks: int = 0
    late: int = 0
    soon: int = 0
    done: int = 0


def tasks(actor: Actor, *, post_id: UUID | None = None, count: int = 200) -> QuerySet[models.Case]:
    """The tasks in the reach of who oversees them, of one post or of all, the earliest deadline first."""
    rows = _overseen(actor).select_related("category", "unit", "assignee")
    if post_id:
        rows = rows.filter(assignee=post_id)
    return rows.order_by("node_due_at", "opened_at", "id")[:count]


def task_lamp(case: models.Case, now: datetime) -> Lamp:
    """Red when the time allowed for the task has passed, yellow shortly before; none where its state has no limit."""
    return moment_lamp(case.node_due_at, now) if case.node_due_at else Lamp.NONE


def moment_lamp(due_at: datetime, now: datetime) -> Lamp:
    """The lamp of what has no limit but a moment: red after it, yellow shortly before."""
    return Lamp.RED if due_at < now else Lamp.YELLOW if due_at <= now + SOON else Lamp.GREEN


def loads(actor: Actor, now: datetime, since: datetime) -> list[Load]:
    """What every post has to do that is given tasks in the reach of this one: the most overdue first.

    Posts without a task are among them, and those that nobody holds any more but that have some. `done` counts from
    `since` on. Four queries.
    """
    late = Count("id", filter=Q(node_due_at__lt=now))
    soon = Count("id", filter=Q(node_due_at__gte=now, node_due_at__lte=now + SOON))
    rows: Any = _overseen(actor).order_by().values("assignee").annotate(tasks=Count("id"), late=late, soon=soon)
    counted = {row.pop("assignee"): row for row in rows}
    staff = {found.post.pk: found for found in _staff(now) if actor.reach.meets(found.post.areas)}
    left = access.posts(set(counted) - set(staff) - {None})
    done = _done(staff, since)
    found = [
        *(Load(None, **each) for post, each in counted.items() if post is None),
        *(Load(one.post, one.names, done=done.get(pk, 0), **counted.get(pk, {})) for pk, one in staff.items()),
        *(Load(post, **counted[post.pk]) for post in left),
    ]
    return sorted(found, key=lambda load: (load.post is not None, -load.late, -load.tasks))


def able_posts(cases: Iterable[models.Case], now: datetime) -> list[Load]:
    """The posts that work where one of these tasks lies, with the tasks they have, the fewest first. Two queries."""
    places = {(case.area_code, case.category_id) for case in cases}
    able = {
        found.post.pk: found for found in _staff(now) if any(found.takes(area, category) for area, category in places)
    }
    open_tasks = tasks_of(able)
    found = [Load(one.post, one.names, tasks=open_tasks.get(pk, 0)) for pk, one in able.items()]
    return sorted(found, key=lambda load: load.tasks)


def tasks_of(posts: Collection[UUID]) -> dict[UUID, int]:
    """How many open tasks these posts have, wherever those lie; posts without any are left out."""
    rows = models.Case.objects.unscoped(reason="the load of a post is all its tasks").filter(assignee__in=posts)
    return dict(rows.order_by().values_list("assignee").annotate(Count("id")))


def _overseen(actor: Actor) -> QuerySet[models.Case]:
    actor.require(permissions.OVERSEE_TASKS)
    return models.Case.objects.visible_to(actor).filter(stage__in=_stages())


def _stages() -> dict[str, tuple[str, ...]]:
    """The stages whose work is the task of one post, in every procedure, with the roles it may be of."""
    procedures = (workflow.procedure(code, version) for code, version in workflow.procedures())
    return {
        models.stage_code(each.code, each.version, state=state.code): state.waits_for
        for each in procedures
        for state in each.states.values()
        if state.is_assigned
    }


def _staff(now: datetime) -> list[access.Staffed]:
    return access.staffed_posts({role for roles in _stages().values() for role in roles}, now)


def _done(posts: Collection[UUID], since: datetime) -> dict[UUID, int]:
    rows = models.Step.objects.filter(post__in=posts, at__gte=since).order_by()
    return dict(rows.values_list("post").annotate(Count("case", distinct=True)))
