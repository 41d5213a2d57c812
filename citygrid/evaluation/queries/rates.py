"""Rates and scores of objects in a period: sums of the counters within the reach of who asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left

from citygrid.evaluation import models, permissions
from citygrid.evaluation.choices import Kind, Moment, Object
from citygrid.evaluation.rules import expression, scores
from citygrid.evaluation.rules.scores import Band, Grade, Part, Rate
from citygrid.kernel.actor import Actor

AREA_DIGITS = {Object.DISTRICT: 6, Object.STREET: 9, Object.COMMUNITY: 12, Object.GRID: 15}
KEYS: dict[str, Any] = {
    **{one: Left("area_code", digits) for one, digits in AREA_DIGITS.items()},
    Object.DEPARTMENT: F("unit"),
    Object.POST: F("post"),
    Object.CATEGORY: F("category"),
    Object.OWNER: F("component__owner"),
}
KINDS: dict[str, Kind] = {Object.DEPARTMENT: Kind.UNIT, Object.POST: Kind.POST}
NUMERATOR, DENOMINATOR = "numerator", "denominator"


class Period(NamedTuple):
    """From the first to the last day, both in it, in the time zone of each district."""

    first: date
    last: date

    def before(self) -> "Period":
        """The period of the same length that ends the day before."""
        return Period(self.first - (self.last - self.first) - timedelta(days=1), self.first - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Figures:
    """What an object comes to: rates by indicator, the score (0 to 100; None: nothing was judged) and its grade."""

    key: str
    rates: Mapping[str, Rate]
    score: Fraction | None
    grade: Grade | None


@dataclass(frozen=True, slots=True)
class League:
    """Objects with their figures, by key, and the definitions they were reckoned by, in the order they are shown."""

    definitions: Sequence[models.Definition]
    scoring: models.Scoring | None
    rows: Sequence[Figures]


def league(actor: Actor, of: Object, period: Period, now: datetime) -> League:
    """The figures of every object of a kind that has any, within the reach of the post.

    What is due in the period counts once its deadline has passed. Two queries, and one for each kind of day that
    definitions go by (deadline, filing ...).
    """
    actor.require(permissions.VIEW)
    scoring = models.Scoring.objects.filter(_in_force(period.last), object=of).first()
    if scoring is None:
        return League([], None, [])
    used = definitions(period.last, scoring)
    found = _summed(actor, of, used, period, now)
    nothing = {one.indicator: Rate(0, 0 if one.denominator else None) for one in used}
    parts, grades = _parts(scoring, used), [Grade(**one) for one in scoring.grades]
    rows = [_figures(key, {**nothing, **found[key]}, parts, grades) for key in sorted(found)]
    return League(used, scoring, rows)


def sums_of(
    actor: Actor, of: Object, *, indicators: Sequence[str], period: Period, now: datetime
) -> dict[str, dict[str, Rate]]:
    """These indicators, as they are in force on the last day, by object and indicator; objects that have any.

    One query, and one for each kind of day that they go by.
    """
    actor.require(permissions.VIEW)
    used = list(models.Definition.objects.filter(_in_force(period.last), indicator__in=set(indicators)))
    return _summed(actor, of, used, period, now)


def counted(
    actor: Actor, of: Object, key: str, definition: models.Definition, part: str, period: Period, now: datetime
) -> QuerySet[Any, Any]:
    """The ids of the cases that the numerator or denominator of a figure counted, for a filter of a list of cases."""
    actor.require(permissions.VIEW)
    terms = expression.parse(definition.denominator if part == DENOMINATOR else definition.numerator)
    held = Q(pk__in=[])
    for term in terms:
        held |= _holds(term)
    rows = rows_of(actor, of, definition.moment, period, now).annotate(key=KEYS[of]).filter(held, key=key)
    return rows.values_list("case_id", flat=True)


def definitions(day: date, scoring: models.Scoring) -> list[models.Definition]:
    """The definitions in force on a day of what a scoring shows and weighs, in its order."""
    wanted = dict.fromkeys([*scoring.columns, *(part["indicator"] for part in scoring.parts)])
    found = {one.indicator: one for one in models.Definition.objects.filter(_in_force(day), indicator__in=wanted)}
    return [found[name] for name in wanted if name in found]


def definition(indicator: str, day: date) -> models.Definition | None:
    """The definition of an indicator in force on a day; None where there is none."""
    return models.Definition.objects.filter(_in_force(day), indicator=indicator).first()


def _summed(
    actor: Actor, of: Object, used: Sequence[models.Definition], period: Period, now: datetime
) -> dict[str, dict[str, Rate]]:
    found: dict[str, dict[str, Rate]] = {}
    for moment, some in groupby(sorted(used, key=lambda one: one.moment), key=lambda one: one.moment):
        for key, rates in _sums(rows_of(actor, of, moment, period, now), of, list(some)):
            found.setdefault(key, {}).update(rates)
    return found


def _in_force(day: date) -> Q:
    return Q(from_date__lte=day) & (Q(until_date__isnull=True) | Q(until_date__gt=day))


def rows_of(actor: Actor, of: Object, moment: str, period: Period, now: datetime) -> QuerySet[Any, Any]:
    days = {f"{moment}_on__gte": period.first, f"{moment}_on__lte": period.last}
    rows = models.Stage.objects.visible_to(actor).filter(kind=KINDS.get(of, Kind.CASE), **days)
    return rows.filter(due_at__lte=now) if moment == Moment.DUE else rows


def _sums(
    rows: QuerySet[Any, Any], of: Object, used: Sequence[models.Definition]
) -> Iterable[tuple[str, dict[str, Rate]]]:
    sums = {f"{one.indicator}_n": sum_of(one.numerator) for one in used}
    sums |= {f"{one.indicator}_d": sum_of(one.denominator) for one in used if one.denominator}
    grouped = rows.annotate(key=KEYS[of]).filter(key__isnull=False).order_by().values("key").annotate(**sums)
    for row in grouped:
        yield (
            str(row["key"]),
            {one.indicator: Rate(row[f"{one.indicator}_n"], row.get(f"{one.indicator}_d")) for one in used},
        )


def sum_of(formula: str) -> Any:
    total: Any = 0
    for term in expression.parse(formula):
        total = Count("pk", filter=_holds(term)) * term.sign + total
    return total


def _holds(term: expression.Term) -> Q:
    return Q(**dict.fromkeys(term.with_, 1), **dict.fromkeys(term.without, 0))


def _parts(scoring: models.Scoring, used: Sequence[models.Definition]) -> list[Part]:
    directions = {one.indicator: one.direction for one in used}
    return [
        Part(
            one["indicator"],
            Fraction(str(one["weight"])),
            directions[one["indicator"]],
            tuple(Band(**band) for band in one.get("bands", ())),
        )
        for one in scoring.parts
        if one["indicator"] in directions
    ]


def _figures(key: str, rates: Mapping[str, Rate], parts: Sequence[Part], grades: Sequence[Grade]) -> Figures:
    found = scores.score(parts, rates)
    return Figures(key, rates, found, scores.grade(grades, found))
