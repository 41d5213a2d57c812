"""Files that come in pieces (tus 1.0.0): what an answer says has arrived is on the disk, whatever is cut or killed."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from citygrid.evidence import errors, models, permissions, rules
from citygrid.evidence.media import partial
from citygrid.evidence.rules import Checksum
from citygrid.evidence.services.receive import check_announced, receive_file
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound

KEPT = timedelta(hours=24)  # after its last piece
HELD = timedelta(seconds=30)  # a request that hangs longer may be taken over from
MOST_OPEN = 20  # of one account
GATHERED = 1 << 20  # bytes that are written and synced together
CREATION_LOCK = 0x7570  # uploads begin one after another, so that bounds hold


def begin_upload(*, length: int, filename: str, sha256: str, actor: Actor, now: datetime) -> models.Upload:
    """Announce a file of so many bytes. `sha256` (hexadecimal) is what it will be held against; "" for no promise.

    FormatUnknown (415), PhotoTooLarge (413) and PhotoEmpty (400) before a byte is sent; TooManyUploads (429), NoRoom
    (503). TypeError for an actor without an account: what is on its way belongs to one.
    """
    actor.require(permissions.RECEIVE)
    if actor.account_id is None:
        raise TypeError("only an account sends files in pieces")
    check_announced(filename, length)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CREATION_LOCK])
        _check_room(length, actor)
        upload = models.Upload.objects.create(
            account_id=actor.account_id,
            filename=filename,
            sha256=sha256,
            length=length,
            began_at=now,
            expires_at=now + KEPT,
        )
        _record(upload, "begin", actor, now)
        partial.begin(upload.pk)
    return upload


def receive_chunk(
    *,
    upload_id: UUID,
    offset: int,
    length: int,
    pieces: Iterable[bytes],
    checksum: Checksum | None,
    actor: Actor,
    now: datetime,
) -> models.Upload:
    """Take a chunk of `length` bytes, as far as it comes; with the last byte the file becomes a medium.

    Without a checksum, what arrived of a chunk that is cut is kept; with one, a chunk counts whole or not at all
    (ChecksumDiffers, 460). OffsetDiffers (409), UploadBusy (423), ChunkTooLong (413), UploadGone (410). PromiseBroken
    (460) and PhotoRefused drop the upload.
    """
    actor.require(permissions.RECEIVE)
    upload = _take(upload_id, actor, now, offset=offset, length=length)
    try:
        upload.offset = _write(upload, pieces, checksum)
        return _finish(upload, actor, now)
    finally:
        _held(upload).update(holder=None, held_until=None)


def look_up_upload(*, upload_id: UUID, actor: Actor, now: datetime) -> models.Upload:
    """How far a file has come. One that arrived whole, but whose last answer was cut off by a crash, is finished."""
    actor.require(permissions.RECEIVE)
    upload = _own(upload_id, actor, now)
    if upload.media_id or upload.offset < upload.length or _is_held(upload, now):
        return upload
    return receive_chunk(
        upload_id=upload_id, offset=upload.offset, length=0, pieces=(), checksum=None, actor=actor, now=now
    )


def drop_upload(*, upload_id: UUID, actor: Actor, now: datetime) -> None:
    """Give a file up, and forget what arrived of it. A medium it became stays."""
    actor.require(permissions.RECEIVE)
    _drop(_own(upload_id, actor, now), "drop", actor, now)


def expire_uploads(*, now: datetime) -> int:
    """Forget the uploads whose time is over, and files without an upload; how many uploads."""
    late = list(models.Upload.objects.filter(expires_at__lt=now))
    for upload in late:
        _drop(upload, "expire", system_actor("retention"), now)
    known = {str(pk) for pk in models.Upload.objects.values_list("pk", flat=True)}
    for name in partial.names(before=now - KEPT):
        if name not in known:  # its row was rolled back, or the file outlived a crash
            partial.delete(name)
    return len(late)


def _check_room(length: int, actor: Actor) -> None:
    unfinished = models.Upload.objects.filter(media=None)
    if unfinished.filter(account=actor.account_id).count() >= MOST_OPEN:
        raise errors.TooManyUploads(most=MOST_OPEN)
    announced = unfinished.aggregate(total=Sum("length"))["total"] or 0
    folder = Path(settings.UPLOADS_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(folder).free - settings.MIN_FREE_BYTES
    if announced + length > settings.UPLOADS_MOST_BYTES or length > free:
        raise errors.NoRoom()


def _own(upload_id: UUID, actor: Actor, now: datetime) -> models.Upload:
    found = models.Upload.objects.filter(pk=upload_id, account=actor.account_id).first()
    if found is None:
        raise NotFound(what=_("upload"))
    if found.expires_at < now:
        raise errors.UploadGone()
    return found


def _is_held(upload: models.Upload, now: datetime) -> bool:
    return upload.holder is not None and upload.held_until is not None and upload.held_until > now


@transaction.atomic
def _take(upload_id: UUID, actor: Actor, now: datetime, *, offset: int, length: int) -> models.Upload:
    """The upload, held by this request alone from now on."""
    models.Upload.objects.select_for_update().filter(pk=upload_id).first()
    upload = _own(upload_id, actor, now)
    if _is_held(upload, now):
        raise errors.UploadBusy()
    if offset != upload.offset:
        raise errors.OffsetDiffers(offset=upload.offset)
    if offset + length > upload.length:
        raise errors.ChunkTooLong()
    if upload.media_id is None and partial.size(upload_id) < offset:  # restored without its files
        raise errors.UploadGone()
    upload.holder, upload.held_until, upload.expires_at = uuid4(), now + HELD, now + KEPT
    upload.save(update_fields=["holder", "held_until", "expires_at"])
    return upload


def _write(upload: models.Upload, pieces: Iterable[bytes], checksum: Checksum | None) -> int:
    """Write what comes behind what is there; where the file ends then."""
    position, digest = upload.offset, rules.hasher(checksum)
    for piece in _gathered(pieces):
        if position + len(piece) > upload.length:
            raise errors.ChunkTooLong()
        with transaction.atomic():
            _change(upload, offset=upload.offset if checksum else position + len(piece))  # locks the row
            partial.write(upload.pk, position, piece)
        position += len(piece)
        digest.update(piece)
    if checksum and digest.digest() != checksum.digest:
        raise errors.ChecksumDiffers()
    _change(upload, offset=position)
    return position


def _held(upload: models.Upload) -> Any:
    return models.Upload.objects.filter(pk=upload.pk, holder=upload.holder)


def _change(upload: models.Upload, **values: Any) -> None:
    """Change the row; UploadBusy (423) when a later request took the upload over, or gave it up."""
    if not _held(upload).update(**values):
        raise errors.UploadBusy()


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= GATHERED:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _finish(upload: models.Upload, actor: Actor, now: datetime) -> models.Upload:
    """Make a medium of a file that is whole, once."""
    if upload.media_id or upload.offset < upload.length:
        return upload
    try:
        media = receive_file(
            path=partial.path(upload.pk), filename=upload.filename, sha256=upload.sha256, actor=actor, now=now
        )
    except (errors.PromiseBroken, errors.PhotoRefused) as refusal:
        _drop(upload, "refuse", actor, now, reason=refusal.code)
        raise
    _change(upload, media=media)
    upload.media = media
    partial.delete(upload.pk)
    return upload


def _drop(upload: models.Upload, action: str, actor: Actor, now: datetime, **data: str) -> None:
    with transaction.atomic():
        _record(upload, action, actor, now, **data)
        models.Upload.objects.filter(pk=upload.pk).delete()
    partial.delete(upload.pk)


def _record(upload: models.Upload, action: str, actor: Actor, now: datetime, **data: str) -> None:
    facts = {"length": upload.length, **data}
    audit.record(subject=f"evidence.upload/{upload.pk}", action=action, actor=actor, now=now, data=facts)
