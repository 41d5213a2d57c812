"""The composite index against an implementation of its own, written from the formulas and sharing nothing with it."""

import math
from typing import Any

import numpy as np
import pytest

from citygrid.evaluation.choices import Mean, Scale
from citygrid.evaluation.rules.composite import Node, check, index, rank_intervals, ranked

Column = list[float]
OBJECTS = 40


def plain_scaled(leaf: Node, column: Column) -> Column:
    """An indicator on its scale, one value after the other."""
    known = [v for v in column if not math.isnan(v)]
    if leaf.is_log:
        known = [math.log(v) for v in known]
    value = (lambda v: math.log(v)) if leaf.is_log else (lambda v: v)
    if leaf.scale is Scale.GOALPOSTS:
        assert leaf.posts
        low, high = (value(post) for post in leaf.posts)
        one: Any = lambda v: 100 * min(1, max(0, (value(v) - low) / (high - low)))  # noqa: E731
    elif len(set(known)) < 2:
        return [math.nan] * len(column)
    elif leaf.scale is Scale.MINMAX:
        one = lambda v: 100 * ((value(v) - min(known)) / (max(known) - min(known)))  # noqa: E731
    elif leaf.scale is Scale.ZSCORE:
        one = lambda v: 50 + 10 * (value(v) - np.mean(known)) / np.std(known)  # noqa: E731
    else:

        def one(v: float) -> float:
            at = value(v)
            lower, same = sum(k < at for k in known), sum(k == at for k in known)
            return 100 * ((lower + (same - 1) / 2) / (len(known) - 1))

    scaled = [math.nan if math.isnan(v) else one(v) for v in column]
    return [v if leaf.is_good else 100 - v for v in scaled]


def plain_value(node: Node, scaled: dict[str, Column], at: int) -> float:
    if not node.parts:
        return scaled[node.key][at]
    held = [(part.weight, plain_value(part, scaled, at)) for part in node.parts]
    there = [(w, v) for w, v in held if not math.isnan(v)]
    weight = sum(w for w, _ in there)
    if not there or weight < node.needed * sum(w for w, _ in held) - 1e-12:
        return math.nan
    if node.mean is Mean.ARITHMETIC:
        return sum(w * v for w, v in there) / weight
    if any(v == 0 for _, v in there):
        return 0.0
    return math.prod(v ** (w / weight) for w, v in there)


def random_tree(random: np.random.Generator, depth: int = 3, key: str = "i") -> Node:
    weight, is_geometric = random.uniform(0.2, 3), random.random() < 0.4
    if depth and (key == "i" or random.random() < 0.7):
        parts = tuple(random_tree(random, depth - 1, f"{key}.{n}") for n in range(random.integers(1, 5)))
        mean = Mean.GEOMETRIC if is_geometric else Mean.ARITHMETIC
        return Node(key, weight, parts, mean=mean, needed=random.choice([0.0, 0.5, 0.8]))
    scale = random.choice([Scale.MINMAX, Scale.GOALPOSTS, Scale.RANK])
    posts = tuple(sorted(random.uniform(1, 100, 2).tolist())) if scale == Scale.GOALPOSTS else None
    return Node(
        key, weight, scale=Scale(scale), is_good=random.random() < 0.6, is_log=random.random() < 0.3, posts=posts
    )


def test_index_equals_an_implementation_apart_on_a_thousand_trees() -> None:
    random = np.random.default_rng(187)
    for _ in range(1_000):
        tree = random_tree(random)
        values = {}
        for leaf in tree.leaves():
            column = random.choice([random.uniform(1, 100, OBJECTS), random.integers(1, 6, OBJECTS).astype(float)])
            column[random.random(OBJECTS) < random.choice([0, 0.1, 0.6])] = np.nan
            values[leaf.key] = column
        found = index(tree, values)
        scaled = {leaf.key: plain_scaled(leaf, values[leaf.key].tolist()) for leaf in tree.leaves()}
        plain = np.array([plain_value(tree, scaled, at) for at in range(OBJECTS)])
        np.testing.assert_allclose(found.values[tree.key], plain, atol=1e-9, rtol=1e-9)
        assert found.ranks.tolist() == plain_ranks(plain)


def plain_ranks(scores: np.ndarray) -> list[int]:
    rounded = [round(float(one), 9) for one in scores]
    return [0 if math.isnan(one) else 1 + sum(other > one for other in rounded) for one in rounded]


def test_zscore_equals_the_formula() -> None:
    tree = Node("i", parts=(Node("a", scale=Scale.ZSCORE), Node("b", scale=Scale.ZSCORE, is_good=False)))
    a, b = np.array([1.0, 2.0, 4.0, np.nan]), np.array([3.0, 9.0, 1.0, 5.0])
    scaled = {leaf.key: plain_scaled(leaf, column.tolist()) for leaf, column in zip(tree.parts, (a, b), strict=True)}
    plain = [plain_value(tree, scaled, at) for at in range(4)]
    np.testing.assert_allclose(index(tree, {"a": a, "b": b}).values["i"], plain, atol=1e-9)


def test_published_example_to_its_printed_digits() -> None:
    """UNDP, technical notes to the Human Development Report 2020, note 1: indices .6971 and .3447 and an income of
    3,829 between 100 and 75,000 dollars by its logarithm give an income index of .5506 and a human development
    index of .510.
    """
    post = Scale.GOALPOSTS
    indices = (Node("health", scale=post, posts=(0, 1)), Node("education", scale=post, posts=(0, 1)))
    income = Node("income", scale=post, posts=(100, 75_000), is_log=True)
    tree = Node("hdi", mean=Mean.GEOMETRIC, parts=(*indices, income))
    given = {"health": 0.6971, "education": 0.3447, "income": 3_829}
    values = index(tree, {key: np.array([float(value)]) for key, value in given.items()}).values
    assert f"{values['income'][0] / 100:.4f}" == "0.5506"
    assert f"{values['hdi'][0] / 100:.3f}" == "0.510"


def test_missing_values_are_never_filled_and_their_share_is_told() -> None:
    tree = Node("i", parts=(Node("a", weight=3), Node("b")), needed=0.5)
    found = index(tree, {"a": np.array([0, 10, np.nan, np.nan]), "b": np.array([5, np.nan, 10, np.nan])})
    np.testing.assert_array_equal(found.values["i"], [0, 100, np.nan, np.nan])
    assert found.known.tolist() == [1, 0.75, 0.25, 0]
    assert found.ranks.tolist() == [2, 1, 0, 0]


def test_equal_scores_share_the_best_rank() -> None:
    assert ranked(np.array([3.0, 5.0, 5.0, np.nan, 1.0])).tolist() == [3, 1, 1, 0, 4]


def test_ranks_are_the_surer_the_further_objects_lie_apart() -> None:
    tree = Node("i", parts=(Node("a"), Node("b"), Node("c", mean=Mean.ARITHMETIC)))
    values = {"a": np.array([90.0, 50, 52, 5, np.nan]), "b": np.array([95.0, 52, 50, 4, np.nan])}
    low, high = rank_intervals(tree, values | {"c": np.array([99.0, 51, 51, 2, np.nan])}, seed=1)
    assert low.tolist() == [1, 2, 2, 4, 0]
    assert high.tolist() == [1, 3, 3, 4, 0]
    again = rank_intervals(tree, values | {"c": np.array([99.0, 51, 51, 2, np.nan])}, seed=1)
    assert [each.tolist() for each in again] == [low.tolist(), high.tolist()]


@pytest.mark.parametrize(
    ("tree", "fault"),
    [
        (Node("a", parts=(Node("a"),)), "twice"),
        (Node("a", parts=(Node("b", weight=0),)), "not above 0"),
        (Node("a", scale=Scale.GOALPOSTS, posts=(3, 3)), "goalposts"),
    ],
)
def test_trees_that_cannot_be_computed_are_refused(tree: Node, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        check(tree)
