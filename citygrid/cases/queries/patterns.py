"""Where and when cases were opened, as counts of places: what lists of what to look for are proposed from."""

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Case, Count, ExpressionWrapper, Q, QuerySet, When
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, Left, Length

from citygrid.cases import models
from citygrid.kernel.scope import prefix_range

COMMUNITY = 12  # digits of its code


class Opened(NamedTuple):
    """So many cases of a category were opened in a community; of recent ones also on which weekday, in which hour.

    `weekday`: 1 is Monday. `weekday` and `hour` are None of earlier ones.
    """

    area_code: str
    category_key: str
    is_recent: bool
    weekday: int | None
    hour: int | None
    opened: int


def opened_by_place(
    area_code: str, since: datetime, recent: datetime, until: datetime, zone: ZoneInfo
) -> list[Opened]:
    """The filed cases below an area that were opened from `since` to before `until`; from `recent` on they are recent.

    For the platform's own work. One query; cases whose community is not known are left out.
    """
    is_recent = Q(opened_at__gte=recent)
    told: dict[str, Any] = {
        "community": Left("area_code", COMMUNITY),
        "is_recent": ExpressionWrapper(is_recent, BooleanField()),
        "weekday": Case(When(is_recent, then=ExtractIsoWeekDay("opened_at", tzinfo=zone))),
        "hour": Case(When(is_recent, then=ExtractHour("opened_at", tzinfo=zone))),
    }
    rows: Any = _filed(area_code).filter(opened_at__gte=since, opened_at__lt=until)
    rows = rows.annotate(digits=Length("area_code"), **told).filter(digits__gte=COMMUNITY)
    named = rows.values_list("community", "category", "is_recent", "weekday", "hour")
    return [Opened(*row) for row in named.annotate(Count("id"))]


def first_opened(area_code: str) -> datetime | None:
    """When the first of the filed cases below an area was opened; None where there are none. One query."""
    return _filed(area_code).order_by("opened_at", "id").values_list("opened_at", flat=True).first()


def _filed(area_code: str) -> QuerySet[models.Case]:
    rows = models.Case.objects.unscoped(reason="counts of places, for the platform's own proposals")
    return rows.filter(prefix_range("area_code", area_code), filed_at__isnull=False).order_by()
