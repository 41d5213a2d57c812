"""Which numbers of a table are kept back, so that nobody learns the small ones. Pure.

A **small** number (1 to 9) is kept back. Since it would follow from its total, others are kept back with it, as
few and as small as possible, so that whoever knows everything that is shown can still not say that it is less than
MORE above what it is. The choice is a linear programme for each small number (Kelly, Golden and Assad, Cell
suppression: disclosure protection for sensitive tabular data, Networks 22 (1992), 397-417): the cheapest change of
the table that keeps all sums and raises the number by MORE; what changes is kept back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack, kron

SMALL = 10  # numbers below it, but for 0, are kept back
MORE = 10.0
FAR = 100.0
_TOUCHED = 1e-7


@dataclass(frozen=True, slots=True)
class Sum:
    """A number of the table that is the sum of others, by their names."""

    total: str
    parts: tuple[str, ...]


def kept_back(numbers: Mapping[str, int], sums: Sequence[Sum]) -> frozenset[str]:
    """The names of all numbers that are kept back: the small ones, and those from which they would follow.

    Each part and total of `sums` is one of `numbers`; none is negative. Numbers of 0 are shown. Raises ValueError
    where a sum does not hold, KeyError where it names a number that is not there.
    """
    for one in sums:
        if numbers[one.total] != sum(numbers[part] for part in one.parts):
            raise ValueError(f"{one.total} is not the sum of its parts")
    small = sorted((name for name, number in numbers.items() if 0 < number < SMALL), key=lambda name: numbers[name])
    kept = set(small)
    for component in _components(numbers, sums):
        programme = _Programme(component, numbers, sums)
        for name in small:
            if name in programme.place:
                kept.update(programme.needed(name, kept))
    return frozenset(kept)


def ranges(
    names: Sequence[str], numbers: Mapping[str, int], sums: Sequence[Sum], kept: Collection[str]
) -> list[tuple[float, float]]:
    """Between what each of these numbers lies for whoever knows the sums and all numbers shown: the attack on a
    table.

    Two linear programmes for each, all solved as one. Infinite where nothing holds a number below FAR times what
    is there.
    """
    order = sorted(numbers)
    rows, tries = _rows(order, sums), 2 * len(names)
    far = FAR * (sum(numbers.values()) + MORE)
    bounds = [(0.0, far) if each in kept else (float(numbers[each]),) * 2 for each in order]
    cost = np.zeros((tries, len(order)))
    place = {name: at for at, name in enumerate(order)}
    cost[np.arange(tries), np.repeat([place[name] for name in names], 2)] = np.tile([1.0, -1.0], len(names))
    found = linprog(
        cost.ravel(),
        A_eq=kron(eye_array(tries), rows, format="csr"),
        b_eq=np.zeros(tries * rows.shape[0]),
        bounds=bounds * tries,
        method="highs",
    )
    ends = (found.x.reshape(tries, -1) * cost).sum(axis=1)
    return [
        (low, np.inf if -high >= far * (1 - _TOUCHED) else -high)
        for low, high in zip(ends[::2], ends[1::2], strict=True)
    ]


class _Programme:
    """The linear programme over the numbers that hang together: how much each goes up and down."""

    def __init__(self, names: Sequence[str], numbers: Mapping[str, int], sums: Sequence[Sum]) -> None:
        self.names = names
        self.place = {name: at for at, name in enumerate(names)}
        rows = _rows(names, [one for one in sums if one.total in self.place])
        self.rows = hstack([rows, -rows], format="csr")
        self.numbers = np.array([numbers[name] for name in names], float)

    def needed(self, name: str, kept: Collection[str]) -> list[str]:
        """Which numbers must be kept back as well, so that this one may be MORE than it is. Numbers of 0 stay shown
        where anything else will do."""
        at, size = self.place[name], len(self.names)
        prices = np.array([0.0 if each in kept else 1 + self.numbers[i] for i, each in enumerate(self.names)])
        prices[self.numbers == 0] += self.numbers.sum() + size
        bounds = [(0.0, None)] * size + [(0.0, float(number)) for number in self.numbers]
        bounds[at], bounds[size + at] = (MORE, MORE), (0.0, 0.0)
        found = linprog(
            np.concatenate([prices, prices]),
            A_eq=self.rows,
            b_eq=np.zeros(self.rows.shape[0]),
            bounds=bounds,
            method="highs",
        )
        moved = found.x[:size] + found.x[size:] > _TOUCHED
        return [self.names[i] for i in np.flatnonzero(moved).tolist()]


def _rows(names: Sequence[str], sums: Sequence[Sum]) -> csr_array:
    """Each sum as a row over the names: its parts less its total is nothing."""
    place = {name: at for at, name in enumerate(names)}
    entries = [
        (row, place[name], sign)
        for row, one in enumerate(sums)
        for name, sign in [*((part, 1.0) for part in one.parts), (one.total, -1.0)]
    ]
    row, column, sign = zip(*entries, strict=True) if entries else ((), (), ())
    return csr_array((np.array(sign, float), (row, column)), shape=(len(sums), len(names)))


def _components(numbers: Mapping[str, int], sums: Sequence[Sum]) -> list[list[str]]:
    """The numbers that hang together by sums, each group in order."""
    group = {name: {name} for name in numbers}
    for one in sums:
        joined = set().union(*(group[name] for name in (one.total, *one.parts)))
        for name in joined:
            group[name] = joined
    return [sorted(names) for names in {id(names): names for names in group.values()}.values()]
