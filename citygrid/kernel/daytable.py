"""The day table as text: rows of CSV to a working calendar. No Django."""

import csv
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from citygrid.kernel.workcalendar import DEFAULT_SHIFTS, Shift, WorkingCalendar


class DayTableError(ValueError):
    """A line of a day table that cannot be used; the message names file and line."""


class DayKind(StrEnum):
    """STATUTORY: off by law; HOLIDAY: off by the notice; SWAPPED_WORKDAY: a weekend day that is worked."""

    STATUTORY = "statutory"
    HOLIDAY = "holiday"
    SWAPPED_WORKDAY = "swapped_workday"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One exceptional day; `notice_year` is the year its notice is for, None when only the law is known."""

    date: datetime.date
    kind: DayKind
    name: str = ""
    notice_year: int | None = None
    notice: str = ""
    published_date: datetime.date | None = None


def read_day_table(*paths: Path) -> list[DayRow]:
    """Rows of CSV files by date (columns: date, kind, name_zh, notice_year, notice, published_at).

    Rows without a notice are dropped for every year that has one in any of the files. Raises DayTableError.
    """
    rows: list[DayRow] = []
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows += read_days(path.name, lines)
    return joined(rows)


def read_days(name: str, lines: Iterable[str]) -> list[DayRow]:
    """The rows of one file as they stand there; `name` is how a fault calls it. Raises DayTableError."""
    reader = csv.DictReader(lines)
    try:
        return [_row(name, reader.line_num, line) for line in reader]
    except csv.Error as fault:
        raise DayTableError(f"{name} line {reader.line_num}: {fault}") from fault


def joined(rows: Iterable[DayRow]) -> list[DayRow]:
    """Rows by date, without those of the law alone for years that have a notice. Raises DayTableError."""
    rows = list(rows)
    published = published_years(rows)
    rows = sorted((row for row in rows if row.notice_year or row.date.year not in published), key=lambda row: row.date)
    for before, after in zip(rows, rows[1:], strict=False):
        if before.date == after.date:
            raise DayTableError(f"{after.date} is given twice")
    if not rows:
        raise DayTableError("the day table is empty")
    return rows


def published_years(rows: Iterable[DayRow]) -> frozenset[int]:
    """The years whose notice is in the table."""
    return frozenset(row.notice_year for row in rows if row.notice_year)


def build_calendar(
    key: str, version: int, rows: Iterable[DayRow], zone: datetime.tzinfo, shifts: tuple[Shift, ...] = DEFAULT_SHIFTS
) -> WorkingCalendar:
    """A calendar over the whole years from the first row to the last; shifts in minutes of the local day."""
    rows = list(rows)
    return WorkingCalendar(
        key=key,
        version=version,
        zone=zone,
        shifts=shifts,
        days={row.date: row.kind is DayKind.SWAPPED_WORKDAY for row in rows},
        published_years=published_years(rows),
        first_date=datetime.date(min(row.date for row in rows).year, 1, 1),
        last_date=datetime.date(max(row.date for row in rows).year, 12, 31),
    )


def _row(name: str, number: int, line: dict[str, str]) -> DayRow:
    try:
        return DayRow(
            date=datetime.date.fromisoformat(line["date"]),
            kind=DayKind(line["kind"]),
            name=line["name_zh"],
            notice_year=int(line["notice_year"]) if line["notice_year"] else None,
            notice=line["notice"],
            published_date=datetime.date.fromisoformat(line["published_at"]) if line["published_at"] else None,
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise DayTableError(f"{name} line {number}: {fault}") from fault
