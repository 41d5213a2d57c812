"""A phone that films a clock: what it sends says in its upper edge when it was filmed, to the picture."""

import hashlib
import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import uuid4

from citygrid.evidence.rules import part_at

WIDTH, HEIGHT, STRIP, BITS, FRAMES = 640, 360, 32, 20, 15  # pixels; bits of the clock; pictures a second
WEBM = "video/webm;codecs=vp8,opus"
# The clock that a player shows, in milliseconds of the film; null while it shows nothing.
READ_CLOCK = f"""video => {{
    if (!video.videoWidth || video.readyState < 2) return null
    const canvas = document.createElement('canvas')
    canvas.width = {WIDTH}; canvas.height = {STRIP}
    const paper = canvas.getContext('2d')
    paper.drawImage(video, 0, 0, video.videoWidth, video.videoHeight * {STRIP} / {HEIGHT}, 0, 0, {WIDTH}, {STRIP})
    let told = 0
    for (let bit = 0; bit < {BITS}; bit++)
        told = told * 2 + (paper.getImageData(bit * {WIDTH // BITS} + 16, 16, 1, 1).data[0] > 127 ? 1 : 0)
    return told
}}"""


def strip(moment_ms: int) -> bytes:
    """A strip of grey pixels with the bits of the moment, the highest first."""
    line = b"".join((b"\xff" if moment_ms >> bit & 1 else b"\0") * (WIDTH // BITS) for bit in reversed(range(BITS)))
    return line * STRIP


@cache
def clock_film(seconds: int) -> list[bytes]:
    """A film of a clock as a phone records it, in pieces of a second; a picture that stands alone every three."""
    lasting = f"s={WIDTH}x{HEIGHT}:r={FRAMES}:d={seconds}"
    sources = ("-f", "lavfi", "-i", f"testsrc2={lasting}", "-f", "lavfi", "-i", f"sine=frequency=440:d={seconds}")
    clock = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{STRIP}", "-r", str(FRAMES), "-i", "pipe:0")
    joined = ("-filter_complex", "[0:v][2:v]overlay=0:0", "-map", "1:a", "-shortest")
    coded = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-g", str(3 * FRAMES))
    kept = ("-c:a", "libopus", "-b:a", "32k", "-f", "webm", "-live", "1", "-cluster_time_limit", "1000", "pipe:1")
    command = ["ffmpeg", "-nostdin", "-v", "error", *sources, *clock, *joined, *coded, *kept]
    strips = b"".join(strip(round(number * 1000 / FRAMES)) for number in range(seconds * FRAMES))
    done = subprocess.run(command, input=strips, capture_output=True, check=True)
    return list(_parts(done.stdout))


def _parts(film: bytes) -> Iterator[bytes]:
    """The film cut where the first cluster of each second begins; its head is with the first one."""
    at, begins, second = part_at(film, "webm"), 0, 0
    while (length := part_at(film[at + 4 :], "webm")) >= 0:
        at += 4 + length
        if _moment_ms(film[at:]) >= (second + 1) * 1000:
            yield film[begins:at]
            begins, second = at, second + 1
    yield film[begins:]


def _moment_ms(cluster: bytes) -> int:
    """When a cluster begins: the element Timestamp (E7) behind its id and size (RFC 9559, 5.1.3.1)."""
    at = 4 + 9 - cluster[4].bit_length()
    assert cluster[at] == 0xE7, cluster[:20]
    return int.from_bytes(cluster[at + 2 : at + 2 + (cluster[at + 1] & 0x7F)])


class FilmingPhone:
    """Sends a film of a clock as it would be recorded now, over the API, in a thread of its own."""

    def __init__(self, url: str, key: str, seconds: int, place: dict[str, Any]) -> None:
        self.root, self.key, self.place = f"{url}/api/v1/streams", key, place
        self.id, self.pieces = str(uuid4()), clock_film(seconds)
        self.sent, self.lost = 0, 0
        self.is_cut = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.began = 0.0

    def start(self) -> None:
        """Begin; the clock of the film is 0 now."""
        self.call("POST", "", {"id": self.id, "mime_type": WEBM, **self.place})
        self.began = time.time()
        self._thread.start()

    def end(self) -> None:
        """Stop filming, send what is left, and say so."""
        self._over.set()
        self.is_cut.clear()
        self._thread.join(60)
        self.call("POST", f"/{self.id}/end", {"pieces": self.sent})

    def _run(self) -> None:
        for number, content in enumerate(self.pieces):
            if self._over.wait(max(0.0, self.began + number + 1 - time.time())):
                return
            while self.is_cut.is_set() and not self._over.is_set():
                time.sleep(0.05)
            digest = hashlib.sha256(content).hexdigest()
            told = self.call("PUT", f"/{self.id}/pieces/{number}", content, **{"Citygrid-Sha256": digest})
            self.sent = number + 1
            self.lost += told["next"] != self.sent

    def call(self, method: str, path: str, body: dict[str, Any] | bytes, **headers: str) -> dict[str, Any]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        told = {"Authorization": f"Bearer {self.key}", "Content-Type": kind, **headers}
        request = urllib.request.Request(self.root + path, content, told, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
