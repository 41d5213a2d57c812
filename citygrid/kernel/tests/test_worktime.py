import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid.kernel.daytable import DayTableError, build_calendar, read_day_table
from citygrid.kernel.tests import minute_walker
from citygrid.kernel.workcalendar import WorkingCalendar
from citygrid.kernel.worktime import Clock, ClockError, Lamp, Limit, OutsideCalendarError, Unit

TABLES = [Path(__file__).parents[3] / "data/calendars" / name for name in ("cn.csv", "cn_statutory.csv")]
SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
CHINA = build_calendar("cn", 1, read_day_table(*TABLES), SHANGHAI)
CASES = 100_000
MINUTES = {Unit.URGENT_HOUR: 60, Unit.WORK_HOUR: 60, Unit.WORK_DAY: 480, Unit.NATURAL_DAY: 1440}
TOP = {Unit.URGENT_HOUR: 72, Unit.WORK_HOUR: 40, Unit.WORK_DAY: 20, Unit.NATURAL_DAY: 20}
FRIDAY_EVENING = datetime(2024, 1, 5, 18, 0, tzinfo=SHANGHAI)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def weekdays(zone: ZoneInfo, shifts: tuple[tuple[int, int], ...], *, days: dict[date, bool] | None = None):
    return WorkingCalendar("w", 1, zone, shifts, days or {}, frozenset(), date(2023, 1, 1), date(2025, 12, 31))


# Equal to the oracle


@dataclass
class Case:
    """A random clock: minute numbers and amounts in minutes, as the oracle wants them."""

    start: int
    unit: Unit
    amounts: list[int]
    pauses: list[tuple[int, int]]
    now: int

    def clock(self) -> Clock:
        clock = Clock.start(self.limit(self.amounts[0]), minute_walker.instant_of(self.start))
        for pause_from, pause_to in self.pauses:
            clock = clock.pause(minute_walker.instant_of(pause_from)).resume(minute_walker.instant_of(pause_to))
        for amount in self.amounts[1:]:
            clock = clock.extend(self.limit(amount))
        return clock

    def limit(self, minutes: int) -> Limit:
        return Limit(Decimal(minutes) / MINUTES[self.unit], self.unit)


def random_case(rng: random.Random) -> Case:
    """Any start in 2015-2026; limits in twelfths of the unit, so that 80 % of the sum is whole minutes."""
    unit = rng.choice(list(Unit))
    step = MINUTES[unit] // 12
    start = rng.randrange(minute_walker.minute_of(at("2027-01-01")))
    amounts = [step * rng.randint(0 if rng.random() < 0.02 else 1, 12 * TOP[unit])]
    amounts += [step * rng.randint(1, 6 * TOP[unit]) for _ in range(rng.choice((0, 0, 1, 2)))]
    pauses, minute = [], start
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        pause_from = minute + rng.randrange(3 * 1440)
        minute = pause_from + rng.randrange(6 * 1440)
        pauses.append((pause_from, minute))
    return Case(start, unit, amounts, pauses, max(start, minute) + rng.randrange(20 * 1440))


def test_deadline_warning_and_use_equal_the_minute_walker_on_random_cases() -> None:
    track = minute_walker.all_minutes(*TABLES)
    walkers = {True: minute_walker.Walker(track), False: minute_walker.Walker(b"\x01" * len(track))}
    rng = random.Random(2015)
    for number in range(CASES):
        case = random_case(rng)
        clock, walker = case.clock(), walkers[case.clock().is_working]
        needed, instant = sum(case.amounts), minute_walker.instant_of
        assert clock.due_at(CHINA) == instant(walker.due(case.start, needed, case.pauses)), (number, case)
        assert clock.warn_at(CHINA) == instant(walker.due(case.start, needed * 4 // 5, case.pauses)), (number, case)
        used = clock.consumed(CHINA, instant(case.now))
        assert used == 60 * walker.used(case.start, case.now, case.pauses), (number, case)


def test_walker_gives_the_same_with_and_without_hops() -> None:
    track, rng = minute_walker.all_minutes(*TABLES), random.Random(7)
    hopping, stepping = minute_walker.Walker(track), minute_walker.Walker(track, hop=1)
    for _ in range(100):
        case = random_case(rng)
        wanted = (case.start, sum(case.amounts), case.pauses)
        assert hopping.due(*wanted) == stepping.due(*wanted)


@pytest.mark.parametrize("days", [("2024-03-08", "2024-03-12"), ("2024-11-01", "2024-11-05")])
@pytest.mark.parametrize("shifts", [((0, 1440),), ((60, 150), (165, 480)), ((90, 120), (570, 1020)), ((150, 170),)])
def test_shift_follows_the_wall_clock_through_a_change_of_offset(days, shifts) -> None:
    calendar = weekdays(NEW_YORK, shifts, days={date(2024, 3, 10): True, date(2024, 11, 3): True})
    begin, end = (at(day, NEW_YORK).astimezone(UTC) for day in days)
    worked, instant = 0, begin
    while instant < end:
        assert calendar.between(begin, instant) == worked, instant
        local = instant.astimezone(NEW_YORK)
        minute = local.hour * 60 + local.minute
        worked += 60 * (calendar.works_on(local.date()) and any(a <= minute < b for a, b in shifts))
        instant += timedelta(minutes=1)
        assert worked == 0 or calendar.add(begin, worked) <= instant


# Adding and subtracting

INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=0)
)
AMOUNTS = st.integers(1, 60 * 86_400)


@settings(max_examples=300, deadline=None)
@given(INSTANTS, AMOUNTS)
def test_adding_then_measuring_gives_the_amount_back(start: datetime, amount: int) -> None:
    end = CHINA.add(start, amount)
    assert CHINA.between(start, end) == amount
    assert CHINA.between(start, end - timedelta(seconds=1)) == amount - 1
    begin = CHINA.add(start, -amount)
    assert CHINA.between(begin, start) == amount
    assert CHINA.between(begin + timedelta(seconds=1), start) == amount - 1


@settings(max_examples=300, deadline=None)
@given(INSTANTS, INSTANTS, INSTANTS)
def test_measuring_is_additive_and_never_longer_than_the_span(a: datetime, b: datetime, c: datetime) -> None:
    assert CHINA.between(a, b) + CHINA.between(b, c) == CHINA.between(a, c) == -CHINA.between(c, a)
    assert abs(CHINA.between(a, b)) <= abs((b - a).total_seconds())


@settings(max_examples=300, deadline=None)
@given(INSTANTS, st.integers(0, 86_400), AMOUNTS, st.integers(0, 86_400))
def test_later_start_or_longer_limit_is_never_due_earlier(start, later, amount, longer) -> None:
    due = CHINA.add(start, amount)
    assert CHINA.add(start + timedelta(seconds=later), amount) >= due
    assert CHINA.add(start, amount + longer) >= due


def test_amount_used_up_at_the_end_of_a_shift_ends_there() -> None:
    assert CHINA.add(at("2024-01-05T17:00"), 3600) == FRIDAY_EVENING
    assert CHINA.add(at("2024-01-05T17:00"), 3601) == at("2024-01-08T08:30:01")
    assert CHINA.add(FRIDAY_EVENING, 1) == at("2024-01-08T08:30:01")


def test_nothing_added_is_the_start_itself_even_at_night() -> None:
    assert CHINA.add(at("2024-01-06T03:00"), 0) == at("2024-01-06T03:00")


def test_subtracting_gives_the_latest_start() -> None:
    assert CHINA.add(at("2024-01-08T09:30"), -3600) == at("2024-01-08T08:30")
    assert CHINA.add(at("2024-01-07T12:00"), -480 * 60) == at("2024-01-05T08:30")


def test_swapped_saturday_works_and_the_holiday_does_not() -> None:
    assert CHINA.works_on(date(2024, 2, 4)) and CHINA.works_on(date(2013, 10, 12))
    assert CHINA.works_on(date(2005, 12, 31)) and CHINA.works_on(date(2015, 9, 6))
    assert not any(map(CHINA.works_on, (date(2024, 2, 12), date(2015, 9, 3), date(2020, 1, 31), date(2020, 2, 1))))


def test_day_around_the_clock_needs_no_night() -> None:
    calendar = weekdays(SHANGHAI, ((0, 1440),))
    assert calendar.add(at("2024-01-04T10:00"), 86_400) == at("2024-01-05T10:00")
    assert calendar.add(at("2024-01-05T10:00"), 86_400) == at("2024-01-08T10:00")
    assert Limit(1, Unit.WORK_DAY).seconds(calendar) == 86_400


def test_natural_calendar_works_always_and_is_never_provisional() -> None:
    calendar = WorkingCalendar.natural(NEW_YORK)
    start = at("2015-03-07T12:00", NEW_YORK)
    assert calendar.add(start, 86_400) == start.astimezone(UTC) + timedelta(days=1)
    assert calendar.between(start, start - timedelta(hours=1)) == -3600
    assert not calendar.is_provisional(at("2099-01-01"))


def test_instant_outside_the_table_is_refused() -> None:
    with pytest.raises(OutsideCalendarError):
        CHINA.add(at("2003-12-31T12:00"), 60)
    with pytest.raises(OutsideCalendarError):
        CHINA.add(at("2035-12-28T12:00"), 30 * 86_400)
    with pytest.raises(OutsideCalendarError):
        CHINA.add(at("2004-01-02T09:00"), -86_400)
    with pytest.raises(TypeError):
        CHINA.add(datetime(2024, 1, 1), 60)


def test_shifts_that_overlap_or_leave_the_day_are_refused() -> None:
    for shifts in (((600, 600),), ((510, 720), (700, 800)), ((0, 1441),)):
        with pytest.raises(ValueError):
            weekdays(SHANGHAI, shifts)


# Provisional years


def test_year_without_a_notice_is_provisional_on_its_statutory_days() -> None:
    assert not CHINA.is_provisional(at("2026-12-28T18:00"))
    assert CHINA.is_provisional(at("2026-12-29T00:00"))
    assert CHINA.is_provisional(at("2027-01-04T09:00"))
    assert not CHINA.works_on(date(2027, 2, 5)) and CHINA.works_on(date(2027, 2, 9))
    assert not CHINA.works_on(date(2027, 10, 2))


def test_only_a_working_deadline_is_provisional() -> None:
    started_at = at("2026-12-31T09:00")
    assert Clock.start(Limit(3, Unit.WORK_DAY), started_at).is_provisional(CHINA)
    assert not Clock.start(Limit(3, Unit.NATURAL_DAY), started_at).is_provisional(CHINA)


def test_notice_replaces_the_statutory_rows_of_its_year(tmp_path: Path) -> None:
    notice = tmp_path / "cn.csv"
    header = "date,kind,name_zh,notice_year,notice,published_at\n"
    notice.write_text(header + "2027-02-06,holiday,春节,2027,made up,2026-11-01\n", encoding="utf-8")
    calendar = build_calendar("cn", 2, read_day_table(notice, TABLES[1]), SHANGHAI)
    assert calendar.works_on(date(2027, 2, 5)) and not calendar.works_on(date(2028, 1, 26))
    assert not calendar.is_provisional(at("2027-05-01T09:00")) and calendar.is_provisional(at("2028-05-01T09:00"))


@pytest.mark.parametrize("line", ["2027-13-01,holiday,,2027,,", "2027-02-06,feast,,2027,,", "2027-02-06"])
def test_unusable_line_is_named(tmp_path: Path, line: str) -> None:
    table = tmp_path / "cn.csv"
    table.write_text(f"date,kind,name_zh,notice_year,notice,published_at\n{line}\n", encoding="utf-8")
    with pytest.raises(DayTableError, match="cn.csv line 2"):
        read_day_table(table)


def test_day_given_twice_and_empty_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DayTableError, match="twice"):
        read_day_table(TABLES[0], TABLES[0])
    (tmp_path / "empty.csv").write_text("date,kind\n", encoding="utf-8")
    with pytest.raises(DayTableError, match="empty"):
        read_day_table(tmp_path / "empty.csv")


# Clocks


@pytest.mark.parametrize(
    ("unit", "seconds"), [("urgent_hour", 5400), ("work_hour", 5400), ("work_day", 43_200), ("natural_day", 129_600)]
)
def test_limit_is_whole_seconds_of_its_unit(unit: str, seconds: int) -> None:
    assert Limit(1.5, Unit(unit)).seconds(CHINA) == seconds


def test_negative_or_endless_limit_is_refused() -> None:
    for value in (-1, "NaN", "Infinity"):
        with pytest.raises(ValueError):
            Limit(value, Unit.WORK_DAY)


def test_paused_clock_has_no_deadline_and_keeps_what_remains() -> None:
    clock = Clock.start(Limit(4, Unit.WORK_HOUR), at("2024-01-05T09:00")).pause(at("2024-01-05T11:00"))
    assert clock.due_at(CHINA) is None and clock.warn_at(CHINA) is None
    assert clock.remaining(CHINA, at("2024-03-01T00:00")) == 7200
    assert clock.resume(at("2024-01-08T09:00")).due_at(CHINA) == at("2024-01-08T11:00")


def test_pause_after_the_deadline_does_not_move_it() -> None:
    clock = Clock.start(Limit(1, Unit.WORK_HOUR), at("2024-01-05T17:00")).pause(at("2024-01-05T20:00"))
    assert clock.due_at(CHINA) == FRIDAY_EVENING
    assert clock.resume(at("2024-01-09T10:00")).due_at(CHINA) == FRIDAY_EVENING
    assert clock.lamp(CHINA, at("2024-01-06T00:00")) is Lamp.RED


def test_extension_moves_deadline_and_warning() -> None:
    clock = Clock.start(Limit(5, Unit.URGENT_HOUR), at("2024-01-05T10:00"))
    assert clock.warn_at(CHINA) == at("2024-01-05T14:00")
    extended = clock.extend(Limit(5, Unit.URGENT_HOUR))
    assert (extended.warn_at(CHINA), extended.due_at(CHINA)) == (at("2024-01-05T18:00"), at("2024-01-05T20:00"))


def test_lamp_is_green_to_80_percent_yellow_to_the_deadline_red_after_it() -> None:
    clock = Clock.start(Limit(5, Unit.WORK_HOUR), at("2024-01-05T08:30"))
    assert clock.due_at(CHINA) == at("2024-01-05T15:00") and clock.warn_at(CHINA) == at("2024-01-05T14:00")
    lamps = {"13:59:59": Lamp.GREEN, "14:00": Lamp.YELLOW, "15:00": Lamp.YELLOW, "15:00:01": Lamp.RED}
    assert {time: clock.lamp(CHINA, at(f"2024-01-05T{time}")) for time in lamps} == lamps


def test_paused_or_stopped_clock_keeps_its_lamp() -> None:
    clock, late = Clock.start(Limit(5, Unit.URGENT_HOUR), at("2024-01-05T10:00")), at("2024-02-01T00:00")
    for time, lamp in (("13:59", Lamp.GREEN), ("14:00", Lamp.YELLOW), ("15:00", Lamp.YELLOW), ("15:01", Lamp.RED)):
        moment = at(f"2024-01-05T{time}")
        assert clock.pause(moment).lamp(CHINA, late) is lamp
        assert clock.stop(moment).lamp(CHINA, late) is lamp
    assert clock.stop(at("2024-01-05T12:00")).consumed(CHINA, late) == 7200


def test_explicit_due_time_is_kept_to_the_second() -> None:
    clock = Clock.until(at("2015-03-09T11:00:01", NEW_YORK), at("2015-03-09T10:00:01", NEW_YORK))
    natural = WorkingCalendar.natural(NEW_YORK)
    assert clock.due_at(natural) == at("2015-03-09T11:00:01", NEW_YORK)
    assert clock.warn_at(natural) == at("2015-03-09T10:48:01", NEW_YORK)
    early = Clock.until(at("2015-03-09T10:00", NEW_YORK), at("2015-03-09T12:00", NEW_YORK))
    assert early.due_at(natural) == at("2015-03-09T10:00", NEW_YORK)
    assert early.lamp(natural, at("2015-03-09T12:00", NEW_YORK)) is Lamp.RED


def test_stop_closes_an_open_pause_and_ends_all_changes() -> None:
    noon = at("2024-01-05T12:00")
    stopped = Clock.start(Limit(1, Unit.NATURAL_DAY), at("2024-01-05T10:00")).pause(at("2024-01-05T11:00")).stop(noon)
    assert stopped.pauses[-1][1] == stopped.stopped_at == noon
    for change in (lambda: stopped.pause(noon), lambda: stopped.stop(noon), lambda: stopped.resume(noon)):
        with pytest.raises(ClockError, match="stopped"):
            change()
    with pytest.raises(ClockError):
        stopped.extend(Limit(1, Unit.NATURAL_DAY))


def test_change_out_of_order_is_refused() -> None:
    clock = Clock.start(Limit(1, Unit.WORK_DAY), at("2024-01-05T10:00"))
    paused = clock.pause(at("2024-01-05T11:00"))
    refused = [
        lambda: clock.pause(at("2024-01-05T09:00")),
        lambda: clock.resume(at("2024-01-05T11:00")),
        lambda: paused.pause(at("2024-01-05T12:00")),
        lambda: paused.resume(at("2024-01-05T10:30")),
        lambda: paused.stop(at("2024-01-05T10:30")),
        lambda: clock.extend(Limit(1, Unit.NATURAL_DAY)),
        lambda: Clock(at("2024-01-05T10:00")),
    ]
    for change in refused:
        with pytest.raises(ClockError):
            change()


def test_clock_survives_its_dict() -> None:
    clock = Clock.start(Limit("1.5", Unit.WORK_DAY), at("2024-01-05T10:00"))
    assert clock.to_dict() == {"started_at": "2024-01-05T10:00:00+08:00", "limit": ["1.5", "work_day"]}
    full = clock.pause(at("2024-01-05T11:00")).extend(Limit(2, Unit.WORK_HOUR))
    for one in (clock, full, full.stop(at("2024-01-05T12:00")), Clock.until(FRIDAY_EVENING, FRIDAY_EVENING)):
        assert Clock.from_dict(one.to_dict()) == one
