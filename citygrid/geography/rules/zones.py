"""A zone is a feature that says what is forbidden or allowed at its place, daily from one time to another, for days.

It says so in five of its attributes (`FIELDS`), each short enough for a Shapefile. Times are those of the clock where
the zone lies. Hours that end before they begin go over midnight, and belong to the day on which they begin.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from citygrid.geography.choices import Fault, ZoneRule

FIELDS = ("rule", "from_hour", "to_hour", "from_day", "to_day")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Daily from minute `begins` until minute `ends` of the day, from day `first` to `last`, both counted."""

    begins: int = 0
    ends: int = MINUTES
    first: date | None = None
    last: date | None = None

    def day_at(self, at: datetime) -> date | None:
        """The day whose hours hold at this time of the zone's own clock; None where they do not hold."""
        minute, day = at.hour * 60 + at.minute, at.date()
        if self.begins >= self.ends and minute < self.ends:
            minute, day = minute + MINUTES, day - timedelta(days=1)
        ends = self.ends if self.begins < self.ends else self.ends + MINUTES
        is_in_time = self.begins <= minute < ends
        is_in_days = (self.first is None or self.first <= day) and (self.last is None or day <= self.last)
        return day if is_in_time and is_in_days else None


class Ruled(Protocol):
    """What has a rule: `first_forbidden` chooses among such."""

    @property
    def rule(self) -> ZoneRule: ...


R = TypeVar("R", bound=Ruled)


def first_forbidden(holding: Iterable[R]) -> R | None:
    """Of the zones that hold at a place and a time the first forbidden one; None where one of them allows it."""
    zones = list(holding)
    if any(zone.rule == ZoneRule.ALLOWED for zone in zones):
        return None
    return next(iter(zones), None)


def faults_of(attributes: Mapping[str, Any]) -> list[tuple[Fault, str]]:
    """What is wrong with the attributes of a zone, each with what was written."""
    told = {name: _text(attributes, name) for name in FIELDS}
    return list(_faults(told))


def hours_of(attributes: Mapping[str, Any]) -> Hours:
    """The hours of a zone whose attributes have no faults."""
    told = {name: _text(attributes, name) for name in FIELDS}
    begins, ends = _minute(told["from_hour"]), _minute(told["to_hour"])
    days = _day(told["from_day"]), _day(told["to_day"])
    return Hours(*days_free(begins, ends), *days)


def days_free(begins: int | None, ends: int | None) -> tuple[int, int]:
    """The whole day where no hours are given."""
    return (0, MINUTES) if begins is None or ends is None else (begins, ends)


def _faults(told: Mapping[str, str]) -> Iterator[tuple[Fault, str]]:
    if told["rule"] not in ZoneRule.values:
        yield Fault.ZONE_RULE, told["rule"]
    if not _can_be_hours(told["from_hour"], told["to_hour"]):
        yield Fault.ZONE_HOURS, f"{told['from_hour']}–{told['to_hour']}"
    if not _can_be_days(told["from_day"], told["to_day"]):
        yield Fault.ZONE_DAYS, f"{told['from_day']}–{told['to_day']}"


def _can_be_hours(begins: str, ends: str) -> bool:
    if not begins and not ends:
        return True
    minutes = _minute(begins), _minute(ends)
    return None not in minutes and minutes[0] != minutes[1] and minutes[0] != MINUTES and minutes[1] != 0


def _can_be_days(first: str, last: str) -> bool:
    given = [_day(text) for text in (first, last) if text]
    known = [day for day in given if day is not None]
    return len(known) == len(given) and known == sorted(known)


def _minute(text: str) -> int | None:
    found = CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute = (int(part) for part in found.groups() if part is not None)
    return hour * 60 + minute


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    return "" if value is None else str(value).strip()
