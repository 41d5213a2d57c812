"""Proposed rules, from a form or a file, tried on past cases. Nothing is written."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.dispatch import queries
from citygrid.dispatch.errors import RuleInvalid
from citygrid.dispatch.models import Rule
from citygrid.dispatch.permissions import VIEW_RULES
from citygrid.dispatch.queries import Proposal, Trial, rules_not_over
from citygrid.dispatch.rules import RuleFacts
from citygrid.dispatch.services.responsibility import RuleIn, rule_faults
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.sheets.columns import Key, Values
from citygrid.kernel.sheets.ports import Change


def try_rules(
    *,
    begun: Sequence[RuleIn],
    ended: Collection[int],
    since: date,
    until: date,
    actor: Actor,
    now: datetime,
    on: date | None = None,
) -> Trial:
    """What would have gone elsewhere if these rules had begun and those (by id) ended; see `queries.Trial`.

    By the rules as they are, and would be, in force on the day `on` (default: today); a rule to begin that names no
    days is in force on any. RuleInvalid, PeriodInvalid (400), NotFound (404) of a rule to end.
    """
    actor.require(VIEW_RULES)
    if faults := rule_faults(begun):
        raise RuleInvalid(fields=faults)
    known = set(Rule.objects.filter(pk__in=ended).values_list("pk", flat=True)) if ended else set()
    if unknown := sorted(set(ended) - known):
        raise NotFound(what=_("rule"), name=str(unknown[0]))
    day = on or localdate(now)
    added = (_facts(-place, rule) for place, rule in enumerate(begun, start=1) if _holds(rule, day))
    proposal = Proposal(tuple(added), frozenset(ended))
    return queries.try_proposal(proposal=proposal, since=since, until=until, on=day, actor=actor)


def try_changes(
    *, changes: Sequence[Change], since: date, until: date, actor: Actor, now: datetime, on: date | None = None
) -> Trial:
    """The same for what a sheet of rules would change (`kernel.sheets.plans.make_plan(...).changes()`).

    A changed rule is tried as the sheet has it instead of as it is, so that its new days count.
    """
    there = _rules_by_key(actor, localdate(now))
    ended = [there[change.key].pk for change in changes if change.key in there]
    begun = _rules([change.after for change in changes if change.after])
    return try_rules(begun=begun, ended=ended, since=since, until=until, actor=actor, now=now, on=on)


def effective_day(changes: Sequence[Change], today: date) -> date:
    """The first day, not before today, on which all that a sheet's changes begin or end has begun or ended."""
    days = (_day_of(change) for change in changes if change.after)
    return max([today, *(date.fromisoformat(day) for day in days if day)])


def rule_changes(changes: Sequence[Change], actor: Actor, now: datetime) -> tuple[dict[int, date], list[RuleIn]]:
    """The rules a sheet's changes end (id to day), and those they begin."""
    today = localdate(now)
    there = _rules_by_key(actor, today)
    ends: dict[int, date] = {}
    begun: list[Values] = []
    for change in changes:
        rule = there.get(change.key)
        if rule is None and change.after:
            begun.append(change.after)
        elif rule and change.after and _only_ends(change):
            ends[rule.pk] = date.fromisoformat(change.after["until"])
        elif rule:
            ends[rule.pk] = max(today, rule.valid_from_date)
            if change.after:
                begun.append({**change.after, "from": ends[rule.pk].isoformat()})
    return ends, _rules(begun)


def rule_key(rule: Rule) -> Key:
    """What tells a rule from others in a sheet."""
    said = (rule.category_id, rule.area_code, rule.layer_id, rule.feature_code, rule.problem_type_id)
    return (rule.unit.code, *(text or "" for text in said))


def _rules_by_key(actor: Actor, today: date) -> dict[Key, Rule]:
    return {rule_key(rule): rule for rule in rules_not_over(actor, today)}


def _day_of(change: Change) -> str:
    """When a change is felt first: a new rule when it begins, another when it ends, or would have; "" for at once."""
    before, after = change.before, change.after or {}
    if not before:
        return after["from"]
    return min(filter(None, (before["until"], after["until"])), default="")


def _holds(rule: RuleIn, on: date) -> bool:
    """Whether a rule to begin is in force on the day; days it does not name do not bound it."""
    return (rule.valid_from_date or on) <= on and (rule.valid_to_date is None or on < rule.valid_to_date)


def _only_ends(change: Change) -> bool:
    """Whether nothing of a rule changes but that it gets an end, or another one."""
    before, after = change.before or {}, change.after or {}
    return bool(after["until"]) and {**before, "until": after["until"]} == after


def _rules(rows: Sequence[Values]) -> list[RuleIn]:
    """Rows of a sheet as rules. One query."""
    units = access.organisations_by_code({values["unit"] for values in rows})
    ids = {code: unit.pk for code, unit in units.items()}
    return [_rule(values, ids) for values in rows]


def _rule(values: Values, units: Mapping[str, UUID]) -> RuleIn:
    return RuleIn(
        unit_id=units[values["unit"]],
        category_key=values["category"],
        area_code=values["area"],
        layer_code=values["layer"],
        feature_code=values["feature"],
        problem_type=values["problem_type"],
        note=values["note"],
        valid_from_date=date.fromisoformat(values["from"]),
        valid_to_date=date.fromisoformat(values["until"]) if values["until"] else None,
    )


def _facts(rule_id: int, rule: RuleIn) -> RuleFacts:
    return RuleFacts(
        id=rule_id,
        unit_id=rule.unit_id,
        category_key=rule.category_key,
        area_code=rule.area_code,
        layer_code=rule.layer_code,
        feature_code=rule.feature_code,
        problem_type=rule.problem_type,
    )
