"""Areas one by one. Whole files come in through `imports`."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.geography import permissions
from citygrid.geography.choices import ALWAYS, Level
from citygrid.geography.errors import AlreadyThere
from citygrid.geography.models import Area
from citygrid.geography.services.shapes import checked, lock_geography, require
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.calendars import calendar_for
from citygrid.kernel.errors import Invalid


def define_district(
    *,
    code: str,
    name_zh: str,
    name_en: str,
    geom: Polygon | MultiPolygon,
    time_zone: str,
    calendar_key: str,
    actor: Actor,
    now: datetime,
    valid_from_date: date = ALWAYS,
) -> Area:
    """Define a district (6 digits) with its time zone and working calendar.

    Raises AlreadyThere, UnusableGeometry, Invalid (code, time zone), NotFound (calendar).
    """
    require(actor, permissions.DEFINE_AREAS, code)
    check_district(code, time_zone, calendar_key)
    with transaction.atomic():
        lock_geography()
        if Area.objects.filter(pk=code).exists():
            raise AlreadyThere(place=code)
        area = Area.objects.create(
            code=code,
            level=Level.DISTRICT,
            name_zh=name_zh,
            name_en=name_en,
            geom=checked(geom),
            time_zone=time_zone,
            calendar_key=calendar_key,
            valid_from_date=valid_from_date,
        )
        audit.record(subject=f"geography.area/{code}", action="define", actor=actor, now=now)
    return area


def check_district(code: str, time_zone: str, calendar_key: str) -> None:
    """Raises Invalid for a code that is not 6 digits or an unknown time zone, NotFound for an unknown calendar."""
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        raise Invalid(_("The code of a district has 6 digits."))
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(_("The time zone is not known.")) from error
    calendar_for(calendar_key)
