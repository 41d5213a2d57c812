import random
from collections import Counter
from uuid import UUID

import pytest

from citygrid.dispatch.choices import Outcome, Reason
from citygrid.dispatch.rules import RuleFacts, Situation, resolve
from citygrid.dispatch.tests import oracle

A, B, C, D = (UUID(int=n) for n in range(1, 5))
LEAF, MAJOR = "s/component/01001", "s/component/01"
PLACE = "110101001002003"
CASE = Situation(LEAF, MAJOR, PLACE, "damaged", frozenset({("road", "R1"), ("green", "G1")}))

# What each of two rules says, and the unit that gets the case (None: a tie).
PAIRS = [
    ("the category before its major", {"category_key": LEAF}, {"category_key": MAJOR}, A),
    ("the major before any category", {"category_key": MAJOR}, {}, A),
    ("the longer area prefix", {"area_code": PLACE[:12]}, {"area_code": PLACE[:9]}, A),
    ("an area before everywhere", {"area_code": PLACE[:6]}, {}, A),
    ("a feature before its layer", {"layer_code": "road", "feature_code": "R1"}, {"layer_code": "road"}, A),
    ("a feature before a unit grid", {"layer_code": "road", "feature_code": "R1"}, {"area_code": PLACE}, A),
    ("a layer before a unit grid", {"layer_code": "road"}, {"area_code": PLACE}, A),
    ("a stated condition", {"problem_type": "damaged"}, {}, A),
    (
        "two measures together",
        {"category_key": LEAF, "area_code": PLACE[:9]},
        {"category_key": MAJOR, "area_code": PLACE[:6]},
        A,
    ),
    ("a tie of equals", {"category_key": LEAF}, {"category_key": LEAF}, None),
    ("a tie of category and area", {"category_key": LEAF}, {"area_code": PLACE[:9]}, None),
    ("a tie of category and condition", {"category_key": LEAF}, {"problem_type": "damaged"}, None),
    (
        "a tie of two features",
        {"layer_code": "road", "feature_code": "R1"},
        {"layer_code": "green", "feature_code": "G1"},
        None,
    ),
    ("only what fits", {}, {"category_key": "s/component/01002"}, A),
    ("only the area it is in", {}, {"area_code": "110102"}, A),
    ("only the feature it is on", {}, {"layer_code": "road", "feature_code": "R2"}, A),
    ("only the layer it is on", {}, {"layer_code": "water"}, A),
    ("only its condition", {}, {"problem_type": "dirty"}, A),
]


@pytest.mark.parametrize(("one", "other", "winner"), [p[1:] for p in PAIRS], ids=[p[0] for p in PAIRS])
def test_of_two_rules_the_one_that_says_more_wins(one, other, winner):
    rules = [RuleFacts(1, A, **one), RuleFacts(2, B, **other)]
    verdict = resolve(rules, CASE)
    assert verdict.unit_id == winner
    assert verdict.outcome == (Outcome.UNIQUE if winner else Outcome.TIE)
    assert resolve(rules[::-1], CASE).unit_id == winner


def test_no_fitting_rule_names_nobody():
    assert resolve([], CASE).outcome == Outcome.NONE
    assert resolve([RuleFacts(1, A, area_code="9")], CASE).outcome == Outcome.NONE


def test_rules_of_one_unit_never_tie():
    rules = [RuleFacts(1, A, category_key=LEAF), RuleFacts(2, A, area_code=PLACE[:9])]
    verdict = resolve(rules, CASE)
    assert (verdict.outcome, verdict.unit_id) == (Outcome.UNIQUE, A)
    assert [line.reason for line in verdict.trace] == [Reason.WON, Reason.WON]


def test_a_closed_unit_is_named_in_the_trace_and_gets_nothing():
    verdict = resolve([RuleFacts(1, A, category_key=LEAF, is_unit_active=False), RuleFacts(2, B)], CASE)
    assert (verdict.outcome, verdict.unit_id) == (Outcome.INACTIVE_UNIT, None)
    assert [line.reason for line in verdict.trace] == [Reason.UNIT_INACTIVE, Reason.OUTRANKED]


def test_a_tie_with_a_closed_unit_stays_a_tie():
    assert resolve([RuleFacts(1, A, is_unit_active=False), RuleFacts(2, B)], CASE).outcome == Outcome.TIE


def test_the_trace_names_every_rule_and_why():
    rules = [
        RuleFacts(1, A),
        RuleFacts(2, A, category_key=LEAF),
        RuleFacts(3, B, area_code=PLACE[:9]),
        RuleFacts(4, C, category_key="s/matter/01001"),
        RuleFacts(5, C, area_code="110102"),
        RuleFacts(6, C, layer_code="water"),
        RuleFacts(7, C, problem_type="dirty"),
    ]
    trace = resolve(rules, CASE).trace
    assert [(line.rule_id, line.reason, line.params) for line in trace] == [
        (1, Reason.OUTRANKED, {"by": 2, "about": ["category"]}),
        (2, Reason.TIED, {"with": [3]}),
        (3, Reason.TIED, {"with": [2]}),
        (4, Reason.OTHER_CATEGORY, {}),
        (5, Reason.OTHER_AREA, {}),
        (6, Reason.OTHER_FEATURE, {}),
        (7, Reason.OTHER_CONDITION, {}),
    ]


def test_a_case_without_place_condition_or_major_is_decided_by_what_it_has():
    bare = Situation(LEAF)
    rules = [RuleFacts(1, A), RuleFacts(2, B, area_code="110101"), RuleFacts(3, C, problem_type="damaged")]
    assert resolve(rules, bare).unit_id == A


def test_verdicts_agree_with_the_oracle_on_ten_thousand_situations():
    chance = random.Random(20261123)
    outcomes = Counter()
    for _ in range(10_000):
        rules, situation = make_rules(chance), make_situation(chance)
        verdict = resolve(rules, situation)
        assert (verdict.outcome.value, verdict.unit_id) == oracle.answer(rules, situation), (rules, situation)
        assert len(verdict.trace) == len(rules)
        outcomes[verdict.outcome] += 1
    assert min(outcomes[outcome] for outcome in Outcome) > 300, outcomes


LEAVES = ["s/component/01001", "s/component/01002", "s/matter/06001"]
AREAS = ["110101001001001", "110101001002", "110101002", "110101", ""]
FEATURES = [("road", "R1"), ("road", "R2"), ("green", "G1")]
PROBLEMS = ["damaged", "dirty"]


def major_of(leaf):
    return leaf[:-3]


def make_rules(chance):
    closed = chance.choice([A, B, C, D, None])
    rules = []
    for rule_id in range(1, chance.randint(0, 9) + 1):
        unit, leaf = chance.choice([A, B, C, D]), chance.choice(LEAVES)
        layer, feature = chance.choice([("", ""), ("", ""), ("water", ""), ("road", ""), *FEATURES])
        rules.append(
            RuleFacts(
                id=rule_id,
                unit_id=unit,
                category_key=chance.choice([leaf, major_of(leaf), ""]),
                area_code=chance.choice(AREAS)[: chance.choice([0, 6, 9, 12, 15])],
                layer_code=layer,
                feature_code=feature,
                problem_type=chance.choice(["", "", *PROBLEMS]),
                is_unit_active=unit != closed,
            )
        )
    return rules


def make_situation(chance):
    leaf = chance.choice(LEAVES)
    return Situation(
        category_key=leaf,
        major_key=chance.choice([major_of(leaf), major_of(leaf), ""]),
        area_code=chance.choice(AREAS),
        problem_type=chance.choice(["", *PROBLEMS]),
        features=frozenset(chance.sample(FEATURES, chance.randint(0, 3))),
    )
