"""Reports for a page across a room: where they lie, which came from a forbidden zone, how many by street."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left

from citygrid.geography import queries as geography
from citygrid.geography.choices import CODE_LENGTH, Level
from citygrid.intake import models, permissions
from citygrid.kernel.actor import Actor

Span = tuple[datetime, datetime]  # from the first moment until before the second


@dataclass(frozen=True, slots=True)
class Spotted:
    """A report without what anybody wrote: what it is about, where and when it came, and the zone that marks it."""

    id: UUID
    at: datetime
    area_code: str
    location: Point | None
    category_zh: str
    category_en: str
    zone: geography.KeptZone | None


@dataclass(frozen=True, slots=True)
class StreetCount:
    """Reports of one street in two spans of time, and how many of the first came from a forbidden zone."""

    street: str
    now: int
    before: int
    marked: int


def spotted(actor: Actor, since: datetime, *, count: int, is_marked: bool = False) -> list[Spotted]:
    """The newest reports since then that this post sees, or only those that are marked; newest first. One query."""
    actor.require(permissions.VIEW)
    rows: QuerySet[Any] = models.Report.objects.visible_to(actor).filter(received_at__gte=since)
    if is_marked:
        rows = rows.filter(zone__isnull=False)
    told = rows.order_by("-received_at", "-id").values_list(
        "pk", "received_at", "area_code", "location", "category__name_zh", "category__name_en", "zone"
    )
    return [
        Spotted(pk, at, area, location, zh or "", en or "", geography.KeptZone.of(zone))
        for pk, at, area, location, zh, en, zone in told[:count]
    ]


def by_street(actor: Actor, now: Span, before: Span) -> list[StreetCount]:
    """How many reports this post sees of each street in both spans; those without a street under "". One query."""
    actor.require(permissions.VIEW)
    spans = [Q(received_at__gte=begins, received_at__lt=ends) for begins, ends in (now, before)]
    rows = models.Report.objects.visible_to(actor).filter(spans[0] | spans[1])
    counted = rows.annotate(street=Left("area_code", CODE_LENGTH[Level.STREET])).values("street")
    found = counted.annotate(
        now=Count("id", filter=spans[0]),
        before=Count("id", filter=spans[1]),
        marked=Count("id", filter=spans[0] & Q(zone__isnull=False)),
    )
    return [StreetCount(**row) for row in found.order_by(F("now").desc(), "street")]
