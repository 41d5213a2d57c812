"""Writes of responsibility: rules are added and ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.dispatch.errors import RuleInvalid
from citygrid.dispatch.models import Rule
from citygrid.dispatch.permissions import MANAGE_RULES
from citygrid.geography import queries as geography
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound, Words


@dataclass(frozen=True, slots=True)
class RuleIn:
    """What a rule says: a unit, and what is narrowed to. `category_key` may be a major's. Default: from today on."""

    unit_id: UUID
    category_key: str = ""
    area_code: str = ""
    layer_code: str = ""
    feature_code: str = ""
    problem_type: str = ""
    note: str = ""
    valid_from_date: date | None = None
    valid_to_date: date | None = None


def add_rule(*, rule: RuleIn, actor: Actor, now: datetime) -> Rule:
    """Add a responsibility rule, or return the open one that says the same. Raises RuleInvalid."""
    return add_rules(rules=[rule], actor=actor, now=now)[0]


@transaction.atomic
def add_rules(*, rules: Sequence[RuleIn], actor: Actor, now: datetime) -> list[Rule]:
    """Add rules in bulk and return them in their order; open rules that say the same are not added again.

    All or none: RuleInvalid names the first fault. 7 queries, however many rules.
    """
    actor.require(MANAGE_RULES)
    if faults := rule_faults(rules):
        raise RuleInvalid(fields=faults)
    rows = [_row(rule, localdate(now)) for rule in rules]
    open_rules = Rule.objects.filter(valid_to_date__isnull=True, unit__in={row.unit_id for row in rows})
    known = {_content(row): row for row in open_rules}
    fresh: dict[tuple[object, ...], Rule] = {}
    for row in rows:
        if _content(row) not in known:
            fresh.setdefault(_content(row), row)
    Rule.objects.bulk_create(fresh.values(), batch_size=1000)
    if fresh:
        data = {"rules": [row.pk for row in fresh.values()]}
        audit.record(subject="dispatch.rule", action="add", actor=actor, now=now, data=data)
    return [(known | fresh)[_content(row)] for row in rows]


def end_rule(*, rule_id: int, on: date, actor: Actor, now: datetime) -> Rule:
    """End a rule: from the day `on` it decides nothing. Raises NotFound, RuleInvalid when it ends before it begins."""
    return end_rules(ends={rule_id: on}, actor=actor, now=now)[0]


@transaction.atomic
def end_rules(*, ends: Mapping[int, date], actor: Actor, now: datetime) -> list[Rule]:
    """End rules (by id) on the days given, all of them or none; see `end_rule`. Queries grow with the days only."""
    actor.require(MANAGE_RULES)
    rules = list(Rule.objects.select_for_update().filter(pk__in=ends).order_by("pk"))
    if len(rules) < len(ends):
        raise NotFound(what=_("rule"))
    if any(ends[rule.pk] < rule.valid_from_date for rule in rules):
        raise RuleInvalid(fields={"on": _("It cannot end before it begins.")})
    for rule in rules:
        rule.valid_to_date = ends[rule.pk]
    for day in set(ends.values()):
        Rule.objects.filter(pk__in=[rule_id for rule_id, on in ends.items() if on == day]).update(valid_to_date=day)
    said = {rule_id: {"valid_to_date": day.isoformat()} for rule_id, day in ends.items()}
    audit.record_all(
        audit.entry(subject=f"dispatch.rule/{rule_id}", action="end", actor=actor, now=now, data=data)
        for rule_id, data in said.items()
    )
    return rules


def rule_faults(rules: Sequence[RuleIn]) -> dict[str, Words]:
    """Field to words, for the first value of each field that names nothing known."""
    units = access.organisations({rule.unit_id for rule in rules})
    known: dict[str, set[object]] = {
        "unit_id": {unit.pk for unit in units.values() if unit.is_active},
        "category_key": {"", *catalogue.categories(rule.category_key for rule in rules)},
        "layer_code": {"", *(layer.code for layer in geography.layers())},
        "problem_type": {"", *catalogue.problem_types()},
    }
    faults: dict[str, Words] = {}
    for rule in rules:
        for name, values in known.items():
            if getattr(rule, name) not in values:
                faults.setdefault(name, _("Nothing active is known by: %(value)s") % {"value": getattr(rule, name)})
        if rule.feature_code and not rule.layer_code:
            faults.setdefault("layer_code", _("A feature needs its layer."))
        if rule.area_code and not rule.area_code.isdigit():
            faults.setdefault("area_code", _("An area code is made of digits."))
        if rule.valid_to_date and rule.valid_from_date and rule.valid_to_date < rule.valid_from_date:
            faults.setdefault("valid_to_date", _("It cannot end before it begins."))
    return faults


def _row(rule: RuleIn, today: date) -> Rule:
    return Rule(
        unit_id=rule.unit_id,
        category_id=rule.category_key or None,
        area_code=rule.area_code,
        layer_id=rule.layer_code or None,
        feature_code=rule.feature_code,
        problem_type_id=rule.problem_type or None,
        note=rule.note,
        valid_from_date=rule.valid_from_date or today,
        valid_to_date=rule.valid_to_date,
    )


def _content(rule: Rule) -> tuple[object, ...]:
    said = (rule.category_id, rule.area_code, rule.layer_id, rule.feature_code, rule.problem_type_id)
    return (rule.unit_id, *said)
