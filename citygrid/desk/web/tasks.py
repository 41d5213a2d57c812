"""Tasks of field posts: what each has to do, whom they may be given to, and how that reads."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citygrid.cases import queries as cases
from citygrid.desk.web.queue import row_of
from citygrid.desk.web.tables import case_url
from citygrid.desk.web.words import place_names, state_of
from citygrid.ui.formats import time_left_words
from citygrid.ui.lamps import Lamp
from citygrid.ui.tables import Column, Empty, Table, query_with


def post_choices(tasks: Iterable[Any], now: datetime) -> list[tuple[str, str]]:
    """The posts that could take one of these tasks, with holders and how many they have, the fewest first."""
    return [(str(load.post.pk), _in_words(load)) for load in cases.able_posts(tasks, now)]


def _in_words(load: cases.Load) -> str:
    has = ngettext("%(count)s task", "%(count)s tasks", load.tasks) % {"count": load.tasks}
    return f"{_(', ').join(load.names)} · {load.post.title} · {has}"


def load_table(request: HttpRequest, loads: Sequence[cases.Load]) -> Table:
    """What each post has to do, one a row; a row shows its tasks."""
    columns = [
        Column(_("Held by"), lambda load: _(", ").join(load.names) or _no_holder(load)),
        Column(_("Post"), lambda load: load.post.title if load.post else _("every post there")),
        Column(_("Overdue"), lambda load: load.late, "number"),
        Column(_("Due soon"), lambda load: load.soon, "number"),
        Column(_("Open"), lambda load: load.tasks, "number"),
        Column(_("Done today"), lambda load: load.done, "number"),
    ]
    return Table.of(
        request,
        columns,
        loads,
        caption=_("What each has to do, the most overdue first"),
        empty=Empty(_("Nobody is given tasks here"), _("Posts of supervisors in your area are listed here.")),
        url=lambda load: query_with(request, post=load.post.pk if load.post else None),
        is_current=lambda load: bool(load.post) and str(load.post.pk) == request.GET.get("post"),
        id="loads",
    )


def _no_holder(load: cases.Load) -> str:
    return _("nobody holds it any more") if load.post else _("Nobody's")


def task_table(request: HttpRequest, tasks: Sequence[Any], now: datetime, names: dict[UUID | None, str]) -> Table:
    """Tasks, one a row: the time left first."""
    places = place_names(case.area_code for case in tasks) if tasks else {}
    columns = [
        Column(_("Select"), row_of, "check"),
        Column(_("Time left"), lambda case: _time_left(case, now), "lamp"),
        Column(_("Task"), state_of),
        Column(_("Category"), lambda case: case.category.name),
        Column(_("Place"), lambda case: case.address or places[case.area_code]),
        Column(_("Task of"), lambda case: names.get(case.assignee_id, "")),
    ]
    return Table.of(
        request,
        columns,
        tasks,
        caption=_("Earliest deadline first"),
        empty=Empty(
            _("No open tasks"),
            _("Cases come here when they are sent to be verified or checked on the spot."),
            icon="circle-check",
        ),
        url=case_url,
        id="queue",
    )


def _time_left(case: Any, now: datetime) -> Lamp | None:
    """How long is left for the task, which has the limit of its state; None where that has none."""
    due_at = case.node_due_at
    return Lamp(cases.task_lamp(case, now), time_left_words(due_at, now), due_at) if due_at else None
