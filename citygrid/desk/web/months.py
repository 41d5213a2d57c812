"""A year of a working calendar as twelve small months: what each day is, by colour and by word."""

from calendar import Calendar as Weeks
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from citygrid.kernel.daytable import DayKind, DayRow


@dataclass(frozen=True)
class Day:
    """A day of a month: its number, how it is drawn, its mark ("" for a usual one), and all of it in words."""

    number: int
    date: str
    style: str
    mark: str
    words: str


@dataclass(frozen=True)
class Month:
    """A month: its name, and its weeks from Monday on; None stands for a day of another month."""

    name: str
    weeks: Sequence[Sequence[Day | None]]


def weekdays() -> list[tuple[str, str]]:
    """Names of weekdays from Monday on: a short one (in Chinese what follows 星期), and the whole."""
    days = [date(2024, 1, 1 + place) for place in range(7)]  # that Monday and the days after it
    return [(date_format(day, "D").removeprefix("星期"), date_format(day, "l")) for day in days]


def months_of(year: int, rows: Sequence[DayRow]) -> list[Month]:
    """The twelve months; `rows` are the days that are not what their weekday says."""
    known, words = {row.date: row for row in rows}, kind_words()
    return [
        Month(
            date_format(date(year, month, 1), "F"),
            [
                [_day(day, known.get(day), words) if day.month == month else None for day in week]
                for week in Weeks().monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def kind_words() -> dict[str, str]:
    """What an exceptional day is, in words."""
    return {
        DayKind.STATUTORY: _("Off by law"),
        DayKind.HOLIDAY: _("Off by the notice"),
        DayKind.SWAPPED_WORKDAY: _("Worked instead"),
    }


def _day(day: date, row: DayRow | None, words: Mapping[str, str]) -> Day:
    shown = date_format(day, "Y-m-d, l")
    if row is None:
        is_rest = day.weekday() >= 5
        told = _("weekend") if is_rest else _("working day")
        return Day(day.day, day.isoformat(), "rest" if is_rest else "work", "", f"{shown}: {told}")
    is_worked = row.kind is DayKind.SWAPPED_WORKDAY
    mark = pgettext("calendar", "work") if is_worked else pgettext("calendar", "off")
    told = " ".join(part for part in (words[row.kind], row.name) if part)
    return Day(day.day, day.isoformat(), "worked" if is_worked else "off", mark, f"{shown}: {told}")
