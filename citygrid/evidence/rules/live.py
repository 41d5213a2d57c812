"""Live video: what is accepted, which piece comes next, and where in a film a player can begin.

A film is a head, which describes its tracks, and parts that can be played after it: clusters (WebM, RFC 9559, 5.1.3),
fragments (MP4, ISO/IEC 14496-12, 8.8.4).
"""

from collections.abc import Iterable

FORMATS = {"video/webm": "webm", "video/mp4": "mp4"}
MOST_PIECE_BYTES = 4 << 20
MOST_PIECES = 20_000
MARKS = {"webm": (b"\x1f\x43\xb6\x75", 0), "mp4": (b"moof", 4)}  # how a part is known, and what stands before that


def extension(mime_type: str) -> str:
    """The ending of a film's name by the type its recorder tells, "video/webm;codecs=vp8,opus"."""
    return FORMATS[mime_type.partition(";")[0].strip().lower()]


def first_missing(number: int, later: Iterable[int]) -> int:
    """The first number, from this one on, that is not among the later ones (in order)."""
    for arrived in later:
        if arrived != number:
            break
        number += 1
    return number


def part_at(content: bytes, kind: str) -> int:
    """Where the first part begins in these bytes of a film; -1 where none does."""
    mark, before = MARKS[kind]
    found = content.find(mark)
    return found - before if found >= before else -1
