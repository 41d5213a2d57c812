"""What is on the disk of a file on its way, whoever writes and whatever breaks."""

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from citygrid.access.tests import factories as access
from citygrid.access.tests.factories import NOW
from citygrid.evidence import errors, models, services
from citygrid.evidence.media import partial
from citygrid.evidence.tests import factories as make
from citygrid.kernel.actor import Actor, system_actor

PHOTO = make.encoded("PNG", make.picture(300, 200))
LARGE = make.encoded("PNG", make.picture(900, 700), compress_level=0)


@pytest.fixture
def sender(db: None) -> Actor:
    return access.make_actor("supervisor")


def begin(actor: Actor, content: bytes = PHOTO, promise: str = "") -> models.Upload:
    return services.begin_upload(length=len(content), filename="a.png", sha256=promise, actor=actor, now=NOW)


def send(actor: Actor, upload: models.Upload, pieces: Any, offset: int, length: int = 0, **more: Any) -> models.Upload:
    values = {"checksum": None, "now": NOW, **more}
    return services.receive_chunk(
        upload_id=upload.pk, offset=offset, length=length, pieces=pieces, actor=actor, **values
    )


def test_what_arrived_of_a_piece_that_was_cut_is_kept(sender) -> None:
    upload = begin(sender)
    assert send(sender, upload, [PHOTO[:300], PHOTO[300:450]], 0, length=len(PHOTO)).offset == 450
    assert partial.size(upload.pk) == 450
    whole = send(sender, upload, [PHOTO[450:]], 450)
    assert whole.media is not None and whole.media.sha256 == hashlib.sha256(PHOTO).hexdigest()


def test_piece_is_on_the_disk_before_its_offset_is_told(sender, monkeypatch) -> None:
    upload, told = begin(sender), []
    sync = partial.os.fdatasync

    def watch(handle: int) -> None:
        sync(handle)
        told.append(partial.size(upload.pk))

    monkeypatch.setattr(partial.os, "fdatasync", watch)
    assert send(sender, upload, [PHOTO[:300]], 0).offset == 300
    assert told == [300]


def test_server_that_dies_after_the_last_byte_finishes_when_it_is_asked(sender, monkeypatch) -> None:
    upload = begin(sender)
    with monkeypatch.context() as broken:
        broken.setattr(services.uploads, "receive_file", lambda **values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send(sender, upload, [PHOTO], 0)
    upload.refresh_from_db()
    assert (upload.offset, upload.media, upload.holder) == (len(PHOTO), None, None)
    found = services.look_up_upload(upload_id=upload.pk, actor=sender, now=NOW)
    assert found.media is not None and models.Media.objects.count() == 1


def test_request_that_hangs_cannot_write_once_it_was_taken_over_from(sender) -> None:
    upload = begin(sender, LARGE)

    def hanging() -> Iterator[bytes]:
        yield bytes(services.uploads.GATHERED)  # written at once
        late = NOW + timedelta(minutes=1)
        models.Upload.objects.filter(pk=upload.pk).update(offset=0)
        assert send(sender, upload, [LARGE[:50]], 0, now=late).offset == 50
        yield b"late"

    with pytest.raises(errors.UploadBusy):
        send(sender, upload, hanging(), 0)
    upload.refresh_from_db()
    assert upload.offset == 50
    assert send(sender, upload, [LARGE[50:]], 50).media is not None


def test_upload_given_up_while_it_is_sent_leaves_nothing(sender) -> None:
    upload = begin(sender)

    def pieces() -> Iterator[bytes]:
        services.drop_upload(upload_id=upload.pk, actor=sender, now=NOW)
        yield PHOTO

    with pytest.raises(errors.UploadBusy):
        send(sender, upload, pieces(), 0)
    assert (models.Upload.objects.count(), models.Media.objects.count(), partial.size(upload.pk)) == (0, 0, -1)


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_do_not_mix(transactional_db: None) -> None:
    actor = access.make_actor("supervisor")
    upload = begin(actor, LARGE, hashlib.sha256(LARGE).hexdigest())
    outcomes: list[str] = []
    started = threading.Barrier(4)

    def send_all() -> None:
        try:
            started.wait()
            step = 64 << 10
            send(actor, upload, (LARGE[at : at + step] for at in range(0, len(LARGE), step)), 0)
            outcomes.append("taken")
        except (errors.UploadBusy, errors.OffsetDiffers) as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("taken"), len(outcomes)) == (1, 4)
    assert models.Media.objects.get().sha256 == hashlib.sha256(LARGE).hexdigest()


def test_upload_without_its_file_is_gone(sender) -> None:
    upload = begin(sender)
    send(sender, upload, [PHOTO[:100]], 0)
    partial.delete(upload.pk)
    with pytest.raises(errors.UploadGone):
        send(sender, upload, [PHOTO[100:]], 100)


def test_file_without_an_upload_is_removed_in_time(sender, settings) -> None:
    stray = Path(settings.UPLOADS_FOLDER) / "stray"
    kept = begin(sender)
    stray.write_bytes(b"x")
    services.expire_uploads(now=NOW)
    assert stray.exists()
    ahead = datetime.fromtimestamp(stray.stat().st_mtime, UTC) + timedelta(days=2)
    models.Upload.objects.update(expires_at=ahead + timedelta(days=1))
    services.expire_uploads(now=ahead)
    assert (stray.exists(), partial.size(kept.pk)) == (False, 0)


def test_only_an_account_sends_in_pieces(db: None) -> None:
    with pytest.raises(TypeError):
        begin(system_actor("tests"))
