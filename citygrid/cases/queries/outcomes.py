"""How cases ended, as facts for those who learn from them."""

from datetime import datetime
from typing import Any

from citygrid.cases.models import Case
from citygrid.cases.queries.lists import PLACE

SETTLED = ("id", "category_id", "summary", "source", "area_code", "opened_at", "unit_id", "lon", "lat")


def settled(since: datetime | None, until: datetime, *, count: int) -> list[Any]:
    """Facts (`SETTLED`) of cases a unit handled and that were closed, opened from `since` to before `until`.

    The newest first, of all the platform: what is learned from them holds everywhere. None that is void or bundled.
    """
    rows = Case.objects.unscoped(reason="models learn from the cases of the whole platform")
    rows = rows.filter(opened_at__lt=until, closed_at__isnull=False, handled_at__isnull=False, unit__isnull=False)
    if since:
        rows = rows.filter(opened_at__gte=since)
    found = rows.annotate(**PLACE).order_by("-opened_at", "-id")
    return list(found.values_list(*SETTLED, named=True)[:count])


def open_of_unit(unit_id: Any) -> int:
    """How many open cases a unit has, wherever they lie."""
    return Case.objects.unscoped(reason="a unit's load is its own").filter(unit=unit_id, stage__isnull=False).count()
