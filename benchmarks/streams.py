"""Live video for three minutes: STREAMS=4 phones at 640x360, and a wall in a real browser on which all are watched.

Each phone films a clock that stands in its picture as bits. What the wall shows is read from the picture itself: the
delay is from the moment that was filmed to the moment it is seen, on one clock. Opening is from the press to the first
picture. The processor is that of the packager with all its ffmpegs. Afterwards each recording is held against what was
filmed, to the byte. SECONDS makes it shorter.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from benchmarks import city
from citygrid.config import processes
from citygrid.evidence import queries, services
from citygrid.evidence.media import store
from citygrid.geography import queries as geography
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.live.filming import READ_CLOCK, FilmingPhone, clock_film
from tests.live.process import free_port, is_open
from tests.robustness.platform import descendants, wait_for

STREAMS, SECONDS = int(os.environ.get("STREAMS", "4")), int(os.environ.get("SECONDS", "180"))
DELAY_LIMIT_S, OPENING_LIMIT_S = 6.0, 2.0
ROUNDS = 5  # each picture is opened so often
CASES = 200
EVERY_MS = 500
# Presses what opens a picture, and tells after how many milliseconds its clock can be read.
OPEN = f"""tile => new Promise(done => {{
    const read = {READ_CLOCK}, video = tile.querySelector('video'), began = performance.now()
    const shown = video.currentTime
    const look = () => {{
        if (video.currentTime !== shown && (read(video) ?? 0) > 0) done(performance.now() - began)
        else setTimeout(look, 10)
    }}
    tile.querySelector('[data-do=watch]').click()
    look()
}})"""
LOOK = f"tiles => tiles.map(tile => [tile.dataset.stream, ({READ_CLOCK})(tile.querySelector('video')), Date.now()])"


def run() -> dict[str, Any]:
    """How far the wall is behind what is filmed, how soon a picture opens, what it costs, and what was lost."""
    city.use_copy(CASES)
    clock_film(SECONDS)  # filmed beforehand: its cost is the phones'
    with tempfile.TemporaryDirectory(prefix="streams-") as made, _serve(Path(made)) as (port, packager):
        phones = [_phone(port, number) for number in range(STREAMS)]
        for phone in phones:
            phone.start()
        with _wall(port) as page:
            opened = _open(page)
            delays, still = _watch(page, phones)
            if not delays:
                raise SystemExit(f"SECONDS={SECONDS} leaves no time to watch after {len(opened)} openings: take more.")
        seconds, spent = time.time() - phones[0].began, _processor_seconds(packager)
        for phone in phones:
            phone.end()
        lost = sum(phone.lost + _lost(phone) for phone in phones)
    return {
        "name": "streams",
        "value": _p95(delays),
        "unit": "p95 s from the filmed moment to the wall",
        "size": STREAMS,
        "seconds": round(seconds, 1),
        "limit": DELAY_LIMIT_S,
        "ratio": round(_p95(delays) / DELAY_LIMIT_S, 3),
        "delay_p50_s": round(sorted(delays)[len(delays) // 2], 2),
        "delay_most_s": round(max(delays), 2),
        "looks": len(delays),
        "looks_without_a_picture": still,
        "opening_p95_s": _p95(opened),
        "opening_most_s": round(max(opened), 2),
        "opening_limit_s": OPENING_LIMIT_S,
        "openings": len(opened),
        "processor_seconds_per_stream": round(spent / STREAMS, 2),
        "cores_per_stream": round(spent / STREAMS / seconds, 3),
        "pieces": sum(phone.sent for phone in phones),
        "lost_pieces": lost,
        "load_average": round(os.getloadavg()[1], 2),
    }


def _phone(port: int, number: int) -> FilmingPhone:
    grids = geography.unit_grids(city.DISTRICT)
    point = grids[number * len(grids) // STREAMS].geom.point_on_surface
    place = {"lon": point.x, "lat": point.y, "frame": "wgs84"}
    return FilmingPhone(f"http://127.0.0.1:{port}", city.token(f"supervisor{number + 1}"), SECONDS, place)


def _open(page: Page) -> list[float]:
    """Seconds from the press to the picture, of all pictures several times; at the end all are open."""
    seconds = []
    tiles = page.locator(".tile")
    for number in range(ROUNDS):
        for place in range(STREAMS):
            seconds.append(tiles.nth(place).evaluate(OPEN) / 1000)
        if number < ROUNDS - 1:
            for place in range(STREAMS):
                tiles.nth(place).locator("[data-do=stop]").click()
    return seconds


def _watch(page: Page, phones: list[FilmingPhone]) -> tuple[list[float], int]:
    """Seconds behind of every look at every picture until the film is over; how many looks saw nothing."""
    began = {phone.id: phone.began for phone in phones}
    delays: list[float] = []
    still = 0
    page.wait_for_timeout(5_000)
    while time.time() - phones[0].began < SECONDS:
        for stream, told, at in page.locator(".tile").evaluate_all(LOOK):
            if told is None:
                still += 1
            else:
                delays.append(at / 1000 - began[stream] - told / 1000)
        page.wait_for_timeout(EVERY_MS)
    return delays, still


def _lost(phone: FilmingPhone) -> int:
    """Whether the recording is not what was filmed; 0 when it is, to the byte."""
    stream = services.keep_stream(stream_id=queries.stream(phone.id, system_actor("benchmark")).pk, now=clock.now())
    filmed = hashlib.sha256(b"".join(phone.pieces[: phone.sent])).hexdigest()
    return int(stream.media is None or store.digest_of(stream.media.original) != filmed)


@contextmanager
def _serve(folder: Path) -> Iterator[tuple[int, int]]:
    """The web process and the packager in this city: the port of the one, the process of the other."""
    folders = {"CITYGRID_STREAMS_FOLDER": folder / "streams", "CITYGRID_EVIDENCE_FOLDER": folder / "evidence"}
    settings.STREAMS_FOLDER = folders["CITYGRID_STREAMS_FOLDER"]
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": folders["CITYGRID_EVIDENCE_FOLDER"]}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    environment = {**city.environment(), **{name: str(path) for name, path in folders.items()}}
    port = free_port()
    commands = (processes.web("127.0.0.1", port), processes.packager())
    started = [subprocess.Popen(command, env=environment, stdout=sys.stderr) for command in commands]
    try:
        wait_for(lambda: is_open(port))
        yield port, started[1].pid
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


@contextmanager
def _wall(port: int) -> Iterator[Page]:
    """The command page of a leader, with all that is live on it."""
    name, _, value = city.session("leader1").partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}", viewport={"width": 1920, "height": 1080})
        context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
        page = context.new_page()
        page.add_init_script(
            f"localStorage.setItem('citygrid.wall', '{1 if STREAMS == 1 else 4 if STREAMS < 5 else 9}')"
        )
        page.goto("/command/")
        page.wait_for_function(f"document.querySelectorAll('.tile').length === {STREAMS}")
        page.wait_for_timeout(5_000)  # the phones have filmed for some seconds
        yield page
        browser.close()


def _processor_seconds(pid: int) -> float:
    """Of a process and all below it, also those that have ended."""
    ticks = 0
    for each in (pid, *descendants(pid)):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _p95(values: list[float]) -> float:
    return round(sorted(values)[len(values) * 95 // 100], 2)
