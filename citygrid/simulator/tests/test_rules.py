from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from citygrid.kernel.daytable import build_calendar, read_day_table
from citygrid.kernel.workcalendar import DEFAULT_SHIFTS
from citygrid.kernel.worktime import Limit, Unit, WorkingCalendar
from citygrid.simulator.rules import lives
from citygrid.simulator.rules.places import Places
from citygrid.simulator.rules.plan import Plan, draw
from citygrid.simulator.rules.scenarios import SCENARIOS, Triage, cast
from citygrid.simulator.rules.sizes import SMALL

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday, 15:00 in Shanghai
HOURS = Limit(2, Unit.WORK_HOUR)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return draw(7, SMALL)


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    rows = read_day_table(*(settings.ROOT / "data/calendars" / name for name in ("cn.csv", "cn_statutory.csv")))
    return build_calendar("cn", 1, rows, ZoneInfo("Asia/Shanghai"), DEFAULT_SHIFTS)


def problem(number: int, limit: Limit = HOURS, *, is_sure: bool = True) -> lives.Problem:
    return lives.Problem(f"s/component/{number}", UUID(int=number), limit, ("井盖破损",), 1, is_sure)


@pytest.fixture
def stage(plan: Plan, calendar: WorkingCalendar) -> lives.Stage:
    problems = [problem(1), problem(2, Limit(3, Unit.WORK_DAY)), problem(3, is_sure=False)]
    return lives.Stage(Places(plan, Random(1)), problems, calendar, NOW)


def test_cast_has_just_so_many_reports_and_smallest_one_has_every_needed_scenario() -> None:
    for reports in (30, 300):
        chosen = cast(reports)
        assert sum(scenario.triage != Triage.FIX for scenario in chosen) == reports
        assert {scenario.name for scenario in SCENARIOS if scenario.is_needed} <= {one.name for one in chosen}
    counts = Counter(scenario.name for scenario in cast(300))
    assert counts["happy"] > 80 and counts["joined"] == 16


def test_lives_are_the_same_for_a_seed_and_go_forward_in_time_up_to_now(stage: lives.Stage, plan: Plan) -> None:
    written = lives.write(7, 200, stage)
    again = lives.write(7, 200, replace(stage, places=Places(plan, Random(1))))
    assert written == again
    for life in written:
        times = [life.received_at, *(beat.at for beat in life.beats)]
        assert times == sorted(times) and times[-1] < NOW
        assert times[0] > NOW - timedelta(days=45)


def test_people_mostly_act_in_working_hours(stage: lives.Stage, calendar: WorkingCalendar) -> None:
    beats = [beat for life in lives.write(7, 200, stage) for beat in life.beats]
    working = sum(calendar.between(beat.at - timedelta(seconds=1), beat.at) > 0 for beat in beats)
    assert working / len(beats) > 0.95


def test_second_reports_meet_a_case_that_is_open(stage: lives.Stage) -> None:
    written = {life.number: life for life in lives.write(7, 200, stage)}
    second = [life for life in written.values() if life.partner]
    assert len(second) > 5
    for life in second:
        first = written[life.partner or 0]
        assert first.beats[0].at < life.received_at and life.ends_at < max(first.ends_at, NOW)
        assert first.scenario.triage == Triage.ACCEPT and first.problem == life.problem


def test_deferred_life_resumes_after_its_end_date(stage: lives.Stage) -> None:
    deferred = [life for life in lives.write(7, 200, stage) if life.scenario.name == "deferred"]
    for life in deferred:
        until_at = next(beat.until_at for beat in life.beats if beat.until_at)
        resumed_at = next(beat.at for beat in life.beats if beat.action == "resume")
        assert until_at < resumed_at < until_at + timedelta(days=4)
    assert deferred
