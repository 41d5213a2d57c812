"""Whether a promised precision is still kept by what was sent: judged by what became of the newest cases. Pure.

A category is judged over its newest cases of which the end is known, week by week backwards, until there are enough to
prove the promise. It is *broken* when the lower bound of Wilson's interval falls under the promise although there were
enough, or when the upper bound does so with however few (then it is disproved). Fewer, not disproved: *open*.

Wilson's score interval: E. B. Wilson, JASA 22 (1927) 209-212, two-sided, 95 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

Z = 1.959964


@dataclass(frozen=True, slots=True)
class Interval:
    """A share right / of, and what it may really be."""

    right: int
    of: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Watched:
    """The interval over the weeks looked at, how many these were, and what it says of the promise."""

    interval: Interval
    weeks: int
    is_kept: bool
    is_broken: bool


def wilson(right: int, of: int) -> Interval:
    """The interval of a share; from 0 to 1 where there is nothing."""
    if of == 0:
        return Interval(0, 0, 0.0, 1.0)
    share, square = right / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return Interval(right, of, max(0.0, middle - half), min(1.0, middle + half))


def enough(promise: float) -> int:
    """From how many cases on the lower bound keeps a promise when half of the wrong answers it allows are made."""
    aim = (1 + promise) / 2
    return ceil(Z * Z * promise * (1 - promise) / (aim - promise) ** 2)


def judge(weeks: Sequence[tuple[int, int]], promise: float) -> Watched:
    """What the (right, known) cases of weeks, the newest week first, say of a promise."""
    right = known = looked_at = 0
    for week_right, week_known in weeks:
        right, known, looked_at = right + week_right, known + week_known, looked_at + 1
        if known >= enough(promise):
            break
    interval = wilson(right, known)
    is_kept = interval.low >= promise
    is_broken = interval.high < promise or (known >= enough(promise) and not is_kept)
    return Watched(interval, looked_at, is_kept, is_broken)
