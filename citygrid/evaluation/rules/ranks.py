"""How sure a place in a league is. Pure, and the same for everybody who computes it: the seed is part of what is
published.

What the true rates of a league are like is estimated from all its counts without supposing a shape (empirical
Bayes, by the EM algorithm with smoothing: Silverman, Jones, Wilson and Nychka, Journal of the Royal Statistical
Society B 52 (1990), 271-324); what each rate may be follows by Bayes' theorem, and the ranks are simulated from
that (Goldstein and Spiegelhalter, League tables and their limitations, Journal of the Royal Statistical Society A
159 (1996), 385-443). It is done on the scale arcsin(sqrt(rate)), on which a rate of n cases has a standard error
of 1 / (2 sqrt n) wherever it lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

Floats = NDArray[np.float64]

DRAWS = 4_000
LEVEL = 0.9
SURE = 0.95  # from here on it is said that one is better than another
STEPS = 1_000  # of the scale
WIDTH = 0.014  # of the smoothing: the standard error of a rate of 1,275 cases
ROUNDS = 300  # of the algorithm at most
STILL = 1e-6  # so little changes in a round at its end

_EDGES = np.linspace(0, np.pi / 2, STEPS + 1)
_SCALE = (_EDGES[1:] + _EDGES[:-1]) / 2
_RATES = np.sin(_SCALE) ** 2


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a league, 1 the best: `low` to `high` holds the true one with the stated probability."""

    rank: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class League:
    """Places of objects in the order they were given, and draws of their rates (draws x objects)."""

    places: tuple[Place, ...]
    draws: Floats

    def surely_better(self, one: int, other: int) -> bool:
        """Whether the first of two objects, by their numbers, is better with a probability of at least SURE."""
        return self.better(one, other) >= SURE

    def better(self, one: int, other: int) -> float:
        """The probability that the first of two objects has the better rate; a tie counts half."""
        return float(_better(self.draws[:, one], self.draws[:, other]))

    def matrix(self) -> Floats:
        """The probability that the object of a row has a better rate than that of a column, for all pairs."""
        return np.stack([_better(self.draws[:, [one]], self.draws) for one in range(self.draws.shape[1])])


def _better(first: Floats, second: Floats) -> Floats:
    return np.mean((first > second) + (first == second) / 2, axis=0)


def league(
    counts: Sequence[int], cases: Sequence[int], *, seed: int, level: float = LEVEL, draws: int = DRAWS
) -> League:
    """The places of objects with so many good ones among so many cases, the higher rate the better.

    The place is by the rate itself, of equal rates the best one for each; without cases behind all with some. Raises
    ValueError where a count is negative or above its cases.
    """
    x, n = np.asarray(counts, float), np.asarray(cases, float)
    if np.any(x < 0) or np.any(x > n):
        raise ValueError("a count is negative, or above its cases")
    if not n.size:
        return League((), np.empty((draws, 0)))
    drawn = _drawn(posterior(x, n), np.random.default_rng(seed), draws)
    low, high = interval(ranks(drawn), level)
    rates = np.divide(x, n, out=np.full(n.size, -1.0), where=n > 0)
    seen = 1 + np.sum(rates[:, None] > rates[None, :], axis=0)
    return League(tuple(Place(int(r), int(a), int(b)) for r, a, b in zip(seen, low, high, strict=True)), drawn)


def posterior(x: Floats, n: Floats) -> Floats:
    """How likely each rate of the scale is for each object (objects x STEPS, each row sums to 1)."""
    likely = xlogy(x[:, None], _RATES) + xlogy((n - x)[:, None], 1 - _RATES)
    likely = np.exp(likely - likely.max(axis=1, keepdims=True))
    smooth = _smoothing()
    common = np.full(STEPS, 1 / STEPS)
    for _ in range(ROUNDS):
        new = smooth @ _each(likely * common).mean(axis=0)
        change = np.abs(new - common).sum()
        common = new
        if change < STILL:
            break
    return _each(likely * common)


def ranks(drawn: Floats) -> NDArray[np.int64]:
    """The rank of each object in each draw, 1 the highest; draws in rows."""
    order = np.argsort(-drawn, axis=1, kind="stable")
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.arange(1, drawn.shape[1] + 1)[None, :], axis=1)
    return found


def interval(found: NDArray[np.int64], level: float = LEVEL) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Between which ranks each object lies with the stated probability, as much of the rest above as below."""
    tail = (1 - level) / 2
    low, high = np.quantile(found, [tail, 1 - tail], axis=0, method="inverted_cdf")
    return low.astype(int), high.astype(int)


def _smoothing() -> Floats:
    """The matrix that spreads each step of the scale by WIDTH; what would leave the scale is thrown back at its
    end.
    """
    mirrored = (_SCALE, -_SCALE, np.pi - _SCALE)
    spread = sum(np.exp(-(((_SCALE[:, None] - at[None, :]) / WIDTH) ** 2) / 2) for at in mirrored)
    return np.asarray(spread / np.sum(spread, axis=0, keepdims=True))


def _each(weights: Floats) -> Floats:
    return weights / weights.sum(axis=1, keepdims=True)


def _drawn(likely: Floats, random: np.random.Generator, draws: int) -> Floats:
    """Rates drawn for each object, draws in rows; within a step of the scale all places are alike."""
    below = np.hstack([np.zeros((len(likely), 1)), np.cumsum(likely, axis=1)])
    chances = random.random((draws, len(likely)))
    found = [np.interp(chances[:, i], row / row[-1], _EDGES) for i, row in enumerate(below)]
    return np.sin(np.stack(found, axis=1)) ** 2
