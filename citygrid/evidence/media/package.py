"""One ffmpeg for each live stream, fed with its pieces in their order, which writes what is shown of it.

An ffmpeg that dies, or the packager itself, is followed by another one: it begins at the last part that can be played
alone, some seconds back, and goes on with the playlist that is there.
"""

import fcntl
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast
from uuid import UUID

from django.conf import settings

from citygrid.evidence.media import pieces, shown
from citygrid.evidence.media.film import CLEAN, PROGRAM, QUIET
from citygrid.evidence.rules import extension, film, part_at
from citygrid.kernel.confined import ISOLATED

MEMORY, OUTPUT = 768 << 20, 64 << 20  # bytes of address space, of one file
WIDTH, HEIGHT, FRAMES_A_SECOND = 640, 360, 30
BACK = 6  # pieces before the newest, from which a new ffmpeg looks for a part to begin with
BEHIND = 30  # pieces that are left out of what is shown, when so many wait
MOST_DEATHS = 5  # in a row, without a piece between them
PAUSE_SECONDS, END_SECONDS = 1.0, 10.0
FIT = f"min(1,min({WIDTH}/max(iw,ih),{HEIGHT}/min(iw,ih)))"
SCALE = f"scale=w='2*ceil(iw*{FIT}/2)':h='2*ceil(ih*{FIT}/2)',setsar=1,format=yuv420p"
# What is told first is enough to begin with: waiting for more would be seen as delay.
EAGER = ("-probesize", "32768", "-analyzeduration", "0", "-protocol_whitelist", "pipe")
PICTURE = (
    *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-crf", "28", "-maxrate", "800k"),
    *("-bufsize", "800k", "-threads", "1", "-fps_mode", "vfr", "-fpsmax", str(FRAMES_A_SECOND)),
    *("-force_key_frames", "expr:gte(t,n_forced)"),
)
SOUND = ("-c:a", "aac", "-b:a", "64k", "-ac", "1", "-ar", "48000")
LIST = (
    *("-f", "hls", "-hls_time", "1", "-hls_list_size", "8", "-hls_delete_threshold", "8"),
    *("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", shown.HEAD),
    *("-hls_flags", "append_list+delete_segments+omit_endlist+temp_file"),
)
log = logging.getLogger(__name__)


class Package:
    """A live stream in the hands of a thread; it is told how far the pieces have come, and when no more will."""

    def __init__(self, stream_id: UUID, mime_type: str) -> None:
        self.stream_id, self.kind = stream_id, extension(mime_type)
        self.folder = shown.folder(stream_id)
        self._known, self._is_live, self._deaths = 0, True, 0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"package {stream_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tell(self, known: int, *, is_live: bool) -> None:
        """So many pieces have come without a gap; a stream that is not live ends with the last of them."""
        with self._changed:
            self._known, self._is_live = known, is_live
            self._changed.notify_all()

    def is_over(self) -> bool:
        """Whether nothing more will be shown of it, by this package."""
        return not self._thread.is_alive()

    def wait(self) -> None:
        self._thread.join(END_SECONDS)

    def _run(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone() as lock:
            while self._deaths < MOST_DEATHS and self._feed(lock):
                self._deaths += 1
                threading.Event().wait(PAUSE_SECONDS)
        if self._deaths >= MOST_DEATHS:
            log.error("live video %s cannot be shown", self.stream_id)

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """A lock that ffmpeg inherits: one of a packager that was killed ends before another begins."""
        handle = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)

    def _feed(self, lock: int) -> bool:
        """Feed one ffmpeg until the stream is over; whether another one is wanted, as this one died or fell behind."""
        if self._await(0) is None:
            return False
        try:
            beginning, number = self._beginning()
            with _ffmpeg(self.folder, self.kind, lock) as pipe:
                pipe(beginning)
                while (known := self._await(number)) is not None:
                    if known - number > BEHIND:
                        self._deaths -= 1  # not its fault
                        return True
                    pipe(pieces.read(self.stream_id, number))
                    number, self._deaths = number + 1, 0
        except BrokenPipeError:
            log.warning("ffmpeg of live video %s died", self.stream_id)
            return True
        except FileNotFoundError:  # it has become a film meanwhile
            return False
        return False

    def _await(self, number: int) -> int | None:
        """How many pieces are known, once there are more than this; None where none will be."""
        with self._changed:
            while self._known <= number and self._is_live:
                self._changed.wait()
            return self._known if self._known > number else None

    def _beginning(self) -> tuple[bytes, int]:
        """What a new ffmpeg is given first: the head of the film and a part near its end. And the next piece."""
        first = max(0, self._known - BACK)
        if first == 0:
            return b"", 0
        head = b""
        for number in range(first):
            head += pieces.read(self.stream_id, number)
            if (at := part_at(head, self.kind)) >= 0:
                head = head[:at]
                break
        for number in range(first, -1, -1):
            content = pieces.read(self.stream_id, number)
            if (at := part_at(content, self.kind)) >= 0:
                return (head if number else b"") + content[at if number else 0 :], number + 1
        return b"", 0


@contextmanager
def _ffmpeg(folder: Path, kind: str, lock: int) -> Iterator[Callable[[bytes], None]]:
    """An ffmpeg within bounds; what it is given is written to it. BrokenPipeError when it is gone."""
    source = ("-f", film.DEMUXERS[kind.upper()], "-i", "pipe:0", "-map", "0:V:0", "-map", "0:a:0?", "-vf", SCALE)
    target = (*LIST, "-hls_segment_filename", str(folder / shown.PART), "-y", str(folder / shown.PLAYLIST))
    arguments = ("-nostdin", *QUIET, "-threads", "1", *EAGER, *source, *PICTURE, *SOUND, *CLEAN, *target)
    limits = (MEMORY, int(settings.STREAM_MOST_SECONDS), OUTPUT)
    process = subprocess.Popen(  # noqa: S603 - a program of ours; nothing of the stream is in the command
        [sys.executable, *ISOLATED, str(PROGRAM), str(folder), *map(str, limits), "ffmpeg", *arguments],
        env={},
        cwd=folder,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(lock,),
        bufsize=0,
    )
    pipe = cast(IO[bytes], process.stdin)
    try:
        yield lambda content: _pour(content, pipe)
        pipe.close()
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        log.warning("ffmpeg of %s did not end", folder.parent.name)
    finally:
        process.kill()
        process.wait()


def _pour(content: bytes, pipe: IO[bytes]) -> None:
    left = memoryview(content)
    while left:
        left = left[pipe.write(left) :]
