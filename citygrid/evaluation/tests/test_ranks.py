from collections.abc import Callable

import numpy as np
import pytest

from citygrid.evaluation.rules.ranks import league, posterior, ranks

Random = np.random.Generator
TRUTHS: dict[str, Callable[[Random], np.ndarray]] = {
    "beta": lambda random: random.beta(20, 5, 187),
    "evenly": lambda random: random.permutation(np.linspace(0.6, 0.95, 187)),
    "two groups": lambda random: np.where(
        random.random(187) < 0.2, random.normal(0.6, 0.02, 187), random.normal(0.9, 0.02, 187)
    ),
}


def true_ranks(rates: np.ndarray) -> np.ndarray:
    return 1 + np.sum(rates[:, None] > rates[None, :], axis=0)


@pytest.mark.parametrize("truth", TRUTHS)
def test_nine_of_ten_intervals_hold_the_true_rank(truth: str) -> None:
    """187 objects with 3 to 3,000 cases, whatever the true rates are like."""
    random = np.random.default_rng(7)
    held = []
    for seed in range(30):
        rates = TRUTHS[truth](random)
        cases = np.round(np.exp(random.uniform(np.log(3), np.log(3000), 187))).astype(int)
        found = league(random.binomial(cases, rates).tolist(), cases.tolist(), seed=seed, draws=1_000)
        held += [a.low <= rank <= a.high for a, rank in zip(found.places, true_ranks(rates), strict=True)]
    assert 0.88 <= np.mean(held) <= 0.92


def test_better_is_said_of_few_cases_only_when_it_is_sure() -> None:
    found = league([990, 700, 3, 0], [1000, 1000, 3, 0], seed=1)
    assert [place.rank for place in found.places] == [2, 3, 1, 4]
    assert found.surely_better(0, 1)
    assert not found.surely_better(2, 0)
    assert found.places[2].high - found.places[2].low >= 1
    assert found.better(0, 1) + found.better(1, 0) == pytest.approx(1)
    assert found.matrix().tolist() == [[found.better(one, other) for other in range(4)] for one in range(4)]


def test_better_is_wrong_in_one_of_twenty_at_most() -> None:
    random = np.random.default_rng(3)
    said, wrong = 0, 0
    for seed in range(20):
        rates = random.beta(20, 5, 60)
        cases = np.round(np.exp(random.uniform(np.log(3), np.log(3000), 60))).astype(int)
        found = league(random.binomial(cases, rates).tolist(), cases.tolist(), seed=seed, draws=1_000)
        for one, other in random.integers(0, 60, (200, 2)):
            if found.surely_better(one, other):
                said += 1
                wrong += rates[one] < rates[other]
    assert said > 500
    assert wrong / said <= 0.05


def test_same_seed_gives_the_same_places() -> None:
    counts, cases = [5, 80, 30], [9, 90, 31]
    assert league(counts, cases, seed=4).places == league(counts, cases, seed=4).places


def test_rates_are_likely_where_the_counts_are() -> None:
    likely = posterior(np.array([450.0, 50.0, 250.0]), np.array([500.0, 500.0, 500.0]))
    assert likely.sum(axis=1) == pytest.approx([1, 1, 1])
    scale = np.sin((np.arange(likely.shape[1]) + 0.5) / likely.shape[1] * np.pi / 2) ** 2
    assert likely @ scale == pytest.approx([0.9, 0.1, 0.5], abs=0.01)


def test_ranks_of_draws() -> None:
    assert ranks(np.array([[0.1, 0.9, 0.5], [0.7, 0.2, 0.1]])).tolist() == [[3, 1, 2], [1, 2, 3]]


def test_league_of_nothing_is_empty_and_of_nonsense_refused() -> None:
    assert league([], [], seed=1).places == ()
    with pytest.raises(ValueError, match="above its cases"):
        league([4], [3], seed=1)
