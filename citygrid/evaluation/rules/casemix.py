"""What a rate would be if every object had the same mix of cases. Pure.

Indirect standardisation: each kind of case is expected to go as it goes everywhere together; an object is as much
above or below the common rate as its own count is above or below what its mix lets expect.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Counts = Mapping[str, tuple[int, int]]  # by kind of case: so many good ones among so many


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Rates from 0 to 1: as it is, as its mix lets expect, and adjusted; `cases` is what they rest on."""

    cases: int
    raw: float
    expected: float
    adjusted: float


def adjusted(objects: Mapping[str, Counts]) -> dict[str, Adjusted]:
    """The adjusted rate of each object with cases: the common rate and its own less the expected one, within 0 and
    1.
    """
    common: dict[str, tuple[int, int]] = {}
    for counts in objects.values():
        for kind, (good, cases) in counts.items():
            before = common.get(kind, (0, 0))
            common[kind] = (before[0] + good, before[1] + cases)
    whole = sum(cases for _, cases in common.values())
    overall = sum(good for good, _ in common.values()) / whole if whole else 0.0
    return {name: _adjusted(counts, common, overall) for name, counts in objects.items() if _cases(counts)}


def _adjusted(counts: Counts, common: Counts, overall: float) -> Adjusted:
    cases = _cases(counts)
    raw = sum(good for good, _ in counts.values()) / cases
    expected = sum(n * common[kind][0] / common[kind][1] for kind, (_, n) in counts.items() if n) / cases
    return Adjusted(cases, raw, expected, min(1.0, max(0.0, overall + raw - expected)))


def _cases(counts: Counts) -> int:
    return sum(cases for _, cases in counts.values())
