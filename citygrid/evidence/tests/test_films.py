"""Recordings and films: taken, held against bounds, copied without what the device recorded, played in parts."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from citygrid.access.models import Account
from citygrid.access.tests import factories as access
from citygrid.access.tests.factories import NOW
from citygrid.evidence import errors, models, queries, services
from citygrid.evidence.media import film, store
from citygrid.evidence.media.film import Bounds
from citygrid.evidence.registry import Seen, owners
from citygrid.evidence.tests import factories as make
from citygrid.evidence.tests.factories import TESTER, ready, receive, recording
from citygrid.kernel.confined import NoTimeError
from citygrid.kernel.ids import uuid7
from citygrid.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
BOX = uuid7()
PLACE, MOMENT = "+39.9080+116.3970+044.000/", "2026-03-02T08:55:00+0800"
ANDROID = ("-metadata", "location=+39.9080+116.3970/", "-metadata", "creation_time=2026-03-02T00:55:00Z")
APPLE = (
    *("-movflags", "use_metadata_tags", "-metadata", f"com.apple.quicktime.location.ISO6709={PLACE}"),
    *("-metadata", f"com.apple.quicktime.creationdate={MOMENT}"),
)
SECRET = ("-metadata", "artist=Maker of a phone")


@pytest.fixture(autouse=True)
def _box(monkeypatch: pytest.MonkeyPatch) -> None:
    """A box that shift leaders see."""
    sees = {**owners.all(), "test.box": lambda box, actor: Seen() if actor.role == "shift_leader" else None}
    monkeypatch.setattr(owners, "_entries", sees)


def told(content: bytes, tmp_path: Path) -> dict[str, Any]:
    """What ffprobe tells of a file."""
    path = tmp_path / "told"
    path.write_bytes(content)
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))


def boxed(content: bytes, filename: str) -> models.Media:
    media = ready(content, filename=filename)
    services.attach(media_ids=[media.pk], owner_kind="test.box", owner_id=BOX, role="scene", actor=TESTER, now=NOW)
    return media


def leader() -> Client:
    client = Client()
    client.force_login(Account.objects.get(pk=access.make_actor("shift_leader").account_id))
    return client


@pytest.mark.parametrize("kind", make.FILMS)
def test_film_gets_an_mp4_that_plays_everywhere_and_still_pictures(kind, tmp_path):
    media = ready(recording(kind, *SECRET), filename=f"a.{kind}")
    assert (media.kind, media.state, media.width, media.height) == ("video", "ready", 160, 120)
    assert media.seconds == pytest.approx(1, abs=0.1)
    public = store.read(media.public)
    assert public.index(b"moov") < public.index(b"mdat")  # a player may begin before the end has come
    made = told(public, tmp_path)
    assert [stream["codec_name"] for stream in made["streams"]] == ["h264", "aac"]
    assert set(made["format"]["tags"]) <= {"major_brand", "minor_version", "compatible_brands"}
    assert b"Maker of a phone" in store.read(media.original) and b"Maker of a phone" not in public
    for name in (media.poster, media.thumbnail):
        assert store.read(name).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("kind", make.RECORDINGS)
def test_recording_gets_an_m4a_of_one_channel(kind, tmp_path):
    media = ready(recording(kind, *SECRET), filename=f"a.{kind}")
    assert (media.kind, media.state, media.poster, media.thumbnail) == ("audio", "ready", "", "")
    assert media.seconds == pytest.approx(1, abs=0.1)
    public = store.read(media.public)
    (stream,) = told(public, tmp_path)["streams"]
    assert (stream["codec_name"], stream["channels"]) == ("aac", 1)
    assert b"Maker of a phone" not in public


def test_recording_of_a_browser_may_be_named_webm():
    media = ready(recording("weba"), filename="voice.webm")
    assert (media.kind, media.format, media.state) == ("audio", "WEBM", "ready")


def test_hevc_and_vp9_are_read(tmp_path):
    hevc = recording("mp4", "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1")
    vp9 = recording("webm", "-c:v", "libvpx-vp9", "-deadline", "realtime")
    assert [ready(hevc, filename="a.mp4").state, ready(vp9, filename="a.webm").state] == ["ready", "ready"]


@pytest.mark.parametrize("options", [ANDROID, APPLE], ids=["Android", "Apple"])
def test_place_and_time_are_read_compared_and_kept_out_of_the_copy(options, tmp_path):
    media = ready(recording("mov", *options), filename="a.mov")
    assert media.taken_at == NOW - timedelta(minutes=5)
    assert media.taken_where is not None and media.taken_where.tuple == pytest.approx((116.397, 39.908), abs=1e-4)
    assert b"+39.9080" in store.read(media.original) and b"+39.9080" not in store.read(media.public)
    assert "creation_time" not in told(store.read(media.public), tmp_path)["format"]["tags"]
    boss = access.make_actor("shift_leader")
    services.attach(media_ids=[media.pk], owner_kind="test.box", owner_id=BOX, role="scene", actor=TESTER, now=NOW)
    (shown,) = queries.photos("test.box", BOX, boss)
    assert (shown.fit.minutes, shown.fit.is_plausible) == (5, True)


def test_film_on_its_side_is_turned_upright(tmp_path):
    lying = tmp_path / "lying.mp4"
    lying.write_bytes(recording("mp4"))
    turned = tmp_path / "turned.mp4"
    command = ["ffmpeg", "-v", "error", "-display_rotation", "90", "-i", str(lying), "-c", "copy", str(turned)]
    if subprocess.run(command, capture_output=True).returncode:  # older ones write it as a tag
        old = ["ffmpeg", "-v", "error", "-i", str(lying), "-c", "copy", "-metadata:s:v", "rotate=90", str(turned)]
        subprocess.run(old, check=True)
    made = told(store.read(ready(turned.read_bytes(), filename="a.mp4").public), tmp_path)
    assert (made["streams"][0]["width"], made["streams"][0]["height"]) == (120, 160)


def test_large_film_is_made_720p(tmp_path):
    media = ready(recording("mp4", seconds=0.2, size="1920x1080"), filename="a.mp4")
    made = told(store.read(media.public), tmp_path)["streams"][0]
    assert (media.width, media.height, made["width"], made["height"]) == (1920, 1080, 1280, 720)


BAD = {
    "photo named film": (make.jpeg(), "a.mp4", errors.FormatUnknown),
    "film named photo": (b"", "a.jpg", errors.FormatUnknown),
    "film named otherwise": (b"", "a.webm", errors.ExtensionMismatch),
    "film named recording": (b"", "a.m4a", errors.ExtensionMismatch),
    "film that is nothing": (b"words " * 400, "a.mp4", errors.FormatUnknown),
}


@pytest.mark.parametrize(("content", "filename", "refusal"), BAD.values(), ids=BAD)
def test_file_whose_name_and_content_disagree_is_refused(content, filename, refusal):
    with pytest.raises(refusal):
        receive(content or recording("mp4"), filename=filename)
    assert models.Media.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "options", "refusal"),
    [
        ("mp4", ("-c:v", "mpeg4"), errors.CodecUnknown),
        ("mp4", ("-c:a", "libmp3lame"), errors.CodecUnknown),
        ("ogg", ("-c:a", "flac"), errors.CodecUnknown),
        ("mp4", ("-map", "0:v", "-map", "0:v"), errors.TooManyStreams),
        ("mp4", ("-vf", "scale=8192:4320", "-frames:v", "1"), errors.TooManyPixels),
    ],
)
def test_film_of_another_make_is_refused_with_its_reason(kind, options, refusal):
    with pytest.raises(refusal):
        receive(recording(kind, *options), filename=f"a.{kind}")
    assert models.Media.objects.count() == 0


def test_recording_beyond_its_bounds_is_refused(settings, tmp_path):
    settings.EVIDENCE_MOST_SECONDS = 0.5
    with pytest.raises(errors.TooLong):
        receive(recording("m4a"), filename="a.m4a")
    with pytest.raises(errors.TooManyFrames):
        receive(recording("mp4", "-t", "0.4", "-vf", "fps=400", seconds=0.4), filename="a.mp4")
    settings.EVIDENCE_MOST_AUDIO_BYTES = 1_000
    path = tmp_path / "voice.webm"
    path.write_bytes(recording("weba", seconds=0.4))
    with pytest.raises(errors.PhotoTooLarge):
        services.receive_file(path=path, filename=path.name, actor=TESTER, now=NOW)


def test_length_that_is_not_told_is_measured(settings, tmp_path):
    live = recording("webm", "-live", "1")
    assert "duration" not in told(live, tmp_path)["format"]
    media = receive(live, filename="a.webm")
    assert media.seconds is None
    assert services.process(media_id=media.pk, now=NOW).seconds == pytest.approx(1, abs=0.1)
    settings.EVIDENCE_MOST_SECONDS = 0.5
    refused = receive(recording("weba", "-live", "1"), filename="b.weba")
    assert services.process(media_id=refused.pk, now=NOW).refusal == "evidence.too_long"


def test_film_is_made_one_at_a_time_and_a_recording_when_it_comes():
    receive(recording("mp4"), filename="a.mp4")
    receive(recording("wav"), filename="a.wav")
    locks = ProcrastinateJob.objects.filter(task_name=services.PROCESS_TASK).order_by("id")
    assert list(locks.values_list("lock", flat=True)) == ["evidence.film", None]


@pytest.mark.parametrize(
    "bounds",
    [Bounds(memory=40 << 20), Bounds(processor_seconds=0), Bounds(output=1_000)],
    ids=["memory", "time", "size"],
)
def test_film_that_needs_more_than_allowed_is_refused(bounds, tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(recording("mp4"))
    made = film.convert(path, tmp_path, "a.mp4", "MP4", most_seconds=600, bounds=bounds)
    assert made.refusal in {"evidence.too_costly", "evidence.unplayable"}


def test_machine_without_time_says_nothing_about_the_film(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(recording("mp4"))
    with pytest.raises(NoTimeError):
        film.convert(path, tmp_path, "a.mp4", "MP4", most_seconds=600, bounds=Bounds(seconds=0))


def address(media_id: UUID, rendition: str) -> str:
    return reverse(f"evidence-{rendition}", args=[media_id])


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-50", slice(-50, None)),
        ("bytes=10-10", slice(10, 11)),
        ("bytes=0-99999999", slice(0, None)),
    ],
)
def test_player_asks_for_a_part(asked, part):
    media, client = boxed(recording("mp4"), "a.mp4"), leader()
    whole = store.read(media.public)
    answer = client.get(address(media.pk, "public"), headers={"Range": asked})
    assert (answer.status_code, answer.getvalue()) == (206, whole[part])
    start, stop, _ = part.indices(len(whole))
    assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"
    assert answer["Content-Length"] == str(stop - start)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("video/mp4", "nosniff")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        *[("bytes=99999999-", 416), ("bytes=-0", 416), ("bytes=9-5", 416), ("bytes=0-1,5-6", 200), ("pages=1-2", 200)],
        *[("bytes=-", 200), ("bytes=x-y", 200), ("bytes=" + "9" * 30 + "-", 200)],
    ],
)
def test_part_that_there_is_not(asked, status):
    media, client = boxed(recording("m4a"), "a.m4a"), leader()
    answer = client.get(address(media.pk, "public"), headers={"Range": asked})
    assert answer.status_code == status
    if status == 416:
        assert answer["Content-Range"] == f"bytes */{len(store.read(media.public))}"
    assert answer["Content-Type"] == "audio/mp4"


def test_part_of_a_file_that_changed_is_the_whole():
    media, client = boxed(recording("m4a"), "a.m4a"), leader()
    tag = client.get(address(media.pk, "public"))["ETag"]
    asked = {"Range": "bytes=0-9", "If-Range": tag}
    assert client.get(address(media.pk, "public"), headers=asked).status_code == 206
    asked["If-Range"] = '"another"'
    assert client.get(address(media.pk, "public"), headers=asked).status_code == 200


def test_part_is_for_those_alone_who_may_see_the_whole():
    media, client = boxed(recording("mp4"), "a.mp4"), Client()
    asked = {"Range": "bytes=0-9"}
    assert client.get(address(media.pk, "public"), headers=asked).status_code == 302
    client.force_login(Account.objects.get(pk=access.make_actor("supervisor").account_id))
    for rendition in ("public", "poster", "thumbnail"):
        assert client.get(address(media.pk, rendition), headers=asked).status_code == 404
    assert client.get(address(media.pk, "original"), headers=asked).status_code == 403


def test_original_of_a_film_is_saved_and_on_record():
    content = recording("mov", *ANDROID)
    media, client = boxed(content, "a.mov"), leader()
    answer = client.get(address(media.pk, "original"))
    assert (answer.status_code, answer["Content-Type"], answer.getvalue()) == (200, "video/quicktime", content)
    assert answer["Content-Disposition"] == f'attachment; filename="{media.pk}.mov"'
    assert AuditEntry.objects.get(action="open_original").data == {"kind": "video"}
    assert client.get(address(media.pk, "poster")).status_code == 200


def test_files_of_a_film_are_scrubbed_and_removed_with_it():
    media = ready(recording("mp4"), filename="a.mp4")
    names = media.files
    assert len(names) == 4
    assert services.scrub(actor=TESTER, now=NOW + timedelta(days=2)).problems == {}
    services.purge(now=NOW + timedelta(days=8))
    assert [name for name in names if store.exists(name)] == []
