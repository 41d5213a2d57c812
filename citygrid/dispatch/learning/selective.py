"""From which confidence on cases may be sent by themselves, so that a promised share of them is right. Pure.

The guarantee. Let a threshold be the lowest confidence c of the calibration cases with

    (1 + wrong answers from c up) / (1 + answers from c up) <= 1 - promise.

The calibration answers and a new case being exchangeable, the expected share of wrong answers among those sent from c
up is at most 1 - promise (conformal selection: Jin and Candes 2023, theorem 1; the count is that of Barber and Candes
2015). It holds on average over calibration sets, not for each; `proven` tells what one set proves (Clopper-Pearson).
The answers are cross-fitted: each is by machines that learned a tenth less than those in use, so it errs to the safe
side. Where times are known, the common threshold is the highest of those of several stretches of time, each judged by
what was learned before it: the promise holds for the next stretch when that is like the worst of them. What drifts
further is not covered, and watched afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import beta

NEVER = 2.0  # no confidence reaches it
FLOOR = 0.90  # of every category by itself, so that the average hides none
PROOF = 0.95

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Threshold:
    """For one promise: the common threshold, those of categories that need a higher one, and what they rest on."""

    promise: float
    common: float
    raised: Mapping[str, float] = field(default_factory=dict)
    sent: int = 0
    wrong: int = 0
    of: int = 0

    def of_label(self, label: str) -> float:
        return max(self.common, self.raised.get(label, NEVER))

    def sends(self, label: str, confidence: float) -> bool:
        """Whether an answer may be sent by itself."""
        return confidence >= self.of_label(label)

    @property
    def proven(self) -> float:
        """The share of right answers that the calibration cases prove with a chance of error of 1 - PROOF."""
        right = self.sent - self.wrong
        return float(beta.ppf(1 - PROOF, right, self.wrong + 1)) if right else 0.0


def fix(
    labels: Sequence[str], confidence: Floats, right: Bools, promise: float, stretches: Ints | None = None
) -> Threshold:
    """The threshold for a promise, from answers on cases that were not learned from.

    With `stretches` (see recency) it keeps the promise in each stretch of time by itself; stretch 0 tells nothing.
    """
    told = np.asarray(labels)
    parts = [told == told] if stretches is None else [stretches == part for part in range(1, int(stretches.max()) + 1)]
    shown = np.any(parts, axis=0)
    common = max(lowest(confidence[part], right[part], promise) for part in parts)
    raised = {}
    for label in np.unique(told[shown]):
        own = shown & (told == label)
        from_common = own & (confidence >= common)
        is_kept = holds(int((~right[from_common]).sum()), int(from_common.sum()), min(FLOOR, promise))
        raised[str(label)] = common if is_kept else lowest(confidence[own], right[own], min(FLOOR, promise))
    threshold = Threshold(promise, common, raised)
    sent = np.array([threshold.sends(label, sure) for label, sure in zip(labels, confidence, strict=True)], dtype=bool)
    sent &= shown
    return Threshold(promise, common, raised, int(sent.sum()), int((~right[sent]).sum()), int(shown.sum()))


def holds(wrong: int, sent: int, promise: float) -> bool:
    """Whether so many wrong among those sent keep the promise, the case to come counted as wrong."""
    return (wrong + 1) <= (1 - promise) * (sent + 1) + 1e-12


def lowest(confidence: Floats, right: Bools, promise: float) -> float:
    """The lowest confidence from which on the promise holds; equal confidences are sent together or not at all."""
    order = np.argsort(-confidence, kind="stable")
    sure, wrong = confidence[order], np.cumsum(~right[order])
    is_last_of_equal = np.append(sure[1:] < sure[:-1], True) & (sure > 0)
    kept = (wrong + 1 <= (1 - promise) * (np.arange(1, len(sure) + 1) + 1) + 1e-12) & is_last_of_equal
    return float(sure[np.flatnonzero(kept)[-1]]) if kept.any() else NEVER
