"""Live pictures: what the wall starts from, a picture that is made a case, and the page of one stream."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citygrid.catalogue import queries as catalogue
from citygrid.command import services
from citygrid.evidence import permissions, queries
from citygrid.geography import queries as geography
from citygrid.intake import permissions as intake
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.web import requires

MOST_PICTURE = 4 << 20
FIREWORKS = ("烟花", "firework")  # such a category is offered first


def wall(actor: Actor) -> dict[str, Any]:
    """What the wall of this post starts from (frontend/command/wall.ts), and what it may make a case of."""
    may_report = actor.may(intake.RECEIVE)
    choices = _choices() if may_report else []
    words = {name: str(text) for name, text in _words().items()}
    page = reverse("command-stream", args=[UUID(int=0)])
    return {
        "may_watch": actor.may(permissions.WATCH_STREAM),
        "may_report": may_report,
        "categories": choices,
        "first": next((key for _group, leaves in choices for key, name in leaves if _is_first(name)), ""),
        "told": {"streams": "/api/v1/streams", "page": page.replace(str(UUID(int=0)), "{id}"), "words": words},
    }


@requires(permissions.WATCH_STREAM)
@never_cache
@require_safe
def stream(request: Any, stream_id: UUID) -> HttpResponse:
    """One stream: who sent it, when and where it was last; its film, once it is one."""
    found = queries.stream(stream_id, request.actor)
    place = geography.place_names({found.area_code}, request.LANGUAGE_CODE).get(found.area_code, "")
    return render(request, "command/stream.html", {"stream": found, "place": place, "film": found.media})


@requires(intake.RECEIVE)
@require_POST
def report(request: Any, stream_id: UUID) -> HttpResponse:
    """Make a report, or a case, of a picture: `picture` (JPEG), `category`, `note`, `key`; where it is, as JSON."""
    sent = request.FILES.get("picture")
    picture = sent.read(MOST_PICTURE) if sent else b""
    given = {name: request.POST.get(name, "")[:300] for name in ("category", "note", "key")}
    made = services.report_stream(
        stream_id=stream_id,
        picture=picture,
        category_key=given["category"],
        note=given["note"],
        key=given["key"] or str(stream_id),
        actor=request.actor,
        now=clock.now(),
    )
    page = reverse("case", args=[made.case_number]) if made.case_number else reverse("report", args=[made.report_id])
    return JsonResponse({"number": made.case_number or made.receipt, "page": page}, status=201)


@kept_a_moment
def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for scheme in catalogue.schemes():
        for leaf in catalogue.leaf_categories(scheme.code):
            groups.setdefault(leaf.major or scheme.name, []).append((leaf.key, leaf.name))
    return list(groups.items())


def _is_first(name: str) -> bool:
    return any(word in name.lower() for word in FIREWORKS)


def _words() -> dict[str, Any]:
    return {
        "watch": _("Watch"),
        "since": _("since {time}"),
        "delay": _("{count} s behind"),
        "opening": _("Opening…"),
        "stalled": _("No picture for {count} s"),
        "ended": _("Ended at {time}"),
        "recording": _("To the recording"),
        "waiting": _("{count} more are live"),
        "live": _("{count} live"),
        "refused": _("It cannot be watched: {why}"),
        "failed": _("The server does not answer; what is live may be out of date."),
        "made": _("Made: {number}"),
        "stop": _("Stop watching"),
        "report": _("Make a case"),
        "sound": _("With sound"),
        "none": _("No answer; nothing was sent. Try again."),
    }
