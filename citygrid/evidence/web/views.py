"""The files of photos, for those who see what the photos belong to."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from citygrid.evidence import permissions, queries, services
from citygrid.evidence.media import answer
from citygrid.kernel import clock
from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import SIGNED_IN, requires


@requires(SIGNED_IN)
@require_safe
def copy(request: Any, media_id: UUID, rendition: str) -> Any:
    """The public copy or the thumbnail."""
    if request.actor is None:
        raise NotFound(what=_("photo"))
    return answer.copy(queries.open_copy(media_id, rendition, request.actor), media_id)


@requires(permissions.VIEW_ORIGINAL)
@require_safe
def original(request: Any, media_id: UUID) -> Any:
    """The original, to be saved, never shown; asking for it goes on record."""
    media, file = services.open_original(media_id=media_id, actor=request.actor, now=clock.now())
    return answer.original(file, media_id, media.format)
