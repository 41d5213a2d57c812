"""The map: the page, and the parts of it that the server draws."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.cases import permissions, queries
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.words import lamp_of, place_name, state_of
from citygrid.geography import queries as geography
from citygrid.inventory import permissions as inventory_permissions
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.web import requires
from citygrid.ui.lamps import SHAPES


@requires(permissions.VIEW)
@require_safe
def case_map(request: Any) -> HttpResponse:
    """Cases where they are, with the areas of the post around them."""
    context = {"layers": _layers(), "sees_components": request.actor.may(inventory_permissions.VIEW)}
    return draw(request, "desk/map.html", {**context, "island": _island(request)})


@requires(permissions.VIEW)
@require_safe
def card(request: Any, number: str) -> HttpResponse:
    """What the map tells of a case that was picked on it; a part of a page."""
    about, found = standing(request), queries.case_by_number(number, request.actor)
    with timezone.override(about.zone):
        told = {"lamp": lamp_of(found, about.now), "state": state_of(found), "place": place_name(found.area_code)}
        return render(request, "desk/_map_card.html", {"case": found, **told})


@kept_a_moment
def _layers() -> list[Any]:
    """The layers of the city, for the choice of what the map shows."""
    return geography.layers()


def _island(request: Any) -> dict[str, Any]:
    """What the script of the map starts from (frontend/islands/map-desk)."""
    codes = request.actor.reach.areas
    return {
        "reach": [code for code in codes if code],
        "extent": geography.extent(codes),
        "lamps": SHAPES,
        "base": settings.BASE_MAP,
        "words": {"zoomIn": _("Zoom in"), "zoomOut": _("Zoom out")},
    }
