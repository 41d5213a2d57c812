"""Working calendars kept in the database as immutable versions, and the calendars built from them."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.daytable import (
    DayKind,
    DayRow,
    DayTableError,
    build_calendar,
    joined,
    published_years,
    read_day_table,
    read_days,
)
from citygrid.kernel.errors import NotFound
from citygrid.kernel.models.calendars import Calendar, CalendarDay, CalendarVersion
from citygrid.kernel.permissions import MANAGE_CALENDARS
from citygrid.kernel.workcalendar import DEFAULT_SHIFTS, Shift, WorkingCalendar

NATURAL = "natural"
SATURDAY = 5
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
    return _kept(key, read_day_table(*paths), zone, shifts, now)


@transaction.atomic
def add_days(*, key: str, name: str, text: str, actor: Actor, now: datetime) -> CalendarVersion:
    """A day table of whole years takes the place of what the newest version says of them. NotFound, DayTableError.

    The version is new, or the newest one where it says the same.
    """
    actor.require(MANAGE_CALENDARS)
    fresh = read_days(name, io.StringIO(text, newline=""))
    if not fresh:
        raise DayTableError(f"{name}: the day table is empty")
    newest = newest_version(key)
    years = {row.date.year for row in fresh} | published_years(fresh)
    stay = [row for row in day_rows(newest) if (row.notice_year or row.date.year) not in years]
    loaded = _kept(key, joined([*stay, *fresh]), newest.zone, _shifts(newest), now)
    if loaded != newest:
        data = {"version": loaded.number, "years": sorted(years), "file": name}
        audit.record(subject=f"kernel.calendar/{key}", action="load", actor=actor, now=now, data=data)
    return loaded


@transaction.atomic
def change_day(*, key: str, day: date, row: DayRow | None, actor: Actor, now: datetime) -> CalendarVersion:
    """A new version in which one day of a published year is what `row` says; None: what its weekday says.

    The newest version where it says the same. NotFound, DayTableError.
    """
    actor.require(MANAGE_CALENDARS)
    newest = newest_version(key)
    loaded = _kept(key, with_day(newest, day, row), newest.zone, _shifts(newest), now)
    if loaded != newest:
        data = {"version": loaded.number, "day": day.isoformat(), "kind": row.kind.value if row else ""}
        audit.record(subject=f"kernel.calendar/{key}", action="change_day", actor=actor, now=now, data=data)
    return loaded


def with_day(version: CalendarVersion, day: date, row: DayRow | None) -> list[DayRow]:
    """The days of a version with one of them changed. DayTableError where no notice says what its year is like."""
    if day.year not in version.published_years:
        raise DayTableError(f"{day}: the notice of that year is not in the table")
    if row and row.kind is DayKind.SWAPPED_WORKDAY and day.weekday() < SATURDAY:
        raise DayTableError(f"{day} is worked anyway")
    return joined([*(each for each in day_rows(version) if each.date != day), *([row] if row else [])])


def as_it_would_be(version: CalendarVersion, day: date, row: DayRow | None) -> WorkingCalendar:
    """The calendar that `change_day` would put in force, to see what that does. DayTableError."""
    rows = with_day(version, day, row)
    return build_calendar(version.calendar_id, version.number + 1, rows, ZoneInfo(version.zone), _shifts(version))


def newest_versions() -> list[CalendarVersion]:
    """The newest version of every calendar, by key."""
    return list(CalendarVersion.objects.order_by("calendar", "-number").distinct("calendar"))


def newest_version(key: str) -> CalendarVersion:
    """The newest version of a calendar. NotFound."""
    return next((one for one in newest_versions() if one.calendar_id == key), None) or _missing(key)


def day_rows(version: CalendarVersion) -> list[DayRow]:
    """The days of a version that are not what their weekday says, by date."""
    return [
        DayRow(day.date, DayKind(day.kind), day.name, day.notice_year, day.notice, day.published_date)
        for day in version.days.order_by("date")
    ]


def _kept(key: str, rows: Sequence[DayRow], zone: str, shifts: tuple[Shift, ...], now: datetime) -> CalendarVersion:
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
    return _missing(what) if pk is None else pk


def _missing(what: str) -> NoReturn:
    raise NotFound(what=_("calendar"), name=what)


@lru_cache(maxsize=64)
def _natural(zone: str) -> WorkingCalendar:
    return WorkingCalendar.natural(ZoneInfo(zone))


# Versions never change, so a built one may be kept for the life of the process.
@lru_cache(maxsize=64)
def _build(pk: int) -> WorkingCalendar:
    found = CalendarVersion.objects.get(pk=pk)
    return build_calendar(found.calendar_id, found.number, day_rows(found), ZoneInfo(found.zone), _shifts(found))


def _shifts(version: CalendarVersion) -> tuple[Shift, ...]:
    return tuple((start, end) for start, end in version.shifts)


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
