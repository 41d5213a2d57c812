"""Tiles of base maps, asked for in the name of the staff: the key of a source stays on the server."""

from functools import cache
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import SIGNED_IN, requires
from citygrid.kernel.words import in_language
from citygrid.ui.base_maps import BaseMap, Silent, Source

KEPT = "private, max-age=604800"  # a week, by the browser; nothing is kept here


@requires(SIGNED_IN)
@require_safe
def tile(request: Any, name: str, zoom: int, x: int, y: int) -> HttpResponse:
    """One picture; 204 where the source has none, 502 while it does not answer."""
    base: BaseMap | None = settings.BASE_MAPS.get(name)
    if base is None or not base.has(zoom, x, y):
        raise NotFound(what=_("map tile"))
    try:
        found = _source(base, settings.BASE_MAP_KEY).tile(zoom, x, y)
    except Silent:
        return HttpResponse(status=502, headers={"Cache-Control": "no-store"})
    if found is None:
        return HttpResponse(status=204, headers={"Cache-Control": KEPT})
    return _picture(request, *found)


def told() -> list[dict[str, Any]]:
    """What a page may know of the base maps, in their order: no address of theirs, and no key."""
    return [
        {
            "name": one.name,
            "label": in_language(one.name_zh, one.name_en),
            "grid": one.grid,
            "deepest": one.deepest,
            "credit": one.credit,
        }
        for one in settings.BASE_MAPS.values()
    ]


@cache
def _source(base: BaseMap, key: str) -> Source:
    """One for each base map and process: it remembers when it failed."""
    return Source(base, key)


def _picture(request: Any, content: bytes, kind: str) -> HttpResponse:
    etag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    answer = HttpResponse(content, content_type=kind, headers={"Cache-Control": KEPT, "ETag": etag})
    return get_conditional_response(request, etag=etag, response=answer)  # type: ignore[return-value]
