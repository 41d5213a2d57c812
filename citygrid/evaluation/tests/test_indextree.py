import json

import pytest

from citygrid.evaluation.choices import Mean, Scale
from citygrid.evaluation.rules.composite import Node
from citygrid.evaluation.rules.indextree import Line, as_data, faults_of, from_data, tree_of

LINES = [
    Line("civility", "", 1, mean=Mean.GEOMETRIC, needed=0.6),
    Line("order", "civility", 2),
    Line("cases_per_km2", "order", 1, scale=Scale.GOALPOSTS, is_good=False, is_log=True, low=1, high=500),
    Line("on_time", "order", 3, scale=Scale.RANK),
    Line("satisfied", "civility", 1),
]


def test_lines_become_a_tree_in_their_order() -> None:
    tree = tree_of(LINES)
    assert [leaf.key for leaf in tree.leaves()] == ["cases_per_km2", "on_time", "satisfied"]
    assert (tree.mean, tree.needed, tree.parts[0].weight) == (Mean.GEOMETRIC, 0.6, 2)
    assert tree.parts[0].parts[0].posts == (1, 500)


def test_tree_is_the_same_after_it_was_kept() -> None:
    assert from_data(json.loads(json.dumps(as_data(tree_of(LINES))))) == Node(
        "civility",
        1,
        (
            Node(
                "order",
                2,
                (
                    Node("cases_per_km2", 1, scale=Scale.GOALPOSTS, is_good=False, is_log=True, posts=(1, 500)),
                    Node("on_time", 3, scale=Scale.RANK),
                ),
            ),
            Node("satisfied", 1),
        ),
        mean=Mean.GEOMETRIC,
        needed=0.6,
    )


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (Line("x", "nowhere", 1), "unknown_parent"),
        (Line("x", "x", 1), "circle"),
        (Line("x", "order", 0), "weight"),
        (Line("x", "order", 1, needed=1.5), "needed"),
        (Line("x", "order", 1, scale=Scale.GOALPOSTS, low=3), "posts"),
        (Line("x", "order", 1, scale=Scale.GOALPOSTS, low=0, high=3, is_log=True), "posts"),
        (Line("x", "", 1), "second_root"),
    ],
)
def test_each_fault_is_named_with_its_line(wrong: Line, fault: str) -> None:
    assert faults_of([*LINES, wrong]) == {"x": fault}
    with pytest.raises(ValueError, match=fault):
        tree_of([*LINES, wrong])


def test_circles_of_many_and_trees_without_root_are_no_trees() -> None:
    assert set(faults_of([Line("a", "b", 1), Line("b", "c", 1), Line("c", "a", 1)])) == {"a", "b", "c"}
    with pytest.raises(ValueError, match="no root"):
        tree_of([])
