"""The files of photos, for those who see what the photos belong to; and of live video, for who has opened it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from citygrid.evidence import permissions, queries, services
from citygrid.evidence.media import answer, shown
from citygrid.kernel import clock
from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import SIGNED_IN, requires


@requires(SIGNED_IN)
@require_safe
def copy(request: Any, media_id: UUID, rendition: str) -> Any:
    """The public copy, or a still picture."""
    if request.actor is None:
        raise NotFound(what=_("photo"))
    found, name = queries.copy_of(media_id, rendition, request.actor)
    return answer.copy(request, name, media_id, found.kind, rendition)


@requires(permissions.VIEW_ORIGINAL)
@require_safe
def original(request: Any, media_id: UUID) -> Any:
    """The original, to be saved, never shown; asking for it goes on record."""
    found, name = services.open_original(media_id=media_id, actor=request.actor, now=clock.now())
    return answer.original(request, name, media_id, found.kind, found.format)


@requires(permissions.WATCH_STREAM)
@require_safe
def live(request: Any, token: str, name: str) -> Any:
    """The playlist of a live stream, or a part it names, for the post that has opened it."""
    found = queries.viewed(token, request.actor)
    content, content_type = shown.read(found.pk, name)
    return HttpResponse(content, content_type=content_type, headers={"Cache-Control": "private, no-store"})
