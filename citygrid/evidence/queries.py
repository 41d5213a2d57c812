from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citygrid.evidence import errors, models, rules
from citygrid.evidence.choices import Kind, MediaState, Rendition, StreamState
from citygrid.evidence.media import store
from citygrid.evidence.registry import Box, Parts, Seen, detectors, owners, parts, public_parts
from citygrid.evidence.rules import Comparison
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.registry import Registry

STREAM_OWNER = "evidence.stream"
VIEW_SALT, VIEW_SECONDS = "evidence.stream.view", 12 * 3600
COPIES = {Rendition.PUBLIC: "public", Rendition.THUMBNAIL: "thumbnail", Rendition.POSTER: "poster"}
__all__ = [
    "STREAM_OWNER",
    "Comparison",
    "Photo",
    "came_with",
    "copy_of",
    "digests",
    "ids_public",
    "ids_shown",
    "live_streams",
    "media",
    "most_seconds",
    "open_copy",
    "owners_of_same",
    "photos",
    "proposals",
    "public_copy",
    "redactions",
    "refusal_words",
    "stream",
    "stream_as_seen",
    "to_package",
    "uses",
    "view_token",
    "viewed",
]


@dataclass(frozen=True)
class Photo:
    """A photo in its place: what it shows of which record, since when, and how far it fits that place and moment."""

    media: models.Media
    owner_kind: str
    owner_id: UUID
    role: str
    attached_at: datetime
    fit: Comparison


def media(media_id: UUID, actor: Actor) -> models.Media:
    """One photo; NotFound (404) unless the actor sees something it is attached to, or has just handed it in."""
    found = models.Media.objects.prefetch_related("attachments").filter(pk=media_id).first()
    if found is None or not _is_visible(found, actor):
        raise NotFound(what=_("photo"))
    return found


def photos(owner_kind: str, owner_id: UUID, actor: Actor) -> list[Photo]:
    """The photos of a record and of its `registry.parts`, oldest first; none when the actor does not see it."""
    seen = owners.get(owner_kind)(owner_id, actor)
    if seen is None:
        return []
    rows = models.Attachment.objects.filter(owner_id__in=_with_parts(owner_kind, [owner_id]))
    rows = rows.select_related("media__redaction").order_by("attached_at", "id")
    return [_photo(row, row.media, seen) for row in rows]


def came_with(owner_kind: str, moments: Mapping[UUID, datetime]) -> set[UUID]:
    """Of these records those that had a photo, of their own or of a part, at the moment named. Two queries at most."""
    wholes = _with_parts(owner_kind, moments)
    rows = models.Attachment.objects.filter(owner_id__in=wholes).values_list("owner_id", "attached_at")
    return {wholes[owner_id] for owner_id, at in rows if at <= moments[wholes[owner_id]]}


def uses(found: models.Media, actor: Actor) -> list[Photo]:
    """Where a photo is shown, as far as the actor sees it."""
    rows = [(row, owners.get(row.owner_kind)(row.owner_id, actor)) for row in found.attachments.all()]
    return [_photo(row, found, seen) for row, seen in rows if seen is not None]


def ids_shown(owner_kind: str, owner_ids: Collection[UUID], role: str) -> dict[UUID, list[UUID]]:
    """The photos of these records and of their parts that show this ("before"), by record, oldest first.

    None that was refused or removed. Ids alone, for who sees the records. Two queries at most.
    """
    wholes = _with_parts(owner_kind, owner_ids)
    shown = models.Attachment.objects.filter(owner_id__in=wholes, role=role)
    kept = shown.filter(media__state__in=(MediaState.RECEIVED, MediaState.READY)).order_by("attached_at", "id")
    found: dict[UUID, list[UUID]] = {}
    for owner_id, media_id in kept.values_list("owner_id", "media_id"):
        found.setdefault(wholes[owner_id], []).append(media_id)
    return found


def ids_public(owner_kind: str, owner_ids: Collection[UUID]) -> dict[UUID, dict[str, list[UUID]]]:
    """The photos of these records that may be shown to everybody: by record and by what they show, oldest first.

    Those whose public copy is there, and of which a person has decided what it hides (`Redaction`). A photo of a part
    that is not for everybody (`registry.public_parts`) is none of them. Two queries at most.
    """
    wholes = _with_parts(owner_kind, owner_ids, public_parts)
    rows = models.Attachment.objects.filter(owner_id__in=wholes, media__kind=Kind.PHOTO, media__state=MediaState.READY)
    rows = rows.filter(media__redaction__isnull=False).order_by("attached_at", "id")
    found: dict[UUID, dict[str, list[UUID]]] = {}
    for owner_id, role, media_id in rows.values_list("owner_id", "role", "media_id"):
        found.setdefault(wholes[owner_id], {}).setdefault(role, []).append(media_id)
    return found


def public_copy(media_id: UUID, rendition: str) -> str:
    """The stored name of a copy of a photo that the caller found to be public; NotFound (404) when it is not there."""
    found = models.Media.objects.filter(pk=media_id, redaction__isnull=False, state=MediaState.READY).first()
    return stored(str(getattr(found, COPIES[Rendition(rendition)]))) if found else stored("")


def digests(media_ids: Iterable[UUID]) -> list[str]:
    """SHA-256 of these photos in the order given, without those there are not: a photo sent again is the same one."""
    ids = list(media_ids)
    known = dict(models.Media.objects.filter(pk__in=ids).values_list("pk", "sha256"))
    return [known[media_id] for media_id in ids if media_id in known]


def owners_of_same(owner_ids: Collection[UUID]) -> set[UUID]:
    """Other records, of whatever kind, that a photo of one of these belongs to as well, to the byte. One query.

    Ids alone, for who may see those records to look them up.
    """
    shown = models.Attachment.objects.filter(owner_id__in=owner_ids).values("media__sha256")
    rows = models.Attachment.objects.filter(media__sha256__in=shown).exclude(owner_id__in=owner_ids)
    return set(rows.values_list("owner_id", flat=True))


def copy_of(media_id: UUID, rendition: str, actor: Actor) -> tuple[models.Media, str]:
    """A medium and the stored name of a copy of it; NotFound (404) unless it is there and the actor sees it."""
    found = media(media_id, actor)
    return found, stored(str(getattr(found, COPIES[Rendition(rendition)])))


def open_copy(media_id: UUID, rendition: str, actor: Actor) -> Any:
    """The copy as an open file; NotFound (404) unless it is there and the actor sees it."""
    return store.open_file(copy_of(media_id, rendition, actor)[1])


def stored(name: str) -> str:
    """The name of a stored file; NotFound (404) when it was never made or is gone (the scrubber reports it)."""
    if name and store.exists(name):
        return name
    raise NotFound(what=_("photo"))


def stream(stream_id: UUID, actor: Actor) -> models.LiveStream:
    """One's own live stream, or one this post may watch; NotFound (404)."""
    rows = models.LiveStream.objects.visible_to(actor).select_related("account", "post")
    found: models.LiveStream | None = rows.filter(pk=stream_id).first()
    if found is None:
        raise NotFound(what=_("live video"))
    return found


def live_streams(actor: Actor) -> list[models.LiveStream]:
    """What is live and may be watched by this post, with its own, the newest first. One query."""
    rows = models.LiveStream.objects.visible_to(actor).select_related("account", "post")
    return list(rows.filter(state=StreamState.LIVE).order_by("-began_at"))


def marked_streams(actor: Actor, since: datetime, *, count: int) -> list[models.LiveStream]:
    """Streams that came from a forbidden zone since then, live or over, the newest first. One query."""
    rows = models.LiveStream.objects.visible_to(actor).filter(zone__isnull=False, marked_at__gte=since)
    return list(rows.select_related("post").order_by("-marked_at")[:count])


def watched_place(stream_id: UUID) -> models.LiveStream:
    """A stream, for the platform to say where it is to those who may watch it."""
    rows = models.LiveStream.objects.unscoped(reason="the platform tells those who watch there")
    found: models.LiveStream = rows.get(pk=stream_id)
    return found


def stream_as_seen(stream_id: UUID, actor: Actor) -> Seen | None:
    """A stream as the owner of its film."""
    found = models.LiveStream.objects.visible_to(actor).filter(pk=stream_id).first()
    return Seen(where=found.location) if found else None


def to_package(ids: Collection[UUID]) -> list[tuple[UUID, str, int, bool]]:
    """Id, type, first missing piece, and whether it is live, of all live streams and of those named. One query."""
    rows = models.LiveStream.objects.unscoped(reason="the packager shows nothing to anybody")
    wanted = rows.filter(Q(state=StreamState.LIVE) | Q(pk__in=ids))
    return [
        (key, mime, next_, state == StreamState.LIVE)
        for key, mime, next_, state in wanted.values_list("pk", "mime_type", "next", "state")
    ]


def view_token(found: models.LiveStream, actor: Actor) -> str:
    """What proves that this post has opened this stream."""
    told = {"stream": str(found.pk), "account": str(actor.account_id), "post": str(actor.post_id)}
    return signing.dumps(told, salt=VIEW_SALT)


def viewed(token: str, actor: Actor) -> models.LiveStream:
    """The stream that this post has opened under the token, if it still sees it; NotFound (404)."""
    try:
        told = signing.loads(token, salt=VIEW_SALT, max_age=VIEW_SECONDS)
    except signing.BadSignature as wrong:
        raise NotFound(what=_("live video")) from wrong
    if (told["account"], told["post"]) != (str(actor.account_id), str(actor.post_id)):
        raise NotFound(what=_("live video"))
    return stream(UUID(told["stream"]), actor)


def most_seconds(found: models.Media) -> float:
    """How long a recording or a film may last: what was sent live longer than others."""
    rows = models.LiveStream.objects.unscoped(reason="a job asks whether a film was sent live")
    is_live = rows.filter(media=found).exists()
    return float(settings.STREAM_MOST_SECONDS if is_live else settings.EVIDENCE_MOST_SECONDS)


def redactions(found: models.Media) -> list[models.Redaction]:
    """What was decided about the parts a photo or film hides, the newest first, for who sees it."""
    rows = models.Redaction.objects.filter(sha256=found.sha256).select_related("decided_by")
    return list(rows.order_by("-number"))


def proposals(media_id: UUID, actor: Actor) -> list[Box]:
    """What the registered detectors would hide in a photo, or in the still picture of a film; a person decides.

    They see the copy as it is, so what is hidden already is not found again. NotFound (404) unless the actor sees it,
    NothingToHide (409) for a recording, CopyNotMade (409) where it is too early. Takes seconds: a detector runs in a
    process of its own.
    """
    found = media(media_id, actor)
    if found.kind == Kind.AUDIO:
        raise errors.NothingToHide()
    if found.state == MediaState.RECEIVED:
        raise errors.CopyNotMade()
    copy = Rendition.POSTER if found.kind == Kind.VIDEO else Rendition.PUBLIC
    picture = store.read(stored(str(getattr(found, COPIES[copy]))))
    return [box for detect in detectors.all().values() for box in detect(picture)]


def refusal_words(found: models.Media) -> str:
    """Why the decoder refused a photo, in the active language; empty when it did not."""
    return str(errors.words_of(found.refusal))


def _with_parts(owner_kind: str, owner_ids: Collection[UUID], among: Registry[Parts] = parts) -> dict[UUID, UUID]:
    """The records and their parts, each with the record it belongs to; ids are unique over all kinds."""
    find = among.all().get(owner_kind)
    return {**{one: one for one in owner_ids}, **(find(owner_ids) if find else {})}


def _is_visible(found: models.Media, actor: Actor) -> bool:
    """Automatic actors see all; an account what it handed in, until that belongs to something."""
    if actor.is_automatic:
        return True
    attached = list(found.attachments.all())
    if not attached:
        return actor.account_id is not None and found.received_by_id == actor.account_id
    return any(owners.get(each.owner_kind)(each.owner_id, actor) is not None for each in attached)


def _photo(row: models.Attachment, found: models.Media, seen: Seen) -> Photo:
    taken, where = ((place.x, place.y) if place else None for place in (found.taken_where, seen.where))
    fit = rules.compare(taken, found.taken_at, where, row.attached_at)
    return Photo(found, row.owner_kind, row.owner_id, row.role, row.attached_at, fit)
