"""Working calendars kept in the database as immutable versions, and the calendars built from them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from citygrid.kernel.daytable import DayKind, DayRow, build_calendar, published_years, read_day_table
from citygrid.kernel.errors import NotFound
from citygrid.kernel.models.calendars import Calendar, CalendarDay, CalendarVersion
from citygrid.kernel.workcalendar import DEFAULT_SHIFTS, Shift, WorkingCalendar

NATURAL = "natural"
NEWEST = "SELECT id FROM kernel_calendarversion WHERE calendar_id = %s ORDER BY number DESC LIMIT 1"


@transaction.atomic
def load_calendar_csv(
    *,
    key: str,
    paths: Sequence[Path],
    now: datetime,
    zone: str = "Asia/Shanghai",
    shifts: tuple[Shift, ...] = DEFAULT_SHIFTS,
) -> CalendarVersion:
    """Load day tables as a new version of the calendar; the latest version when it already says the same.

    Raises DayTableError for unusable text, ValueError for unusable shifts or the reserved key, ZoneInfoNotFoundError.
    """
    if key == NATURAL:
        raise ValueError("the natural calendar has no day table")
    rows = read_day_table(*paths)
    build_calendar(key, 0, rows, ZoneInfo(zone), shifts)
    content = _content_hash(rows, zone, shifts)
    Calendar.objects.get_or_create(key=key)
    Calendar.objects.select_for_update().get(key=key)
    latest = CalendarVersion.objects.filter(calendar_id=key).order_by("-number").first()
    if latest is not None and latest.content_hash == content:
        return latest
    loaded = CalendarVersion.objects.create(
        calendar_id=key,
        number=latest.number + 1 if latest else 1,
        zone=zone,
        shifts=[list(shift) for shift in shifts],
        published_years=sorted(published_years(rows)),
        content_hash=content,
        loaded_at=now,
    )
    CalendarDay.objects.bulk_create(_day(loaded, row) for row in rows)
    return loaded


def calendar_for(key: str) -> WorkingCalendar:
    """The newest version of a calendar; key "natural" (or "natural:<zone>") works always. Raises NotFound."""
    if key.partition(":")[0] == NATURAL:
        return _natural(key.partition(":")[2] or "UTC")
    with connection.cursor() as cursor:  # asked for with every step: as text it costs a tenth
        cursor.execute(NEWEST, [key])
        newest = cursor.fetchone()
    return _build(_found(newest and newest[0], key))


def version(key: str, number: int) -> WorkingCalendar:
    """One version of a calendar, as a step recorded it (0 for the natural calendar). Raises NotFound."""
    if key.partition(":")[0] == NATURAL:
        return calendar_for(key)
    wanted = CalendarVersion.objects.filter(calendar_id=key, number=number).values_list("pk", flat=True).first()
    return _build(_found(wanted, f"{key}/{number}"))


def _found(pk: int | None, what: str) -> int:
    if pk is None:
        raise NotFound(what=_("calendar"), name=what)
    return pk


@lru_cache(maxsize=64)
def _natural(zone: str) -> WorkingCalendar:
    return WorkingCalendar.natural(ZoneInfo(zone))


# Versions never change, so a built one may be kept for the life of the process.
@lru_cache(maxsize=64)
def _build(pk: int) -> WorkingCalendar:
    found = CalendarVersion.objects.get(pk=pk)
    rows = [
        DayRow(day.date, DayKind(day.kind), day.name, day.notice_year, day.notice, day.published_date)
        for day in found.days.order_by("date")
    ]
    shifts = tuple((start, end) for start, end in found.shifts)
    return build_calendar(found.calendar_id, found.number, rows, ZoneInfo(found.zone), shifts)


def _day(loaded: CalendarVersion, row: DayRow) -> CalendarDay:
    return CalendarDay(
        version=loaded,
        date=row.date,
        kind=row.kind.value,
        name=row.name,
        notice_year=row.notice_year,
        notice=row.notice,
        published_date=row.published_date,
    )


def _content_hash(rows: Sequence[DayRow], zone: str, shifts: Sequence[Shift]) -> str:
    content = [[str(part) for part in astuple(row)] for row in rows]
    return hashlib.sha256(json.dumps([zone, shifts, content]).encode()).hexdigest()
