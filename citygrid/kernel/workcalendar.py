"""The working calendar: prefix sums of working seconds over a table of days. No Django, no wall clock, no database.

Instants come in as aware datetimes, lose their fractions of a second, and go out in UTC; inside, seconds since 1970.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
SECOND = timedelta(seconds=1)
DAY = 86_400
# Yearly notices have moved days from 29 December on, so these days are certain only with the next year's notice.
TURN_OF_YEAR = timedelta(days=3)

Shift = tuple[int, int]
DEFAULT_SHIFTS: tuple[Shift, ...] = ((510, 720), (810, 1080))


class OutsideCalendarError(ValueError):
    """An instant or a deadline lies outside the days the calendar knows."""


def to_seconds(at: datetime) -> int:
    """Whole seconds since 1970 UTC. Raises TypeError for a naive datetime."""
    return (at - EPOCH) // SECOND


def to_datetime(seconds: int) -> datetime:
    """The UTC instant of whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, eq=False)
class WorkingCalendar:
    """Working days and shifts of one region, as prefix sums over the shifts' UTC bounds.

    `shifts` are (start, end) minutes of the local wall clock, 0 <= start < end <= 1440, in order and apart; `days`
    holds the exceptions (date -> does it work) to Monday-Friday; `published_years` the years whose notice is known.
    An instant works when its local wall clock lies in a shift of a working day: on the day of a change to or from
    summer time a shift that holds the change is shorter or longer by it.
    """

    key: str
    version: int
    zone: tzinfo
    shifts: tuple[Shift, ...]
    days: Mapping[date, bool]
    published_years: frozenset[int]
    first_date: date
    last_date: date
    day_seconds: int = field(init=False)
    _starts: list[int] = field(init=False, repr=False)
    _ends: list[int] = field(init=False, repr=False)
    _before: list[int] = field(init=False, repr=False)
    _after: list[int] = field(init=False, repr=False)
    _bounds: tuple[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _check_shifts(self.shifts)
        intervals = list(self._intervals())
        self._fill(
            intervals,
            _utc_of_midnight(self.first_date, self.zone),
            _utc_of_midnight(self.last_date + timedelta(days=1), self.zone),
        )

    @classmethod
    def natural(cls, zone: tzinfo) -> "WorkingCalendar":
        """A calendar where every second works, on all days: for replayed data with deadlines of their own."""
        calendar = cls("natural", 0, zone, ((0, 1440),), {}, frozenset(), date(1970, 1, 1), date(1970, 1, 1))
        far = to_seconds(datetime(9999, 12, 31, tzinfo=UTC))
        calendar._fill([(-far, far)], -far, far)
        return calendar

    @property
    def is_natural(self) -> bool:
        """Whether every second works."""
        return self.key == "natural"

    def works_on(self, day: date) -> bool:
        """Whether the local date is a working day."""
        return self.is_natural or self.days.get(day, day.weekday() < 5)

    def is_provisional(self, until: datetime) -> bool:
        """Whether a working deadline at `until` rests on a year whose notice is not published yet.

        The last three days of a published year count as provisional until the next year's notice is known.
        """
        if self.is_natural:
            return False
        day = until.astimezone(self.zone).date()
        return not {day.year, (day + TURN_OF_YEAR).year} <= self.published_years

    def add(self, start: datetime, seconds: int) -> datetime:
        """The earliest instant at which `seconds` of working time have passed since `start`, in UTC.

        So an amount used up at the end of a shift ends there (18:00), not at the next start; zero gives `start`, even
        outside shifts. A negative amount subtracts: the latest instant from which it passes until `start`. Raises
        OutsideCalendarError beyond the days known.
        """
        return to_datetime(self.add_seconds(to_seconds(start), seconds))

    def between(self, a: datetime, b: datetime) -> int:
        """Working seconds from `a` to `b`, negative when b < a. Raises OutsideCalendarError."""
        return self.position(to_seconds(b)) - self.position(to_seconds(a))

    def add_seconds(self, start: int, seconds: int) -> int:
        """`add` in seconds since 1970."""
        if not seconds:
            return start
        target = self.position(start) + seconds
        return self.reach(target) if seconds > 0 else self._leave(target)

    def position(self, at: int) -> int:
        """Working seconds from the calendar's beginning to `at` (seconds since 1970). Raises OutsideCalendarError."""
        i = bisect_right(self._starts, at) - 1
        if i >= 0 and at < self._ends[i]:
            return self._before[i] + at - self._starts[i]
        if not self._bounds[0] <= at <= self._bounds[1]:
            raise OutsideCalendarError(f"{to_datetime(at)} is not in {self.key} {self.first_date} to {self.last_date}")
        return self._after[i] if i >= 0 else 0

    def reach(self, position: int) -> int:
        """The earliest instant (seconds since 1970) with this position. Raises OutsideCalendarError."""
        i = bisect_left(self._after, position)
        if i == len(self._after):
            raise OutsideCalendarError(f"the deadline is after {self.last_date}, the end of {self.key}")
        return self._ends[i] - self._after[i] + position

    def _leave(self, position: int) -> int:
        i = bisect_right(self._before, position) - 1
        if i < 0:
            raise OutsideCalendarError(f"the start is before {self.first_date}, the beginning of {self.key}")
        return self._starts[i] + position - self._before[i]

    def _intervals(self) -> Iterator[tuple[int, int]]:
        pieces = list(_offset_pieces(self.first_date, self.last_date, self.zone))
        at = 0
        for ordinal in range(self.first_date.toordinal(), self.last_date.toordinal() + 1):
            if not self.works_on(date.fromordinal(ordinal)):
                continue
            midnight = (ordinal - EPOCH_ORDINAL) * DAY
            while pieces[at][1] <= midnight - DAY:
                at += 1
            yield from _day_intervals(midnight, self.shifts, pieces[at : at + 4])

    def _fill(self, intervals: list[tuple[int, int]], first: int, end: int) -> None:
        starts, ends, before, after, total = [], [], [], [], 0
        for start, stop in intervals:
            starts.append(start)
            ends.append(stop)
            before.append(total)
            total += stop - start
            after.append(total)
        values = {"_starts": starts, "_ends": ends, "_before": before, "_after": after, "_bounds": (first, end)}
        for name, value in values.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "day_seconds", 60 * sum(b - a for a, b in self.shifts))


def _check_shifts(shifts: Iterable[Shift]) -> None:
    last = 0
    for start, end in shifts:
        if not last <= start < end <= 1440:
            raise ValueError(f"shifts must be minutes of a day, in order and apart: {shifts}")
        last = end


def _utc_of_midnight(day: date, zone: tzinfo) -> int:
    return to_seconds(datetime.combine(day, time(), zone))


def _offset(at: int, zone: tzinfo) -> int:
    return (to_datetime(at).astimezone(zone).utcoffset() or timedelta()) // SECOND


def _offset_pieces(first: date, last: date, zone: tzinfo) -> Iterator[tuple[int, int, int]]:
    """Stretches (start, end, offset) of constant UTC offset, in seconds, that cover the days with two to spare."""
    start = (first.toordinal() - EPOCH_ORDINAL - 2) * DAY
    stop = (last.toordinal() - EPOCH_ORDINAL + 3) * DAY
    offset = _offset(start, zone)
    for day in range(start, stop, DAY):
        if _offset(day + DAY, zone) == offset:
            continue
        low, high = day, day + DAY
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(middle, zone) == offset else (low, middle)
        yield start, high, offset
        start, offset = high, _offset(high, zone)
    yield start, stop, offset


def _day_intervals(
    midnight: int, shifts: Iterable[Shift], pieces: list[tuple[int, int, int]]
) -> Iterator[tuple[int, int]]:
    """UTC intervals of one local day's shifts; `midnight` is the wall clock's 00:00 read as if it were UTC."""
    found = []
    for begin, stop, offset in pieces:
        for a, b in shifts:
            start, end = max(begin, midnight + a * 60 - offset), min(stop, midnight + b * 60 - offset)
            if start < end:
                found.append((start, end))
    yield from sorted(found)
