import hashlib
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citygrid.evidence import errors, models, permissions, queries, rules
from citygrid.evidence.choices import MOST_AT_ONCE, Kind, MediaState, Rendition, Role
from citygrid.evidence.media import Decoded, Limits, decode, store
from citygrid.evidence.media.film import convert, probe
from citygrid.evidence.registry import owners
from citygrid.evidence.rules import film
from citygrid.evidence.services.base import alone_with, record, to_process
from citygrid.evidence.services.redact import boxes_of, latest
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.ids import uuid7

COPIES = ("public", "thumbnail", "poster")
PIECE = 1 << 20


def most_bytes(kind: str) -> int:
    """The largest file of a kind that is taken."""
    most = {Kind.AUDIO: settings.EVIDENCE_MOST_AUDIO_BYTES, Kind.VIDEO: settings.EVIDENCE_MOST_VIDEO_BYTES}
    return most.get(Kind(kind), settings.EVIDENCE_MOST_BYTES)


def check_announced(filename: str, length: int) -> None:
    """Refuse a file by its name and length alone: FormatUnknown (415), PhotoEmpty (400), PhotoTooLarge (413)."""
    most = most_bytes(rules.kind_of(filename))
    if not length:
        raise errors.PhotoEmpty()
    if length > most:
        raise errors.PhotoTooLarge(most=most >> 20)


def receive_photo(
    *, content: bytes | IO[bytes], filename: str, actor: Actor, now: datetime, sha256: str = ""
) -> models.Media:
    """Take a photo as evidence: when this returns, its file and its row are stored for good and its job is queued.

    A recording or a film may come the same way, if it is no larger than a photo may be. The same account sending the
    same again gets the first one, while that belongs to nothing yet. PhotoRefused (400, 413, 415) names what is wrong,
    PromiseBroken (460) that it does not hash to `sha256` (hexadecimal; "" for no promise); then nothing is kept. A
    crash on the way leaves at most a file without a row, which the scrubber reports.
    """
    actor.require(permissions.RECEIVE)
    photo, digest = _read(content, settings.EVIDENCE_MOST_BYTES)
    if film.extension(filename) in film.FORMATS:
        with NamedTemporaryFile(prefix="film-") as file:
            file.write(photo)
            file.flush()
            path = Path(file.name)
            return receive_file(path=path, filename=filename, actor=actor, now=now, sha256=sha256)
    _check_promise(sha256, digest)
    container = rules.inspect(photo, filename, most_pixels=settings.EVIDENCE_MOST_PIXELS)
    name = store.name_of(Rendition.ORIGINAL, digest, container.format)
    facts = {"size": len(photo), "width": container.width, "height": container.height}
    with alone_with(digest):
        if again := _handed_in_before(digest, actor):
            return again
        store.keep(name, photo)
        return _register(name, digest, actor, now, format=container.format, **facts)


def receive_file(
    *, path: Path, filename: str, actor: Actor, now: datetime, sha256: str = "", most_seconds: float | None = None
) -> models.Media:
    """Take a file of this machine as `receive_photo` does, up to the size its kind may have; read in pieces.

    `most_seconds`: how long it may last, if not as long as any recording.
    """
    actor.require(permissions.RECEIVE)
    size = path.stat().st_size
    check_announced(filename, size)
    if rules.kind_of(filename) == Kind.PHOTO:
        with path.open("rb") as photo:
            return receive_photo(content=photo, filename=filename, actor=actor, now=now, sha256=sha256)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        _check_promise(sha256, digest)
        file_format = film.inspect(file, filename)
    found = probe(path, filename, file_format, most_seconds=most_seconds or settings.EVIDENCE_MOST_SECONDS)
    kind = Kind.VIDEO if found.has_picture else Kind.AUDIO
    if size > most_bytes(kind):
        raise errors.PhotoTooLarge(most=most_bytes(kind) >> 20)
    name = store.name_of(Rendition.ORIGINAL, digest, file_format)
    store.keep_file(name, path)  # long before the transaction, which must be short
    facts = {"size": size, "width": found.width, "height": found.height, "seconds": found.seconds}
    with alone_with(digest):
        if again := _handed_in_before(digest, actor):
            return again
        if not store.exists(name):  # another medium of this content was removed meanwhile
            store.keep_file(name, path)
        return _register(name, digest, actor, now, format=file_format, kind=kind, **facts)


def process(*, media_id: UUID, now: datetime) -> models.Media:
    """Decode a medium in processes of its own and store its copies; or note why it is refused.

    May be run again at any time: what is done stays done. OSError when the original cannot be read.
    """
    media = models.Media.objects.select_related("redaction").get(pk=media_id)
    if media.state != MediaState.RECEIVED:
        return media
    return (_draw if media.kind == Kind.PHOTO else _convert)(media, now)


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


def open_original(*, media_id: UUID, actor: Actor, now: datetime) -> tuple[models.Media, str]:
    """A medium and the stored name of its original, for a post that may; who asked is on record before it is read."""
    actor.require(permissions.VIEW_ORIGINAL)
    media = queries.media(media_id, actor)
    if media.state in (MediaState.REFUSED, MediaState.REMOVED):
        raise NotFound(what=_("photo"))
    with transaction.atomic():
        record(media, "open_original", actor, now, {"kind": media.kind})
    return media, queries.stored(media.original)


def _register(name: str, digest: str, actor: Actor, now: datetime, **facts: Any) -> models.Media:
    """The row of a medium whose original is stored, and its job."""
    media = models.Media.objects.create(
        id=uuid7(),
        sha256=digest,
        original=name,
        received_at=now,
        received_by_id=actor.account_id,
        redaction=latest(digest),
        retain_until_date=_retain_until(now),
        **facts,
    )
    record(media, "receive", actor, now, {"sha256": digest, "size": media.size})
    to_process(media)
    return media


def _check_promise(promised: str, digest: str) -> None:
    if promised and promised != digest:
        raise errors.PromiseBroken()


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


def _draw(media: models.Media, now: datetime) -> models.Media:
    """Copies of a photo."""
    photo = store.read(media.original)
    if hashlib.sha256(photo).hexdigest() != media.sha256:
        raise OSError(f"{media.original} is not what was received")
    decoded = decode(photo, media.format, Limits(pixels=settings.EVIDENCE_MOST_PIXELS), boxes_of(media))
    if not decoded.refusal and (decoded.width, decoded.height) != (media.width, media.height):
        decoded = Decoded(refusal=errors.PhotoMalformed.code)  # container and decoder disagree
    if decoded.refusal:
        return _conclude(media, now, decoded.refusal)
    names = {copy: _name(copy, media) for copy in (Rendition.PUBLIC, Rendition.THUMBNAIL)}
    store.keep(names[Rendition.PUBLIC], decoded.public)
    store.keep(names[Rendition.THUMBNAIL], decoded.thumbnail)
    return _conclude(media, now, "", **_taken(decoded.recorded or {}), **{str(copy): names[copy] for copy in names})


def _convert(media: models.Media, now: datetime) -> models.Media:
    """Copies of a recording or a film."""
    with TemporaryDirectory(prefix="film-") as made:
        folder = Path(made)
        filename = f"original.{store.EXTENSIONS[media.format]}"
        if store.copy_to(media.original, folder / filename) != media.sha256:
            raise OSError(f"{media.original} is not what was received")
        most = queries.most_seconds(media)
        copies = convert(folder / filename, folder, filename, media.format, most_seconds=most, boxes=boxes_of(media))
        if copies.refusal or copies.found is None:
            return _conclude(media, now, copies.refusal)
        files = {copy: path for copy in COPIES if (path := getattr(copies, copy))}
        names = {copy: _name(copy, media, path.suffix[1:].upper()) for copy, path in files.items()}
        for copy, path in files.items():
            store.keep_file(names[copy], path)
    return _conclude(media, now, "", seconds=copies.found.seconds, **_taken(copies.found.recorded), **names)


def _name(copy: str, media: models.Media, file_format: str = "JPEG") -> str:
    number = media.redaction.number if media.redaction and media.redaction.boxes else 0
    return store.name_of(copy, media.sha256, file_format, number)


def _taken(recorded: Mapping[str, Any]) -> dict[str, Any]:
    where = rules.position(recorded)
    at = rules.instant(recorded, timezone.get_default_timezone())
    return {"taken_at": at, "taken_where": Point(*where, srid=4326) if where else None}


def _conclude(media: models.Media, now: datetime, refusal: str, **values: Any) -> models.Media:
    """Say in the row that the copies are there, or why there are none."""
    state = MediaState.REFUSED if refusal else MediaState.READY
    with transaction.atomic():
        locked = models.Media.objects.select_for_update().get(pk=media.pk)
        if (locked.state, locked.redaction_id) != (MediaState.RECEIVED, media.redaction_id):
            return locked  # another worker was first and wrote the same, or other parts are to be hidden by now
        values |= {"state": state, "refusal": refusal}
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(values))
        record(locked, str(state), system_actor("decoder"), now, {"refusal": refusal})
    return locked
