"""What the columns of a table say of a case: its text, its opening, and plain facts about it. Pure.

How a column is read is decided once, on the training rows, and kept: a number by where it lies among the training
rows, a time by hour, weekday and month, a value out of a small stock by itself, everything else as text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

Columns = Mapping[str, Sequence[str]]

LONGEST_TEXT = 4_000  # characters read of a case; what was not read whole is not sent
LONGEST_VALUE = 200
LONGEST_TIME = 40
MOST_VALUES = 300  # a stock of values is not larger
OPENING_WORDS, OPENING_WIDTH = 12, 108  # a wide (Chinese) character counts three
EXAMPLES = 20_000  # rows looked at to decide

WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
FACT = re.compile(r"(?P<name>\w+)(=| in | at | on )")  # how facts begin, see `_FACTS`
_BETWEEN_WIDE = re.compile(rf"(?<={WIDE})\s+(?={WIDE})")
_BREAK = re.compile(r"[\r\n\u3000]|\s{2,}")
_WIDE = re.compile(WIDE)
_CLOCK = r"(?:日?[T\s]*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?[\d.]*\s*(?P<half>[AaPp])?)?"
_DAY_LAST = re.compile(r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?!\d)" + _CLOCK)
_YEAR_LAST = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?!\d)" + _CLOCK)


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one case: words as written, joined, the opening; facts; whether it was read whole; its time."""

    words: str
    joined: str
    opening: str
    facts: tuple[str, ...]
    is_whole: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column is read: kind is text, value, number or time; edges part the numbers."""

    name: str
    kind: str
    is_repeated: bool = False
    edges: tuple[float, ...] = ()


def decide(columns: Columns) -> tuple[Reading, ...]:
    """How to read each column, in their order."""
    return tuple(_reading(name, values) for name, values in columns.items())


def read(columns: Columns, readings: Sequence[Reading]) -> list[Case]:
    """The cases of the rows; a column that is absent is empty."""
    length = max((len(values) for values in columns.values()), default=0)
    empty = [""] * length
    told = [columns.get(reading.name, empty) for reading in readings]
    return [_case(row, readings) for row in zip(*told, strict=True)]


def _reading(name: str, values: Sequence[str]) -> Reading:
    step = max(1, len(values) // EXAMPLES)
    said = [value.strip() for value in values[::step] if value.strip()]
    counts = Counter(said)
    often = sum(count for count in counts.values() if count >= 5)
    is_repeated = often >= 0.5 * len(said) > 0
    numbers = [number for value in said if (number := _number(value)) is not None]
    if said and len(numbers) >= 0.95 * len(said):
        edges = np.unique(np.quantile(numbers, np.linspace(0, 1, 33)[1:-1]))
        return Reading(name, "number", is_repeated, tuple(float(edge) for edge in edges))
    if said and sum(_time(value) is not None for value in said) >= 0.95 * len(said):
        return Reading(name, "time", is_repeated)
    is_stock = len(counts) <= MOST_VALUES and often >= 0.95 * len(said) > 0
    short = all(len(value) <= LONGEST_VALUE for value in counts)
    return Reading(name, "value" if is_stock and short else "text", is_repeated)


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _time(value: str) -> datetime | None:
    """2015-03-01T08:30, 2015/3/1 8:30:00, 2015年3月1日 and 3/1/2015 8:30 PM (month first) are times."""
    found = (_DAY_LAST.match(value) or _YEAR_LAST.match(value)) if len(value) <= LONGEST_TIME else None
    if not found:
        return None
    year, month, day, hour, minute = (int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute"))
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"] in "Pp")
    try:
        return datetime(year, month, day, hour, minute)
    except ValueError:
        return None


def _case(row: Sequence[str], readings: Sequence[Reading]) -> Case:
    texts, facts = [], []
    for value, reading in zip(row, readings, strict=True):
        if reading.kind == "text":
            texts.append(value)
        facts += _FACTS[reading.kind](reading, value.strip()[:LONGEST_VALUE])
    key = next((fact for fact, kind in _keyed(row, readings)), "")
    crossed = [f"{key} & {fact}" for fact in facts if key and fact != key]
    text = "\n".join(texts)
    words = _clean(text[:LONGEST_TEXT])
    return Case(
        words, join(words), opening(words), (*facts, *crossed), len(text) <= LONGEST_TEXT, _moment(row, readings)
    )


def _moment(row: Sequence[str], readings: Sequence[Reading]) -> datetime | None:
    """The first time that is told."""
    told = (_time(value.strip()) for value, reading in zip(row, readings, strict=True) if reading.kind == "time")
    return next((time for time in told if time), None)


def _keyed(row: Sequence[str], readings: Sequence[Reading]) -> list[tuple[str, str]]:
    """The value of the first text that is told again and again, such as a title out of a form."""
    return [
        (fact, reading.kind)
        for value, reading in zip(row, readings, strict=True)
        if reading.kind == "text" and reading.is_repeated
        for fact in _value_facts(reading, value.strip()[:LONGEST_VALUE])
    ]


def _value_facts(reading: Reading, value: str) -> list[str]:
    return [f"{reading.name}={value.lower()}"] if value else []


def _text_facts(reading: Reading, value: str) -> list[str]:
    return _value_facts(reading, value) if reading.is_repeated else []


def _number_facts(reading: Reading, value: str) -> list[str]:
    number = _number(value)
    if number is None:
        return []
    place = int(np.searchsorted(reading.edges, number))
    known = _value_facts(reading, value) if reading.is_repeated else []
    return [f"{reading.name} in {place}/32", f"{reading.name} in {place // 4}/8", *known]


def _time_facts(reading: Reading, value: str) -> list[str]:
    time = _time(value)
    if time is None:
        return []
    return [f"{reading.name} at {time.hour}", f"{reading.name} on {time.weekday()}", f"{reading.name} in {time.month}"]


_FACTS: dict[str, Any] = {
    "text": _text_facts,
    "value": _value_facts,
    "number": _number_facts,
    "time": _time_facts,
}


def _clean(text: str) -> str:
    """One form of each character; controls and halves of characters become blanks."""
    told = unicodedata.normalize("NFKC", text.replace("\u3000", "\n")).lower()
    return "".join(mark if mark in "\n\r" or unicodedata.category(mark)[0] != "C" else " " for mark in told)


def join(text: str) -> str:
    """The text without blanks between Chinese characters, so that it reads the same segmented or not."""
    return " ".join(_BETWEEN_WIDE.sub("", text).split())


def opening(text: str) -> str:
    """What a text begins with: its title, as far as a line break or a gap shows it, at most twelve words."""
    begun = text.lstrip()
    gap = _BREAK.search(begun)
    words = (begun[: gap.start()] if gap else begun).split()[:OPENING_WORDS]
    told, width = [], 0
    for mark in join(" ".join(words)):
        width += 3 if _WIDE.match(mark) else 1
        if width > OPENING_WIDTH:
            break
        told.append(mark)
    return "".join(told)


def group_of(case: Case) -> str:
    """Cases of the same group are never learned from and judged in one go."""
    return case.joined.replace(" ", "") or "|".join(case.facts)
