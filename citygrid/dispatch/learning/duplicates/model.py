"""How much each sign counts, learned from pairs that people named; and what chance a score means.

The model is a choice among the candidates and "none of them" (conditional logit): the chance of a candidate is
exp(score) over one plus the sum of all exp(score). So a second good candidate lowers the chance of the first.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from citygrid.dispatch.learning.duplicates.matters import Floats, Ints
from citygrid.dispatch.learning.duplicates.signs import NAMES

RIDGE = 1.0


class Choice(NamedTuple):
    """One report: the signs of its candidates, which of them is the same matter (-1: none), how much it counts."""

    signs: Floats
    same: int
    weight: float = 1.0


@dataclass(frozen=True)
class Model:
    """Weights by the names of signs, and `none`, which makes a score the logarithm of odds against "none of them"."""

    weights: dict[str, float]
    none: float
    about: dict[str, Any] = field(default_factory=dict)  # where, on which period, with which figures it was learned

    def scores(self, signs: Floats) -> Floats:
        """One per candidate; higher is likelier."""
        return np.asarray(signs @ np.array([self.weights[name] for name in NAMES]) + self.none)

    def chances(self, scores: Floats) -> Floats:
        """The probability of each candidate that it is the same matter and would be found so."""
        return np.asarray(np.exp(scores - logsumexp([0.0, *scores])))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def learn(choices: Sequence[Choice], often: Sequence[Choice] = (), about: dict[str, Any] | None = None) -> Model:
    """From reports whose matter was named; `often` says how often there is one at all (default: they do).

    The order of candidates is learned from the first, the chance of any from the second.
    """
    weights = _weights([choice for choice in choices if choice.same >= 0 and len(choice.signs) > 1])
    none = _none(often or choices, weights)
    return Model(dict(zip(NAMES, weights.tolist(), strict=True)), none, about or {})


def _weights(named: Sequence[Choice]) -> Floats:
    if not named:
        return np.zeros(len(NAMES))
    rows = np.vstack([choice.signs for choice in named]).astype(float)
    centre, scale = rows.mean(0), np.maximum(rows.std(0), 1e-9)
    rows = (rows - centre) / scale
    sizes = np.array([len(choice.signs) for choice in named])
    starts = np.cumsum(sizes) - sizes
    same = starts + np.array([choice.same for choice in named])
    found = minimize(_loss, np.zeros(len(NAMES)), args=(rows, starts, sizes, same), jac=True, method="L-BFGS-B")
    return np.asarray(found.x / scale)


def _loss(weights: Floats, rows: Floats, starts: Ints, sizes: Ints, same: Ints) -> tuple[float, Floats]:
    """What the choices cost under these weights, with the slope."""
    scores = rows @ weights
    highest = np.maximum.reduceat(scores, starts)
    shares = np.exp(scores - np.repeat(highest, sizes))
    sums = np.add.reduceat(shares, starts)
    shares /= np.repeat(sums, sizes)
    shares[same] -= 1
    cost = (highest + np.log(sums) - scores[same]).sum() + RIDGE * (weights @ weights) / 2
    return float(cost), rows.T @ shares + RIDGE * weights


def _none(choices: Sequence[Choice], weights: Floats) -> float:
    """The constant under which the choices, by their weights, are the likeliest."""
    told = [
        (logsumexp(choice.signs @ weights), choice.same >= 0, choice.weight) for choice in choices if len(choice.signs)
    ]
    if not told:
        return 0.0
    sums, is_same, counts = (np.array(column, float) for column in zip(*told, strict=True))

    def loss(none: Floats) -> float:
        return float((counts * (np.logaddexp(0, sums + none[0]) - is_same * (sums + none[0]))).sum())

    start = -float(np.median(sums))
    return float(minimize(loss, np.array([start]), method="Nelder-Mead").x[0])
