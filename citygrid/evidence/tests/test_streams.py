"""Live video: what arrives is kept, in whatever order it comes, and becomes the film that was recorded."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from citygrid.access.tests.factories import NOW, make_account, make_actor
from citygrid.evidence import errors, models, queries, rules, services
from citygrid.evidence.media import pieces, store
from citygrid.evidence.tests import live
from citygrid.evidence.tests.live import WEBM, begin, cut, film, send
from citygrid.geography.tests import factories as geography
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.events import run_pending_jobs
from citygrid.kernel.models import AuditEntry

TESTER = system_actor("tests")


@pytest.fixture
def sender(db: None) -> Actor:
    geography.make_district()
    return make_actor("supervisor", areas=[geography.DISTRICT])


@pytest.fixture
def watcher(sender: Actor) -> Actor:
    return make_actor("dispatcher", areas=[geography.DISTRICT])


def actions(stream: models.LiveStream) -> list[str]:
    entries = AuditEntry.objects.filter(subject=f"evidence.stream/{stream.pk}").order_by("id")
    return [entry.action for entry in entries]


def test_pieces_delayed_doubled_and_out_of_order_become_the_film_without_a_hole(sender: Actor, tmp_path: Path) -> None:
    source = film(4)
    parts = list(enumerate(cut(source, 11)))
    stream = begin(sender)
    mixed = [*parts[3:], *parts[:3], *parts]
    random.Random(5).shuffle(mixed)
    stream = send(stream, mixed, sender)
    assert (stream.next, stream.state, stream.size) == (11, "live", len(source))
    services.end_stream(stream_id=stream.pk, count=11, actor=sender, now=NOW)
    kept = services.keep_stream(stream_id=stream.pk, now=NOW)
    assert (kept.state, kept.media.kind, kept.media.received_by_id) == ("kept", "video", sender.account_id)
    assert store.read(kept.media.original) == source
    made = services.process(media_id=kept.media_id, now=NOW)
    assert made.state == "ready"
    files = {name: tmp_path / name for name in ("source.webm", "public.mp4")}
    files["source.webm"].write_bytes(source)
    files["public.mp4"].write_bytes(store.read(made.public))
    (count, lasted), (copied, shown) = map(live.frames, files.values())
    assert (count, copied) == (60, 60) and shown == pytest.approx(lasted, abs=0.05)
    assert not (pieces.folder(stream.pk) / "pieces").exists()
    assert actions(stream) == ["begin", "end", "kept"]


def test_film_is_made_by_the_job_when_the_last_piece_comes_after_the_end(
    sender: Actor, django_capture_on_commit_callbacks: object
) -> None:
    parts = list(enumerate(cut(film(2), 4)))
    stream = begin(sender)
    send(stream, parts[:2], sender)
    ended = services.end_stream(stream_id=stream.pk, count=4, actor=sender, now=NOW)
    assert (ended.state, ended.next, ended.pieces) == ("ending", 2, 4)
    assert send(stream, parts[3:], sender).next == 2
    assert send(stream, parts[2:3], sender).next == 4
    assert services.keep_stream(stream_id=stream.pk, now=NOW).state == "kept"
    again = services.keep_stream(stream_id=stream.pk, now=NOW)
    assert (again.state, models.Media.objects.count()) == ("kept", 1)
    assert send(stream, parts, sender).next == 4  # sent again, the same answer


def test_same_number_with_other_content_is_refused_and_changes_nothing(sender: Actor) -> None:
    stream = begin(sender)
    send(stream, [(0, b"first")], sender)
    with pytest.raises(errors.PieceDiffers):
        send(stream, [(0, b"other")], sender)
    assert pieces.read(stream.pk, 0) == b"first"


@pytest.mark.parametrize(
    ("content", "digest", "refusal"),
    [
        (b"a piece", live.digest(b"another"), errors.ChecksumDiffers),
        (bytes(rules.MOST_PIECE_BYTES + 1), "0" * 64, errors.PieceTooLarge),
    ],
)
def test_piece_that_is_wrong_or_too_large_is_not_kept(sender: Actor, content: bytes, digest: str, refusal) -> None:
    stream = begin(sender)
    with pytest.raises(refusal):
        services.receive_piece(stream_id=stream.pk, number=0, content=content, sha256=digest, actor=sender, now=NOW)
    assert not stream.arrived.exists()


def test_same_id_is_the_same_stream_and_another_accounts_is_refused(sender: Actor, watcher: Actor) -> None:
    stream = begin(sender)
    assert begin(sender, stream_id=stream.pk).pk == stream.pk
    assert actions(stream) == ["begin"]
    with pytest.raises(errors.StreamTaken):
        begin(make_actor("supervisor", areas=[geography.DISTRICT]), stream_id=stream.pk)
    with pytest.raises(NotPermitted):
        begin(replace(watcher, permissions=frozenset()))


def test_new_stream_ends_the_one_that_was_left_and_its_pieces_may_still_come(sender: Actor) -> None:
    left, new = begin(sender), begin(sender, now=NOW + timedelta(minutes=1))
    left, new = (queries.stream(one.pk, TESTER) for one in (left, new))
    assert (left.state, new.state) == ("ending", "live")
    assert send(left, [(0, b"late")], sender).state == "ending"


def test_no_more_streams_are_live_than_the_setting_says(sender: Actor, settings) -> None:
    settings.STREAMS_MOST = 1
    begin(sender)
    other = make_actor("supervisor", areas=[geography.DISTRICT])
    with pytest.raises(errors.TooManyLive):
        begin(other)
    begin(sender)  # the first one ends


def test_silent_stream_ends_by_itself_and_lives_again_with_its_next_piece(sender: Actor) -> None:
    stream = send(begin(sender), [(0, b"one")], sender)
    assert services.end_quiet_streams(now=NOW + timedelta(minutes=4)) == 0
    later = NOW + timedelta(minutes=6)
    assert services.end_quiet_streams(now=later) == 1
    assert queries.stream(stream.pk, TESTER).state == "ending"
    assert send(stream, [(1, b"two")], sender, later).state == "live"
    assert actions(stream) == ["begin", "end"]


def test_stream_that_lasts_too_long_ends_for_good(sender: Actor, settings) -> None:
    settings.STREAM_MOST_SECONDS = 60.0
    late = NOW + timedelta(seconds=61)
    stream = send(begin(sender), [(0, b"one")], sender, late)
    assert services.end_quiet_streams(now=late) == 1
    assert send(stream, [(1, b"two")], sender, late).state == "ending"


def test_pieces_that_never_come_are_given_up_after_days(sender: Actor, settings) -> None:
    parts = list(enumerate(cut(film(2), 4)))
    stream = send(begin(sender), parts[:3], sender)
    services.end_stream(stream_id=stream.pk, count=4, actor=sender, now=NOW)
    services.end_quiet_streams(now=NOW + timedelta(days=settings.STREAM_PATIENCE_DAYS, minutes=1))
    assert services.keep_stream(stream_id=stream.pk, now=NOW).state == "kept"
    with pytest.raises(errors.StreamOver):
        send(stream, parts[3:], sender)


@pytest.mark.parametrize("content", [b"", b"no film at all"])
def test_stream_that_is_no_film_is_refused_with_its_reason(sender: Actor, content: bytes) -> None:
    stream = send(begin(sender), [(0, content)], sender)
    services.end_stream(stream_id=stream.pk, count=1, actor=sender, now=NOW)
    refused = services.keep_stream(stream_id=stream.pk, now=NOW)
    assert (refused.state, refused.media) == ("refused", None) and refused.refusal.startswith("evidence.")
    assert pieces.read(stream.pk, 0) == content
    assert services.drop_refused_streams(now=NOW + timedelta(days=6)) == 0
    assert [services.drop_refused_streams(now=NOW + timedelta(days=8)) for _ in range(2)] == [1, 0]


def test_count_that_contradicts_what_arrived_is_refused(sender: Actor) -> None:
    stream = send(begin(sender), [(0, b"one"), (4, b"five")], sender)
    with pytest.raises(errors.CountUnfit):
        services.end_stream(stream_id=stream.pk, count=4, actor=sender, now=NOW)
    services.end_stream(stream_id=stream.pk, count=5, actor=sender, now=NOW)
    services.end_stream(stream_id=stream.pk, count=5, actor=sender, now=NOW)
    with pytest.raises(errors.CountUnfit):
        services.end_stream(stream_id=stream.pk, count=6, actor=sender, now=NOW)
    with pytest.raises(errors.StreamOver):
        send(stream, [(5, b"six")], sender)


def test_piece_that_changed_on_the_disk_is_no_film(sender: Actor) -> None:
    stream = send(begin(sender), enumerate(cut(film(1), 2)), sender)
    services.end_stream(stream_id=stream.pk, count=2, actor=sender, now=NOW)
    pieces.path(stream.pk, 1).write_bytes(b"rot")
    with pytest.raises(OSError, match="not what was received"):
        services.keep_stream(stream_id=stream.pk, now=NOW)


def test_nobody_sees_a_stream_of_another_area(sender: Actor, watcher: Actor) -> None:
    stream = begin(sender)
    elsewhere = make_actor("dispatcher", areas=["900002"])
    without = make_actor("department", areas=[geography.DISTRICT])
    assert [one.pk for one in queries.live_streams(watcher)] == [stream.pk]
    assert [one.pk for one in queries.live_streams(sender)] == [stream.pk]
    for actor in (elsewhere, without):
        assert queries.live_streams(actor) == []
        assert queries.stream_as_seen(stream.pk, actor) is None
        with pytest.raises(NotFound):
            queries.stream(stream.pk, actor)
    with pytest.raises(NotFound):
        services.open_view(stream_id=stream.pk, actor=elsewhere, now=NOW)
    assert actions(stream) == ["begin"]


def test_film_of_a_stream_is_seen_by_who_sees_the_stream(sender: Actor, watcher: Actor) -> None:
    stream = send(begin(sender), enumerate(cut(film(1), 2)), sender)
    services.end_stream(stream_id=stream.pk, count=2, actor=sender, now=NOW)
    kept = services.keep_stream(stream_id=stream.pk, now=NOW)
    assert queries.media(kept.media_id, watcher).pk == kept.media_id
    with pytest.raises(NotFound):
        queries.media(kept.media_id, make_actor("dispatcher", areas=["900002"]))
    assert services.purge(now=NOW + timedelta(days=30)) == 0


def test_view_is_on_record_before_its_token_and_for_one_post_alone(sender: Actor, watcher: Actor) -> None:
    stream = begin(sender)
    token = services.open_view(stream_id=stream.pk, actor=watcher, now=NOW)
    assert actions(stream) == ["begin", "watch"]
    assert AuditEntry.objects.get(action="watch").account_id == watcher.account_id
    assert queries.viewed(token, watcher).pk == stream.pk
    colleague = make_actor("dispatcher", areas=[geography.DISTRICT])
    for actor, given in ((colleague, token), (watcher, token[:-1]), (watcher, "x")):
        with pytest.raises(NotFound):
            queries.viewed(given, actor)
    services.end_stream(stream_id=stream.pk, count=0, actor=sender, now=NOW)
    with pytest.raises(errors.NotLive):
        services.open_view(stream_id=stream.pk, actor=watcher, now=NOW)


def test_place_moves_with_the_phone_and_outside_it_stays_with_the_area(sender: Actor) -> None:
    stream = begin(sender, lon=10.0, lat=10.0)
    assert stream.area_code == geography.DISTRICT
    moved = services.move_stream(stream_id=stream.pk, actor=sender, now=NOW, **live.INSIDE)
    assert moved.area_code.startswith(geography.DISTRICT) and moved.location.x == pytest.approx(live.INSIDE["lon"])
    gone = services.move_stream(stream_id=stream.pk, lon=0.0, lat=0.0, frame="wgs84", actor=sender, now=NOW)
    assert gone.area_code == moved.area_code
    with pytest.raises(NotFound):
        other = make_actor("supervisor", areas=[geography.DISTRICT], account=make_account())
        services.move_stream(stream_id=stream.pk, actor=other, now=NOW, **live.INSIDE)


def test_type_of_a_recorder_names_the_film() -> None:
    assert [rules.extension(each) for each in (WEBM, "video/mp4", "video/mp4; codecs=avc1")] == ["webm", "mp4", "mp4"]


def test_first_missing_number_is_found_behind_what_came_early() -> None:
    assert [rules.first_missing(1, later) for later in ([], [1, 2, 3], [2, 3], [1, 3])] == [1, 4, 1, 2]


def test_part_of_a_film_is_found_by_its_mark() -> None:
    source = film(2)
    first = rules.part_at(source, "webm")
    second = rules.part_at(source[first + 4 :], "webm")
    assert 0 < first < 2_000 and second > 0
    assert rules.part_at(b"nothing here", "webm") == -1
    assert rules.part_at(b"....sizemoof", "mp4") == 4


@pytest.mark.django_db(transaction=True)
def test_job_makes_the_film_of_a_stream_that_is_whole(transactional_db: None) -> None:
    geography.make_district()
    actor = make_actor("supervisor", areas=[geography.DISTRICT])
    stream = send(begin(actor, stream_id=uuid4()), enumerate(cut(film(1), 3)), actor)
    services.end_stream(stream_id=stream.pk, count=3, actor=actor, now=NOW)
    run_pending_jobs()
    found = queries.stream(stream.pk, TESTER)
    assert (found.state, found.media.state) == ("kept", "ready")
