"""The page across a room: what the district is like now, for those who lead the evening."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citygrid.command import permissions, queries, rules
from citygrid.command.web import streams
from citygrid.kernel import clock
from citygrid.kernel.web import posts_only, requires
from citygrid.kernel.words import in_language
from citygrid.ui.middleware import plays_from_memory

SEEN = "command_seen"  # in the session: until when alarms were acknowledged


@requires(permissions.VIEW)
@never_cache
@require_safe
def page(request: Any) -> HttpResponse:
    """The whole page; what changes on it is read again every few seconds (`news`)."""
    return plays_from_memory(_draw(request, "command/page.html", wall=streams.wall(request.actor)))


@requires(permissions.VIEW)
@never_cache
@require_safe
def news(request: Any) -> HttpResponse:
    """What changes on the page: a part of it."""
    return _draw(request, "command/_news.html")


@requires(permissions.VIEW)
@posts_only("command")
def acknowledge(request: Any) -> HttpResponse:
    """The alarm was seen: it stands back until the next, for this account in this session."""
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    if until is not None and timezone.is_aware(until):
        request.session[SEEN] = min(until, clock.now()).isoformat()
    return redirect("command-news" if "HX-Request" in request.headers else "command")


def _draw(request: Any, template: str, **more: Any) -> HttpResponse:
    now = clock.now()
    zone = queries.zone_of(request.actor)
    state = queries.state(request.actor, now, zone)
    alarms = rules.alarming((one.at for one in state.marks), _seen(request, now.astimezone(zone)))
    names = queries.street_names(request.actor.reach.areas)
    marks = [{"mark": one, "place": state.places.get(one.area_code, ""), "url": _url(one)} for one in state.marks]
    context = {
        "now": now,
        "state": state,
        "marks": marks,
        "streets": [{"name": names.get(one.street, one.street), "count": one} for one in state.streets],
        "alarm": marks[0] if alarms else None,
        "alarms": len(alarms) if len(alarms) < queries.MOST_MARKS else 0,  # more are not counted
        "places": _places(request.actor, state, now),
        **more,
    }
    with timezone.override(zone):
        return render(request, template, context)


def _seen(request: Any, now: datetime) -> datetime:
    """Until when alarms were acknowledged; at first, those of the night so far stand."""
    kept = request.session.get(SEEN)
    return datetime.fromisoformat(kept) if kept else rules.night_of(now)[0]


def _url(mark: queries.Mark) -> str:
    return reverse("report" if mark.kind == "report" else "command-stream", args=[mark.id])


def _places(actor: Any, state: queries.State, now: datetime) -> dict[str, Any]:
    """What the script of the map draws (frontend/command/map.ts), in degrees."""
    reports = [
        {
            "lon": one.location.x,
            "lat": one.location.y,
            "url": reverse("report", args=[one.id]),
            "label": in_language(one.category_zh, one.category_en),
            "isMarked": one.zone is not None,
            "isNew": now - one.at < queries.NEW_FOR,
        }
        for one in state.reports
        if one.location
    ]
    streams = [
        {
            "lon": one.location.x,
            "lat": one.location.y,
            "url": reverse("command-stream", args=[one.pk]),
            "label": state.places.get(one.area_code, ""),
            "isMarked": one.zone is not None,
            "isNew": now - one.began_at < queries.NEW_FOR,
        }
        for one in state.streams
    ]
    reach = [code for code in actor.reach.areas if code]
    return {"reports": reports, "streams": streams, "zones": state.zones, "reach": reach, "extent": state.extent}
