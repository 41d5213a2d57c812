import hashlib
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citygrid.evidence import errors, models, permissions, queries, rules
from citygrid.evidence.choices import MOST_AT_ONCE, MediaState, Rendition, Role
from citygrid.evidence.media import Decoded, Limits, decode, store
from citygrid.evidence.registry import owners
from citygrid.evidence.services.base import alone_with, record
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.ids import uuid7
from citygrid.kernel.jobs import enqueue

PROCESS_TASK, QUEUE = "evidence.process", "evidence"
PIECE = 1 << 20


def check_announced(filename: str, length: int) -> None:
    """Refuse a file by its name and length alone: FormatUnknown (415), PhotoEmpty (400), PhotoTooLarge (413)."""
    rules.check_name(filename)
    if not length:
        raise errors.PhotoEmpty()
    if length > settings.EVIDENCE_MOST_BYTES:
        raise errors.PhotoTooLarge(most=settings.EVIDENCE_MOST_BYTES >> 20)


def receive_photo(
    *, content: bytes | IO[bytes], filename: str, actor: Actor, now: datetime, sha256: str = ""
) -> models.Media:
    """Take a photo as evidence: when this returns, its file and its row are stored for good and its job is queued.

    The same account sending the same photo again gets the first one, while that belongs to nothing yet. PhotoRefused
    (400, 413, 415) names what is wrong, PromiseBroken (460) that it does not hash to `sha256` (hexadecimal; "" for no
    promise); then nothing is kept. A crash on the way leaves at most a file without a row, which the scrubber reports.
    """
    actor.require(permissions.RECEIVE)
    photo, digest = _read(content, settings.EVIDENCE_MOST_BYTES)
    if sha256 and sha256 != digest:
        raise errors.PromiseBroken()
    container = rules.inspect(photo, filename, most_pixels=settings.EVIDENCE_MOST_PIXELS)
    name = store.name_of(Rendition.ORIGINAL, digest, container.format)
    with alone_with(digest):
        if again := _handed_in_before(digest, actor):
            return again
        store.keep(name, photo)
        media = models.Media.objects.create(
            id=uuid7(),
            format=container.format,
            sha256=digest,
            size=len(photo),
            width=container.width,
            height=container.height,
            original=name,
            received_at=now,
            received_by_id=actor.account_id,
            retain_until_date=_retain_until(now),
        )
        record(media, "receive", actor, now, {"sha256": digest, "size": len(photo)})
        enqueue(PROCESS_TASK, QUEUE, media_id=str(media.pk))
    return media


def process(*, media_id: UUID, now: datetime) -> models.Media:
    """Decode a photo in its own process and store the public copy and the thumbnail; or note why it is refused.

    May be run again at any time: what is done stays done. OSError when the original cannot be read.
    """
    media = models.Media.objects.get(pk=media_id)
    if media.state != MediaState.RECEIVED:
        return media
    photo = store.read(media.original)
    if hashlib.sha256(photo).hexdigest() != media.sha256:
        raise OSError(f"{media.original} is not what was received")
    decoded = decode(photo, media.format, Limits(pixels=settings.EVIDENCE_MOST_PIXELS))
    if not decoded.refusal and (decoded.width, decoded.height) != (media.width, media.height):
        decoded = Decoded(refusal=errors.PhotoMalformed.code)  # container and decoder disagree
    return _conclude(media, decoded, now)


@transaction.atomic
def attach(
    *, media_ids: Collection[UUID], owner_kind: str, owner_id: UUID, role: str, actor: Actor, now: datetime
) -> None:
    """Attach photos to a record of a registered kind. The caller has checked that the actor may act on the record.

    NotFound (404) for a photo the actor does not see or that is no longer kept, RefusedBefore (409) for one the
    decoder refused, TooManyPhotos (400).
    """
    owners.get(owner_kind)
    if len(media_ids) > MOST_AT_ONCE:
        raise errors.TooManyPhotos(most=MOST_AT_ONCE)
    list(models.Media.objects.select_for_update().filter(pk__in=media_ids).order_by("pk"))  # not removed meanwhile
    for media_id in media_ids:
        media = queries.media(media_id, actor)
        if media.state == MediaState.REMOVED:
            raise NotFound(what=_("photo"))
        if media.state == MediaState.REFUSED:
            raise errors.RefusedBefore(reason=errors.words_of(media.refusal))
        models.Attachment.objects.get_or_create(
            media=media, owner_kind=owner_kind, owner_id=owner_id, role=Role(role), defaults={"attached_at": now}
        )
        record(media, "attach", actor, now, {"owner": f"{owner_kind}/{owner_id}", "role": str(role)})


def open_original(*, media_id: UUID, actor: Actor, now: datetime) -> tuple[models.Media, Any]:
    """A photo and its original as an open file, for a post that may; who asked is on record before it is read."""
    actor.require(permissions.VIEW_ORIGINAL)
    media = queries.media(media_id, actor)
    if media.state in (MediaState.REFUSED, MediaState.REMOVED):
        raise NotFound(what=_("photo"))
    with transaction.atomic():
        record(media, "open_original", actor, now, {})
    return media, queries.open_stored(media.original)


def _handed_in_before(digest: str, actor: Actor) -> models.Media | None:
    if actor.account_id is None:
        return None
    mine = models.Media.objects.filter(sha256=digest, received_by=actor.account_id, attachments=None)
    return mine.exclude(state=MediaState.REMOVED).order_by("received_at").first()


def _retain_until(now: datetime) -> date | None:
    days = settings.EVIDENCE_RETENTION_DAYS
    return timezone.localdate(now) + timedelta(days=days) if days else None


def _read(content: bytes | IO[bytes], most: int) -> tuple[bytes, str]:
    """The whole content and its SHA-256. No more than `most` bytes (and a piece) are read into memory."""
    digest, read = hashlib.sha256(), bytearray()
    pieces = [content] if isinstance(content, bytes) else iter(lambda: content.read(PIECE), b"")
    for piece in pieces:
        digest.update(piece)
        read += piece
        if len(read) > most:
            raise errors.PhotoTooLarge(most=most >> 20)
    return bytes(read), digest.hexdigest()


def _conclude(media: models.Media, decoded: Decoded, now: datetime) -> models.Media:
    """Store the copies, then say in the row that they are there."""
    values: dict[str, Any] = {"state": MediaState.REFUSED, "refusal": decoded.refusal}
    if not decoded.refusal:
        names = {copy: store.name_of(copy, media.sha256) for copy in (Rendition.PUBLIC, Rendition.THUMBNAIL)}
        store.keep(names[Rendition.PUBLIC], decoded.public)
        store.keep(names[Rendition.THUMBNAIL], decoded.thumbnail)
        recorded = decoded.recorded or {}
        where = rules.position(recorded)
        values = {
            "state": MediaState.READY,
            "public": names[Rendition.PUBLIC],
            "thumbnail": names[Rendition.THUMBNAIL],
            "taken_at": rules.instant(recorded, timezone.get_default_timezone()),
            "taken_where": Point(*where, srid=4326) if where else None,
        }
    with transaction.atomic():
        locked = models.Media.objects.select_for_update().get(pk=media.pk)
        if locked.state != MediaState.RECEIVED:  # another worker was first; it wrote the same
            return locked
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(values))
        record(locked, str(values["state"]), system_actor("decoder"), now, {"refusal": decoded.refusal})
    return locked
