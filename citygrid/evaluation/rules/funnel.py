"""Which rates lie further from the common one than chance alone would let them. Pure.

Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24 (2005), 1185-1202,
with the exact binomial distribution. Limits are whole counts, so that a flag is a test of its own: by chance alone
no more than the stated share lies outside, however few the cases are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from citygrid.evaluation.choices import Flag

WARNING = 0.95
ALARM = 0.998
TENTH = 0.1

_END = stats.norm.ppf(1 - TENTH)
# The mean square of a standard normal variable whose tails are drawn in to their beginning.
_UNDER_CHANCE = 1 - 2 * TENTH - 2 * _END * stats.norm.pdf(_END) + 2 * TENTH * _END**2


class Limits(NamedTuple):
    """Counts between which a number of successes lies with at least the stated probability, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """The limits to draw at one number of cases, as rates from 0 to 1 (`drawn`)."""

    cases: int
    warning: tuple[float, float]
    alarm: tuple[float, float]


def limits(share: float, cases: int, level: float = WARNING) -> Limits:
    """The exact binomial limits of a count among so many cases, if each counts with probability `share`.

    `low` is the least count whose cumulative probability reaches (1 - level) / 2, `high` the least one at which it
    reaches (1 + level) / 2. Raises ValueError for a share or level outside [0, 1], or a negative number of cases.
    """
    if not (0 <= share <= 1 and 0 < level < 1 and cases >= 0):
        raise ValueError(f"no limits of {share} among {cases} at {level}")
    tail = (1 - level) / 2
    low, high = stats.binom.ppf([tail, 1 - tail], cases, share) if cases else (0, 0)
    return Limits(int(low), int(high))


def flag(count: int, cases: int, share: float) -> Flag:
    """How far a count among so many cases lies from what `share` lets expect."""
    for level, below, above in ((ALARM, Flag.VERY_LOW, Flag.VERY_HIGH), (WARNING, Flag.LOW, Flag.HIGH)):
        low, high = limits(share, cases, level)
        if count < low:
            return below
        if count > high:
            return above
    return Flag.WITHIN


def funnel(share: float, sizes: Sequence[int]) -> list[Funnel]:
    """The limits to draw at each number of cases (at least 1)."""
    return [Funnel(n, drawn(share, n, WARNING), drawn(share, n, ALARM)) for n in sizes]


def drawn(share: float, cases: int, level: float) -> tuple[float, float]:
    """The limits as rates, interpolated between the counts (appendix A.1.1 of the paper): lines without steps.

    A rate lies outside these lines if and only if `limits` flags its count.
    """
    tail = (1 - level) / 2
    return _below(share, cases, tail), 1 - _below(1 - share, cases, tail)


def _below(share: float, cases: int, tail: float) -> float:
    count = stats.binom.ppf(tail, cases, share)
    reached, before = stats.binom.cdf([count, count - 1], cases, share)
    return float(max(0.0, count - (reached - tail) / (reached - before))) / cases


def dispersion(counts: Sequence[int], cases: Sequence[int]) -> float:
    """How many times more the rates differ than chance alone lets them: 1 is chance.

    The mean squared distance from the common rate in standard errors, the largest and smallest tenth drawn in to
    the next (section 3 of the paper), and divided by what that is under chance. 1.0 where nothing can be said:
    fewer than three objects, or a common rate of 0 or 1.
    """
    x, n = _held(counts, cases)
    share = x.sum() / n.sum() if n.size else 0.0
    if n.size < 3 or share in (0, 1):
        return 1.0
    distance = (x / n - share) / np.sqrt(share * (1 - share) / n)
    drawn_in = np.clip(distance, *np.quantile(distance, [TENTH, 1 - TENTH]))
    return float(np.mean(drawn_in**2) / _UNDER_CHANCE)


def _held(counts: Sequence[int], cases: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, n = np.asarray(counts, float), np.asarray(cases, float)
    return x[n > 0], n[n > 0]
