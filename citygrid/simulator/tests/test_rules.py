from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import shapely
from django.conf import settings
from PIL import Image

from citygrid.intake.choices import Flaw
from citygrid.kernel.daytable import build_calendar, read_day_table
from citygrid.kernel.workcalendar import DEFAULT_SHIFTS
from citygrid.kernel.worktime import Limit, Unit, WorkingCalendar
from citygrid.simulator.rules import lives, pictures
from citygrid.simulator.rules.nearby import Nearby
from citygrid.simulator.rules.places import Places
from citygrid.simulator.rules.plan import Plan, draw
from citygrid.simulator.rules.scenarios import SCENARIOS, Triage, cast
from citygrid.simulator.rules.sizes import SMALL
from citygrid.simulator.rules.slips import flaws_of, reported_as
from citygrid.simulator.rules.texts import CONFUSIONS
from citygrid.simulator.rules.week import hot_spots, week_before

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday, 15:00 in Shanghai
HOURS = Limit(2, Unit.WORK_HOUR)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return draw(7, SMALL)


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    rows = read_day_table(*(settings.ROOT / "data/calendars" / name for name in ("cn.csv", "cn_statutory.csv")))
    return build_calendar("cn", 1, rows, ZoneInfo("Asia/Shanghai"), DEFAULT_SHIFTS)


def problem(own: str, limit: Limit = HOURS, *, is_sure: bool = True, unit_kind: str = "water") -> lives.Problem:
    return lives.Problem(f"s/{own}", UUID(int=1), limit, ("井盖破损",), 1, is_sure, unit_kind=unit_kind)


@pytest.fixture
def stage(plan: Plan, calendar: WorkingCalendar) -> lives.Stage:
    problems = [
        problem("component/01002"),
        problem("component/01007", unit_kind="telecom"),
        problem("component/01004", Limit(3, Unit.WORK_DAY)),
        problem("matter/06010", is_sure=False),
        lives.Problem("social/matter/01001", None, Limit(1, Unit.WORK_DAY), ("邻居吵架",), 1, False, is_social=True),
    ]
    return lives.Stage(Places(plan, Random(1)), problems, calendar, week_before(NOW, calendar, Random(1)))


@pytest.mark.parametrize("reports", [30, 300, 12_000])
def test_cast_has_just_so_many_reports_and_every_needed_scenario_whole(reports: int) -> None:
    chosen = cast(reports)
    assert sum(scenario.triage != Triage.FIX for scenario in chosen) == reports
    whole = [one.name for one in chosen if one.is_whole]
    assert sorted(whole) == sorted(scenario.name for scenario in SCENARIOS if scenario.is_needed)


def test_shares_of_a_week_are_those_of_a_city() -> None:
    counts = Counter(scenario.name for scenario in cast(12_000))
    total = sum(counts.values())
    wrong = sum(counts[scenario.name] for scenario in SCENARIOS if scenario.is_wrong) / total
    second = (counts["joined"] + counts["bundled"]) / total
    reworked = sum(count for name, count in counts.items() if name.startswith("reworked")) / total
    assert 0.06 < wrong < 0.08 and 0.07 < second < 0.09 and 0.04 < reworked < 0.06


def test_lives_are_the_same_for_a_seed_and_go_forward_in_time_up_to_now(stage: lives.Stage, plan: Plan) -> None:
    written = lives.write(7, 400, stage)
    again = lives.write(7, 400, replace(stage, places=Places(plan, Random(1))))
    assert written == again
    for life in written:
        times = [life.received_at, *(beat.at for beat in life.beats)]
        assert times == sorted(times) and times[-1] < NOW
        assert times[0] > NOW - timedelta(days=14)


def test_week_is_the_last_five_working_days_before_any_moment(calendar: WorkingCalendar) -> None:
    sunday_night = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)  # 3:00 on Sunday in Shanghai
    early = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 9:00: too early to show
    for now in (sunday_night, early):
        week = week_before(now, calendar, Random(1))
        assert [day.isoformat() for day in week.days] == [f"2026-11-{day}" for day in range(16, 21)]
        assert week.until.isoformat() == "2026-11-20T20:30:00+08:00"
    assert week_before(NOW, calendar, Random(1)).until == NOW
    assert sorted(week.weather) == ["fine", "fine", "fine", "rain", "wind"] and week.weather[-1] == "fine"


def test_rain_blocks_gullies_and_the_day_has_two_peaks(stage: lives.Stage) -> None:
    written = lives.write(7, 1500, stage)
    week = stage.week
    rainy = week.days[week.weather.index("rain")]
    blocked = Counter(
        life.received_at.astimezone(week.until.tzinfo).date()
        for life in written
        if life.truth.own == "component/01004"
    )
    assert blocked.most_common(1)[0][0] == rainy
    hours = Counter(life.received_at.astimezone(week.until.tzinfo).hour for life in written)
    assert min(hours[9], hours[10], hours[15]) > 3 * hours[12] and hours[19] > 0


def test_hot_spots_have_their_own_hours(plan: Plan) -> None:
    rng, places = Random(5), Places(plan, Random(1))
    markets = [one for one in hot_spots(places) if one.kind.name == "夜市"]
    assert len(markets) == 4 and all(one.name.endswith("夜市") and not one.name[0].isdigit() for one in markets)
    assert all(plan.district.contains(shapely.Point(s.lon, s.lat)) for one in markets for s in [one.near(rng)])
    assert min(markets[0].kind.hours) >= 18


def test_wrong_category_is_of_another_unit_where_the_case_comes_back(stage: lives.Stage) -> None:
    written = [life for life in lives.write(7, 1500, stage) if life.scenario.name == "misdirected"]
    assert len(written) > 20
    assert all(life.problem.unit_kind != life.truth.unit_kind for life in written)


def test_second_reports_gather_at_hot_spots(stage: lives.Stage) -> None:
    written = lives.write(7, 1500, stage)
    usual = [life.is_hot for life in written if not life.partner]
    again = [life.is_hot for life in written if life.partner]
    assert sum(again) / len(again) > 1.5 * sum(usual) / len(usual)


@pytest.mark.parametrize("scene", sorted(set(pictures.SCENES.values())))
def test_picture_shows_a_scene_before_and_after_and_is_the_same_again(scene: str) -> None:
    shot = pictures.picture.__wrapped__
    before, after = (shot(scene, 1, is_after=is_after) for is_after in (False, True))
    assert before != after and before == shot(scene, 1, is_after=False)
    assert Image.open(BytesIO(before)).size == (pictures.WIDTH, pictures.HEIGHT)


def test_people_mostly_act_in_working_hours(stage: lives.Stage, calendar: WorkingCalendar) -> None:
    beats = [beat for life in lives.write(7, 400, stage) for beat in life.beats]
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
    written = [life for life in lives.write(7, 1000, stage) if life.scenario.name == "deferred"]
    deferred = [life for life in written if "resume" in {beat.action for beat in life.beats}]
    for life in deferred:
        until_at = next(beat.until_at for beat in life.beats if beat.until_at)
        resumed_at = next(beat.at for beat in life.beats if beat.action == "resume")
        assert until_at < resumed_at < until_at + timedelta(days=4)
    assert deferred


def test_report_is_about_the_nearest_component_of_its_category_in_its_community() -> None:
    lamp, cover = "city/component/01037", "city/component/01001"
    there = [
        ("near", cover, "900001001001003", 116.30010, 39.9),
        ("nearer", cover, "900001001001004", 116.29995, 39.9),
        ("lamp", lamp, "900001001001003", 116.3, 39.9),
        ("over the border", cover, "900001001002001", 116.3, 39.9),
    ]
    nearby = Nearby(there)
    assert nearby.nearest(cover, "900001001001003", 116.3, 39.9) == "nearer"
    assert nearby.nearest(lamp, "900001001001003", 116.3, 39.90044) == "lamp"
    assert nearby.nearest(lamp, "900001001001003", 116.3, 39.90046) == ""
    assert nearby.nearest("city/matter/06036", "900001001001003", 116.3, 39.9) == ""


def test_supervisors_slip_in_every_way_and_nobody_else_names_a_wrong_category(stage: lives.Stage) -> None:
    written = lives.write(7, 3_000, stage)
    assert {flaw for life in written if life.channel == "field" for flaw in flaws_of(life)} == set(Flaw.values)
    slips = [life for life in written if reported_as(life) not in ("", life.problem.category_key)]
    assert slips and {(life.channel, life.scenario.triage) for life in slips} == {("field", Triage.ACCEPT)}
    assert all(reported_as(life).removeprefix("s/") in CONFUSIONS[life.problem.own] for life in slips)
    assert all(flaws_of(life) == ["wrong_category"] for life in slips if life.beats)
