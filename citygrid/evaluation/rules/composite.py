"""One number out of many indicators: normalised, weighted, aggregated, and how sure the ranks are. Pure.

After the OECD and JRC Handbook on Constructing Composite Indicators (2008). A missing value is never filled: its
weight goes to its siblings, in proportion, and the share of the weights that was there is part of the result.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from citygrid.evaluation.choices import Mean, Scale
from citygrid.evaluation.rules.ranks import interval

Floats = NDArray[np.float64]
HUNDRED = 100.0


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree: an indicator, or the mean of its parts.

    `needed`: the share of the weights of its parts that must be there, or it has no value. Of an indicator:
    `is_good` says whether more is better, `is_log` that its logarithm is meant, `posts` what 0 and 100 are (of the
    value, not of its logarithm).
    """

    key: str
    weight: float = 1.0
    parts: tuple["Node", ...] = ()
    mean: Mean = Mean.ARITHMETIC
    needed: float = 0.5
    scale: Scale = Scale.MINMAX
    is_good: bool = True
    is_log: bool = False
    posts: tuple[float, float] | None = None

    def leaves(self) -> list["Node"]:
        """The indicators below it, or itself."""
        return [leaf for part in self.parts for leaf in part.leaves()] if self.parts else [self]


@dataclass(frozen=True, slots=True)
class Result:
    """The index of objects, in the order they were given; NaN, and rank 0, where there is no value.

    `values`: by the key of each node. `known`: the share of all weights whose indicators were there, from 0 to 1.
    """

    values: Mapping[str, Floats]
    known: Floats
    ranks: NDArray[np.int64]


@dataclass(slots=True)
class _Sums:
    """What one way through the tree gathers; weights may be numbers, or a column of draws for each node."""

    columns: Mapping[str, Floats]
    weights: Callable[[Node], Floats]
    means: Callable[[Node], Mean] = lambda node: node.mean
    values: dict[str, Floats] = field(default_factory=dict)

    def value(self, node: Node) -> Floats:
        if not node.parts:
            self.values[node.key] = self.columns[node.key]
        else:
            parts = [self.value(part) for part in node.parts]
            self.values[node.key] = self._joined(node, parts, [self.weights(part) for part in node.parts])
        return self.values[node.key]

    def _joined(self, node: Node, parts: list[Floats], weights: list[Floats]) -> Floats:
        there = [np.where(np.isnan(part), 0.0, weight) for part, weight in zip(parts, weights, strict=True)]
        held = sum(there, np.zeros(1))
        whole = sum(weights, np.zeros(1))
        is_geometric = self.means(node) is Mean.GEOMETRIC
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = [
                np.where(weight > 0, weight * (np.log(part) if is_geometric else part), 0.0)
                for part, weight in zip(parts, there, strict=True)
            ]
            mean = sum(terms, np.zeros(1)) / held
            mean = np.exp(mean) if is_geometric else mean
        return np.where((held > 0) & (held >= node.needed * whole - 1e-12), mean, np.nan)


def index(tree: Node, values: Mapping[str, Floats]) -> Result:
    """The index of objects from their indicators, by key: an array of all objects each, NaN where a value is
    missing.

    An indicator of which all objects have the same says nothing about them and counts as missing, unless its
    goalposts are fixed. Raises KeyError for an indicator without values, ValueError for a tree that cannot be
    computed.
    """
    check(tree)
    columns = normalised(tree, values)
    sums = _Sums(columns, lambda node: np.array(node.weight))
    score = sums.value(tree)
    return Result(sums.values, _known(tree, columns), ranked(score))


def rank_intervals(
    tree: Node, values: Mapping[str, Floats], *, seed: int, draws: int = 1_000, level: float = 0.9, give: float = 0.25
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Between which ranks each object lies when what could have been chosen otherwise is: low and high, 0 without
    a value.

    In each draw every weight is up to `give` smaller or larger; half of the draws take the other mean at every
    node; and the indicators without fixed goalposts are scaled by MINMAX, ZSCORE or RANK, each in a third
    (handbook, step 7).
    """
    check(tree)
    random = np.random.default_rng(seed)
    found = []
    ways = [(scale, other) for scale in (Scale.MINMAX, Scale.ZSCORE, Scale.RANK) for other in (False, True)]
    for scale, is_other in ways:
        columns = normalised(_rescaled(tree, scale), values)
        if is_other:  # a geometric mean is of what is above 0
            columns = {key: np.maximum(column, 1.0) for key, column in columns.items()}
        each = -(-draws // len(ways))
        drawn: dict[str, Floats] = {}

        def weights(node: Node, drawn: dict[str, Floats] = drawn, each: int = each) -> Floats:
            if node.key not in drawn:
                drawn[node.key] = node.weight * random.uniform(1 - give, 1 + give, size=(each, 1))
            return drawn[node.key]

        sums = _Sums(columns, weights, _other_mean if is_other else lambda node: node.mean)
        score = sums.value(tree)
        found.append(np.stack([ranked(row) for row in np.broadcast_to(score, (each, score.shape[-1]))]))
    low, high = interval(np.concatenate(found), level)
    return low, high


def check(tree: Node) -> None:
    """Raises ValueError where a key comes twice, a weight is not above 0, goalposts are missing or the same."""
    seen: set[str] = set()

    def each(node: Node) -> None:
        if node.key in seen:
            raise ValueError(f"{node.key} comes twice")
        seen.add(node.key)
        if not node.weight > 0:
            raise ValueError(f"the weight of {node.key} is not above 0")
        if not node.parts and node.scale is Scale.GOALPOSTS and (not node.posts or node.posts[0] == node.posts[1]):
            raise ValueError(f"{node.key} has no two goalposts")
        for part in node.parts:
            each(part)

    each(tree)


def normalised(tree: Node, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Each indicator on its scale, more always better; NaN where it is missing."""
    return {leaf.key: _scaled(leaf, np.asarray(values[leaf.key], float)) for leaf in tree.leaves()}


def ranked(score: Floats) -> NDArray[np.int64]:
    """Ranks, 1 the highest; equal ones all have the best of theirs, what has no value has 0.

    Scores closer than 1e-9 are equal: they differ by rounding alone.
    """
    rounded = np.round(score, 9)
    order = np.sort(rounded[~np.isnan(rounded)])
    above = order.size - np.searchsorted(order, rounded, side="right")
    return np.where(np.isnan(score), 0, above + 1).astype(int)


def _scaled(leaf: Node, column: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        column = np.log(column) if leaf.is_log else column
        column = np.where(np.isfinite(column), column, np.nan)  # the logarithm of 0 is no value
        if leaf.scale is Scale.GOALPOSTS:
            posts = np.asarray(leaf.posts, float)
            low, high = np.log(posts) if leaf.is_log else posts
            scaled = np.clip((column - low) / (high - low), 0, 1) * HUNDRED
        else:
            scaled = _SCALES[leaf.scale](column)
    return scaled if leaf.is_good else HUNDRED - scaled


def _minmax(column: Floats) -> Floats:
    known = column[~np.isnan(column)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
    return (column - low) / (high - low) * HUNDRED if high > low else np.full(column.shape, np.nan)


def _zscore(column: Floats) -> Floats:
    known = column[~np.isnan(column)]
    if not known.size or known.max() == known.min():
        return np.full(column.shape, np.nan)
    return 50 + 10 * (column - known.mean()) / known.std()


def _by_rank(column: Floats) -> Floats:
    known = np.sort(column[~np.isnan(column)])
    if not known.size or known[0] == known[-1]:
        return np.full(column.shape, np.nan)
    middle = (np.searchsorted(known, column, "left") + np.searchsorted(known, column, "right") - 1) / 2
    return np.where(np.isnan(column), np.nan, middle / (known.size - 1) * HUNDRED)


_SCALES: Mapping[Scale, Callable[[Floats], Floats]] = {
    Scale.MINMAX: _minmax,
    Scale.ZSCORE: _zscore,
    Scale.RANK: _by_rank,
}


def _known(tree: Node, columns: Mapping[str, Floats]) -> Floats:
    """The share of the weights of all indicators, down the tree, whose values are there."""

    def share(node: Node) -> Floats:
        if not node.parts:
            return np.where(np.isnan(columns[node.key]), 0.0, 1.0)
        whole = sum(part.weight for part in node.parts)
        return sum((part.weight / whole * share(part) for part in node.parts), np.zeros(1))

    return share(tree)


def _rescaled(node: Node, scale: Scale) -> Node:
    if not node.parts:
        return node if node.scale is Scale.GOALPOSTS else replace(node, scale=scale)
    return replace(node, parts=tuple(_rescaled(part, scale) for part in node.parts))


def _other_mean(node: Node) -> Mean:
    return Mean.ARITHMETIC if node.mean is Mean.GEOMETRIC else Mean.GEOMETRIC
