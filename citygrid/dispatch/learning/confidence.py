"""How sure an answer is: the probability that it is right, learned from answers on cases not learned from. Pure.

The two machines' scores give the order of the classes. Whether the first of them is right is told by how far both
machines put it above the rest, how near the nearest learned case is, how long the text is, and which class it is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from sklearn.linear_model import LogisticRegression

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

STRENGTH = 1.0  # inverse of the regularisation
LEASH = 1e-4  # on the offsets of classes
FEWEST_OF_A_CLASS = 30  # a class given less often has no sign of its own


@dataclass(frozen=True, slots=True)
class Scores:
    """What the machines said of cases: (cases, classes) each; the likeness of the nearest learned case; lengths."""

    linear: Floats
    kernel: Floats
    nearest: Floats
    lengths: Floats

    def part(self, chosen: Any) -> "Scores":
        return Scores(self.linear[chosen], self.kernel[chosen], self.nearest[chosen], self.lengths[chosen])


@dataclass(frozen=True, slots=True)
class Mixture:
    """How the scores become logits: a factor for each machine, an offset for each class."""

    linear: float
    kernel: float
    offsets: Floats

    @classmethod
    def learn(cls, scores: Scores, classes: Ints) -> "Mixture":
        """The factors and offsets under which the classes are most likely; offsets of rare classes stay near zero."""
        wanted = np.eye(scores.linear.shape[1])[classes]

        def loss(told: Floats) -> tuple[float, Floats]:
            mixture = cls(float(np.exp(told[0])), float(np.exp(told[1])), told[2:])
            logs = log_softmax(mixture.logits(scores), axis=1)
            gap = (np.exp(logs) - wanted) / len(classes)
            slopes = [mixture.linear * (gap * scores.linear).sum(), mixture.kernel * (gap * scores.kernel).sum()]
            value = -(logs * wanted).sum() / len(classes) + LEASH * (told[2:] ** 2).sum()
            return float(value), np.array([*slopes, *(gap.sum(0) + 2 * LEASH * told[2:])])

        begin = np.concatenate([np.log([2.0, 2.0]), np.zeros(wanted.shape[1])])
        bounds = [(-2.0, 3.5)] * 2 + [(-5.0, 5.0)] * wanted.shape[1]
        found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x
        return cls(float(np.exp(found[0])), float(np.exp(found[1])), found[2:])

    def logits(self, scores: Scores) -> Floats:
        """(cases, classes)."""
        return np.asarray(self.linear * scores.linear + self.kernel * scores.kernel + self.offsets)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores are mixed, and the weights of the signs that an answer is right."""

    mixture: Mixture
    own_sign: Floats  # one where a class has a sign of its own
    centre: Floats
    scale: Floats
    weights: Floats
    bias: float

    @classmethod
    def learn(cls, scores: Scores, classes: Ints) -> "Calibration":
        """From scores of cases that were not learned from, and the classes they had."""
        mixture = Mixture.learn(scores, classes)
        logits = mixture.logits(scores)
        chosen = logits.argmax(1)
        own_sign = (np.bincount(chosen, minlength=logits.shape[1]) >= FEWEST_OF_A_CLASS).astype(float)
        signs = _signs(scores, logits, own_sign)
        centre, scale = signs.mean(0), signs.std(0)
        scale = np.where(scale > 1e-9, scale, 1.0)
        weights, bias = _weights((signs - centre) / scale, chosen == classes)
        return cls(mixture, own_sign, centre, scale, weights, bias)

    def judge(self, scores: Scores) -> tuple[Ints, Floats, Floats]:
        """(the first class, the probability that it is right, those of all classes), per case."""
        logits = self.mixture.logits(scores)
        first = logits.argmax(1)
        signs = (_signs(scores, logits, self.own_sign) - self.centre) / self.scale
        sure = np.asarray(expit(signs @ self.weights + self.bias))
        rows = np.arange(len(logits))
        told = np.exp(log_softmax(logits, axis=1))
        told *= ((1 - sure) / np.maximum(1 - told[rows, first], 1e-12))[:, None]
        told[rows, first] = sure
        return first, sure, told


def _weights(signs: Floats, right: Any) -> tuple[Floats, float]:
    if right.all() or not right.any():  # nothing to tell apart: as sure as counting allows
        share = (right.sum() + 1) / (len(right) + 2)
        return np.zeros(signs.shape[1]), float(np.log(share / (1 - share)))
    fitted = LogisticRegression(C=STRENGTH, max_iter=1_000).fit(signs, right)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _signs(scores: Scores, logits: Floats, own_sign: Floats) -> Floats:
    chosen = logits.argmax(1)
    told = [
        *_first_and_rest(scores.linear, chosen),
        *_first_and_rest(scores.kernel, chosen),
        _above(log_softmax(logits, axis=1), chosen),
        np.log(np.maximum(scores.nearest, 1e-3)),
        np.log1p(scores.lengths),
    ]
    classes = np.eye(len(own_sign))[chosen] * own_sign
    return np.column_stack([*told, classes])


def _first_and_rest(scores: Floats, chosen: Ints) -> tuple[Floats, Floats, Floats]:
    first = np.take_along_axis(scores, chosen[:, None], 1)[:, 0]
    above = _above(scores, chosen)
    return first, above, first - above


def _above(scores: Floats, chosen: Ints) -> Floats:
    """How far the chosen class is above the best other one; negative when it is not the best."""
    first = np.take_along_axis(scores, chosen[:, None], 1)[:, 0]
    rest = scores.copy()
    np.put_along_axis(rest, chosen[:, None], -np.inf, 1)
    return np.asarray(first - rest.max(1))
