"""Which other cases belong to one: bundled with it, its parts, and what else happened at the same place."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, radians
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.gis.db.models import PointField
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import Distance as Metres
from django.db.models import FloatField, Func, Q, QuerySet, Value

from citygrid.cases import models, permissions
from citygrid.cases.choices import LinkKind
from citygrid.kernel.actor import Actor

LEAST_METRES_OF_LATITUDE = 110_500  # of one degree, at the equator
FLOAT: Any = FloatField()
POINT: Any = PointField()
SAME_PLACE_M, SAME_PLACE_TIME = 50, timedelta(days=90)


class Relation(StrEnum):
    """What another case is to one."""

    BUNDLED_HERE = "bundled_here"
    BUNDLED_INTO = "bundled_into"
    PART = "part"
    WHOLE = "whole"


RELATIONS = {  # kind of the link, and whether it comes from the other case
    (LinkKind.BUNDLED, True): Relation.BUNDLED_HERE,
    (LinkKind.BUNDLED, False): Relation.BUNDLED_INTO,
    (LinkKind.PART, True): Relation.PART,
    (LinkKind.PART, False): Relation.WHOLE,
}


class Linked(NamedTuple):
    """Another case, and what it is to the one that was asked about."""

    case: models.Case
    relation: Relation


def linked(case_id: UUID, actor: Actor) -> list[Linked]:
    """The cases this post sees that are bundled with this one or are its parts or its whole, by number. One query."""
    actor.require(permissions.VIEW)
    seen = models.Case.objects.visible_to(actor)
    mine = Q(source=case_id, target__in=seen) | Q(target=case_id, source__in=seen)
    links = models.CaseLink.objects.filter(mine).select_related("source__category", "target__category")
    found = [_linked(link, case_id) for link in links]
    return sorted(found, key=lambda one: one.case.number)


def _linked(link: models.CaseLink, case_id: UUID) -> Linked:
    is_here = link.target_id == case_id
    return Linked(link.source if is_here else link.target, RELATIONS[LinkKind(link.kind), is_here])


def at_same_place(case: models.Case, actor: Actor, count: int = 5) -> QuerySet[Any]:
    """Other cases this post sees, open or ended, within 50 m of the case and opened within 90 days of it.

    The nearest first, with category and `distance`; none where the case has no position. One query.
    """
    actor.require(permissions.VIEW)
    if case.location is None:
        return models.Case.objects.visible_to(actor).none()
    times = (case.opened_at - SAME_PLACE_TIME, case.opened_at + SAME_PLACE_TIME)
    rows = (
        within(models.Case.objects.visible_to(actor), case.location, SAME_PLACE_M)
        .filter(opened_at__range=times)
        .exclude(pk=case.pk)
    )
    return rows.select_related("category").order_by("distance", "id")[:count]


def near(actor: Actor, location: Point, metres: float, *, ended_since: datetime, count: int) -> list[models.Case]:
    """Cases this post sees within so many metres of a WGS-84 point, open or ended since then, about the nearest first.

    With category, and `distance` (metres, `.m`). One query, which reads the spatial index from the point outwards.
    """
    actor.require(permissions.VIEW)
    rows = within(models.Case.objects.visible_to(actor), location, metres).filter(
        Q(is_open=True) | Q(closed_at__gte=ended_since)
    )
    apart = Func(
        "location", Value(location, POINT), arg_joiner=" <-> ", template="(%(expressions)s)", output_field=FLOAT
    )
    return list(rows.select_related("category").order_by(apart)[:count])


def within(rows: Any, location: Point, metres: float) -> Any:
    """Those of the cases within so many metres, with `distance`.

    A degree box of the radius goes before the distance, so that the spatial index is used.
    """
    north = metres / LEAST_METRES_OF_LATITUDE
    east = north / cos(radians(location.y))
    box = Polygon.from_bbox((location.x - east, location.y - north, location.x + east, location.y + north))
    rows = rows.filter(location__bboverlaps=box)
    return rows.annotate(distance=Distance("location", location, spheroid=True)).filter(distance__lte=Metres(m=metres))
