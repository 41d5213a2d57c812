"""What speaks for or against two reports being about one matter, as numbers. Only what was known then is looked at."""

from typing import Any

import numpy as np

from citygrid.dispatch.learning.duplicates.matters import BUCKETS, Floats, Ints, Matters, metres

NAMES = ("distance", "distance_squared", "age", "category", "open", "ended", "follows", "words")
BESIDE_M = 25.0
BLUR_M = 5.0  # positions are not better than this
HOUR = 3600.0

HEAP, HEAP_M = 20, 0.5  # so many matters on one point are no place
ALIKE = 0.3
OTHERS = 30  # texts as if they lay there too, without any of these words: a few alike ones are still told


def signs(matters: Matters, one: int, others: Ints) -> Floats:
    """(n, signs): of each earlier matter, for being the same as `one`; one row each, in the order of NAMES.

    `follows`: how many open ones of its category began before it within 25 m of it: then those are the first report.
    """
    now = matters.at[one]
    place = metres(matters, others, one)
    distance = np.log(np.hypot(*place.T) + BLUR_M)
    ended = matters.ended[others]
    is_open = ended >= now
    hours_ended = np.where(is_open, 0, now - np.where(is_open, now, ended)) / HOUR
    return np.column_stack(
        [
            distance,
            distance**2,
            np.log1p((now - matters.at[others]) / HOUR),
            matters.category[others] == matters.category[one],
            is_open,
            np.log1p(hours_ended),
            np.log1p(_follows(matters, others, place, is_open)),
            likeness(matters, one, others),
        ]
    )


def _follows(matters: Matters, others: Ints, place: Floats, is_open: Any) -> Ints:
    between = np.hypot(*(place[:, None] - place[None]).T).T
    at, category = matters.at[others], matters.category[others]
    before = (at[None] < at[:, None]) & (category[None] == category[:, None]) & is_open[None]
    return np.asarray((before & (between < BESIDE_M)).sum(1))


def likeness(matters: Matters, one: int, others: Ints) -> Floats:
    """Of the words of each to those of one, from 0 to 1: cosine of runs of characters, common ones of this very place
    counting less. No vocabulary is needed, so that it works in any language.
    """
    rows = [matters.grams[one], *(matters.grams[other] for other in others)]
    which = np.concatenate(rows)
    counts = np.bincount(which, minlength=BUCKETS)
    weight = (np.log((len(rows) + OTHERS) / (np.arange(len(rows) + 1) + 0.5)) ** 2)[counts[which]]
    is_mine = np.zeros(BUCKETS, bool)
    is_mine[rows[0]] = True
    row = np.repeat(np.arange(len(rows)), [len(each) for each in rows])
    size = np.bincount(row, weight, len(rows)).astype(float)
    shared = np.bincount(row, weight * is_mine[which], len(rows)).astype(float)
    product = np.sqrt(size * size[0])
    return np.asarray(np.divide(shared, product, out=np.zeros(len(rows)), where=product > 0)[1:])


def is_heap(matters: Matters, one: int, others: Ints, words: Floats) -> Any:
    """Which of them lie on a point that says nothing: many matters of different words on exactly one point.

    Such points are what a map gives for an address it does not know. One with like words is kept.
    """
    on_point = np.hypot(*metres(matters, others, one).T) < HEAP_M
    strange = on_point & (words < ALIKE)
    return strange & (strange.sum() >= HEAP)
