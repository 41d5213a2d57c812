import io
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from citygrid.access.tests import factories as access
from citygrid.access.tests.factories import NOW
from citygrid.evidence import errors, models, queries, services
from citygrid.evidence.choices import Role
from citygrid.evidence.media import Limits, store
from citygrid.evidence.registry import Seen, owners, parts
from citygrid.evidence.tests import factories as make
from citygrid.evidence.tests.factories import TESTER, jpeg, ready, receive
from citygrid.kernel.actor import Actor
from citygrid.kernel.confined import NoTimeError
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.events import run_pending_jobs
from citygrid.kernel.ids import uuid7
from citygrid.kernel.models import AuditEntry

BOX, DRAWER = uuid7(), uuid7()
HERE = Point(116.398, 39.908, srid=4326)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of a kind "test.box": everybody sees the box, nobody the drawer."""
    monkeypatch.setattr(
        owners, "_entries", {**owners.all(), "test.box": lambda box, actor: Seen(HERE) if box == BOX else None}
    )


@pytest.fixture
def folder(settings: Any) -> Path:
    """Where the photos of this test lie."""
    return Path(settings.STORAGES["evidence"]["OPTIONS"]["location"])


@pytest.fixture
def supervisor(db: None) -> Actor:
    return access.make_actor("supervisor")


def put(media: models.Media, box: UUID = BOX, actor: Actor = TESTER, role: str = Role.BEFORE) -> None:
    services.attach(media_ids=[media.pk], owner_kind="test.box", owner_id=box, role=role, actor=actor, now=NOW)


def stored(folder: Path) -> set[str]:
    return (
        {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()
    )


def test_photo_is_stored_under_its_hash_and_its_job_is_queued(supervisor, folder):
    media = receive(jpeg(), actor=supervisor)
    digest = media.sha256
    assert stored(folder) == {f"original/{digest[:2]}/{digest}.jpg"}
    assert (folder / media.original).read_bytes() == jpeg()
    assert (media.state, media.size, media.width, media.height) == ("received", len(jpeg()), 64, 48)
    assert media.received_by_id == supervisor.account_id
    job = ProcrastinateJob.objects.get(task_name=services.PROCESS_TASK)
    assert (job.args, job.queue_name) == ({"media_id": str(media.pk)}, "evidence")


def test_photo_may_come_as_a_stream(supervisor):
    assert receive(io.BytesIO(jpeg()), actor=supervisor).sha256 == receive(jpeg()).sha256


def test_same_photo_twice_is_one_file_of_two_records(supervisor, folder):
    first, second = ready(), ready()
    assert first.pk != second.pk
    assert stored(folder) == {first.original, first.public, first.thumbnail}
    assert (second.original, second.public) == (first.original, first.public)


def test_post_without_the_permission_hands_in_nothing(db, folder):
    with pytest.raises(NotPermitted):
        receive(actor=access.make_actor("audit_administrator"))
    assert stored(folder) == set()


@pytest.mark.parametrize(
    ("content", "filename"), [(b"\0", "a.jpg"), (jpeg()[:-2], "a.jpg"), (jpeg() + make.archive(), "a.jpg")]
)
def test_refused_file_leaves_nothing(supervisor, folder, content, filename):
    with pytest.raises(errors.PhotoRefused):
        receive(content, filename=filename, actor=supervisor)
    assert (stored(folder), models.Media.objects.count(), ProcrastinateJob.objects.count()) == (set(), 0, 0)


def test_endless_file_is_refused_after_the_largest_size(supervisor, settings):
    class Endless:
        told = 0

        def read(self, size: int) -> bytes:
            self.told += size
            return bytes(size)

    endless = Endless()
    settings.EVIDENCE_MOST_BYTES = 2 << 20
    with pytest.raises(errors.PhotoTooLarge) as refused:
        services.receive_photo(content=endless, filename="a.jpg", actor=supervisor, now=NOW)
    assert "2 MB" in str(refused.value)
    assert endless.told == 3 << 20


def test_processed_photo_has_copies_and_what_the_camera_said(supervisor, folder):
    recorded = make.exif(time="2026:03:02 08:55:00", lon=116.397, lat=39.908)
    media = ready(make.encoded("JPEG", exif=recorded))
    assert (media.state, media.taken_at) == ("ready", NOW - timedelta(minutes=5))
    assert media.taken_where.tuple == pytest.approx((116.397, 39.908), abs=1e-6)
    assert stored(folder) == {media.original, media.public, media.thumbnail}
    put(media)
    found = queries.photos("test.box", BOX, TESTER)[0].fit
    assert (found.distance_m, found.minutes, found.is_plausible) == (pytest.approx(85.3, abs=0.5), 5, True)


def test_photo_the_decoder_refuses_keeps_the_reason_and_has_no_copy(supervisor, folder):
    media = ready(make.png_saying(4_000, 3_000), filename="a.png")
    assert (media.state, media.refusal, media.public) == ("refused", "evidence.undecodable", "")
    assert stored(folder) == {media.original}
    with override("en"):
        assert queries.refusal_words(media) == "This photo cannot be decoded."


def test_processing_twice_changes_nothing(supervisor):
    media = ready()
    again = services.process(media_id=media.pk, now=NOW + DAY)
    assert (again.state, again.public) == (media.state, media.public)
    assert AuditEntry.objects.filter(subject=f"evidence.media/{media.pk}").count() == 2


def test_photo_changed_before_it_was_processed_is_not_passed_on(supervisor, folder):
    media = receive()
    (folder / media.original).write_bytes(jpeg(80, 80))
    with pytest.raises(OSError, match="is not what was received"):
        services.process(media_id=media.pk, now=NOW)
    media.refresh_from_db()
    assert media.state == "received"


def test_photo_waits_while_the_machine_has_no_time(supervisor, monkeypatch):
    media = receive()
    monkeypatch.setattr(services.receive, "Limits", lambda pixels: Limits(pixels=pixels, seconds=0))
    with pytest.raises(NoTimeError):
        services.process(media_id=media.pk, now=NOW)
    media.refresh_from_db()
    assert media.state == "received"


@pytest.mark.django_db(transaction=True)
def test_worker_survives_bombs_and_goes_on_with_the_next_photo():
    bombs = [receive(make.png_saying(5_000, 5_000), filename="a.png"), receive(jpeg(300, 300)[:-400] + b"\xff\xd9")]
    photo = receive()
    run_pending_jobs()
    states = {media.pk: media.state for media in models.Media.objects.all()}
    assert (states[photo.pk], states[bombs[0].pk]) == ("ready", "refused")
    assert "received" not in states.values()


@pytest.mark.django_db(transaction=True)
def test_photo_rolled_back_has_no_job_but_leaves_its_file_to_the_scrubber(folder):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        receive()
        raise ZeroDivisionError
    assert (models.Media.objects.count(), ProcrastinateJob.objects.count()) == (0, 0)
    later = datetime.now(UTC) + services.keep.GRACE + timedelta(minutes=1)
    assert services.scrub(actor=TESTER, now=later).orphans == list(stored(folder))


def test_uploader_sees_a_photo_until_it_belongs_to_something(supervisor):
    media, other = receive(actor=supervisor), access.make_actor("supervisor")
    assert queries.media(media.pk, supervisor).pk == media.pk
    with pytest.raises(NotFound):
        queries.media(media.pk, other)
    put(media, DRAWER, supervisor)
    with pytest.raises(NotFound):
        queries.media(media.pk, supervisor)


def test_actor_without_an_account_sees_no_photo_that_came_without_one(db):
    device = Actor("device", "supervision", access.make_actor("supervisor").reach, frozenset(), "a device")
    media = receive()
    assert media.received_by_id is None
    with pytest.raises(NotFound):
        queries.media(media.pk, device)


def test_photo_is_seen_by_whoever_sees_one_of_its_owners(supervisor):
    media, other = receive(actor=supervisor), access.make_actor("department")
    put(media, DRAWER)
    put(media, BOX)
    assert queries.media(media.pk, other).pk == media.pk
    assert [each.media for each in queries.photos("test.box", BOX, other)] == [media]
    assert queries.photos("test.box", DRAWER, other) == []


def test_nobody_attaches_a_photo_that_is_out_of_sight(supervisor):
    media = receive(actor=access.make_actor("supervisor"))
    with pytest.raises(NotFound):
        put(media, BOX, supervisor)
    assert models.Attachment.objects.count() == 0


def test_photo_is_attached_once_in_a_role(supervisor):
    media = receive()
    for role in (Role.BEFORE, Role.BEFORE, Role.AFTER):
        put(media, role=role)
    assert [each.role for each in queries.photos("test.box", BOX, TESTER)] == ["before", "after"]


def test_refused_photo_is_not_attached(supervisor):
    media = ready(make.png_saying(4_000, 3_000), filename="a.png")
    with pytest.raises(errors.RefusedBefore):
        put(media)


def test_ten_photos_at_once_are_too_many(supervisor):
    photos = [uuid7() for _ in range(10)]
    with pytest.raises(errors.TooManyPhotos):
        services.attach(media_ids=photos, owner_kind="test.box", owner_id=BOX, role="scene", actor=TESTER, now=NOW)


def test_attachment_cannot_be_undone(supervisor):
    put(receive())
    with pytest.raises(IntegrityError, match="history is appended"), transaction.atomic():
        models.Attachment.objects.all().delete()


def test_original_is_for_those_who_may_and_who_asked_is_on_record(supervisor):
    media = ready()
    put(media)
    leader = access.make_actor("shift_leader")
    with pytest.raises(NotPermitted):
        services.open_original(media_id=media.pk, actor=supervisor, now=NOW)
    _, name = services.open_original(media_id=media.pk, actor=leader, now=NOW)
    assert store.read(name) == jpeg()
    entry = AuditEntry.objects.get(action="open_original")
    assert (entry.subject, entry.account_id) == (f"evidence.media/{media.pk}", leader.account_id)


def test_scrubber_finds_nothing_wrong_with_whole_photos(supervisor):
    media = ready()
    report = services.scrub(actor=TESTER, now=NOW + DAY)
    assert (report.checked, report.bytes, report.problems) == (1, media.size, {})


def test_scrubber_finds_what_was_flipped_cut_deleted_and_added(supervisor, folder):
    flipped, cut, gone, bare, whole = (ready(jpeg(64 + n, 48)) for n in range(5))
    content = bytearray((folder / flipped.original).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / flipped.original).write_bytes(content)
    os.truncate(folder / cut.original, 100)
    (folder / gone.original).unlink()
    (folder / bare.thumbnail).unlink()
    (folder / "original/zz").mkdir()
    (folder / "original/zz/stray.jpg").write_bytes(b"x")
    report = services.scrub(actor=TESTER, now=datetime.now(UTC) + 2 * DAY)
    assert set(report.changed) == {flipped.original, cut.original}
    assert set(report.missing) == {gone.original, bare.thumbnail}
    assert report.orphans == ["original/zz/stray.jpg"]
    assert (report.checked, report.waiting) == (5, [])
    assert AuditEntry.objects.get(action="scrub").data == {"checked": 5, "changed": 2, "missing": 2, "orphans": 1}


def test_fresh_file_without_a_row_is_no_orphan_yet(supervisor, folder):
    (folder / "original").mkdir(parents=True)
    (folder / "original/coming.jpg").write_bytes(b"x")
    assert services.scrub(actor=TESTER, now=datetime.now(UTC)).orphans == []


def test_photo_nobody_processed_is_reported_after_an_hour(supervisor):
    media = receive()
    assert services.scrub(actor=TESTER, now=NOW + timedelta(minutes=59)).waiting == []
    assert services.scrub(actor=TESTER, now=NOW + timedelta(minutes=61)).waiting == [str(media.pk)]


def test_command_fails_when_evidence_is_not_whole(supervisor, folder, capsys):
    media = ready()
    call_command("scrub_evidence")
    shutil.rmtree(folder / "original")
    with pytest.raises(CommandError):
        call_command("scrub_evidence")
    assert f"missing: {media.original}" in capsys.readouterr().out


def test_same_account_sending_a_photo_again_gets_the_first_one(supervisor):
    first = receive(actor=supervisor)
    assert receive(actor=supervisor, filename="other.jpg").pk == first.pk
    assert receive(actor=access.make_actor("supervisor")).pk != first.pk
    put(first, actor=supervisor)
    assert receive(actor=supervisor).pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_ten_threads_sending_one_photo_make_one():
    supervisor = access.make_actor("supervisor")

    def send(_: int) -> UUID:
        try:
            return receive(actor=supervisor).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(send, range(10)))) == models.Media.objects.count() == 1


def test_photos_of_parts_are_shown_with_the_whole(supervisor, monkeypatch):
    part = uuid7()
    monkeypatch.setattr(parts, "_entries", {"test.box": lambda _boxes: {part: BOX}})
    mine, of_part = receive(), receive(jpeg(80, 60))
    put(mine)
    put(of_part, part)
    assert [each.media for each in queries.photos("test.box", BOX, TESTER)] == [mine, of_part]


def test_records_that_came_with_a_photo_are_those_that_had_one_by_then(supervisor, monkeypatch):
    part, empty = uuid7(), uuid7()
    monkeypatch.setattr(parts, "_entries", {"test.box": lambda _boxes: {part: BOX}})
    put(receive(), part)
    assert queries.came_with("test.box", {BOX: NOW, empty: NOW}) == {BOX}
    assert queries.came_with("test.box", {BOX: NOW - timedelta(seconds=1)}) == set()


def test_photo_that_belongs_to_nothing_is_removed_after_a_week_files_last(supervisor, folder):
    lonely, kept = ready(actor=supervisor), ready(jpeg(80, 60))
    put(kept)
    assert services.purge(now=NOW + 6 * DAY) == 0
    assert services.purge(now=NOW + 8 * DAY) == 1
    lonely.refresh_from_db()
    assert (lonely.state, lonely.original, lonely.taken_where) == ("removed", "", None)
    assert stored(folder) == {kept.original, kept.public, kept.thumbnail}
    entry = AuditEntry.objects.get(action="remove")
    assert (entry.subject, entry.data["files"]) == (f"evidence.media/{lonely.pk}", 3)
    assert services.purge(now=NOW + 9 * DAY) == 0
    assert services.scrub(actor=TESTER, now=NOW + 9 * DAY).problems == {}


def test_removed_photo_can_neither_be_attached_nor_served(supervisor):
    media = ready(actor=supervisor)
    services.purge(now=NOW + 8 * DAY)
    with pytest.raises(NotFound):
        put(media, actor=supervisor)
    with pytest.raises(NotFound):
        queries.open_copy(media.pk, "public", supervisor)
    assert receive(actor=supervisor).pk != media.pk


def test_file_stays_while_another_photo_of_the_same_content_needs_it(supervisor, folder):
    lonely, kept = ready(actor=supervisor), ready()
    put(kept)
    assert services.purge(now=NOW + 8 * DAY) == 1
    assert lonely.original == kept.original
    assert stored(folder) == {kept.original, kept.public, kept.thumbnail}


def test_original_the_decoder_refused_is_removed_after_a_day_and_the_reason_stays(supervisor, folder):
    media = receive(make.png_saying(4_000, 3_000), filename="a.png", actor=supervisor)
    put(media, actor=supervisor)
    services.process(media_id=media.pk, now=NOW)
    assert services.purge(now=NOW + DAY / 2) == 0
    assert services.purge(now=NOW + 2 * DAY) == 1
    media.refresh_from_db()
    assert (media.state, media.refusal, media.original) == ("refused", "evidence.undecodable", "")
    assert stored(folder) == set()
    assert services.purge(now=NOW + 3 * DAY) == 0


def test_photo_is_removed_past_its_date_where_the_city_sets_one(supervisor, folder, settings):
    settings.EVIDENCE_RETENTION_DAYS = 30
    media = ready()
    put(media)
    assert services.purge(now=NOW + 30 * DAY) == 0
    assert services.purge(now=NOW + 31 * DAY) == 1
    (shown,) = queries.photos("test.box", BOX, TESTER)
    assert (shown.media.state, stored(folder)) == ("removed", set())


RECEIVE_FOREVER = """
import sys, django
django.setup()
from django.conf import settings
from django.db import connection
from django.utils import timezone
from citygrid.evidence import services
from citygrid.evidence.tests import factories as make
for number in range(10_000):
    content = make.encoded("JPEG", make.picture(64 + number % 400, 48 + number // 400))
    media = services.receive_photo(content=content, filename="a.jpg", actor=make.TESTER, now=timezone.now())
    print(media.pk, flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_photo_that_was_answered_survives_a_killed_process(folder, tmp_path):
    """kill -9 at ten moments: what was answered is whole; what was not is at most a file without a row."""
    answered: list[str] = []
    name = connection.settings_dict["NAME"]
    program = (
        "import os; from citygrid.config import settings as s; s.DATABASES['default']['NAME'] = os.environ['NAME'];"
        "s.STORAGES['evidence']['OPTIONS']['location'] = os.environ['FOLDER']\n" + RECEIVE_FOREVER
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "citygrid.config.settings",
        "NAME": name,
        "FOLDER": str(folder),
    }
    for moment in range(10):
        child = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        answered.append(child.stdout.readline().strip())
        time.sleep(0.01 * moment)
        child.send_signal(signal.SIGKILL)
        answered += child.stdout.read().splitlines()[:-1]  # the last line may be cut
        child.wait()
        child.stdout.close()
    report = services.scrub(actor=TESTER, now=datetime.now(UTC) + 2 * DAY)
    kept = {str(pk) for pk in models.Media.objects.values_list("pk", flat=True)}
    assert set(answered) <= kept
    assert (report.missing, report.changed) == ([], [])
    assert all(name.startswith("original/") for name in report.orphans)
    assert ProcrastinateJob.objects.filter(task_name=services.PROCESS_TASK).count() == len(kept)
