"""Scores: rates weighted, counts by bands, grades. A part without a value gives its weight to the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from citygrid.evaluation.choices import Direction


@dataclass(frozen=True)
class Rate:
    """A ratio of two sums; a sum alone has no denominator (None). A zero denominator is no value."""

    numerator: int
    denominator: int | None

    @property
    def value(self) -> Fraction | None:
        """The ratio, or the sum itself; None where there is nothing to divide by."""
        if self.denominator is None:
            return Fraction(self.numerator)
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Band:
    """From how many on a count scores so much (0 to 100)."""

    at_least: int
    score: int


@dataclass(frozen=True)
class Part:
    """What an indicator adds to a score: its weight, and the bands where it is a count."""

    indicator: str
    weight: Fraction
    direction: str
    bands: tuple[Band, ...] = ()

    def points(self, rate: Rate) -> Fraction | None:
        """0 to 100, None without a value: a rate as it is, the rest of it where less is better, a count by bands."""
        found = rate.value
        if found is None:
            return None
        if self.bands:
            return Fraction(max(self.bands, key=lambda band: (band.at_least <= found, band.at_least)).score)
        return 100 * (1 - found if self.direction == Direction.LOWER else found)


@dataclass(frozen=True)
class Grade:
    """From which score on it is given, and the lamp it is shown by."""

    code: str
    at_least: int
    colour: str


def score(parts: Sequence[Part], rates: Mapping[str, Rate]) -> Fraction | None:
    """The weighted mean of what has a value, 0 to 100; None where no rate has one.

    A count alone is no score: where every rate lacks a denominator, nothing was judged.
    """
    points = [(part, part.points(rates[part.indicator])) for part in parts]
    known = [(part, found) for part, found in points if found is not None]
    if not any(rates[part.indicator].denominator for part, _ in known):
        return None
    return sum((part.weight * found for part, found in known), Fraction()) / sum(part.weight for part, _ in known)


def grade(grades: Sequence[Grade], found: Fraction | None) -> Grade | None:
    """The best grade whose bound is reached; None without a score."""
    if found is None:
        return None
    reached = [one for one in grades if found >= one.at_least]
    return max(reached, key=lambda one: one.at_least) if reached else None
