"""Files of 20 MB over lines that are cut, reset, stalled and half closed at random bytes, to the real web process.

CITYGRID_CUT_UPLOADS=100 sends so many (10 by itself).
"""

import hashlib
import os
import random
import struct
from collections.abc import Iterator
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy
import pytest
from PIL import Image

from citygrid.cases.tests.factories import City, make_city
from citygrid.evidence.models import Media, Upload
from citygrid.evidence.tests import factories as make
from tests.api.conftest import key_of
from tests.faults.proxy import Fault, proxy_to
from tests.faults.tus import CHUNK, Sender
from tests.robustness.web import Web

UPLOADS = int(os.environ.get("CITYGRID_CUT_UPLOADS", "10"))
SEED = 20261128
MOST_CUTS = 20
LARGE, MOST_GROWTH = 300 << 20, 100 << 20
SIDE = 2580  # of a picture of 20 MB
FORMS = {
    "cut": lambda at: Fault(cut_after=at),
    "reset": lambda at: Fault(cut_after=at, is_reset=True),
    "slow and reset": lambda at: Fault(delay=0.002, cut_after=at, is_reset=True),
    "half closed": lambda at: Fault(close_after=at),
    "stalled": lambda at: Fault(stall_after=at),
}


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[Web]:
    with Web.running(tmp_path) as web:
        yield web


@pytest.fixture
def token(transactional_db: None) -> str:
    city: City = make_city()
    return key_of(city.actors["supervisor"])


@cache
def picture() -> bytes:
    """Noise as a PNG that is not packed."""
    noise = numpy.random.default_rng(SEED).integers(0, 256, (SIDE, SIDE, 3), dtype=numpy.uint8)
    return make.encoded("PNG", Image.fromarray(noise), compress_level=0)


def photo(number: int) -> bytes:
    """A photo of 20 MB that is like no other."""
    content = make.with_chunk(picture(), b"tEXt", b"number\0%d" % number)
    assert 19_900_000 < len(content) < 20 << 20
    return content


def faults(rng: random.Random) -> list[Fault]:
    """One to twenty faults, each of some connection, at a random byte of it; one in four lines is good."""
    made: list[Fault] = []
    for _ in range(rng.randint(1, MOST_CUTS)):
        made += [Fault()] * (rng.random() < 0.25)
        form = rng.choices(list(FORMS), weights=(6, 6, 4, 3, 1))[0]
        made.append(FORMS[form](rng.randint(0, CHUNK)))
    return made


def test_cut_files_arrive_whole_and_little_is_sent_twice(web: Web, token: str) -> None:
    rng, suffered, again, most = random.Random(SEED), 0, 0, 0.0
    for number in range(UPLOADS):
        content = photo(number)
        with proxy_to(web.port) as proxy:
            sender = Sender(proxy.port, token)
            proxy.faults = faults(rng)
            media = Media.objects.get(pk=sender.send(content, "photo.png"))
            cuts = len(proxy.suffered)
        digest = hashlib.sha256(content).hexdigest()
        stored = hashlib.sha256((web.evidence / media.original).read_bytes()).hexdigest()
        assert (media.sha256, stored) == (digest, digest)
        resent = sender.sent - len(content)
        assert 0 <= resent <= cuts * CHUNK
        suffered, again, most = suffered + cuts, again + resent, max(most, resent / max(cuts, 1))
    print(f"{UPLOADS} of {UPLOADS} files of 20 MB with equal SHA-256, {suffered} cuts,", end=" ")
    print(f"{again / max(suffered, 1) / 1e3:.0f} kB sent again for each cut ({most / 1e3:.0f} at most)")
    assert suffered >= UPLOADS
    begun_twice = Upload.objects.filter(media=None)  # the answer that would have told of them was cut off
    assert (Media.objects.count(), Upload.objects.exclude(media=None).count()) == (UPLOADS, UPLOADS)
    assert (len(list(web.uploads.iterdir())), web.faults()) == (begun_twice.count(), [])


def test_film_of_300_mb_is_never_in_memory_as_a_whole(web: Web, token: str, tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.write(make.recording("mp4"))
        file.write(struct.pack(">I4s", LARGE, b"free"))
        file.truncate(file.tell() + LARGE - 8)
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        Sender(web.port, token, timeout=60).send(make.recording("wav"), "first.wav")
        before = web.peaks()
        media = Media.objects.get(pk=Sender(web.port, token, timeout=60).send(content, "large.mp4"))
        after = web.peaks()
        assert (media.size, media.sha256) == (path.stat().st_size, hashlib.sha256(content).hexdigest())
    assert max(after[pid] - before[pid] for pid in before) < MOST_GROWTH
    assert web.faults() == []
