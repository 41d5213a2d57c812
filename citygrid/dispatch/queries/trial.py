"""What rules say of many cases at once, and what other rules would have said: a dry run. Nothing is written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from citygrid.cases import permissions as case_permissions
from citygrid.cases import queries as cases
from citygrid.dispatch import errors
from citygrid.dispatch.choices import Outcome, TrialEffect
from citygrid.dispatch.models import Decision, Rule
from citygrid.dispatch.permissions import VIEW_RULES
from citygrid.dispatch.rules import RuleBook, RuleFacts, Situation, Verdict, effect_of, resolve
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor

MOST = 10_000  # cases of one trial, the newest
LONGEST = timedelta(days=366)
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2200, 1, 1)
SHOWN = 20  # cases of one group that are named

Said = tuple[Outcome, UUID | None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Other rules: those in force, without the `ended` (ids), with the `added` (ids below 0)."""

    added: tuple[RuleFacts, ...] = ()
    ended: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TriedCase:
    """A case of which the verdict changes, and the unit that has it or had it last."""

    id: UUID
    number: str
    unit_id: UUID | None


@dataclass(slots=True)
class Group:
    """Cases of one category of which the verdict changes alike. `handled_so`: how many the unit `after` handled.

    `cases` names the newest 20 of them; none to who may not see cases.
    """

    effect: TrialEffect
    category_key: str
    before: UUID | None
    after: UUID | None
    count: int = 0
    handled_so: int = 0
    cases: tuple[TriedCase, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What a proposal would change on the day `on`: cases by effect, and groups, the largest first.

    `agreed_before` and `agreed_after`: of how many cases the rules in force, and the proposed ones, name the unit that
    handled it. `is_cut`: there were more cases; only the newest were looked at.
    """

    counts: dict[TrialEffect, int]
    groups: list[Group]
    agreed_before: int
    agreed_after: int
    is_cut: bool
    on: date

    @property
    def cases(self) -> int:
        return sum(self.counts.values())


def try_proposal(*, proposal: Proposal, since: date, until: date, on: date, actor: Actor) -> Trial:
    """Judge the cases dispatched or decided on these days by the rules in force on the day `on` and the proposed ones.

    Both on the places valid that day. Cases this post does not reach are left out. PeriodInvalid (400). 3 queries.
    """
    actor.require(VIEW_RULES)
    if not is_period(since, until):
        raise errors.PeriodInvalid()
    begin, end = period_of(since, until)
    rows = cases.dispatched(actor, begin, end, decided(begin, end), count=MOST + 1)
    is_cut, rows = len(rows) > MOST, rows[:MOST]
    base = _rules(on)
    other = [rule for rule in base if rule.id not in proposal.ended] + list(proposal.added)
    asks_places = any(rule.layer_code for rule in (*base, *proposal.added))
    features = _features(rows, on) if asks_places else [frozenset()] * len(rows)
    counts, groups, agreed = _compared(rows, features, (base, other), actor.may(case_permissions.VIEW))
    return Trial(counts, groups, *agreed, is_cut, on)


def decided(begin: datetime, end: datetime) -> QuerySet[Decision, Any]:
    """The ids of cases that the rules judged from `begin` to before `end`."""
    return Decision.objects.filter(at__gte=begin, at__lt=end).values("case")


def rulings(questions: Iterable[Situation], on: date) -> list[Verdict]:
    """For each, the verdict of the rules in force on the day, with its trace. One query."""
    book = RuleBook(_rules(on))
    judge = cache(lambda about: resolve(book.candidates(about), about))
    return [judge(about) for about in questions]


def is_period(since: date, until: date) -> bool:
    """Whether a trial may look at these days."""
    return FIRST_DAY <= since <= until <= LAST_DAY and until - since <= LONGEST


def period_of(since: date, until: date) -> tuple[datetime, datetime]:
    """Days, both included, as moments: from the first to before the last."""
    first, after = (datetime.combine(day, time.min) for day in (since, until + timedelta(days=1)))
    return timezone.make_aware(first), timezone.make_aware(after)


def _compared(
    rows: Sequence[Any],
    features: Sequence[frozenset[tuple[str, str]]],
    books: tuple[Sequence[RuleFacts], Sequence[RuleFacts]],
    is_named: bool,
) -> tuple[dict[TrialEffect, int], list[Group], tuple[int, int]]:
    """Cases by effect, the groups, and of how many cases each of the two books names the unit that handled it."""
    judge_before, judge_after = (_judge(rules) for rules in books)
    counts = Counter(dict.fromkeys(TrialEffect, 0))
    groups: dict[tuple[Any, ...], Group] = {}
    agreed = [0, 0]
    for row, lies_on in zip(rows, features, strict=True):
        about = Situation(
            category_key=row.category_id,
            major_key=row.category__parent_id or "",
            area_code=row.area_code,
            problem_type=row.standard__problem_type_id or "",
            features=lies_on,
        )
        before, after = judge_before(about), judge_after(about)
        effect = effect_of(before, after)
        counts[effect] += 1
        for place, said in enumerate((before, after)):
            agreed[place] += said[1] is not None and said[1] == row.unit_id
        if effect != TrialEffect.SAME:
            key = (effect, row.category_id, before[1], after[1])
            _note(groups.setdefault(key, Group(*key)), row, is_named)
    ordered = sorted(groups.values(), key=lambda group: (-group.count, group.effect, group.category_key))
    return dict(counts), ordered, (agreed[0], agreed[1])


def _note(group: Group, row: Any, is_named: bool) -> None:
    group.count += 1
    group.handled_so += group.after is not None and group.after == row.unit_id
    if is_named and len(group.cases) < SHOWN:
        group.cases = (*group.cases, TriedCase(row.id, row.number, row.unit_id))


def _judge(rules: Sequence[RuleFacts]) -> Any:
    """The verdict of these rules on a situation; cases that are alike are judged once."""
    book = RuleBook(rules)

    @cache
    def judge(about: Situation) -> Said:
        verdict = resolve(book.candidates(about), about)
        return verdict.outcome, verdict.unit_id

    return judge


def _rules(on: date) -> list[RuleFacts]:
    """The rules of a day as facts, without building a record of each."""
    said = ("unit_id", "category_id", "area_code", "layer_id", "feature_code", "problem_type_id")
    rows = Rule.objects.in_force(on).values_list("id", *said, "unit__is_active").order_by("id")
    return [
        RuleFacts(rule_id, unit, category or "", area, layer or "", feature, problem or "", is_active)
        for rule_id, unit, category, area, layer, feature, problem, is_active in rows
    ]


def _features(rows: Sequence[Any], on: date) -> list[frozenset[tuple[str, str]]]:
    """The features each case lies on, in one query."""
    found: list[frozenset[tuple[str, str]]] = [frozenset()] * len(rows)
    at = [place for place, row in enumerate(rows) if row.lon is not None]
    if at:
        places = geography.locate_many([(rows[place].lon, rows[place].lat) for place in at], on=on)
        for place, there in zip(at, places, strict=True):
            if there:
                found[place] = frozenset((hit.layer_code, hit.code) for hit in there.features)
    return found
