from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils.translation import gettext_lazy as _

from citygrid.evidence import errors, models, rules
from citygrid.evidence.choices import MediaState, Rendition
from citygrid.evidence.media import store
from citygrid.evidence.registry import owners
from citygrid.evidence.rules import Comparison
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound

__all__ = ["Comparison", "attachments", "compare", "media", "open_copy", "refusal_words", "usable"]


def media(media_id: UUID, actor: Actor) -> models.Media:
    """One photo; NotFound (404) unless the actor sees something it is attached to, or has just handed it in."""
    found = models.Media.objects.prefetch_related("attachments").filter(pk=media_id).first()
    if found is None or not _is_visible(found, actor):
        raise NotFound(what=_("photo"))
    return found


def attachments(owner_kind: str, owner_id: UUID, actor: Actor) -> Sequence[models.Attachment]:
    """What is attached to a record, oldest first, each with its photo; none when the actor does not see the record."""
    if not owners.get(owner_kind)(owner_id, actor):
        return []
    rows = models.Attachment.objects.filter(owner_id=owner_id, owner_kind=owner_kind).select_related("media")
    return list(rows.order_by("attached_at", "id"))


def usable(media_ids: Collection[UUID]) -> list[UUID]:
    """Those of these photos that were not refused by the decoder, in the order given."""
    refused = models.Media.objects.filter(pk__in=media_ids, state=MediaState.REFUSED)
    out = set(refused.values_list("pk", flat=True)) if media_ids else set()
    return [media_id for media_id in media_ids if media_id not in out]


def open_copy(media_id: UUID, rendition: str, actor: Actor) -> Any:
    """The public copy or the thumbnail as an open file; NotFound (404) unless it is there and the actor sees it."""
    found = media(media_id, actor)
    name = {Rendition.PUBLIC: found.public, Rendition.THUMBNAIL: found.thumbnail}.get(Rendition(rendition), "")
    return open_stored(name)


def open_stored(name: str) -> Any:
    """A stored file; NotFound (404) when it was never made or is gone (the scrubber reports it)."""
    try:
        if name:
            return store.open_file(name)
    except FileNotFoundError:
        pass
    raise NotFound(what=_("photo"))


def compare(found: models.Media, point: Point | None, at: datetime) -> Comparison:
    """How far a photo was taken from a WGS-84 point and how long before a moment, and whether that is plausible."""
    taken, where = ((place.x, place.y) if place else None for place in (found.taken_where, point))
    return rules.compare(taken, found.taken_at, where, at)


def refusal_words(found: models.Media) -> str:
    """Why the decoder refused a photo, in the active language; empty when it did not."""
    return str(errors.words_of(found.refusal))


def _is_visible(found: models.Media, actor: Actor) -> bool:
    """Automatic actors see all; an account what it handed in, until that belongs to something."""
    if actor.is_automatic:
        return True
    attached = list(found.attachments.all())
    if not attached:
        return actor.account_id is not None and found.received_by_id == actor.account_id
    return any(owners.get(each.owner_kind)(each.owner_id, actor) for each in attached)
