"""What waits for the post: a list, and beside it the case that is open."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.cases import permissions, queries
from citygrid.cases.choices import Lamp
from citygrid.cases.services import Given
from citygrid.desk.choices import ListPage
from citygrid.desk.web import bulk, export
from citygrid.desk.web.queue import onwards
from citygrid.desk.web.saved import menu
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.steps import LONGEST_TEXT
from citygrid.desk.web.tables import queue_table
from citygrid.desk.web.views.cases import file_of
from citygrid.desk.web.words import paged, state_names
from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import posts_only, requires
from citygrid.ui.problems import is_program
from citygrid.ui.tables import Empty, query_with

BECAME = "became"  # in the session


class Tab(NamedTuple):
    """One way to narrow what waits, with how much that is."""

    label: str
    url: str
    cases: int
    is_current: bool
    lamp: str = ""


@requires(permissions.VIEW)
@require_safe
def waiting(request: Any) -> HttpResponse:
    """All that waits, the earliest deadline first; `?lamp=` and `?state=` narrow it, `?open=` opens a case."""
    about, wanted = standing(request), _wanted(request)
    lamp, state = wanted.lamp, wanted.state
    rows, pager = paged(
        request, lambda start, count: queries.waiting(request.actor, about.now, wanted, start=start, count=count)
    )
    with timezone.override(about.zone):
        table = queue_table(request, rows, about.now, empty=nothing_waits(lamp or state), pager=pager)
        context = {
            "table": table,
            "tabs": list(_tabs(about.waiting, lamp, state)),
            "choices": bulk.choices_for(rows, request.actor, about.now, about.keys),
            **menu(request, ListPage.WAITING),
            **_opened(request, rows),
        }
        return draw(request, "desk/waiting.html", context)


@requires(permissions.ACT)
@posts_only("waiting")
def act(request: Any) -> HttpResponse:
    """One action on the selected cases; what became of each is told in a list."""

    def take(rows: list[str], action: str, reason: str) -> list[bulk.Line]:
        return bulk.lines(bulk.act(rows, action, Given(reason=reason), request.actor, standing(request).now))

    return act_on_selected(request, take, reverse("waiting"))


def act_on_selected(request: Any, act: Callable[[list[str], str, str], list[bulk.Line]], back: str) -> HttpResponse:
    """Take the action that was pressed, with its reason, on the rows that were selected in the list at `back`."""
    rows = request.POST.getlist("row")
    action, _bar, usual = request.POST.get("action", "").partition("|")  # a usual reason comes with its action
    reason = (usual or request.POST.get(f"reason-{action}", "")).strip()[:LONGEST_TEXT]
    with timezone.override(standing(request).zone):
        lines = act(rows, action, reason)
    if is_program(request):  # the queue, which goes on meanwhile
        return JsonResponse({"refused": bulk.refused(lines)})
    return became(request, bulk.told(lines, rows, back))


def became(request: Any, told: dict[str, Any]) -> HttpResponse:
    """On to the page that tells what became of each: to load it again does nothing again."""
    request.session[BECAME] = told
    return redirect("waiting-became")


@requires(permissions.ACT)
@require_safe
def became_page(request: Any) -> HttpResponse:
    """What became of each case of the last step on many."""
    told = request.session.get(BECAME)
    return draw(request, "desk/bulk.html", told) if told else redirect("waiting")


@requires(permissions.VIEW)
@require_safe
def waiting_file(request: Any) -> HttpResponse:
    """The same list as a workbook."""
    about, wanted = standing(request), _wanted(request)
    with timezone.override(about.zone):
        rows = queries.waiting(request.actor, about.now, wanted, count=export.MOST + 1)
        narrowed = [(_("Lamp"), str(Lamp(wanted.lamp).label))] if wanted.lamp else []
        narrowed += [(_("State"), state_names([wanted.state])[wanted.state])] if wanted.state else []
        return export.download_cases(rows, about, narrowed)


def _wanted(request: Any) -> queries.CaseFilter:
    """What the address narrows the list to."""
    states = standing(request).waiting
    return queries.CaseFilter(lamp=_chosen(request, "lamp", Lamp.values), state=_chosen(request, "state", states))


def _chosen(request: Any, name: str, known: Any) -> str:
    asked = request.GET.get(name, "")
    return asked if asked in known else ""


def _tabs(counts: dict[str, int], lamp: str, state: str) -> Iterator[Tab]:
    here = reverse("waiting")
    yield Tab(_("All"), here, counts["all"], not lamp and not state)
    for colour in (Lamp.RED, Lamp.YELLOW):
        yield Tab("", f"{here}?lamp={colour}", counts[colour], lamp == colour, colour)
    for code, name in state_names(counts).items():
        yield Tab(name, f"{here}?state={code}", counts[code], state == code)


def _opened(request: Any, rows: Sequence[Any]) -> dict[str, Any]:
    """The case that is open, with the way back to the list and on to the next one; nothing when none is."""
    number, list_url = request.GET.get("open", "").replace("\0", ""), query_with(request, open=None)
    try:
        found = queries.case_by_number(number, request.actor) if number else None
    except NotFound:
        found = None
    if found is None:
        return {"list_url": list_url}
    address = onwards(request, [row.number for row in rows], number)
    return {**file_of(request, found, back=address), "list_url": list_url}


def nothing_waits(narrowed: str) -> Empty:
    """What the empty list says."""
    if narrowed:
        return Empty(
            _("No such case waits for you"),
            _("Other cases may still wait for you."),
            _("All that waits"),
            reverse("waiting"),
            icon="circle-check",
        )
    return Empty(
        _("Nothing waits for you"),
        _("Cases come here when their next step is yours. All cases you may see are under Cases."),
        _("See cases"),
        reverse("cases"),
        icon="circle-check",
    )
