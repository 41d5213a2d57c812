"""Tables of past reports: who could have been meant by each, and which pairs were named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from citygrid.dispatch.learning.duplicates.matters import EARTH_M, Floats, Ints, Matters
from citygrid.dispatch.learning.duplicates.model import Choice, Model, learn
from citygrid.dispatch.learning.duplicates.signs import signs

NEAR_M, DAYS = 250.0, 90
DAY = 86_400.0
YEARS, DRAWN, SEED = 3, 6_000, 17  # the rows that say how often there is none
_NUMBER = re.compile(r"\d{5,}")
_MARK = re.compile(r"duplicat|重复", re.IGNORECASE)


class Candidates:
    """The earlier matters within 250 m and 90 days of one."""

    def __init__(self, matters: Matters) -> None:
        self.matters = matters
        self.has_place = np.isfinite(matters.lon) & np.isfinite(matters.lat)
        self.rows = np.flatnonzero(self.has_place)
        self.tree = cKDTree(_on_the_globe(matters.lon[self.rows], matters.lat[self.rows]))

    def of(self, one: int) -> Ints:
        if not self.has_place[one]:
            return np.zeros(0, np.int64)
        where = _on_the_globe(self.matters.lon[[one]], self.matters.lat[[one]])[0]
        near = self.rows[self.tree.query_ball_point(where, NEAR_M)]
        age = self.matters.at[one] - self.matters.at[near]
        is_before = (age > 0) | ((age == 0) & (near < one))
        return near[is_before & (age <= DAYS * DAY)]

    def choices(self, pairs: Mapping[int, int], weight: float = 1.0) -> Iterator[Choice]:
        """What each of these reports could have been, and was (-1: none of them)."""
        for one, target in pairs.items():
            others = self.of(one)
            found = np.flatnonzero(others == target)
            yield Choice(signs(self.matters, one, others), int(found[0]) if len(found) else -1, weight)


def named_in(notes: Sequence[str], ids: Sequence[str]) -> dict[int, int]:
    """Pairs by row: a closing note says "duplicate" (or 重复) and names the id of another row."""
    rows = {each: row for row, each in enumerate(ids)}
    pairs = {}
    for row, note in enumerate(notes):
        if not _MARK.search(note):
            continue
        meant = [rows[number] for number in _NUMBER.findall(note) if rows.get(number, row) != row]
        if meant:
            pairs[row] = meant[0]
    return pairs


def _on_the_globe(lon: Floats, lat: Floats) -> Any:
    lon, lat = np.radians(lon), np.radians(lat)
    return EARTH_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def learn_past(matters: Matters, pairs: Mapping[int, int], is_marked: Any, until: float) -> Model:
    """A model from the reports before a moment: which row each named pair means, and what was marked a duplicate.

    Most marked ones name no other, so each named pair of the last three years counts for as many as were marked; what
    nobody marked counts as "none of them", though some of it is the same: chances are those of being marked.
    """
    known = Candidates(matters)
    earlier = {one: target for one, target in pairs.items() if matters.at[one] < until}
    is_recent = (matters.at < until) & (matters.at >= until - YEARS * 365 * DAY) & known.has_place
    recent = {one: target for one, target in earlier.items() if is_recent[one]}
    is_marked = np.array(is_marked, bool)
    is_marked[list(earlier)] = True
    unmarked = np.flatnonzero(is_recent & ~is_marked)
    drawn = np.random.default_rng(SEED).permutation(unmarked)[:DRAWN]
    choices = list(known.choices(earlier))
    each = (is_recent & is_marked).sum() / max(1, len(recent))
    none = len(unmarked) / max(1, len(drawn))
    others = [*known.choices(recent, each), *known.choices(dict.fromkeys(drawn.tolist(), -1), none)]
    named = sum(choice.same >= 0 for choice in choices)
    return learn(choices, others, {"named_pairs": named, "marked": int(is_marked[matters.at < until].sum())})
