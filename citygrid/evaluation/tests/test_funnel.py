import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from citygrid.evaluation.choices import Flag
from citygrid.evaluation.rules.funnel import ALARM, WARNING, dispersion, flag, funnel, limits

COUNTED = st.integers(0, 400)
SHARE = st.integers(0, 1000).map(lambda n: n / 1000)


def below(count: int, cases: int, share: float) -> float:
    """P(X <= count), summed term by term."""
    return math.fsum(math.comb(cases, k) * share**k * (1 - share) ** (cases - k) for k in range(count + 1))


@given(COUNTED, SHARE, st.sampled_from([WARNING, ALARM]))
def test_limits_are_the_exact_quantiles_of_the_binomial_distribution(cases: int, share: float, level: float) -> None:
    low, high = limits(share, cases, level)
    tail = (1 - level) / 2
    for count, chance in ((low, tail), (high, 1 - tail)):
        assert below(count, cases, share) >= chance - 1e-12
        assert count == 0 or below(count - 1, cases, share) < chance + 1e-12


@given(st.integers(1, 400), st.integers(0, 999).map(lambda n: (n + math.pi / 7) / 1000), st.data())  # no ties
def test_lines_are_those_of_the_paper_and_part_flagged_counts_from_others(
    cases: int, share: float, data: st.DataObject
) -> None:
    [band] = funnel(share, [cases])
    for level, (low, high) in ((ALARM, band.alarm), (WARNING, band.warning)):
        tail = (1 - level) / 2
        for line, at in ((low, share), (1 - high, 1 - share)):
            r = binom.ppf(tail, cases, at)
            alpha = (binom.cdf(r, cases, at) - tail) / binom.pmf(r, cases, at)
            assert line == pytest.approx(max(0.0, (r - alpha) / cases), abs=1e-12)
        count = data.draw(st.integers(0, cases))
        inside = limits(share, cases, level)
        is_flagged = not inside.low <= count <= inside.high
        assert is_flagged == (count / cases < low - 1e-12 or count / cases > high + 1e-12)


@pytest.mark.parametrize(("share", "cases", "level"), [(1.1, 3, 0.9), (0.5, -1, 0.9), (0.5, 3, 1.0)])
def test_limits_of_nonsense_are_refused(share: float, cases: int, level: float) -> None:
    with pytest.raises(ValueError, match="no limits"):
        limits(share, cases, level)


def test_flags_say_how_far_out_a_rate_lies() -> None:
    found = [flag(count, 100, 0.9) for count in (75, 82, 90, 96, 99)]
    assert found == [Flag.VERY_LOW, Flag.LOW, Flag.WITHIN, Flag.HIGH, Flag.VERY_HIGH]
    assert flag(95, 100, 0.9) is Flag.WITHIN  # P(X > 95) is .024: the last count inside
    assert flag(0, 2, 0.9) is Flag.LOW  # .01: two are too few for an alarm at .001


def test_chance_alone_raises_the_alarm_for_less_than_three_of_a_thousand() -> None:
    random = np.random.default_rng(20261128)
    cases = np.round(np.exp(random.uniform(np.log(3), np.log(3000), 187))).astype(int)
    alarms = [
        flag(count, n, share) in (Flag.VERY_LOW, Flag.VERY_HIGH)
        for share in (0.5, 0.85, 0.97)
        for counts in random.binomial(cases, share, size=(30, 187))
        for count, n in zip(counts.tolist(), cases.tolist(), strict=True)
    ]
    assert sum(alarms) / len(alarms) <= 0.003


def test_dispersion_is_one_under_chance_and_more_where_rates_differ() -> None:
    random = np.random.default_rng(1)
    cases = np.full(187, 400)
    chance = [dispersion(random.binomial(cases, 0.9).tolist(), cases.tolist()) for _ in range(200)]
    assert np.mean(chance) == pytest.approx(1, abs=0.05)
    differing = random.binomial(cases, random.uniform(0.7, 1, 187)).tolist()
    assert dispersion(differing, cases.tolist()) > 5
    assert dispersion([1, 2], [2, 2]) == 1.0
    assert dispersion([2, 2, 2], [2, 2, 2]) == 1.0
