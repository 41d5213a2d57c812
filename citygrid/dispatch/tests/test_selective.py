import numpy as np
import pytest

from citygrid.dispatch.learning import selective
from citygrid.dispatch.learning.metrics import calibration_error, macro_f1, mcnemar, selected


def draw(count: int, rng: np.random.Generator) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Answers whose confidence is true, of two labels of which B is twice as often wrong."""
    is_b = rng.random(count) < 0.3
    sure = 1 - rng.beta(0.5, 4, count)
    right = rng.random(count) < np.where(is_b, 2 * sure - 1, sure)
    return ["B" if one else "A" for one in is_b], sure, right


def test_promise_is_kept_on_average_over_calibration_sets():
    rng = np.random.default_rng(1)
    for promise in (0.9, 0.95):
        shares = []
        for _ in range(200):
            threshold = selective.fix(*draw(400, rng), promise)
            labels, sure, right = draw(2_000, rng)
            sent = np.array([threshold.sends(label, one) for label, one in zip(labels, sure, strict=True)])
            shares.append(1.0 if not sent.any() else right[sent].mean())
        error = np.std(shares) / np.sqrt(len(shares))
        assert np.mean(shares) >= promise - 3 * error


def test_no_label_hides_behind_the_average():
    labels = ["A"] * 1_000 + ["B"] * 40
    sure = np.full(1_040, 0.9)
    right = np.array([True] * 1_000 + [True] * 20 + [False] * 20)
    threshold = selective.fix(labels, sure, right, 0.97)
    assert threshold.sends("A", 0.9)
    assert not threshold.sends("B", 0.9) and not threshold.sends("B", 1.0)
    assert (threshold.sent, threshold.wrong, threshold.of) == (1_000, 0, 1_040)


def test_label_never_seen_is_never_sent():
    assert not selective.fix(["A"] * 50, np.full(50, 0.99), np.ones(50, bool), 0.9).sends("C", 1.0)


@pytest.mark.parametrize("count", [0, 1, 8])
def test_nothing_is_sent_when_there_is_too_little_to_tell(count):
    threshold = selective.fix(["A"] * count, np.full(count, 0.99), np.ones(count, bool), 0.9)
    assert threshold.sent == 0 and threshold.proven == 0 and not threshold.sends("A", 1.0)


def test_equal_confidences_are_sent_together_or_not_at_all():
    sure = np.array([0.9] * 30 + [0.8] * 30)
    right = np.array([True] * 30 + [True, False] * 15)
    assert selective.lowest(sure, right, 0.9) == 0.9


def test_no_confidence_is_never_sent():
    assert selective.lowest(np.zeros(100), np.ones(100, bool), 0.9) == selective.NEVER


def test_proven_share_is_the_exact_bound():
    # 59 right of 59: 0.95 ** (1 / ...) — the rule of three gives 1 - 3 / 59.
    assert selective.Threshold(0.9, 0.5, {}, 59, 0, 59).proven == pytest.approx(0.05 ** (1 / 59))


def test_figures_are_those_of_worked_examples():
    assert macro_f1(["a", "a", "b", "c"], ["a", "b", "b", "b"]) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert calibration_error(np.full(30, 0.8), np.array([True, False] * 15)) == pytest.approx(0.3)
    one, other = np.array([1, 1, 1, 0, 0], bool), np.array([1, 0, 0, 1, 0], bool)
    assert mcnemar(one, other) == (2, 1, 1.0)
    assert mcnemar(one, one) == (0, 0, 1.0)
    assert selected(one, other) == {"coverage": 0.6, "precision": 0.3333, "right_of_all": 0.2}
    assert selected(~one & False, other)["precision"] == 1.0
