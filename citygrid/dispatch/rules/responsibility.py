"""Who handles a case: the most specific responsibility rule that fits it. Pure.

A rule says more than another by three measures, each with its own order:

- place: a feature of a layer, then any feature of a layer, then the longer area prefix, then everywhere;
- category: the category itself, then its major, then any;
- condition: a problem type, then none.

Rule A outranks rule B when it says at least as much by every measure and more by one. The measures are not weighed
against each other: "this category everywhere" and "everything in this street" do not outrank one another. The rules
nobody outranks decide: when they name one unit it is responsible, when they name several it is a tie for a person.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from citygrid.dispatch.choices import Measure, Outcome, Reason, TrialEffect

PlaceRank = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a rule says; an empty text says nothing. `category_key` is a category's or a major's."""

    id: int
    unit_id: UUID
    category_key: str = ""
    area_code: str = ""
    layer_code: str = ""
    feature_code: str = ""
    problem_type: str = ""
    is_unit_active: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """What rules are compared with. `features` are the (layer code, feature code) the case lies on."""

    category_key: str
    major_key: str = ""
    area_code: str = ""
    problem_type: str = ""
    features: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of one rule considered: a reason and the parameters of its words."""

    rule_id: int
    unit_id: UUID
    reason: Reason
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, the responsible unit if there is one, and a line for every rule considered, in their order."""

    outcome: Outcome
    unit_id: UUID | None
    trace: tuple[Line, ...]


class RuleBook:
    """Rules by category and area, so that the few that may fit a situation are found without looking at all."""

    def __init__(self, rules: Sequence[RuleFacts]) -> None:
        self.rules: dict[tuple[str, str], list[RuleFacts]] = defaultdict(list)
        for rule in rules:
            self.rules[rule.category_key, rule.area_code].append(rule)
        self.lengths = sorted({len(rule.area_code) for rule in rules})

    def candidates(self, situation: Situation) -> list[RuleFacts]:
        """The rules for its category and area, on a layer where it lies on one; `resolve` judges the rest."""
        categories = dict.fromkeys(("", situation.major_key, situation.category_key))
        lengths = [length for length in self.lengths if length <= len(situation.area_code)]
        layers = {"", *(layer for layer, _ in situation.features)}
        return [
            rule
            for category in categories
            for length in lengths
            for rule in self.rules.get((category, situation.area_code[:length]), ())
            if rule.layer_code in layers
        ]


def effect_of(before: tuple[Outcome, UUID | None], after: tuple[Outcome, UUID | None]) -> TrialEffect:
    """What becomes of a case of which the rules said the one before and say the other after."""
    was_sure, is_sure = (said[0] == Outcome.UNIQUE for said in (before, after))
    if was_sure and is_sure:
        return TrialEffect.SAME if before[1] == after[1] else TrialEffect.MOVED
    if was_sure == is_sure:
        return TrialEffect.SAME
    return TrialEffect.SETTLED if is_sure else TrialEffect.UNSETTLED


def resolve(rules: Sequence[RuleFacts], situation: Situation) -> Verdict:
    """The verdict of these rules (all in force) on a situation; the order of the rules does not matter to it."""
    fitting = [rule for rule in rules if _misfit(rule, situation) is None]
    top = [rule for rule in fitting if not any(_said_more(other, rule, situation) for other in fitting)]
    outcome = _outcome(top)
    lines = [_line(rule, situation, top, outcome) for rule in rules]
    is_sure = outcome == Outcome.UNIQUE
    return Verdict(outcome, top[0].unit_id if is_sure else None, tuple(lines))


def _misfit(rule: RuleFacts, situation: Situation) -> Reason | None:
    if rule.category_key not in ("", situation.category_key, situation.major_key):
        return Reason.OTHER_CATEGORY
    if not situation.area_code.startswith(rule.area_code):
        return Reason.OTHER_AREA
    if rule.layer_code and not _is_on_feature(rule, situation):
        return Reason.OTHER_FEATURE
    if rule.problem_type not in ("", situation.problem_type):
        return Reason.OTHER_CONDITION
    return None


def _is_on_feature(rule: RuleFacts, situation: Situation) -> bool:
    if rule.feature_code:
        return (rule.layer_code, rule.feature_code) in situation.features
    return any(layer == rule.layer_code for layer, _ in situation.features)


def _ranks(rule: RuleFacts, situation: Situation) -> dict[Measure, int | PlaceRank]:
    is_leaf = rule.category_key == situation.category_key
    return {
        Measure.PLACE: (bool(rule.layer_code) + bool(rule.feature_code), len(rule.area_code)),
        Measure.CATEGORY: 2 if is_leaf else 1 if rule.category_key else 0,
        Measure.CONDITION: 1 if rule.problem_type else 0,
    }


def _said_more(one: RuleFacts, other: RuleFacts, situation: Situation) -> list[Measure]:
    """The measures by which `one` outranks `other`; empty when it does not."""
    ones: dict[Measure, Any] = dict(_ranks(one, situation))
    others: dict[Measure, Any] = dict(_ranks(other, situation))
    if any(ones[measure] < others[measure] for measure in Measure):
        return []
    return [measure for measure in Measure if ones[measure] > others[measure]]


def _outcome(top: Sequence[RuleFacts]) -> Outcome:
    if not top:
        return Outcome.NONE
    # A closed unit still makes a tie: dropping its rule would send cases by a rule that was never the first.
    if len({rule.unit_id for rule in top}) > 1:
        return Outcome.TIE
    return Outcome.UNIQUE if top[0].is_unit_active else Outcome.INACTIVE_UNIT


def _line(rule: RuleFacts, situation: Situation, top: Sequence[RuleFacts], outcome: Outcome) -> Line:
    if misfit := _misfit(rule, situation):
        return Line(rule.id, rule.unit_id, misfit)
    if rule not in top:
        by = min((other for other in top if _said_more(other, rule, situation)), key=lambda other: other.id)
        about = [str(measure) for measure in _said_more(by, rule, situation)]
        return Line(rule.id, rule.unit_id, Reason.OUTRANKED, {"by": by.id, "about": about})
    if outcome == Outcome.TIE:
        rivals = sorted(other.id for other in top if other.unit_id != rule.unit_id)
        return Line(rule.id, rule.unit_id, Reason.TIED, {"with": rivals})
    return Line(rule.id, rule.unit_id, Reason.WON if outcome == Outcome.UNIQUE else Reason.UNIT_INACTIVE)
