"""What is known of reports and cases when they are compared: where, when, what kind, which words."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.integer[Any]]]

EARTH_M = 6_371_008.8
LONGEST_TEXT = 600  # characters; more adds nothing and costs time
GRAMS = (2, 3)  # characters at a time: half a word of English, a word of Chinese
BUCKETS = 2**16  # runs are counted in so many; two of them seldom meet in one
_WORDS = re.compile(r"\w+")
_BITS = 21  # of a code point
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio


class Matter(NamedTuple):
    """One report or case. Degrees of WGS-84, seconds; `ended` is None while it is open."""

    lon: float
    lat: float
    at: float
    category: str
    text: str
    ended: float | None = None


@dataclass(frozen=True)
class Matters:
    """Many of them, column by column. `ended` is infinite while one is open."""

    lon: Floats
    lat: Floats
    at: Floats
    ended: Floats
    category: Ints
    grams: Sequence[Ints]

    @classmethod
    def of(cls, many: Iterable[Matter]) -> "Matters":
        rows = list(many)
        lon, lat, at, category, text, ended = zip(*rows, strict=True) if rows else ((),) * 6
        return cls(
            lon=np.array(lon, float),
            lat=np.array(lat, float),
            at=np.array(at, float),
            ended=np.array([np.inf if each is None else each for each in ended], float),
            category=codes(category),
            grams=[grams(each) for each in text],
        )

    def __len__(self) -> int:
        return len(self.at)


def codes(names: Sequence[str]) -> Ints:
    """A number for each name, the same for the same."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], np.int64)


def grams(text: str) -> Ints:
    """The runs of two and three characters of a text, as numbers below BUCKETS. Case and punctuation do not count."""
    words = _WORDS.findall(unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower())
    if not words:
        return np.zeros(0, np.uint16)
    line = f" {' '.join(words)} ".encode("utf-32-le", "replace")
    marks = np.frombuffer(line, np.uint32).astype(np.uint64)
    runs = np.concatenate([_runs(marks, length) for length in GRAMS])
    return np.unique(((runs * _SPREAD) >> np.uint64(48)).astype(np.uint16))


def _runs(marks: Any, length: int) -> Any:
    count = len(marks) - length + 1
    told = np.zeros(count, np.uint64)
    for at in range(length):
        told = (told << np.uint64(_BITS)) | marks[at : at + count]
    return told


def metres(matters: Matters, chosen: Ints, origin: int) -> Floats:
    """(n, 2): how far east and north of one matter others lie; exact enough for some hundred metres."""
    north = np.radians(matters.lat[chosen] - matters.lat[origin]) * EARTH_M
    east = np.radians(matters.lon[chosen] - matters.lon[origin]) * EARTH_M * np.cos(np.radians(matters.lat[origin]))
    return np.column_stack([east, north])
