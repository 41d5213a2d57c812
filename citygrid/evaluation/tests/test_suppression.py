import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid.evaluation.rules.suppression import MORE, SMALL, Sum, kept_back, ranges

Numbers = dict[str, int]


def table(cells: np.ndarray) -> tuple[Numbers, list[Sum]]:
    """Rows and columns with their totals, and the total of all."""
    rows, columns = cells.shape
    numbers = {f"{r},{c}": int(cells[r, c]) for r, c in itertools.product(range(rows), range(columns))}
    sums = [Sum(f"{r},*", tuple(f"{r},{c}" for c in range(columns))) for r in range(rows)]
    sums += [Sum(f"*,{c}", tuple(f"{r},{c}" for r in range(rows))) for c in range(columns)]
    numbers |= {f"{r},*": int(cells[r].sum()) for r in range(rows)}
    numbers |= {f"*,{c}": int(cells[:, c].sum()) for c in range(columns)} | {"*,*": int(cells.sum())}
    sums += [Sum("*,*", tuple(f"{r},*" for r in range(rows))), Sum("*,*", tuple(f"*,{c}" for c in range(columns)))]
    return numbers, sums


def attack(numbers: Numbers, sums: list[Sum], kept: frozenset[str]) -> int:
    """Attacks every small number by two linear programmes; how many there were. Fails if one can be told."""
    small = [name for name, number in numbers.items() if 0 < number < SMALL]
    for name, (low, high) in zip(small, ranges(small, numbers, sums, kept) if small else [], strict=True):
        assert high - low >= MORE - 1e-6, f"{name} is between {low} and {high}"
    return 2 * len(small)


def test_no_small_number_can_be_told_from_what_is_shown() -> None:
    """10,000 linear programmes against tables of streets by categories, of every density."""
    random = np.random.default_rng(11)
    attacks = 0
    while attacks < 10_000:
        rows, columns = random.integers(2, 9, 2)
        cells = random.negative_binomial(1, random.uniform(0.02, 0.2), size=(rows, columns))
        numbers, sums = table(cells)
        attacks += attack(numbers, sums, kept_back(numbers, sums))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=6), min_size=1, max_size=6))
def test_areas_within_areas_hold_too(streets: list[list[int]]) -> None:
    numbers = {f"{s}.{c}": number for s, street in enumerate(streets) for c, number in enumerate(street)}
    sums = [Sum(f"{s}", tuple(f"{s}.{c}" for c in range(len(street)))) for s, street in enumerate(streets)]
    numbers |= {f"{s}": sum(street) for s, street in enumerate(streets)}
    sums.append(Sum("all", tuple(f"{s}" for s in range(len(streets)))))
    numbers["all"] = sum(map(sum, streets))
    attack(numbers, sums, kept_back(numbers, sums))


def test_one_more_is_kept_back_beside_the_only_small_one() -> None:
    numbers, sums = {"a": 4, "b": 40, "c": 300, "all": 344}, [Sum("all", ("a", "b", "c"))]
    assert kept_back(numbers, sums) == {"a", "b"}
    assert ranges(["a"], numbers, sums, {"a"}) == [(4, 4)]
    assert ranges(["a", "b"], numbers, sums, {"a", "b"}) == [(0, 44), (0, 44)]
    assert ranges(["all"], numbers, sums, {"a", "all"}) == [(340, float("inf"))]


def test_nothing_is_kept_back_where_nothing_is_small() -> None:
    numbers, sums = table(np.array([[10, 0], [25, 31]]))
    assert kept_back(numbers, sums) == frozenset()


def test_sum_that_does_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="not the sum"):
        kept_back({"a": 1, "all": 2}, [Sum("all", ("a",))])
