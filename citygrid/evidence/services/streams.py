"""Live video: pieces come in any order, an answer means that they are on the disk, and the whole becomes a film."""

import hashlib
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citygrid.evidence import errors, events, models, permissions, queries, rules
from citygrid.evidence.choices import Role, StreamState
from citygrid.evidence.media import pieces
from citygrid.evidence.services.base import QUEUE
from citygrid.evidence.services.receive import attach, receive_file
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.events import announce
from citygrid.kernel.jobs import enqueue

KEEP_TASK = "evidence.keep_stream"
QUIET = timedelta(minutes=5)  # without a piece for so long, a stream is not live any more
BEGIN_LOCK = 0x6C697665  # streams begin one after another, so that bounds hold
ENTIRE = "the platform looks after the streams of everybody"


def begin_stream(
    *, stream_id: UUID, mime_type: str, lon: float, lat: float, frame: str, actor: Actor, now: datetime, note: str = ""
) -> models.LiveStream:
    """Begin a stream under an id the phone made; the same id again is the same stream.

    An account sends one at a time: what it did not end, ends. StreamTaken (409) for the id of another account's,
    TooManyLive, NoRoom (503). TypeError for an actor without an account or a post.
    """
    actor.require(permissions.SEND_STREAM)
    if actor.account_id is None or actor.post_id is None:
        raise TypeError("a stream belongs to a post of an account")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BEGIN_LOCK])
        streams = models.LiveStream.objects.unscoped(reason="an id is unique everywhere, so is the bound")
        found = streams.filter(pk=stream_id).first()
        if found:
            if found.account_id != actor.account_id:
                raise errors.StreamTaken()
            return found
        live = streams.filter(state=StreamState.LIVE)
        for left in live.filter(account=actor.account_id).select_for_update():
            _end(left, actor, now)
        if live.count() >= settings.STREAMS_MOST:
            raise errors.TooManyLive(most=settings.STREAMS_MOST)
        stream = models.LiveStream(pk=stream_id, account_id=actor.account_id, post_id=actor.post_id)
        stream.mime_type, stream.note, stream.began_at, stream.heard_at = mime_type, note, now, now
        _place(stream, lon, lat, frame, actor, now)
        pieces.begin(stream.pk)
        _check_room()
        stream.save(force_insert=True)
        _record(stream, "begin", actor, now)
        announce(events.StreamStarted(stream_id=stream.pk, at=now))
    return stream


def receive_piece(
    *, stream_id: UUID, number: int, content: bytes, sha256: str, actor: Actor, now: datetime
) -> models.LiveStream:
    """Take a piece of one's own stream, in any order; when this returns, it is on the disk for good.

    The same piece again changes nothing; another one under its number is PieceDiffers (409). ChecksumDiffers (460),
    PieceTooLarge, PieceUnfit (413), StreamOver (409), NoRoom (503). A stream that fell silent is live again.
    """
    actor.require(permissions.SEND_STREAM)
    if len(content) > rules.MOST_PIECE_BYTES:
        raise errors.PieceTooLarge(most=rules.MOST_PIECE_BYTES >> 20)
    if hashlib.sha256(content).hexdigest() != sha256.lower():
        raise errors.ChecksumDiffers()
    with transaction.atomic():
        stream = _own(stream_id, actor)
        before = stream.arrived.filter(number=number).values_list("sha256", flat=True).first()
        if before:
            if before != sha256.lower():
                raise errors.PieceDiffers(number=number)
            return stream
        _check_fits(stream, number, len(content))
        pieces.write(stream.pk, number, content)
        stream.arrived.create(number=number, sha256=sha256.lower(), size=len(content))
        if number == stream.next:
            later = stream.arrived.filter(number__gt=number).order_by("number").values_list("number", flat=True)
            stream.next = rules.first_missing(number + 1, later.iterator(chunk_size=100))
        stream.size, stream.heard_at = stream.size + len(content), now
        _revive(stream, now)
        stream.save()
        _keep_if_whole(stream)
    return stream


@transaction.atomic
def move_stream(
    *, stream_id: UUID, lon: float, lat: float, frame: str, actor: Actor, now: datetime
) -> models.LiveStream:
    """Say where the phone of one's own stream is now. StreamOver (409)."""
    actor.require(permissions.SEND_STREAM)
    stream = _own(stream_id, actor)
    if stream.state not in (StreamState.LIVE, StreamState.ENDING):
        raise errors.StreamOver()
    _place(stream, lon, lat, frame, actor, now)
    stream.save()
    return stream


@transaction.atomic
def end_stream(*, stream_id: UUID, count: int, actor: Actor, now: datetime) -> models.LiveStream:
    """Say that one's own stream has so many pieces in all; those that are missing may still come.

    The first such word stands; CountUnfit (409) for another one, or for fewer than have arrived.
    """
    actor.require(permissions.SEND_STREAM)
    stream = _own(stream_id, actor)
    last = stream.arrived.order_by("-number").values_list("number", flat=True).first()
    is_over = stream.state not in (StreamState.LIVE, StreamState.ENDING)
    if count < (0 if last is None else last + 1) or (stream.pieces is not None and stream.pieces != count):
        raise errors.CountUnfit()
    if stream.pieces is None and not is_over:
        stream.pieces = count
        if stream.state == StreamState.LIVE:
            _end(stream, actor, now)
        stream.save()
        _keep_if_whole(stream)
    return stream


def open_view(*, stream_id: UUID, actor: Actor, now: datetime) -> str:
    """The token under which this post may watch a live stream; who watches is on record before it is given.

    NotFound (404), NotLive (409).
    """
    actor.require(permissions.WATCH_STREAM)
    stream = queries.stream(stream_id, actor)
    if stream.state != StreamState.LIVE:
        raise errors.NotLive()
    with transaction.atomic():
        _record(stream, "watch", actor, now)
    return queries.view_token(stream, actor)


@transaction.atomic
def show_stream_with(*, stream_id: UUID, owner_kind: str, owner_id: UUID, actor: Actor, now: datetime) -> None:
    """Have the film that a stream becomes shown with a record of a registered kind too.

    The caller has checked that the actor may act on the record. NotFound (404).
    """
    queries.stream(stream_id, actor)
    stream = _locked(stream_id)
    name = f"{owner_kind}/{owner_id}"
    if name in stream.shown_with:
        return
    stream.shown_with = [*stream.shown_with, name]
    stream.save()
    _record(stream, "show_with", actor, now, owner=name)
    if stream.media_id:
        _attach(stream, stream.media_id, [name], now)


def keep_stream(*, stream_id: UUID, now: datetime) -> models.LiveStream:
    """Make a film of a stream that has ended, from the pieces that have arrived; may be run again at any time.

    OSError when a piece is gone or has changed.
    """
    stream = models.LiveStream.objects.unscoped(reason=ENTIRE).get(pk=stream_id)
    if stream.state != StreamState.ENDING:
        return stream
    with TemporaryDirectory(prefix="join-", dir=pieces.folder(stream.pk)) as made:
        whole = Path(made) / f"live.{rules.extension(stream.mime_type)}"
        pieces.join(stream.pk, stream.arrived.order_by("number").values_list("number", "sha256"), whole)
        try:
            with transaction.atomic():  # with the film its stream: how long it may last is asked of that
                stream = _conclude(stream_id, now, StreamState.KEPT, media=_receive(stream, whole, now))
        except errors.PhotoRefused as refusal:
            stream = _conclude(stream_id, now, StreamState.REFUSED, refusal=refusal.code)
    if stream.state == StreamState.KEPT:
        pieces.delete(stream.pk)
    return stream


def drop_refused_streams(*, now: datetime) -> int:
    """Delete the pieces of what came to no film some days ago; of how many streams. Their rows stay and say why."""
    rows = models.LiveStream.objects.unscoped(reason=ENTIRE)
    over = rows.filter(state=StreamState.REFUSED, heard_at__lt=now - timedelta(days=settings.STREAM_PATIENCE_DAYS))
    dropped = [key for key in over.values_list("pk", flat=True) if pieces.path(key, 0).parent.exists()]
    for stream_id in dropped:
        pieces.delete(stream_id)
    return len(dropped)


def end_quiet_streams(*, now: datetime) -> int:
    """End the streams that nobody ended: silent for five minutes, or longer than is allowed; how many.

    Those whose missing pieces did not come for days become films of what there is.
    """
    rows = models.LiveStream.objects.unscoped(reason=ENTIRE)
    longest = timedelta(seconds=settings.STREAM_MOST_SECONDS)
    with transaction.atomic():
        live = rows.filter(state=StreamState.LIVE).select_for_update(skip_locked=True)
        quiet = [one for one in live if one.heard_at < now - QUIET or one.began_at < now - longest]
        for stream in quiet:
            _end(stream, system_actor("clock"), now)
        patience = timedelta(days=settings.STREAM_PATIENCE_DAYS)
        for late in rows.filter(state=StreamState.ENDING, heard_at__lt=now - patience):
            _enqueue(late)
    return len(quiet)


def _own(stream_id: UUID, actor: Actor) -> models.LiveStream:
    rows = models.LiveStream.objects.unscoped(reason="one's own alone are asked for")
    found: models.LiveStream | None = rows.select_for_update(of=("self",)).filter(pk=stream_id).first()
    if found is None or found.account_id != actor.account_id:
        raise NotFound(what=_("live video"))
    return found


def _locked(stream_id: UUID) -> models.LiveStream:
    rows = models.LiveStream.objects.unscoped(reason="of a stream that was found in scope, or by a job")
    return rows.select_for_update(of=("self",)).get(pk=stream_id)


def _place(stream: models.LiveStream, lon: float, lat: float, frame: str, actor: Actor, now: datetime) -> None:
    """Where the phone is. Outside every area, it is with the first of the post: somebody must see it."""
    stream.location = Point(*geography.to_wgs84(lon, lat, Frame(frame)), srid=4326)
    stream.frame = frame
    place = geography.locate(stream.location, on=timezone.localdate(now))
    stream.area_code = place.area_code if place else stream.area_code or next(iter(actor.reach.areas), "")
    zone = geography.forbidden_at(stream.location, now) if stream.zone is None else None
    if zone:  # it marks a place and an hour; where the phone goes next is not followed
        stream.zone, stream.marked_at = zone.kept(), now
        announce(events.StreamEnteredZone(stream_id=stream.pk, at=now))


def _check_fits(stream: models.LiveStream, number: int, size: int) -> None:
    if stream.state not in (StreamState.LIVE, StreamState.ENDING):
        raise errors.StreamOver()
    if stream.pieces is not None and number >= stream.pieces:
        raise errors.StreamOver()
    if number >= rules.MOST_PIECES or stream.size + size > settings.EVIDENCE_MOST_VIDEO_BYTES:
        raise errors.PieceUnfit()
    _check_room()


def _check_room() -> None:
    if shutil.disk_usage(settings.STREAMS_FOLDER).free < settings.MIN_FREE_BYTES:
        raise errors.NoRoom()


def _revive(stream: models.LiveStream, now: datetime) -> None:
    """A stream that fell silent is live again with its next piece, where its sender has no other and time is left."""
    if stream.state != StreamState.ENDING or stream.pieces is not None:
        return
    rows = models.LiveStream.objects.unscoped(reason="an account has one live stream, a place of many")
    has_other = rows.filter(state=StreamState.LIVE, account=stream.account_id).exists()
    if not has_other and now < stream.began_at + timedelta(seconds=settings.STREAM_MOST_SECONDS):
        stream.state, stream.ended_at = StreamState.LIVE, None


def _end(stream: models.LiveStream, actor: Actor, now: datetime) -> None:
    stream.state, stream.ended_at = StreamState.ENDING, now
    stream.save()
    _record(stream, "end", actor, now, pieces=stream.pieces)
    announce(events.StreamEnded(stream_id=stream.pk, at=now))


def _keep_if_whole(stream: models.LiveStream) -> None:
    if stream.state == StreamState.ENDING and stream.pieces == stream.next:
        _enqueue(stream)


def _enqueue(stream: models.LiveStream) -> None:
    enqueue(KEEP_TASK, QUEUE, lock=f"{KEEP_TASK}/{stream.pk}", stream_id=str(stream.pk))


def _receive(stream: models.LiveStream, whole: Path, now: datetime) -> models.Media:
    """The film, handed in by the recorder for who sent it."""
    actor = replace(system_actor("recorder"), account_id=stream.account_id)
    most = settings.STREAM_MOST_SECONDS
    return receive_file(path=whole, filename=whole.name, actor=actor, now=now, most_seconds=most)


@transaction.atomic
def _conclude(stream_id: UUID, now: datetime, state: StreamState, **values: Any) -> models.LiveStream:
    stream = _locked(stream_id)
    if stream.state != StreamState.ENDING:  # another worker was first
        return stream
    for name, value in {"state": state, **values}.items():
        setattr(stream, name, value)
    stream.save()
    _record(stream, str(state), system_actor("recorder"), now, refusal=stream.refusal)
    if stream.media_id:
        _attach(stream, stream.media_id, [f"{queries.STREAM_OWNER}/{stream.pk}", *stream.shown_with], now)
    return stream


def _attach(stream: models.LiveStream, media_id: UUID, owners: list[str], now: datetime) -> None:
    for name in owners:
        kind, _slash, key = name.partition("/")
        attach(
            media_ids=[media_id],
            owner_kind=kind,
            owner_id=UUID(key),
            role=Role.SCENE,
            actor=system_actor("recorder"),
            now=now,
        )


def _record(stream: models.LiveStream, action: str, actor: Actor, now: datetime, **data: Any) -> None:
    audit.record(subject=f"evidence.stream/{stream.pk}", action=action, actor=actor, now=now, data=data)
