"""Which cases are not answered because they are unlike those learned from. Pure.

An empty text, one too long to be read whole, one of repeated characters, and what is stranger than nearly all that was
learned: far from every case, shorter than they are, or of strings they do not have (another language, orders to a
machine). Such cases go to a person, whatever the scores say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citygrid.dispatch.learning.columns import Case

Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

STRANGEST = 0.002  # share of the training cases beyond each bound
MOST_REPEATED = 0.9
MOST_KNOWN = 0.9  # more of its pairs of characters need not be known of any case


@dataclass(frozen=True, slots=True)
class Usual:
    """The least likeness to a learned case, length and share of known pairs of characters of a usual case."""

    nearest: float = 0.0
    length: float = 0.0
    known: float = 0.0

    @classmethod
    def learn(cls, cases: Sequence[Case], nearest: Floats, known_pairs: Any) -> "Usual":
        """From the training cases, their likeness to others, and the pairs of characters that several of them have."""
        bounds = (nearest, lengths(cases), _known(cases, known_pairs))
        near, length, known = (float(np.quantile(values, STRANGEST)) for values in bounds)
        # The pairs were taken from these very cases; new ones have more that are unknown, in a new title already.
        return cls(near, length, min(MOST_KNOWN, 1 - 2 * (1 - known)))

    def has(self, cases: Sequence[Case], nearest: Floats, known_pairs: Any) -> Bools:
        """Per case, whether it is usual and was read whole."""
        is_plain = np.array([_is_plain(case) for case in cases], dtype=bool)
        is_near = (nearest >= self.nearest) & (lengths(cases) >= self.length)
        return np.asarray(is_plain & is_near & (_known(cases, known_pairs) >= self.known))


def lengths(cases: Sequence[Case]) -> Floats:
    """Characters of the texts."""
    return np.array([len(case.joined) for case in cases], float)


def _is_plain(case: Case) -> bool:
    return case.is_whole and bool(case.joined or case.facts) and _repeated(case.joined) <= MOST_REPEATED


def _repeated(text: str) -> float:
    """The share of strings of four characters that were there before: near one in 'aaaaaa', small in plain words."""
    told = [text[at : at + 4] for at in range(len(text) - 3)]
    return 1 - len(set(told)) / len(told) if told else 0.0


def _known(cases: Sequence[Case], known_pairs: Any) -> Floats:
    """The share of the pairs of characters of each text that are known; 1 without a text."""
    shares = []
    for case in cases:
        pairs = [case.joined[at : at + 2] for at in range(len(case.joined) - 1)]
        shares.append(sum(pair in known_pairs for pair in pairs) / len(pairs) if pairs else float(not case.joined))
    return np.array(shares, float)
