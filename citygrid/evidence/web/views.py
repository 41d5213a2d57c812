"""The files of photos, for those who see what the photos belong to."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from citygrid.evidence import permissions, queries, services
from citygrid.evidence.media.store import EXTENSIONS
from citygrid.kernel import clock
from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import SIGNED_IN, requires

COPY_SECONDS = 3600


@requires(SIGNED_IN)
@require_safe
def copy(request: Any, media_id: UUID, rendition: str) -> HttpResponse:
    """The public copy or the thumbnail."""
    if request.actor is None:
        raise NotFound(what=_("photo"))
    file = queries.open_copy(media_id, rendition, request.actor)
    return _guarded(
        FileResponse(file, content_type="image/jpeg", filename=f"{media_id}.jpg"), f"private, max-age={COPY_SECONDS}"
    )


@requires(permissions.VIEW_ORIGINAL)
@require_safe
def original(request: Any, media_id: UUID) -> HttpResponse:
    """The original as it was handed in, to be saved, never shown; asking for it goes on record."""
    media, file = services.open_original(media_id=media_id, actor=request.actor, now=clock.now())
    name = f"{media_id}.{EXTENSIONS[media.format]}"
    kind = f"image/{media.format.lower()}"
    return _guarded(FileResponse(file, content_type=kind, as_attachment=True, filename=name), "private, no-store")


def _guarded(response: Any, cache: str) -> Any:
    """A file somebody else made: no script may run in it, no other site may embed it, no proxy may keep it."""
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = cache
    return response
