import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid.evaluation.rules.casemix import adjusted

COUNTS = st.dictionaries(
    st.sampled_from("abc"),
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: (min(pair), max(pair))),
)


def test_unit_with_the_hard_cases_is_not_blamed_for_them() -> None:
    found = adjusted({"easy": {"litter": (95, 100)}, "hard": {"litter": (9, 10), "pipe": (45, 90)}})
    assert found["hard"].raw == pytest.approx(0.54)
    assert found["hard"].expected == pytest.approx((10 * 104 / 110 + 90 * 0.5) / 100)
    assert found["hard"].adjusted == pytest.approx(149 / 200 + 0.54 - found["hard"].expected)
    assert found["easy"].adjusted < found["easy"].raw


@given(st.dictionaries(st.sampled_from("wxyz"), COUNTS))
def test_adjusted_rates_are_rates_and_together_the_common_one(objects: dict[str, dict[str, tuple[int, int]]]) -> None:
    found = adjusted(objects)
    assert all(0 <= one.adjusted <= 1 for one in found.values())
    cases = sum(one.cases for one in found.values())
    if cases:
        together = sum(one.cases * (one.raw - one.expected) for one in found.values())
        assert together == pytest.approx(0, abs=1e-9 * cases)


def test_same_mix_leaves_rates_as_they_are() -> None:
    found = adjusted({"a": {"x": (8, 10), "y": (5, 10)}, "b": {"x": (4, 10), "y": (9, 10)}})
    assert [one.adjusted for one in found.values()] == pytest.approx([one.raw for one in found.values()])
