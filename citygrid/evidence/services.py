import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citygrid.evidence import errors, models, permissions, queries, rules
from citygrid.evidence.choices import MOST_AT_ONCE, MediaState, Rendition, Role
from citygrid.evidence.media import Decoded, Limits, decode, store
from citygrid.evidence.registry import owners
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.ids import uuid7
from citygrid.kernel.jobs import enqueue

PROCESS_TASK, QUEUE = "evidence.process", "evidence"
GRACE = timedelta(hours=24)  # a younger file may belong to a photo that is just coming in
SLOW = timedelta(hours=1)
UNCLAIMED = timedelta(days=7)  # a photo nobody attached to anything is kept so long
PIECE = 1 << 20
log = logging.getLogger(__name__)


@dataclass
class ScrubReport:
    """What the scrubber found. Names are those of the storage; `waiting`: photos unprocessed for an hour."""

    checked: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    @property
    def problems(self) -> dict[str, list[str]]:
        """What is wrong, by kind; empty when all is well."""
        kinds = ("missing", "changed", "orphans", "waiting")
        return {kind: names for kind in kinds if (names := getattr(self, kind))}


def receive_photo(*, content: bytes | IO[bytes], filename: str, actor: Actor, now: datetime) -> models.Media:
    """Take a photo as evidence: when this returns, its file and its row are stored for good and its job is queued.

    The same account sending the same photo again gets the first one, while that belongs to nothing yet. PhotoRefused
    (400, 413, 415) names what is wrong; then nothing is kept. A crash on the way leaves at most a file without a row,
    which the scrubber reports.
    """
    actor.require(permissions.RECEIVE)
    photo, digest = _read(content, settings.EVIDENCE_MOST_BYTES)
    container = rules.inspect(photo, filename, most_pixels=settings.EVIDENCE_MOST_PIXELS)
    name = store.name_of(Rendition.ORIGINAL, digest, container.format)
    with _alone_with(digest):
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
        _record(media, "receive", actor, now, {"sha256": digest, "size": len(photo)})
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
        _record(media, "attach", actor, now, {"owner": f"{owner_kind}/{owner_id}", "role": str(role)})


def open_original(*, media_id: UUID, actor: Actor, now: datetime) -> tuple[models.Media, Any]:
    """A photo and its original as an open file, for a post that may; who asked is on record before it is read."""
    actor.require(permissions.VIEW_ORIGINAL)
    media = queries.media(media_id, actor)
    if media.state in (MediaState.REFUSED, MediaState.REMOVED):
        raise NotFound(what=_("photo"))
    with transaction.atomic():
        _record(media, "open_original", actor, now, {})
    return media, queries.open_stored(media.original)


def scrub(*, actor: Actor, now: datetime) -> ScrubReport:
    """Hash every stored original again; report what is missing, changed, without a row, or was never processed."""
    actor.require(permissions.SCRUB)
    report = ScrubReport()
    known: set[str] = set()
    for media in models.Media.objects.order_by("id").iterator(chunk_size=1_000):
        names = [name for name in (media.original, media.public, media.thumbnail) if name]
        if media.original and media.original not in known:
            _scrub_one(media, report)
        report.missing += [name for name in names[1:] if name not in known and not store.exists(name)]
        known.update(names)
    report.orphans = [name for name in store.names(now - GRACE) if name not in known]
    late = models.Media.objects.filter(state=MediaState.RECEIVED, received_at__lt=now - SLOW)
    report.waiting = [str(media_id) for media_id in late.values_list("pk", flat=True)]
    counts = {kind: len(names) for kind, names in report.problems.items()}
    with transaction.atomic():
        data = {"checked": report.checked, **counts}
        audit.record(subject="evidence.store", action="scrub", actor=actor, now=now, data=data)
    if counts:
        log.error("evidence: %s", counts)
    return report


def purge(*, now: datetime) -> int:
    """Remove the files of photos whose time is over; returns how many photos. Their rows stay and say so.

    Over is the time of photos past their date, of those that belonged to nothing for a week, and, a day after they
    came, of those the decoder refused (they keep their reason). Rows are changed first, files deleted last.
    """
    is_over = Q(retain_until_date__lt=timezone.localdate(now))
    is_over |= Q(attachments=None, received_at__lt=now - UNCLAIMED)
    is_refused = Q(state=MediaState.REFUSED, received_at__lt=now - GRACE) & ~Q(original="")
    rows = models.Media.objects.exclude(state=MediaState.REMOVED)
    ids = list(rows.filter(is_over | is_refused).values_list("pk", flat=True).distinct())
    return sum(_remove(media_id, is_over, now) for media_id in ids)


def _remove(media_id: UUID, is_over: Q, now: datetime) -> bool:
    with transaction.atomic():
        media = models.Media.objects.select_for_update().get(pk=media_id)
        if models.Media.objects.filter(is_over, pk=media_id).exists():
            media.state, media.refusal, media.taken_at, media.taken_where = MediaState.REMOVED, "", None, None
        elif media.state != MediaState.REFUSED:  # attached while this was waiting
            return False
        names = [name for name in (media.original, media.public, media.thumbnail) if name]
        media.original = media.public = media.thumbnail = ""
        media.save()
        data = {"sha256": media.sha256, "size": media.size, "files": len(names)}
        _record(media, "remove", system_actor("retention"), now, data)
    _delete_files(media.sha256, names)
    return True


def _delete_files(digest: str, names: Iterable[str]) -> None:
    """Delete files of a photo, unless another photo of the same content needs them."""
    with _alone_with(digest):
        same = models.Media.objects.filter(sha256=digest).values_list("original", "public", "thumbnail")
        for name in set(names).difference(*same):
            store.delete(name)


@contextmanager
def _alone_with(digest: str) -> Iterator[None]:
    """A transaction during which nobody else receives or deletes files of this content."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"evidence/{digest}"])
        yield


def _handed_in_before(digest: str, actor: Actor) -> models.Media | None:
    if actor.account_id is None:
        return None
    mine = models.Media.objects.filter(sha256=digest, received_by=actor.account_id, attachments=None)
    return mine.exclude(state=MediaState.REMOVED).order_by("received_at").first()


def _retain_until(now: datetime) -> date | None:
    days = settings.EVIDENCE_RETENTION_DAYS
    return timezone.localdate(now) + timedelta(days=days) if days else None


def _scrub_one(media: models.Media, report: ScrubReport) -> None:
    report.checked += 1
    report.bytes += media.size
    try:
        if store.digest_of(media.original) != media.sha256:
            report.changed.append(media.original)
    except FileNotFoundError:
        report.missing.append(media.original)


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
        _record(locked, str(values["state"]), system_actor("decoder"), now, {"refusal": decoded.refusal})
    return locked


def _record(media: models.Media, action: str, actor: Actor, now: datetime, data: dict[str, Any]) -> None:
    audit.record(subject=f"evidence.media/{media.pk}", action=action, actor=actor, now=now, data=data)
