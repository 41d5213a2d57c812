"""Recordings and films in bounded subprocesses: ffprobe tells what they are, ffmpeg makes the copies.

Neither may open anything but the file it is given (`-protocol_whitelist file`, a demuxer chosen by us), nor use more
than its limits.
"""

import logging
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from citygrid.evidence import errors
from citygrid.evidence.registry import Box
from citygrid.evidence.rules import Film, film
from citygrid.kernel import confined

PROGRAM = Path(__file__).with_name("bounded.py")
MOST_TOLD = 1 << 20
COSTLY = (*confined.COSTLY, -signal.SIGXFSZ)
SHORT_PX, LONG_PX, THUMBNAIL_PX = 720, 1280, 320
FRAMES_A_SECOND = 30
QUIET = ("-hide_banner", "-v", "error")
CLEAN = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact", "-flags", "+bitexact")
# Upright (ffmpeg turns it), the short side at most 720, the long one 1,280; both even, as H.264 wants them.
FIT = f"min(1,min({SHORT_PX}/min(iw,ih),{LONG_PX}/max(iw,ih)))"
SCALE = f"scale=w='2*ceil(iw*{FIT}/2)':h='2*ceil(ih*{FIT}/2)',setsar=1,format=yuv420p"
PICTURE = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-fpsmax", str(FRAMES_A_SECOND), "-threads", "2")
SMALL = f"scale=w='min({THUMBNAIL_PX},iw)':h=-2"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """What one run may use: bytes of address space and of output, seconds of processor and on the clock."""

    memory: int = 1200 << 20
    processor_seconds: int = 1800
    seconds: int = 3600
    output: int = 1 << 30


PROBING = Bounds(memory=512 << 20, processor_seconds=20, seconds=60, output=MOST_TOLD)
DRAWING = Bounds(processor_seconds=60, seconds=120, output=32 << 20)


@dataclass(frozen=True)
class Copies:
    """What was made: a refusal's code, or files in the folder that was given, and what the film is and records."""

    refusal: str = ""
    found: Film | None = None
    public: Path | None = None
    poster: Path | None = None
    thumbnail: Path | None = None


def probe(path: Path, filename: str, file_format: str, *, most_seconds: float, bounds: Bounds = PROBING) -> Film:
    """What a file of this format holds. A PhotoRefused says what is wrong with it.

    confined.NoTimeError when the machine gave ffprobe no time.
    """
    with TemporaryDirectory(prefix="probe-") as name:
        wanted = ("-show_format", "-show_streams", "-count_packets", "-print_format", "json")
        status = _run(Path(name), bounds, "ffprobe", *QUIET, *wanted, *_input(path, file_format))
        told = confined.result(Path(name), MOST_TOLD)
        if status or told is None:
            raise errors.TooCostly() if status in COSTLY else errors.FilmRefused()
        return film.judge(told, file_format, filename, most_seconds=most_seconds)


def convert(
    path: Path,
    folder: Path,
    filename: str,
    file_format: str,
    *,
    most_seconds: float,
    boxes: Sequence[Box] = (),
    bounds: Bounds | None = None,
) -> Copies:
    """Make the copies of a recording (M4A, one channel) or a film (MP4 of 720p, still pictures), without metadata.

    A crash or a breach of the bounds is a refusal; confined.NoTimeError when the machine gave no time.
    """
    bounds = bounds or Bounds(processor_seconds=max(1800, int(most_seconds)), seconds=max(3600, 2 * int(most_seconds)))
    try:
        found = probe(path, filename, file_format, most_seconds=most_seconds)
        public = folder / ("public.mp4" if found.has_picture else "public.m4a")
        kept = ("-t", str(most_seconds + 1), *CLEAN, "-movflags", "+faststart", "-y", str(public))
        _make(folder, bounds, *_input(path, file_format), *_coding(found, boxes), *kept)
        made = probe(public, public.name, "MP4", most_seconds=most_seconds)
        stills = _stills(public, folder, made) if made.has_picture else ()
    except errors.PhotoRefused as refusal:
        return Copies(refusal=refusal.code)
    facts = Film(found.has_picture, found.width, found.height, made.seconds, found.recorded)
    return Copies("", facts, public, *stills)


def _coding(found: Film, boxes: Sequence[Box]) -> Sequence[str]:
    if not found.has_picture:
        return ("-map", "0:a:0", "-vn", "-ac", "1", "-ar", "48000", "-c:a", "aac", "-b:a", "64k")
    sound = ("-ac", "2", "-ar", "48000", "-c:a", "aac", "-b:a", "96k")
    return ("-map", "0:V:0", "-map", "0:a:0?", "-vf", ",".join((SCALE, *map(_hiding, boxes))), *PICTURE, *sound)


def _hiding(box: Box) -> str:
    """A filter that paints a part of the picture over, from the first frame to the last; a pixel more on each side."""
    sides = (f"x=iw*{box.left:.6f}-1", f"y=ih*{box.top:.6f}-1", f"w=iw*{box.width:.6f}+2", f"h=ih*{box.height:.6f}+2")
    return f"drawbox={':'.join(sides)}:color=black:t=fill"


def _stills(public: Path, folder: Path, made: Film) -> tuple[Path, Path]:
    """A poster and a thumbnail from the first second of our own copy."""
    at = min(1.0, (made.seconds or 0) / 2)
    poster, thumbnail = folder / "poster.jpeg", folder / "thumbnail.jpeg"
    one = ("-map", "0:V:0", "-frames:v", "1", "-q:v", "4", *CLEAN)
    outputs = (*one, "-f", "mjpeg", "-y", str(poster), *one, "-vf", SMALL, "-f", "mjpeg", "-y", str(thumbnail))
    _make(folder, DRAWING, "-ss", f"{at:.3f}", *_input(public, "MP4"), *outputs)
    return poster, thumbnail


def _input(path: Path, file_format: str) -> Sequence[str]:
    return ("-protocol_whitelist", "file", "-f", film.DEMUXERS[file_format], "-i", str(path))


def _make(folder: Path, bounds: Bounds, *arguments: str) -> None:
    status = _run(folder, bounds, "ffmpeg", "-nostdin", *QUIET, "-threads", "2", *arguments)
    if status:
        raise errors.TooCostly() if status in COSTLY else errors.FilmRefused()


def _run(folder: Path, bounds: Bounds, program: str, *arguments: str) -> int:
    limits = (bounds.memory, bounds.processor_seconds, bounds.output)
    status = confined.run(PROGRAM, folder, *limits, program, *arguments, seconds=bounds.seconds)
    if status:
        log.warning("%s ended with status %d", program, status)
    return status
