"""The map: the page, and the parts of it that the server draws."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.cases import permissions, queries
from citygrid.desk.web.export import MOST
from citygrid.desk.web.forms import CaseFilterForm
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.views.base_maps import told
from citygrid.desk.web.words import PAGE, lamp_of, place_name, place_names, state_of
from citygrid.geography import queries as geography
from citygrid.inventory import permissions as inventory_permissions
from citygrid.kernel.api import SIDES
from citygrid.kernel.errors import Invalid
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.web import requires
from citygrid.ui.lamps import SHAPES
from citygrid.ui.tables import Empty

SPAN = 30  # days that are played where the filter names no first one


@requires(permissions.VIEW)
@require_safe
def case_map(request: Any) -> HttpResponse:
    """Cases where they are, with the areas of the post around them."""
    form = CaseFilterForm(request.GET or None, request.actor)
    wanted = form.wanted(standing(request).today) if form.is_bound else queries.CaseFilter()
    context = {
        "layers": _layers(),
        "bases": told(),
        "sees_components": request.actor.may(inventory_permissions.VIEW),
    }
    context |= {"most_metres": geography.MOST_METRES, **_time(wanted, standing(request).today)}
    return draw(request, "desk/map.html", {**context, "form": form, "island": _island(request, wanted)})


@requires(permissions.VIEW)
@require_safe
def in_view(request: Any) -> HttpResponse:
    """The cases in a box of the map, or in a shape drawn on it, of those the filter leaves; a part of a page."""
    about = standing(request)
    wanted = CaseFilterForm(request.GET, request.actor).wanted(about.today)
    wanted = wanted if wanted.within else replace(wanted, box=_box(request))
    with timezone.override(about.zone):
        found = list(queries.cases(request.actor, wanted, about.now, count=PAGE + 1))
        context = {"rows": _rows(found[:PAGE], about.now), "is_cut": len(found) > PAGE, "empty": _none_here(wanted)}
        return render(request, "desk/_map_list.html", {**context, **_selected(request, wanted)})


@requires(permissions.VIEW)
@require_safe
def card(request: Any, number: str) -> HttpResponse:
    """What the map tells of a case that was picked on it; a part of a page."""
    about, found = standing(request), queries.case_by_number(number, request.actor)
    with timezone.override(about.zone):
        told = {"lamp": lamp_of(found, about.now), "state": state_of(found), "place": place_name(found.area_code)}
        return render(request, "desk/_map_card.html", {"case": found, **told})


def _time(wanted: queries.CaseFilter, today: date) -> dict[str, Any]:
    """The days that the bar of time may show, those of the filter, and which it begins with."""
    bounds = wanted.opened_from, wanted.opened_until
    last = wanted.opened_until or today
    return {"bounds": bounds, "span": (wanted.opened_from or last - timedelta(days=SPAN - 1), last)}


@kept_a_moment
def _layers() -> list[Any]:
    """The layers of the city, for the choice of what the map shows."""
    return geography.layers()


def _box(request: Any) -> tuple[float, float, float, float]:
    """The four sides in the address; nothing else is asked for by the script of the map."""
    try:
        west, south, east, north = (float(request.GET[side]) for side in SIDES)
    except (KeyError, ValueError) as error:
        raise Invalid(fields={"box": _("A box needs west, south, east and north.")}) from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(fields={"box": _("A box needs west, south, east and north.")})
    return west, south, east, north


def _rows(found: list[Any], now: datetime) -> list[dict[str, Any]]:
    places = place_names(case.area_code for case in found) if found else {}
    return [
        {
            "case": case,
            "lamp": lamp_of(case, now),
            "state": state_of(case),
            "place": case.address or places[case.area_code],
            "lon": f"{case.location.x:.6f}",
            "lat": f"{case.location.y:.6f}",
        }
        for case in found
    ]


def _selected(request: Any, wanted: queries.CaseFilter) -> dict[str, Any]:
    """How many cases the drawn shape selects (counted as far as a file holds them), and where they are as a list."""
    if not wanted.within:
        return {}
    count = queries.total(request.actor, wanted, standing(request).now, MOST + 1)
    asked = {name: values for name, values in request.GET.lists() if any(values) and name not in SIDES}
    query = urlencode(asked, doseq=True)
    return {"selected": min(count, MOST), "is_more": count > MOST, "query": query}


def _none_here(wanted: queries.CaseFilter) -> Empty:
    if wanted.within:
        return Empty(_("No case in the shape"), _("Draw a wider one, or take a filter away."), icon="polygon")
    return Empty(_("No case in view"), _("Move the map, go farther away, or take a filter away."), icon="map-pin")


def _asked(wanted: queries.CaseFilter) -> str:
    """The filter as the tiles of the API take it."""
    given = asdict(replace(wanted, within=None))  # what was drawn narrows the list, not the map
    return urlencode({name: value for name, value in given.items() if value not in ("", None)})


def _island(request: Any, wanted: queries.CaseFilter) -> dict[str, Any]:
    """What the script of the map starts from (frontend/islands/map-desk)."""
    codes = request.actor.reach.areas
    return {
        "reach": [code for code in codes if code],
        "extent": geography.extent(codes),
        "query": _asked(wanted),
        "lamps": SHAPES,
        "bases": told(),
        "words": {"zoomIn": _("Zoom in"), "zoomOut": _("Zoom out")},
    }
