"""Working time: units, limits and the clock of a case. No Django, no wall clock, no database.

Every limit is a number of whole seconds on one of two timelines: continuous, or working (only what lies inside a
calendar's shifts on its working days). Instants come in as aware datetimes, fractions of a second are cut off, and go
out in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from citygrid.kernel.workcalendar import (
    DAY,
    DEFAULT_SHIFTS,
    SECOND,
    OutsideCalendarError,
    WorkingCalendar,
    to_datetime,
    to_seconds,
)

__all__ = [
    "DEFAULT_SHIFTS",
    "Clock",
    "ClockError",
    "Lamp",
    "Limit",
    "OutsideCalendarError",
    "Unit",
    "WorkingCalendar",
]

Pause = tuple[datetime, datetime | None]


class ClockError(ValueError):
    """The clock cannot do this now (paused twice, changed after its stop, moved back in time, mixed timelines)."""


class Unit(StrEnum):
    """Units of a limit; URGENT_HOUR and NATURAL_DAY run around the clock, the other two inside the calendar."""

    URGENT_HOUR = "urgent_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"


class Lamp(StrEnum):
    """Green before 80 % of the whole limit, yellow from there to the deadline itself, red after it."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


_SECONDS = {Unit.URGENT_HOUR: 3600, Unit.WORK_HOUR: 3600, Unit.NATURAL_DAY: DAY}
_WORKING = frozenset({Unit.WORK_HOUR, Unit.WORK_DAY})


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time in one unit; the value is kept as a decimal. Raises ValueError when it is negative."""

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", Decimal(str(self.value)))
        object.__setattr__(self, "unit", Unit(self.unit))
        if not self.value.is_finite() or self.value < 0:
            raise ValueError(f"a limit cannot be {self.value}")

    @property
    def is_working(self) -> bool:
        """Whether it runs on the working timeline."""
        return self.unit in _WORKING

    def seconds(self, calendar: WorkingCalendar) -> int:
        """Length in whole seconds; a work_day is as long as the calendar's shifts of one day together."""
        return round(self.value * _SECONDS.get(self.unit, calendar.day_seconds))


@dataclass(frozen=True, slots=True)
class Clock:
    """What a deadline follows from: a limit (or an explicit due time), a start, pauses and extensions.

    Each operation gives a new clock. The whole limit is the limit and all extensions together; an extension granted
    late counts as if it had always been there. Time in a pause does not count, unless the clock had run out before it.
    """

    started_at: datetime
    limit: Limit | None = None
    due: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Limit, ...] = ()
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.limit is None) == (self.due is None):
            raise ClockError("a clock has either a limit or an explicit due time")

    @classmethod
    def start(cls, limit: Limit, at: datetime) -> Clock:
        """A clock that runs from `at`."""
        return cls(started_at=at, limit=limit)

    @classmethod
    def until(cls, due: datetime, at: datetime) -> Clock:
        """A clock with a given due time, as replayed data has: a continuous limit up to `due`."""
        return cls(started_at=at, due=due)

    @property
    def is_working(self) -> bool:
        """Whether it runs on the working timeline."""
        return self.limit is not None and self.limit.is_working

    @property
    def is_paused(self) -> bool:
        """Whether a pause is open."""
        return bool(self.pauses) and self.pauses[-1][1] is None

    def pause(self, at: datetime) -> Clock:
        """Stop counting from `at`. Raises ClockError when paused, stopped or `at` is before the last change."""
        self._require(at, paused=False)
        return replace(self, pauses=(*self.pauses, (at, None)))

    def resume(self, at: datetime) -> Clock:
        """Count on from `at`. Raises ClockError when not paused or `at` is before the pause."""
        self._require(at, paused=True)
        return replace(self, pauses=(*self.pauses[:-1], (self.pauses[-1][0], at)))

    def extend(self, by: Limit) -> Clock:
        """Add to the limit. Raises ClockError when stopped or `by` runs on the other timeline."""
        if self.stopped_at is not None or by.is_working != self.is_working:
            raise ClockError("an extension needs a running clock and the timeline of its limit")
        return replace(self, extensions=(*self.extensions, by))

    def stop(self, at: datetime) -> Clock:
        """The clock has done its work at `at`; an open pause ends with it. Raises ClockError."""
        self._require(at, paused=None)
        clock = self.resume(at) if self.is_paused else self
        return replace(clock, stopped_at=at)

    def due_at(self, calendar: WorkingCalendar) -> datetime | None:
        """The deadline in UTC; None while paused with time remaining. On time is: done at or before it."""
        due = self._reach(calendar, self.total(calendar))
        return None if due is None else to_datetime(due)

    def warn_at(self, calendar: WorkingCalendar) -> datetime | None:
        """The instant at which 80 % of the whole limit are used; None while paused before it."""
        warn = self._reach(calendar, self.total(calendar) * 4 // 5)
        return None if warn is None else to_datetime(warn)

    def total(self, calendar: WorkingCalendar) -> int:
        """The whole limit in seconds, extensions included (negative only for an explicit due before the start)."""
        total = 0
        if self.limit is not None:
            total = self.limit.seconds(calendar)
        elif self.due is not None:
            total = to_seconds(self.due) - to_seconds(self.started_at)
        for extension in self.extensions:
            total += extension.seconds(calendar)
        return total

    def consumed(self, calendar: WorkingCalendar, now: datetime) -> int:
        """Seconds of the limit used by `now` or by the stop, pauses left out; more than the total once overdue."""
        position = calendar.position if self.is_working else int
        end = to_seconds(now if self.stopped_at is None else min(now, self.stopped_at))
        start = to_seconds(self.started_at)
        if end <= start:
            return 0
        used = position(end) - position(start)
        for began_at, ended_at in self.pauses:
            began, ended = to_seconds(began_at), end if ended_at is None else min(end, to_seconds(ended_at))
            if began < ended:
                used -= position(ended) - position(began)
        return used

    def remaining(self, calendar: WorkingCalendar, now: datetime) -> int:
        """Seconds of the limit left at `now`; negative once overdue."""
        return self.total(calendar) - self.consumed(calendar, now)

    def lamp(self, calendar: WorkingCalendar, now: datetime) -> Lamp:
        """The colour at `now`; a paused clock keeps the colour it had when paused, a stopped one that of its stop."""
        frozen_at = self.pauses[-1][0] if self.is_paused else self.stopped_at
        at = now if frozen_at is None else min(now, frozen_at)
        due, warn = self.due_at(calendar), self.warn_at(calendar)
        if due is not None and at - due >= SECOND:
            return Lamp.RED
        return Lamp.YELLOW if warn is not None and at >= warn else Lamp.GREEN

    def is_provisional(self, calendar: WorkingCalendar) -> bool:
        """Whether the deadline may move when a year's notice is published."""
        due = self.due_at(calendar) if self.is_working else None
        return due is not None and calendar.is_provisional(due)

    def _reach(self, calendar: WorkingCalendar, amount: int) -> int | None:
        """Seconds since 1970 of the earliest instant at which `amount` seconds are used, None when paused first."""
        start = to_seconds(self.started_at)
        working = self.is_working
        position = calendar.position if working else int
        target = position(start) + amount
        for began_at, ended_at in self.pauses:
            began = position(to_seconds(began_at))
            if began >= target:
                break
            if ended_at is None:
                return None
            target += position(to_seconds(ended_at)) - began
        return calendar.reach(target) if working and amount else target if amount else start

    def _require(self, at: datetime, *, paused: bool | None) -> None:
        if self.stopped_at is not None:
            raise ClockError("the clock is stopped")
        if paused is not None and paused != self.is_paused:
            raise ClockError("the clock is paused" if self.is_paused else "the clock is not paused")
        last = self.started_at if not self.pauses else self.pauses[-1][1] or self.pauses[-1][0]
        if at < last:
            raise ClockError(f"{at} is before the clock's last change at {last}")

    def to_dict(self) -> dict[str, Any]:
        """A small JSON-able dict: ISO instants, limits as [value, unit]; empty parts are left out."""
        parts: dict[str, Any] = {
            "started_at": self.started_at.isoformat(),
            "limit": _limit_out(self.limit),
            "due": _at_out(self.due),
            "pauses": [[_at_out(a), _at_out(b)] for a, b in self.pauses],
            "extensions": [_limit_out(limit) for limit in self.extensions],
            "stopped_at": _at_out(self.stopped_at),
        }
        return {name: part for name, part in parts.items() if part}

    @classmethod
    def from_dict(cls, parts: Mapping[str, Any]) -> Clock:
        """The clock that `to_dict` was called on. Raises KeyError, ValueError for anything else."""
        return cls(
            started_at=datetime.fromisoformat(parts["started_at"]),
            limit=Limit(*parts["limit"]) if "limit" in parts else None,
            due=_at_in(parts.get("due")),
            pauses=tuple((datetime.fromisoformat(a), _at_in(b)) for a, b in parts.get("pauses", ())),
            extensions=tuple(Limit(*limit) for limit in parts.get("extensions", ())),
            stopped_at=_at_in(parts.get("stopped_at")),
        )


def _limit_out(limit: Limit | None) -> list[str] | None:
    return None if limit is None else [str(limit.value), limit.unit.value]


def _at_out(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _at_in(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
