"""Figures of a classifier that others can compute again. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
BINS = 15


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """The plain mean of F1 over the classes that are there, in truth or in what was said."""
    true, told = np.asarray(truth), np.asarray(said)
    scores = []
    for label in np.unique(np.concatenate([true, told])):
        both = ((true == label) & (told == label)).sum()
        scores.append(2 * both / ((true == label).sum() + (told == label).sum()))
    return float(np.mean(scores))


def calibration_error(confidence: Floats, right: Bools) -> float:
    """ECE: the mean gap between confidence and share of right answers, in BINS bins of equal mass."""
    return float(sum(count * abs(sure - share) for sure, share, count in bins(confidence, right)) / len(right))


def bins(confidence: Floats, right: Bools) -> list[tuple[float, float, int]]:
    """(mean confidence, share of right answers, how many) in BINS bins of equal mass, the least sure first."""
    parts = np.array_split(np.argsort(confidence, kind="stable"), BINS)
    return [(float(confidence[part].mean()), float(right[part].mean()), len(part)) for part in parts if len(part)]


def mcnemar(one: Bools, other: Bools) -> tuple[int, int, float]:
    """(cases only `one` got right, cases only `other` did, exact two-sided p) of two classifiers on the same cases."""
    ours, theirs = int((one & ~other).sum()), int((other & ~one).sum())
    return ours, theirs, float(binomtest(ours, ours + theirs).pvalue) if ours + theirs else 1.0


def selected(sent: Bools, right: Bools) -> dict[str, float]:
    """Of all cases: the share sent, the share sent and right; and the share of right ones among those sent."""
    hits = int((sent & right).sum())
    return {
        "coverage": round(float(sent.mean()), 4),
        "precision": round(hits / int(sent.sum()), 4) if sent.any() else 1.0,
        "right_of_all": round(hits / len(sent), 4),
    }
