"""The tree of an index out of its lines, as a sheet holds them; and the other way, as a publication keeps it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from citygrid.evaluation.choices import Mean, Scale
from citygrid.evaluation.rules.composite import Node


@dataclass(frozen=True, slots=True)
class Line:
    """A node of an index: `parent` is empty at the root. The fields of an indicator count where nothing is below
    it.
    """

    key: str
    parent: str
    weight: float
    mean: Mean = Mean.ARITHMETIC
    needed: float = 0.5
    scale: Scale = Scale.MINMAX
    is_good: bool = True
    is_log: bool = False
    low: float | None = None
    high: float | None = None


def faults_of(lines: Iterable[Line]) -> dict[str, str]:
    """What is wrong, by the key of the line: a code each. None of a tree that can be computed."""
    held = list(lines)
    parents = {line.key: line.parent for line in held}
    found = {line.key: fault for line in held if (fault := _fault(line, parents))}
    for extra in [line.key for line in held if not line.parent][1:]:
        found.setdefault(extra, "second_root")
    return found


def tree_of(lines: Iterable[Line]) -> Node:
    """The tree, its nodes in the order of the lines. Raises ValueError where `faults_of` finds any, or without a
    root.
    """
    held = list(lines)
    if faults := faults_of(held):
        raise ValueError(f"no tree: {faults}")
    roots = [line for line in held if not line.parent]
    if not roots:
        raise ValueError("no tree: there is no root")
    below: dict[str, list[Line]] = {}
    for line in held:
        below.setdefault(line.parent, []).append(line)
    return _node(roots[0], below)


def as_data(node: Node) -> dict[str, Any]:
    """The tree as JSON takes it."""
    data: dict[str, Any] = {"key": node.key, "weight": node.weight}
    if node.parts:
        return data | {"mean": node.mean, "needed": node.needed, "parts": [as_data(part) for part in node.parts]}
    return data | {"scale": node.scale, "is_good": node.is_good, "is_log": node.is_log, "posts": node.posts}


def from_data(data: Mapping[str, Any]) -> Node:
    """The tree that `as_data` wrote."""
    parts = tuple(from_data(part) for part in data.get("parts", ()))
    if parts:
        return Node(data["key"], data["weight"], parts, mean=Mean(data["mean"]), needed=data["needed"])
    posts = tuple(data["posts"]) if data["posts"] else None
    scale = Scale(data["scale"])
    return Node(data["key"], data["weight"], scale=scale, is_good=data["is_good"], is_log=data["is_log"], posts=posts)


def _node(line: Line, below: Mapping[str, list[Line]]) -> Node:
    posts = None if line.low is None or line.high is None else (line.low, line.high)
    parts = tuple(_node(part, below) for part in below.get(line.key, ()))
    return Node(*(line.key, line.weight, parts, line.mean, line.needed, line.scale, line.is_good, line.is_log, posts))


def _fault(line: Line, parents: Mapping[str, str]) -> str:
    if line.parent and line.parent not in parents:
        return "unknown_parent"
    if _is_below_itself(line.key, parents):
        return "circle"
    if not line.weight > 0:
        return "weight"
    if not 0 <= line.needed <= 1:
        return "needed"
    is_leaf = line.key not in parents.values()
    return _posts_fault(line) if is_leaf and line.scale is Scale.GOALPOSTS else ""


def _posts_fault(line: Line) -> str:
    if line.low is None or line.high is None or line.low == line.high:
        return "posts"
    return "posts" if line.is_log and min(line.low, line.high) <= 0 else ""


def _is_below_itself(key: str, parents: Mapping[str, str]) -> bool:
    seen, at = set(), key
    while at in parents and at not in seen:
        seen.add(at)
        at = parents[at]
    return at in seen
