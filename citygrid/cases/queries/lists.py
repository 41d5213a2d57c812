"""Lists of cases: what waits for a post, and what it may look through."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db.models import BooleanField, Count, F, FloatField, Func, OrderBy, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils import timezone

from citygrid.cases import models, permissions
from citygrid.cases.choices import Lamp
from citygrid.geography.queries import Vicinity
from citygrid.kernel.actor import Actor
from citygrid.kernel.scope import prefix_range
from citygrid.workflow import queries as workflow

Box = tuple[float, float, float, float]  # west, south, east, north


class Concerned(NamedTuple):
    """Open cases that a filing standard concerns: filed under any version of it, or of its category and not filed."""

    filed: int
    unfiled: int


@dataclass(frozen=True)
class CaseFilter:
    """What a list is narrowed to; empty fields do not narrow. The area narrows the reach itself.

    `box` is (west, south, east, north) in WGS-84 degrees; cases without a position are in none, nor in any vicinity.
    """

    state: str = ""
    area_code: str = ""
    category_key: str = ""
    component_id: str = ""
    unit_id: UUID | None = None
    source: str = ""
    lamp: str = ""
    words: str = ""
    is_open: bool | None = None
    is_asked: bool | None = None  # a request of the unit waits for an answer
    opened_from: date | None = None
    opened_until: date | None = None
    box: Box | None = None
    within: Vicinity | None = None

    def condition(self, now: datetime) -> Q:
        """The filter as a condition on cases."""
        exact = {name: getattr(self, name) for name in ("state", "component_id", "unit_id", "source")}
        wanted = Q(**{name: value for name, value in exact.items() if value})
        if self.is_open is not None:
            wanted &= Q(is_open=self.is_open)
        if self.is_asked:
            wanted &= Q(pending__gt="")
        if self.opened_from:
            wanted &= Q(opened_at__gte=_midnight(self.opened_from))
        if self.opened_until:
            wanted &= Q(opened_at__lte=_end(self.opened_until))
        if self.box:
            wanted &= Q(location__intersects=Polygon.from_bbox(self.box))  # && alone is rounded
        if self.within:
            wanted &= _inside(self.within)
        wanted &= prefix_range("category_id", self.category_key)
        return wanted & self._words() & lamp_condition(self.lamp, now)

    def _words(self) -> Q:
        words = Q()
        for word in self.words.split():
            words &= Q(number__startswith=word) | Q(summary__icontains=word) | Q(address__icontains=word)
        return words


class IsNear(Func):
    """Whether a position lies within so many metres of a shape, on the ellipsoid."""

    function, arity, output_field = "ST_DWithin", 3, BooleanField()


def _inside(within: Vicinity) -> Q:
    """Positions in a vicinity; metres are measured only in the region that the spatial index finds."""
    inside = Q(location__intersects=GEOSGeometry(within.region, srid=4326))
    if not within.metres:
        return inside
    place = Func(F("location"), template="%(expressions)s::geography")
    shape = Func(Value(within.wkt), function="ST_GeogFromText")
    return inside & Q(IsNear(place, shape, Value(within.metres)))


def cases(
    actor: Actor,
    wanted: CaseFilter,
    now: datetime,
    *,
    start: int = 0,
    count: int = 50,
    order: str | OrderBy = "-opened_at",
) -> QuerySet[models.Case]:
    """A page of the cases this post sees, newest first unless ordered otherwise, with category and unit."""
    actor.require(permissions.VIEW)
    rows = reached(actor, wanted, now).select_related("category", "unit")
    return rows.order_by(order, "-id")[start : start + count]


def total(actor: Actor, wanted: CaseFilter, now: datetime, most: int) -> int:
    """How many cases this post sees among those wanted; `most` when there are more, which are not counted."""
    actor.require(permissions.VIEW)
    return reached(actor, wanted, now)[:most].count()


def visible(actor: Actor) -> QuerySet[models.Case]:
    """The cases this post sees (none without the permission): modules above look up cases of their records here."""
    rows = models.Case.objects.visible_to(actor)
    return rows if actor.may(permissions.VIEW) else rows.none()


def waiting(
    actor: Actor, now: datetime, wanted: CaseFilter | None = None, *, start: int = 0, count: int = 50
) -> QuerySet[models.Case]:
    """The cases that wait for this post, the earliest deadline first, then the oldest; of a crew, by its own ones."""
    actor.require(permissions.VIEW)
    found, stages = reached(actor, wanted or CaseFilter(), now).filter(not_of_another(actor)), stages_for(actor)
    if is_crew(actor.role):
        mine = KeyTextTransform("by_at", KeyTransform(str(actor.post_id), "work"))
        rows = found.filter(own_work(actor)).select_related("category", "unit")
        return rows.order_by(mine, "opened_at", "id")[start : start + count]
    if len(actor.reach.areas) == 1:
        first = RawSQL(*_first_of_each_stage(found, stages, start + count))  # noqa: S611 - all values are bound
        found = models.Case.objects.visible_to(actor).filter(pk__in=first)
    else:
        found = found.filter(stage__in=stages)
    rows = found.select_related("category", "unit")
    return rows.order_by("due_at", "opened_at", "id")[start : start + count]


# No index gives several stages in the order of their deadlines; of each stage one gives the first ones at once. Where
# a post reaches several areas, they are few enough to be sorted.
FIRST_OF_EACH_STAGE = """
SELECT first.id FROM unnest(%s::text[]) AS wanted(stage), LATERAL (
    SELECT id FROM cases_case WHERE cases_case.stage = wanted.stage AND {condition}
    ORDER BY due_at, opened_at, id LIMIT %s
) AS first
"""


def _first_of_each_stage(found: Any, stages: Sequence[str], count: int) -> tuple[str, list[object]]:
    """The statement that names the first so many cases of each stage, among those found (of no other table)."""
    condition, values = found.condition()
    return FIRST_OF_EACH_STAGE.format(condition=condition), [list(stages), *values, count]


PLACE = {
    name: Func("location", function=function, output_field=FloatField())
    for name, function in (("lon", "ST_X"), ("lat", "ST_Y"))
}
LINE = (
    *("id", "number", "state", "category_id", "category__name_zh", "category__name_en", "area_code", "address"),
    *("summary", "source", "unit_id", "unit__name_zh", "unit__name_en", "opened_at", "due_at", "warn_at"),
    *("handled_at", "closed_at", "on_time", "clock", "lon", "lat"),
)


def lines(page: QuerySet[models.Case]) -> QuerySet[Any, Any]:
    """A page of cases as plain rows of `LINE`, which cost a third of records; a row has what `lamp_of` asks for."""
    return page.annotate(**PLACE).values_list(*LINE, named=True)


DISPATCHED = (
    *("id", "number", "category_id", "category__parent_id", "area_code", "standard__problem_type_id", "unit_id"),
    *("lon", "lat"),
)


def dispatched(actor: Actor, since: datetime, until: datetime, also: QuerySet[Any, Any], *, count: int) -> list[Any]:
    """Facts of cases (`DISPATCHED`) first dispatched from `since` to before `until`, and of those in `also` (ids).

    In the reach of the post, the newest first. They hold no words anybody wrote: no permission to see cases is asked.
    Those in `also` were opened before `until` as well. The index of the newest is entered there and left with the last
    case asked for; only a period with fewer walks on through all older cases (up to a second for 400,000). No index of
    `dispatched_at`: beneath the OR neither a B-tree nor a BRIN is taken, and every step would have to keep it.
    """
    wanted = Q(dispatched_at__gte=since, dispatched_at__lt=until) | Q(pk__in=also)
    rows = models.Case.objects.visible_to(actor).filter(wanted, opened_at__lt=until).annotate(**PLACE)
    return list(rows.order_by("-opened_at", "-id").values_list(*DISPATCHED, named=True)[:count])


def waiting_total(actor: Actor, most: int) -> int:
    """How many cases wait for this post; `most` when there are more, which are not counted."""
    actor.require(permissions.VIEW)
    return _what_waits(actor)[:most].count()


def waiting_counts(actor: Actor, now: datetime) -> dict[str, int]:
    """How many cases wait for this post: "all", by state, and by lamp ("red", "yellow")."""
    actor.require(permissions.VIEW)
    rows = _what_waits(actor).order_by()
    lamps = {lamp.value: Count("id", filter=lamp_condition(lamp, now)) for lamp in (Lamp.RED, Lamp.YELLOW)}
    by_state: Any = list(rows.values("state").annotate(all=Count("id"), **lamps))
    sums = {name: sum(row[name] for row in by_state) for name in ("all", *lamps)}
    return sums | {row["state"]: row["all"] for row in by_state}


def open_counts(actor: Actor) -> dict[str, int]:
    """How many open cases this post sees, by state."""
    actor.require(permissions.VIEW)
    rows = models.Case.objects.visible_to(actor).filter(is_open=True)
    return dict(rows.values_list("state").annotate(Count("id")).order_by())


def lamp_condition(lamp: str, now: datetime) -> Q:
    """The cases whose lamp shows this colour now (the same rule as `lamp_of`)."""
    has_clock = Q(clock__isnull=False)
    at = (Q(handled_at__isnull=True) | ~has_clock) & Q(closed_at__isnull=True)
    late = (at & Q(due_at__lt=now)) | (has_clock & Q(handled_at__gt=F("due_at")))
    warned = (at & Q(warn_at__lte=now)) | (has_clock & Q(handled_at__gte=F("warn_at")))
    conditions = {
        Lamp.RED: late,
        Lamp.YELLOW: Q(due_at__isnull=False) & warned & ~late,
        Lamp.GREEN: Q(due_at__isnull=False) & ~warned & ~late,
        Lamp.PAUSED: has_clock & Q(due_at__isnull=True),
        Lamp.NONE: ~has_clock & Q(due_at__isnull=True),
    }
    return conditions.get(Lamp(lamp), Q()) if lamp else Q()


def reached(actor: Actor, wanted: CaseFilter, now: datetime) -> QuerySet[models.Case]:
    """The cases this post sees among those wanted."""
    inside = replace(actor, reach=actor.reach.within(wanted.area_code))
    return models.Case.objects.visible_to(inside).filter(wanted.condition(now))


def _midnight(day: date) -> datetime:
    """The beginning of a day in the time zone of the request: a plain bound, which an index can use."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _what_waits(actor: Actor) -> QuerySet[models.Case]:
    awaited = own_work(actor) if is_crew(actor.role) else Q(stage__in=stages_for(actor))
    return models.Case.objects.visible_to(actor).filter(not_of_another(actor), awaited)


def is_crew(role: str) -> bool:
    """Whether the role does work for the unit charged with a case: what waits for it is that, not a stage."""
    return any(role in workflow.procedure(code, version).crew_roles for code, version in workflow.procedures())


def own_work(actor: Actor) -> Q:
    """The cases on which this post has open work to do."""
    return Q(work__has_key=str(actor.post_id))


def not_of_another(actor: Actor) -> Q:
    """Cases that are nobody's task, or the actor's own; asked for only where its role is given tasks at all."""
    return Q(assignee=None) | Q(assignee=actor.post_id) if _is_given_tasks(actor.role) else Q()


def _is_given_tasks(role: str) -> bool:
    procedures = (workflow.procedure(code, version) for code, version in workflow.procedures())
    return any(one.is_assigned and role in one.waits_for for each in procedures for one in each.states.values())


def _end(day: date) -> datetime:
    """Its last moment: the last day of the calendar has no next one."""
    return timezone.make_aware(datetime.combine(day, time.max))


def stages_for(actor: Actor) -> list[str]:
    """The stages that wait for the actor's role, in every procedure: states, and requests it must answer."""
    return sorted(stage for code, version in workflow.procedures() for stage in _stages_of(actor.role, code, version))


def _stages_of(role: str, code: str, version: int) -> tuple[str, ...]:
    procedure = workflow.procedure(code, version)
    answers = (action for action in procedure.actions.values() if action.phase == "approve" and role in action.roles)
    return (
        *(
            models.stage_code(code, version, state=one.code)
            for one in procedure.states.values()
            if role in one.waits_for
        ),
        *(models.stage_code(code, version, request=action.subject) for action in answers),
    )


def concerned_by_standard(actor: Actor, category_key: str, code: str) -> Concerned:
    """How many open cases within the reach of the post a standard concerns; no case itself is shown. One query."""
    cases = models.Case.objects.visible_to(actor).filter(is_open=True, category=category_key)
    filed, unfiled = Q(standard__code=code), Q(standard__isnull=True)
    return Concerned(**cases.aggregate(filed=Count("pk", filter=filed), unfiled=Count("pk", filter=unfiled)))
