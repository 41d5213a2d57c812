"""The card of a model: how well it judged cases that it had not seen, in figures to be computed again. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

import numpy as np

from citygrid.dispatch.learning import metrics, selective
from citygrid.dispatch.learning.classifier import Answer, Learned

PROMISES = (0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)
MOST_CONFUSED = 20


def card(learned: Learned, labels: Sequence[str], groups: Sequence[str]) -> dict[str, Any]:
    """Figures of what was learned from cases with these labels; thresholds are fixed for each group, and each promise.

    `trades`: for each promise, from which confidence an answer is sent, of how many, and how many of these were wrong.
    `calibration`: (mean confidence, share of right ones, cases) in bins of equal mass. `confused`: (said, really,
    cases). `top3`: how often the right label is among the first three.
    """
    shown = learned.shown
    answers, labels = list(compress(learned.answers, shown)), list(compress(labels, shown))
    said, groups = [answer.label for answer in answers], list(compress(groups, shown))
    stretches = None if learned.stretches is None else learned.stretches[shown]
    right = np.array([one == other for one, other in zip(said, labels, strict=True)], bool)
    sure = np.array([answer.confidence for answer in answers], float)
    return {
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(metrics.macro_f1(labels, said), 4),
        "ece": round(metrics.calibration_error(sure, right), 4),
        "labels": len(set(labels)),
        "top3": round(sum(map(_is_among, answers, labels)) / len(labels), 4),
        "calibration": [(round(mean, 4), round(share, 4), count) for mean, share, count in metrics.bins(sure, right)],
        "confused": confused(said, labels),
        "trades": [trade(selective.fix(groups, sure, right, promise, stretches)) for promise in PROMISES],
    }


def trade(threshold: selective.Threshold) -> dict[str, Any]:
    """A threshold as JSON values, with what it proves."""
    names = ("promise", "common", "sent", "wrong", "of")
    told = {name: getattr(threshold, name) for name in names}
    return {**told, "raised": dict(threshold.raised), "proven": round(threshold.proven, 4)}


def confused(said: Sequence[str], really: Sequence[str]) -> list[tuple[str, str, int]]:
    """The most frequent wrong answers: what was said, what was right, how often."""
    pairs = Counter((one, other) for one, other in zip(said, really, strict=True) if one != other)
    return [(one, other, count) for (one, other), count in pairs.most_common(MOST_CONFUSED)]


def tally(sent: Sequence[bool], right: Sequence[bool], groups: Sequence[str]) -> dict[str, Any]:
    """How many cases there are, how many would be sent, and how many of these rightly; in all and by group."""
    by_group: dict[str, list[int]] = {}
    for is_sent, is_right, group in zip(sent, right, groups, strict=True):
        counts = by_group.setdefault(group, [0, 0, 0])
        counts[0] += 1
        counts[1] += is_sent
        counts[2] += is_sent and is_right
    sums = [sum(counts[place] for counts in by_group.values()) for place in range(3)]
    names = ("cases", "sent", "right")
    told: Mapping[str, Any] = {group: dict(zip(names, counts, strict=True)) for group, counts in by_group.items()}
    return {**dict(zip(names, sums, strict=True)), "by_group": told}


def _is_among(answer: Answer, label: str) -> bool:
    return any(label == one for one, _share in answer.top)
