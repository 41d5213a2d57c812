"""Supervision: the tasks of field posts, what each has to do, and the sheet that a shift hands over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citygrid.cases import permissions, queries
from citygrid.cases.choices import Lamp
from citygrid.cases.services import Given
from citygrid.desk.web import bulk
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.tables import case_table
from citygrid.desk.web.tasks import load_table, post_choices, task_table
from citygrid.desk.web.views.waiting import became
from citygrid.desk.web.words import state_names
from citygrid.kernel.web import requires
from citygrid.ui.tables import Empty, Table

SHIFTS = (8, 12, 24)  # hours
LONGEST_LIST, MOST_COUNTED = 50, 10_000
MOVE = "reassign"  # the action of the procedure that gives a task to another post


@requires(permissions.OVERSEE_TASKS)
@require_safe
def supervision(request: Any) -> HttpResponse:
    """Who is late and who has too much, at a glance; `?post=` shows the tasks of one."""
    about, chosen = standing(request), _uuid(request.GET.get("post", ""))
    with timezone.override(about.zone):
        loads = queries.loads(request.actor, about.now, about.midnight)
        tasks = list(queries.tasks(request.actor, post_id=chosen))
        names = {load.post.pk: _(", ").join(load.names) for load in loads if load.post}
        context = {
            "loads": load_table(request, loads),
            "table": task_table(request, tasks, about.now, names),
            "of": names.get(chosen, "") if chosen else "",
            "late": sum(load.late for load in loads),
            "soon": sum(load.soon for load in loads),
            "open": sum(load.tasks for load in loads),
            "posts": [each for each in post_choices(tasks, about.now) if each[0] != str(chosen)] if tasks else [],
            "may_move": request.actor.may(permissions.ACT),
        }
        return draw(request, "desk/supervision.html", context)


@requires(permissions.ACT)
@require_POST
def move(request: Any) -> HttpResponse:
    """Give the selected tasks to another post; what became of each is told in a list."""
    about, rows = standing(request), request.POST.getlist("row")
    with timezone.override(about.zone):
        given = Given(post_id=_uuid(request.POST.get("post", "")))
        results = bulk.act(rows, MOVE, given, request.actor, about.now)
        return became(request, bulk.told(bulk.lines(results), rows, reverse("supervision")))


@requires(permissions.OVERSEE_TASKS)
@require_safe
def handover(request: Any) -> HttpResponse:
    """What the next shift must know, made to be printed: what happened, what is open, late, or asked for."""
    about, asked = standing(request), request.GET.get("hours", "")
    hours = int(asked) if asked in map(str, SHIFTS) else SHIFTS[0]
    since = about.now - timedelta(hours=hours)
    with timezone.override(about.zone):
        context = {
            "area": about.area,
            "since": since,
            "lengths": [(each, each == hours) for each in SHIFTS],
            "happened": queries.happened(request.actor, since, about.now),
            "still": _still(queries.open_counts(request.actor)),
            "lists": list(_lists(request)),
        }
        return draw(request, "desk/handover.html", context)


def _still(counts: dict[str, int]) -> list[tuple[str, int]]:
    names = state_names(counts)
    return [(names.get(state, state), count) for state, count in sorted(counts.items(), key=lambda each: -each[1])]


def _lists(request: Any) -> Iterator[tuple[Table, int]]:
    """Cases that are late, and requests that wait for an answer: the earliest deadlines, and how many in all."""
    about, kinds = standing(request), ((_("Overdue"), {"lamp": Lamp.RED}), (_("Asked for"), {"is_asked": True}))
    for caption, narrowed in kinds:
        wanted = queries.CaseFilter(is_open=True, **narrowed)
        rows = list(queries.cases(request.actor, wanted, about.now, order="due_at", count=LONGEST_LIST))
        table = case_table(request, rows, about.now, caption=caption, empty=Empty(_("None")))
        is_all = len(rows) < LONGEST_LIST
        yield table, len(rows) if is_all else queries.total(request.actor, wanted, about.now, MOST_COUNTED)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
