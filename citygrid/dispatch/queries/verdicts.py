"""Reads of responsibility: rules, the verdict on a case, and what was decided before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from citygrid.cases import queries as cases
from citygrid.dispatch.choices import Measure, Outcome, Reason
from citygrid.dispatch.models import Decision, Rule
from citygrid.dispatch.permissions import VIEW_RULES
from citygrid.dispatch.rules import Answer, Line, RuleFacts, Situation, Verdict, resolve
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor

if TYPE_CHECKING:
    from citygrid.access.models import Organisation
    from citygrid.cases.models import Case


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the rules say of a case now: the unit if there is one, the outcome, and a sentence for every rule."""

    outcome: Outcome
    unit: "Organisation | None"
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what it was reached on."""

    situation: Situation
    verdict: Verdict
    rules: Mapping[int, Rule]

    @property
    def unit(self) -> "Organisation | None":
        """The responsible unit of a unique verdict."""
        units = {rule.unit_id: rule.unit for rule in self.rules.values()}
        return units[self.verdict.unit_id] if self.verdict.unit_id else None

    def as_data(self) -> dict[str, Any]:
        """The trace as JSON values."""
        about = self.situation
        return {
            "category": about.category_key,
            "major": about.major_key,
            "area": about.area_code,
            "problem_type": about.problem_type,
            "features": sorted(about.features),
            "rules": [
                {"rule": line.rule_id, "unit": str(line.unit_id), "reason": str(line.reason), "params": line.params}
                for line in self.verdict.trace
            ],
        }


def suggest(case_id: UUID, actor: Actor, now: datetime) -> Suggestion:
    """Who should handle the case by the rules of today; nothing is written. NotFound when the post cannot see it."""
    actor.require(VIEW_RULES)
    judgement = judge(cases.case(case_id, actor), now)
    said = tuple(line_words(line, judgement.rules) for line in judgement.verdict.trace)
    return Suggestion(judgement.verdict.outcome, judgement.unit, said)


def judge(case: "Case", now: datetime) -> Judgement:
    """The verdict of the rules in force there on that day. 3 queries: time zone, features of the place, rules."""
    # The day of the place: rules begin and end at midnight there.
    on = localdate(now, ZoneInfo(geography.time_zone_of(case.area_code)))
    place = geography.locate(case.location, on=on) if case.location else None
    standard = case.standard
    situation = Situation(
        category_key=case.category_id,
        major_key=case.category.parent_id or "",
        area_code=case.area_code,
        problem_type=(standard.problem_type_id or "") if standard else "",
        features=frozenset((hit.layer_code, hit.code) for hit in place.features) if place else frozenset(),
    )
    found = list(candidates(situation, on))
    verdict = resolve([_facts(rule) for rule in found], situation)
    return Judgement(situation, verdict, {rule.pk: rule for rule in found})


def candidates(situation: Situation, on: date) -> QuerySet[Rule]:
    """The rules in force for category, area and layers, in one indexed query; `resolve` judges the rest."""
    # Lists of exact values, not ranges: every prefix of the area is known, and each is one probe of the index.
    keys = [situation.category_key, situation.major_key]
    prefixes = [situation.area_code[:length] for length in range(len(situation.area_code) + 1)]
    of_category = Q(category__isnull=True) | Q(category__in=keys)
    layers = {layer for layer, _ in situation.features}
    return (
        Rule.objects.in_force(on)
        .filter(of_category, Q(layer__isnull=True) | Q(layer__in=layers), area_code__in=prefixes)
        .select_related("unit")
        .order_by("id")
    )


def rules_in_force(actor: Actor, on: date, unit_id: UUID | None = None) -> list[Rule]:
    """The rules of a day (of one unit if given) with unit, category, layer and problem type, by unit and category."""
    actor.require(VIEW_RULES)
    found = Rule.objects.in_force(on).select_related("unit", "category", "layer", "problem_type")
    if unit_id:
        found = found.filter(unit=unit_id)
    return list(found.order_by("unit__code", "category_id", "area_code", "id"))


def rules_not_over(actor: Actor, on: date) -> list[Rule]:
    """The rules that hold on a day or begin after it, with their units, oldest first."""
    actor.require(VIEW_RULES)
    found = Rule.objects.filter(Q(valid_to_date__isnull=True) | Q(valid_to_date__gt=on))
    return list(found.select_related("unit").order_by("id"))


def decisions_of(case_id: UUID, actor: Actor) -> list[Decision]:
    """What was decided about a case, oldest first, with the units; nothing where the post sees no such case."""
    actor.require(VIEW_RULES)
    of_case = Decision.objects.filter(case__in=cases.visible(actor).filter(pk=case_id))
    return sorted(of_case.select_related("unit", "sent_to"), key=lambda decision: decision.pk)


def answer_of(decision: Decision) -> Answer | None:
    """What the model that was on answered when this was decided; None where none was."""
    return Answer.of_data(decision.answer) if decision.answer else None


def decision_words(decision: Decision) -> list[str]:
    """A sentence for every rule considered in a decision, in the active language. One query."""
    lines = [
        Line(said["rule"], UUID(said["unit"]), Reason(said["reason"]), said["params"])
        for said in decision.trace["rules"]
    ]
    rules = Rule.objects.select_related("unit").in_bulk([line.rule_id for line in lines])
    return [line_words(line, rules) for line in lines]


def line_words(line: Line, rules: Mapping[int, Rule]) -> str:
    """One line of a trace as a sentence in the active language."""
    rule = rules[line.rule_id]
    params = {name: _listed(name, value) for name, value in line.params.items()}
    reason = str(line.reason.label) % params
    return _("Rule %(rule)s for %(unit)s: %(reason)s") % {"rule": rule.pk, "unit": rule.unit.name, "reason": reason}


def _listed(name: str, value: int | Sequence[Any]) -> str:
    if isinstance(value, int):
        return str(value)
    shown = [str(Measure(each).label) if name == "about" else str(each) for each in value]
    return _(", ").join(shown)


def _facts(rule: Rule) -> RuleFacts:
    return RuleFacts(
        id=rule.pk,
        unit_id=rule.unit_id,
        category_key=rule.category_id or "",
        area_code=rule.area_code,
        layer_code=rule.layer_id or "",
        feature_code=rule.feature_code,
        problem_type=rule.problem_type_id or "",
        is_unit_active=rule.unit.is_active,
    )
