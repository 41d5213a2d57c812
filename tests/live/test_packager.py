"""What is shown of live video: at once, in order, and again after whatever was killed."""

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from citygrid.access.tests.factories import make_actor
from citygrid.evidence import services
from citygrid.evidence.media import pieces, shown
from citygrid.evidence.media.package import BEHIND
from citygrid.evidence.models import LiveStream
from citygrid.evidence.tests.live import begin, cut, film, send
from citygrid.geography.tests import factories as geography
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor
from tests.live.packager import Packager, parts
from tests.live.process import eventually
from tests.robustness.platform import command_of

SECONDS = 12


@pytest.fixture
def sender(transactional_db: None) -> Actor:
    geography.make_district()
    return make_actor("supervisor", areas=[geography.DISTRICT])


@pytest.fixture
def packager(sender: Actor) -> Iterator[Packager]:
    made = Packager()
    yield made
    made.end()


def seconds_shown(stream: LiveStream) -> float:
    """How many seconds the parts last that are there, as a player would put them together."""
    folder = shown.folder(stream.pk)
    whole = folder.parent / "whole.mp4"
    whole.write_bytes(b"".join((folder / name).read_bytes() for name in [shown.HEAD, *names(folder)]))
    wanted = ("-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets")
    done = subprocess.run(["ffprobe", *wanted, "-of", "csv=p=0", str(whole)], capture_output=True, text=True)
    return int(done.stdout.strip().rstrip(",")) / 15  # pictures a second


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("part*.m4s"))


def test_stream_is_shown_from_its_first_seconds_to_its_end(sender: Actor, packager: Packager) -> None:
    sent = list(enumerate(cut(film(SECONDS), SECONDS)))
    stream = send(begin(sender, now=clock.now()), sent[:3], sender, clock.now())
    assert eventually(lambda: len(parts(stream)) >= 1, 40)
    send(stream, reversed(sent[3:]), sender, clock.now())
    services.end_stream(stream_id=stream.pk, count=SECONDS, actor=sender, now=clock.now())
    assert eventually(lambda: not packager.films(), 40)
    assert parts(stream)[-1] == SECONDS - 1
    assert not packager.process.poll()
    assert "#EXT-X-ENDLIST" not in (shown.folder(stream.pk) / shown.PLAYLIST).read_text()
    assert services.keep_stream(stream_id=stream.pk, now=clock.now()).state == "kept"


def test_what_is_shown_is_all_that_was_sent(sender: Actor, packager: Packager) -> None:
    sent = list(enumerate(cut(film(6), 6)))
    stream = send(begin(sender, now=clock.now()), sent[:2], sender, clock.now())
    assert eventually(lambda: len(packager.films()) == 1, 40)
    send(stream, sent[2:], sender, clock.now())
    services.end_stream(stream_id=stream.pk, count=6, actor=sender, now=clock.now())
    assert eventually(lambda: len(parts(stream)) == 6 and not packager.films(), 40)
    assert seconds_shown(stream) == 6


@pytest.mark.parametrize("victim", ["ffmpeg", "packager"])
def test_stream_is_shown_again_after_a_kill(sender: Actor, packager: Packager, victim: str) -> None:
    sent = list(enumerate(cut(film(SECONDS), SECONDS)))
    stream = send(begin(sender, now=clock.now()), sent[:8], sender, clock.now())
    assert eventually(lambda: len(parts(stream)) >= 2, 40)
    before, killed = parts(stream)[-1], packager.films()
    assert len(killed) == 1
    if victim == "ffmpeg":
        os.kill(killed[0], signal.SIGKILL)
    else:
        packager.process.kill()
        packager.process.wait()
        packager.start()
    send(stream, sent[8:], sender, clock.now())
    assert eventually(lambda: parts(stream)[-1] > before + 2, 40)
    playlist = (shown.folder(stream.pk) / shown.PLAYLIST).read_text()
    assert "#EXT-X-DISCONTINUITY" in playlist and parts(stream) == sorted(set(parts(stream)))
    assert not command_of(killed[0]).startswith("ffmpeg")
    services.end_stream(stream_id=stream.pk, count=SECONDS, actor=sender, now=clock.now())
    assert eventually(lambda: not packager.films(), 40)


def test_pieces_that_come_after_a_cut_are_skipped_to_the_edge(sender: Actor, packager: Packager) -> None:
    count = BEHIND + 20
    sent = list(enumerate(cut(film(count), count)))
    stream = send(begin(sender, now=clock.now()), sent[:2], sender, clock.now())
    assert eventually(lambda: len(packager.films()) == 1, 40)
    send(stream, reversed(sent[2:]), sender, clock.now())  # the gap closes with the last of them
    services.end_stream(stream_id=stream.pk, count=count, actor=sender, now=clock.now())
    assert eventually(lambda: not packager.films() and parts(stream), 30)
    assert parts(stream)[-1] < BEHIND
    assert services.keep_stream(stream_id=stream.pk, now=clock.now()).next == count  # the recording has them all


def test_stream_that_is_no_film_ends_nobody_elses(sender: Actor, packager: Packager) -> None:
    broken = send(begin(sender, now=clock.now()), enumerate([b"no film at all"] * 5), sender, clock.now())
    other = make_actor("supervisor", areas=[geography.DISTRICT])
    stream = send(begin(other, now=clock.now()), enumerate(cut(film(4), 4)), other, clock.now())
    assert eventually(lambda: len(parts(stream)) >= 1, 40)
    assert parts(broken) == [] and packager.process.poll() is None


def test_what_was_shown_is_swept_after_a_while(sender: Actor) -> None:
    stream, kept = begin(sender), begin(make_actor("supervisor", areas=[geography.DISTRICT]))
    for one in (stream, kept):
        shown.folder(one.pk).mkdir(parents=True)
        (shown.folder(one.pk) / shown.PLAYLIST).write_text("#EXTM3U\n")
    assert shown.sweep(clock.now() - timedelta(minutes=1), ()) == 0
    assert shown.sweep(clock.now() + timedelta(minutes=1), [kept.pk]) == 1
    assert not shown.folder(stream.pk).exists() and shown.folder(kept.pk).exists()
    assert (pieces.folder(stream.pk) / "pieces").exists()
