"""How automatic dispatch is doing: what it sent, what became of that, and what it leaves to people.

A case that was sent by itself is *known* once a unit handled it and it was closed, or once another unit has it; it was
*right* when the unit it was sent to is the one that has it. Nothing here names a case: no permission to see cases is
asked, that to see the rules is.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Q,
    QuerySet,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Extract, Floor

from citygrid.dispatch.choices import SENT, Conclusion, ModelState, Target
from citygrid.dispatch.learning.watching import Interval, Watched, judge, wilson
from citygrid.dispatch.models import Decision, LearnedModel, ManualCategory, UnitLimit
from citygrid.dispatch.permissions import VIEW_RULES
from citygrid.kernel.actor import Actor

WEEKS = 12  # that are looked back at
WEEK = timedelta(days=7)
USUAL_PROMISE = 0.97  # where no model is on: that of the rules alone
MOST_PAIRS = 20

_ENDED = Q(case__closed_at__isnull=False, case__handled_at__isnull=False)
_ELSEWHERE = Q(case__unit__isnull=False) & ~Q(case__unit=F("sent_to"))
KNOWN = Count("id", filter=_ENDED | _ELSEWHERE)
RIGHT = Count("id", filter=_ENDED & Q(case__unit=F("sent_to")))


class Tally(NamedTuple):
    """Of cases decided automatically: how many, how many were sent, of how many the end is known, how many right."""

    decided: int
    sent: int
    known: int
    right: int

    @property
    def coverage(self) -> float:
        return self.sent / self.decided if self.decided else 0.0

    @property
    def precision(self) -> Interval:
        return wilson(self.right, self.known)


class Bounced(NamedTuple):
    """Cases sent to one unit that another one has now or handled."""

    sent_to: UUID
    now_with: UUID
    cases: int


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What a model answered to cases that came in: how many, how many it would send, and of those known, the right."""

    answered: int
    sure: int
    known: int
    right: int

    @property
    def precision(self) -> Interval:
        return wilson(self.right, self.known)


def promised() -> float:
    """The precision that is promised of automatic dispatch now."""
    on = LearnedModel.objects.filter(target=Target.UNIT, state=ModelState.ON).values_list("promise", flat=True).first()
    return on or USUAL_PROMISE


def tally(actor: Actor, since: datetime, until: datetime) -> Tally:
    """What automatic dispatch did from `since` to before `until`. One query."""
    actor.require(VIEW_RULES)
    return Tally(**_automatic(since, until).aggregate(**_sums()))


def by_week(actor: Actor, now: datetime) -> list[Tally]:
    """The same for each of the last 12 weeks, the newest first, as far as there was something. One query."""
    actor.require(VIEW_RULES)
    weeks = _automatic(now - WEEKS * WEEK, now).annotate(week=_week(now)).values_list("week")
    found = {week: Tally(*sums) for week, *sums in weeks.annotate(**_sums()).order_by()}
    return [found.get(week, Tally(0, 0, 0, 0)) for week in range(max(found, default=-1) + 1)]


def by_conclusion(actor: Actor, since: datetime, until: datetime) -> dict[Conclusion, int]:
    """How often automatic dispatch came to each conclusion, the most frequent first. One query."""
    actor.require(VIEW_RULES)
    rows = _automatic(since, until).values_list("conclusion").annotate(count=Count("id")).order_by("-count")
    return {Conclusion(code): count for code, count in rows}


def watched(now: datetime) -> dict[str, Watched]:
    """What the cases sent by themselves say of the promise, by category.

    Those from before a category was put back are left out. 3 queries; what was sent in twelve weeks is counted.
    """
    rows = _sent(now - WEEKS * WEEK, now)
    for category, until in _put_back(now - WEEKS * WEEK).items():
        rows = rows.exclude(case__category=category, at__lt=until)
    counted = (
        rows.annotate(week=_week(now)).values_list("case__category_id", "week").annotate(known=KNOWN, right=RIGHT)
    )
    weeks: Mapping[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for category, week, known, right in counted.order_by():
        weeks[category][week] = (right, known)
    promise = promised()
    return {
        category: judge([found.get(week, (0, 0)) for week in range(max(found) + 1)], promise)
        for category, found in weeks.items()
    }


def bounces(actor: Actor, since: datetime, until: datetime) -> list[Bounced]:
    """To which unit cases were sent by themselves that another one has now: the most frequent pairs. One query."""
    actor.require(VIEW_RULES)
    pairs = _sent(since, until).filter(_ELSEWHERE).values_list("sent_to", "case__unit").annotate(count=Count("id"))
    return [Bounced(*pair) for pair in pairs.order_by("-count", "sent_to", "case__unit")[:MOST_PAIRS]]


def record_of(model: LearnedModel, actor: Actor, now: datetime) -> ModelRecord:
    """What a model answered since it was trained, be it on or in the shadow. One query."""
    actor.require(VIEW_RULES)
    rows = _automatic(max(model.trained_at, now - WEEKS * WEEK), now)
    sums = [_answered(rows, name, model.sha256) for name in ("answer", "shadow")]
    return ModelRecord(*(sum(parts) for parts in zip(*sums, strict=True)))


def manual_categories(actor: Actor) -> list[ManualCategory]:
    """The categories of which every case is left to a person, the newest first."""
    actor.require(VIEW_RULES)
    return list(ManualCategory.objects.filter(until=None).select_related("category").order_by("-since", "-id"))


def unit_limits(actor: Actor) -> list[UnitLimit]:
    """How much units take by themselves, by unit."""
    actor.require(VIEW_RULES)
    return list(UnitLimit.objects.select_related("unit").order_by("unit__name_zh", "unit_id"))


def _automatic(since: datetime, until: datetime) -> QuerySet[Decision]:
    """Decisions of automatic dispatch, one of each case: it decides once."""
    return Decision.objects.filter(at__gte=since, at__lt=until).exclude(conclusion="")


def _sent(since: datetime, until: datetime) -> QuerySet[Decision]:
    return Decision.objects.filter(at__gte=since, at__lt=until, conclusion__in=SENT)


def _sums() -> dict[str, Any]:
    sent = Q(conclusion__in=SENT)
    return {
        "decided": Count("id"),
        "sent": Count("id", filter=sent),
        "known": Count("id", filter=sent & (_ENDED | _ELSEWHERE)),
        "right": Count("id", filter=sent & _ENDED & Q(case__unit=F("sent_to"))),
    }


def _week(now: datetime) -> Any:
    """How many whole weeks ago it was decided."""
    ago = ExpressionWrapper(now - F("at"), output_field=DurationField())
    return Cast(Floor(Extract(ago, "epoch") / WEEK.total_seconds()), IntegerField())


def _put_back(since: datetime) -> dict[str, datetime]:
    """When each category was put back last."""
    rows = ManualCategory.objects.filter(until__gte=since).order_by("until")
    return {key: until for key, until in rows.values_list("category_id", "until") if until}


def _answered(rows: QuerySet[Decision], name: str, sha256: str) -> tuple[int, int, int, int]:
    """(answered, sure, known, right) of the answers of a model in one of the two columns."""
    sure = Q(confidence__gte=F("least"))
    ended = sure & _ENDED & Q(case__unit__isnull=False)
    found = rows.filter(**{f"{name}__model": sha256}).annotate(
        confidence=Cast(KeyTextTransform("confidence", name), FloatField()),
        least=Cast(KeyTextTransform("threshold", name), FloatField()),
        said=KeyTextTransform("label", KeyTransform(0, KeyTransform("top", name))),
    )
    counted = found.annotate(really=Cast("case__unit_id", CharField())).aggregate(
        answered=Count("id"),
        sure=Count("id", filter=sure),
        known=Count("id", filter=ended),
        right=Count("id", filter=ended & Q(said=F("really"))),
    )
    return tuple(counted[key] for key in ("answered", "sure", "known", "right"))  # type: ignore[return-value]
