"""A photo or film by itself: which parts of it the copies hide that everybody sees who sees its case."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from citygrid.desk.web.hiding import PartFormSet, boxes, filled
from citygrid.desk.web.queue import back_of, going_back
from citygrid.desk.web.shell import draw, standing
from citygrid.evidence import permissions, queries, services
from citygrid.evidence.choices import Kind, MediaState
from citygrid.evidence.registry import Box
from citygrid.kernel.errors import Refusal
from citygrid.kernel.web import requires


@requires(permissions.REDACT)
@require_http_methods(["GET", "POST"])
def hide(request: Any, media_id: UUID) -> HttpResponse:
    """The picture with what it hides, to draw more or fewer parts; sent off, it hides these and no others."""
    if request.method == "GET":
        return _page(request, media_id)
    parts = PartFormSet(request.POST, prefix="part")
    if not parts.is_valid():
        return _page(request, media_id, parts, status=422)
    hidden = boxes(parts)
    try:
        services.redact(media_id=media_id, boxes=hidden, actor=request.actor, now=standing(request).now)
    except Refusal as refusal:
        return _page(request, media_id, parts, refusal, status=refusal.status)
    messages.success(request, _told(len(hidden)))
    return redirect(back_of(request) or request.path)


def _told(count: int) -> str:
    if not count:
        return _("Noted: somebody looked, and nothing needs to be hidden.")
    told = ngettext(
        "%(count)s part is hidden. The new copy is being made.",
        "%(count)s parts are hidden. The new copy is being made.",
        count,
    )
    return told % {"count": count}


def _page(
    request: Any, media_id: UUID, parts: Any = None, refusal: Refusal | None = None, *, status: int = 200
) -> HttpResponse:
    media = queries.media(media_id, request.actor)
    decided = queries.redactions(media)
    copy = "poster" if media.kind == Kind.VIDEO else "public"
    context = {
        "media": media,
        "picture": reverse(f"evidence-{copy}", args=[media.pk]) if media.state == MediaState.READY else "",
        "parts": parts or filled([Box(**box) for box in decided[0].boxes] if decided else ()),
        "decided": [(row, len(row.boxes)) for row in decided],
        "island": {
            "proposals": f"/api/v1/media/{media.pk}/proposals",
            "words": _words(),
        },
        "refusal": refusal,
        **going_back(back_of(request)),
    }
    return draw(request, "desk/photo_hide.html", context, status=status)


def _words() -> dict[str, str]:
    return {
        "part": _("Part {number}: {kind}. Arrow keys move it, with Shift they change its size, Delete removes it."),
        "seeking": _("Looking for faces and number plates …"),
        "found": _("{count} proposed. Check each, and the rest of the picture: the detectors miss much."),
        "none": _("Nothing was found by itself. Look yourself: the detectors miss much."),
        "failed": _("The detectors gave no answer. Draw the parts yourself."),
        "full": _("No more parts can be added."),
    }
