"""How the cases lie in time: what is near counts more, and later cases are judged by what was known before. Pure.

The world changes: forms get new titles, units hand over work. Folds drawn at random hide that, so that a promise made
on them is broken next month. Where the time of the cases is known, and they are many, the newer half is cut into
STRETCHES, each judged by machines that learned from what lies before it. The older half is judged by the newer, but
calibrates nothing.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from citygrid.dispatch.learning.columns import Case

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

FEWEST = 5_000  # with fewer cases a stretch is too short to tell
TIMED = 0.95  # the share of cases with a time
STRETCHES = 5
HALF = 30.0  # days off at which a case counts half
DAY = 86_400


def days(cases: Sequence[Case]) -> Floats | None:
    """The time of each case in days, what has none at the very beginning; None where times do not tell."""
    told = np.array([case.at.timestamp() / DAY if case.at else np.nan for case in cases])
    if len(cases) < FEWEST or np.isfinite(told).mean() < TIMED:
        return None
    return np.where(np.isfinite(told), told, np.nanmin(told))


def stretches(times: Floats) -> Ints:
    """The stretch of each case: 0 is the older half, 1 to STRETCHES are the newer half."""
    place = np.argsort(np.argsort(times, kind="stable"), kind="stable")
    return np.maximum(0, place * 2 * STRETCHES // len(times) - STRETCHES + 1)


def judges(parts: Ints, part: int) -> Bools:
    """The cases that a stretch is judged by."""
    return parts < part if part else parts > 0


def weights(times: Floats, begin: float, end: float) -> Floats:
    """How much each case counts for a stretch of time: 1 within, a half at HALF days off, a third at twice that."""
    off = np.maximum(0, np.maximum(begin - times, times - end))
    return 1 / (1 + off / HALF)
