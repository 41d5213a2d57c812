from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import shapely
from django.conf import settings

from citygrid.kernel.daytable import build_calendar, read_day_table
from citygrid.kernel.workcalendar import DEFAULT_SHIFTS
from citygrid.kernel.worktime import Limit, Unit, WorkingCalendar
from citygrid.simulator.rules import lives, names, people
from citygrid.simulator.rules.places import Places
from citygrid.simulator.rules.plan import COMMUNITIES_OF, Plan, draw
from citygrid.simulator.rules.scenarios import SCENARIOS, Triage, cast

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday, 15:00 in Shanghai
HOURS = Limit(2, Unit.WORK_HOUR)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return draw(7)


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


@pytest.mark.parametrize("seed", [1, 7, 2026])
def test_communities_tile_their_street_and_streets_the_district_exactly(seed: int) -> None:
    plan = draw(seed)
    communities = [outline for street in plan.communities for outline in street]
    assert tuple(map(len, plan.communities)) == COMMUNITIES_OF
    assert all(shapely.is_valid(communities)) and shapely.coverage_is_valid(communities)
    for street, parts in zip(plan.streets, plan.communities, strict=True):
        assert shapely.coverage_union_all(list(parts)).equals(street)
    assert shapely.coverage_union_all(list(plan.streets)).equals(plan.district)
    assert abs(sum(part.area for part in communities) - plan.district.area) < 1e-15


def test_same_seed_draws_the_same_plan_and_another_seed_another() -> None:
    assert draw(7) == draw(7)
    assert draw(7).district != draw(8).district


def test_features_are_valid_and_lie_in_the_district(plan: Plan) -> None:
    grown = plan.district.buffer(1e-6)
    features = [plan.river, plan.park, *plan.gardens, *plan.sites, *plan.roads, *plan.frontages]
    assert all(shapely.is_valid(features))
    assert all(grown.contains(feature) for feature in (plan.river, plan.park, *plan.gardens, *plan.sites))
    assert len(plan.avenues) <= len(names.AVENUES)


@pytest.mark.parametrize("kind", ["", "green", "water"])
def test_places_to_report_from_lie_in_the_district(plan: Plan, kind: str) -> None:
    places = Places(plan, Random(3))
    spots = [places.spot(kind) for _ in range(50)]
    assert all(plan.district.contains(shapely.Point(spot.lon, spot.lat)) and spot.address for spot in spots)


def test_every_community_has_two_supervisors_and_every_role_a_seat() -> None:
    seats = list(people.seats())
    for code in people.community_codes():
        assert sum(seat.role == "supervisor" and code in seat.areas for seat in seats) == 2
    assert len({seat.role for seat in seats}) == 9
    assert {seat.unit for seat in seats} < {unit.code for unit in people.units()}
    axes = {"dispatcher": "command", "department": "handling"}
    by_login: dict[str, set[str]] = {}
    for seat in seats:
        by_login.setdefault(seat.login, set()).add(axes.get(seat.role, "supervision"))
    assert all(len(found) == 1 for found in by_login.values())


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
