"""The pure rules: profiles, times, rows, verdicts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from citygrid.exchange.errors import ROW_FAULTS, ProfileUnusable, words_of
from citygrid.exchange.rules import Reading, Row, parse, past_actions, read_row, read_time, stable_code, verdict
from citygrid.exchange.rules.times import to_instant
from citygrid.exchange.tests.factories import OPENED, document, profile, request
from citygrid.kernel.worktime import Limit, Unit, WorkingCalendar

NEW_YORK = ZoneInfo("America/New_York")
NATURAL = WorkingCalendar.natural(NEW_YORK)
AS_OF = datetime(2015, 6, 1, 4, 0, tzinfo=UTC)
SHIPPED = sorted((Path(__file__).parents[3] / "data/profiles").glob("*.yaml"))


def read(**changes: Any) -> Reading:
    return read_row(Row(1, request(**changes)), profile())


def problems(**changes: Any) -> list[str]:
    with pytest.raises(ProfileUnusable) as refusal:
        profile(**changes)
    return refusal.value.problems


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_profile_is_usable_and_named_after_its_code(path):
    assert parse(path.read_text(encoding="utf-8")).code == path.stem


def test_shipped_profiles_have_districts_of_their_own():
    codes = [parse(path.read_text(encoding="utf-8")).district_code for path in SHIPPED]
    assert len(codes) == len(set(codes)) == 3


def test_all_problems_of_a_profile_are_named_at_once():
    found = problems(
        code="Town 1",
        time_zone="Moon/Base",
        colour="red",
        district={"code": "110101", "en": "Town", "bounds": [1, 2, 3]},
        columns={"id": "nr", "opened_at": "opened", "longitude": "lon", "status": "state", "on_time": "flag"},
        statuses=None,
        on_time=None,
        channels={"default": "pigeon"},
        limits={"default": [2, "fortnight"]},
        default_points=[[1]],
        as_of="yesterday",
        encoding="runes",
    )
    words = "\n".join(found)
    for place in (
        *("code:", "time_zone:", "colour:", "district.code:", "district.bounds:", "columns.category:"),
        *("columns.latitude:", "statuses:", "on_time:", "channels.default:", "limits.default:"),
        *("default_points:", "as_of:", "encoding:"),
    ):
        assert place in words
    assert len(found) == 14


@pytest.mark.parametrize("text", ["", "[1, 2]", "code: [", "plain"])
def test_what_is_no_profile_is_refused_in_words(text):
    with pytest.raises(ProfileUnusable):
        parse(text)


def test_district_code_of_a_real_place_is_refused():
    assert problems(district={**document()["district"], "code": "110101"}) == [
        "district.code: must be 6 digits, the first a 9, in quotes"
    ]


def test_word_with_two_meanings_is_refused():
    assert "there twice" in problems(statuses={"open": ["New"], "closed": ["new"]})[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015-03-02 09:00:00", "2015-03-02T14:00:00"),
        ("2015-07-02T09:00:00", "2015-07-02T13:00:00"),
        ("2015-03-02T09:00:00+02:00", "2015-03-02T07:00:00"),
        ("03/02/2015 09:00:30 PM", "2015-03-03T02:00:30"),
        (datetime(2015, 3, 2, 9, 0, 0, 999_999), "2015-03-02T14:00:00"),
        (date(2015, 3, 2), "2015-03-02T05:00:00"),
    ],
)
def test_time_is_read_as_local_unless_it_has_an_offset(value, expected):
    assert read_time(value, NEW_YORK, ["%m/%d/%Y %I:%M:%S %p"]) == datetime.fromisoformat(expected + "Z")


@pytest.mark.parametrize("value", ["soon", "2015-02-30", "", 42_000.5, "0001-01-01", "9999-12-31T23:59:59"])
def test_what_is_no_time_is_refused(value):
    with pytest.raises(ValueError, match=r"no time|not between"):
        read_time(value, NEW_YORK)


def test_repeated_hour_is_taken_as_its_first_occurrence():
    assert to_instant(datetime(2015, 11, 1, 1, 30), NEW_YORK) == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)


def test_skipped_hour_is_taken_as_the_moment_of_the_change():
    change = datetime(2015, 3, 8, 7, 0, tzinfo=UTC)
    assert to_instant(datetime(2015, 3, 8, 2, 30), NEW_YORK) == change
    assert to_instant(datetime(2015, 3, 8, 3, 0), NEW_YORK) == change


@pytest.mark.parametrize("start", [datetime(2015, 3, 8), datetime(2015, 11, 1)])
def test_order_of_local_times_is_kept_over_a_change_of_the_clock(start):
    walls = [start + timedelta(minutes=minute) for minute in range(300)]
    instants = [to_instant(wall, NEW_YORK) for wall in walls]
    assert instants == sorted(instants)


def test_whole_row_is_read():
    reading = read()
    assert reading.fault is None
    assert (reading.id, reading.status, reading.flag) == ("T00001", "closed", True)
    assert (reading.major, reading.category, reading.unit, reading.channel) == ("Streets", "Lamp out", "PW", "hotline")
    assert (reading.lon, reading.lat, reading.address) == (-71.06, 42.35, "1 Main St")
    assert reading.opened_at == (OPENED + timedelta(minutes=1)).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nr": None}, "id_missing"),
        ({"nr": "x" * 121}, "id_unreadable"),
        ({"opened": None}, "opened_at_missing"),
        ({"opened": "31/31/2015"}, "opened_at_unreadable"),
        ({"due": "never"}, "due_at_unreadable"),
        ({"closed": "later"}, "closed_at_unreadable"),
        ({"closed": None}, "closed_at_missing"),
        ({"closed": float("nan")}, "closed_at_missing"),
        ({"closed": OPENED}, "closed_before_opened"),
        ({"state": "Cancelled", "closed": None}, "closed_at_missing"),
        ({"state": None}, "status_missing"),
        ({"state": "Lost"}, "status_unknown"),
        ({"kind": " "}, "category_missing"),
        ({"lon": float("nan")}, "location_impossible"),
        ({"lon": "NaN"}, "location_impossible"),
        ({"lat": 142.35}, "location_impossible"),
        ({"lat": "north"}, "location_unreadable"),
        ({"lat": None}, "location_incomplete"),
        ({"lon": ""}, "location_incomplete"),
    ],
)
def test_broken_row_has_a_named_fault(changes, code):
    fault = read(**changes).fault
    assert fault is not None
    assert fault.code == code
    assert "%" not in words_of(fault.code, fault.params)


def test_every_fault_that_a_row_can_have_has_words():
    assert all(str(words) for words in ROW_FAULTS.values())


def test_open_row_needs_no_closing_time_and_ignores_one():
    assert read(state="Open", closed=None).fault is None
    assert read(state="open", closed=OPENED - timedelta(days=1)).fault is None


def test_without_status_column_the_closing_time_decides():
    columns = {name: column for name, column in document()["columns"].items() if name != "status"}
    bare = profile(columns=columns, statuses=None)
    assert read_row(Row(1, request()), bare).status == "closed"
    assert read_row(Row(1, request(closed=None)), bare).status == "open"


def test_default_point_is_kept_and_marked():
    reading = read(lon=-71.05871, lat=42.35939)
    assert (reading.lon, reading.marks) == (-71.05871, {"default_point": True})


def test_point_outside_the_bounds_is_no_location_but_stays_on_record():
    reading = read(lon=42.35, lat=-71.06)
    assert (reading.fault, reading.lon) == (None, None)
    assert reading.marks == {"point_outside": [42.35, -71.06]}


def test_row_without_point_or_unit_is_replayed():
    reading = read(lon=None, lat=None, dept=None)
    assert (reading.fault, reading.lon, reading.unit) == (None, None, "")


def test_text_is_cut_and_cleaned_for_the_database():
    reading = read(nr=101001240734.0, where="1\0 Main\n St" + "x" * 400)
    assert reading.id == "101001240734"
    assert reading.address.startswith("1 Main St")
    assert len(reading.address) == 300


def test_closed_row_takes_the_whole_procedure():
    actions = past_actions(read(), "unit")
    assert [action.action for action in actions] == [
        *("accept", "file", "dispatch", "reply", "send_to_check", "pass_check", "close")
    ]
    assert actions[2].data == {"unit_id": "unit", "due": "2015-03-04T14:01:00+00:00"}
    assert len({action.at for action in actions[:3]}) == len({action.at for action in actions[3:]}) == 1


def test_open_row_waits_with_its_unit_and_a_cancelled_one_is_voided():
    assert [one.action for one in past_actions(read(state="Open"), "u")][-1] == "dispatch"
    assert [one.action for one in past_actions(read(state="Cancelled"), "u")][-1] == "void"


def test_faulty_row_takes_no_steps():
    with pytest.raises(ValueError, match="row 1"):
        past_actions(read(kind=""), "unit")


DUE = OPENED + timedelta(days=2, minutes=1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"closed": DUE}, True),
        ({"closed": DUE + timedelta(seconds=1)}, False),
        ({"due": None}, None),
        ({"closed": OPENED}, True),
        ({"closed": OPENED, "opened": "?"}, True),
        ({"state": "Open", "closed": None}, False),
        ({"state": "Open", "due": datetime(2015, 6, 1)}, True),
        ({"state": "Open", "due": datetime(2015, 5, 31, 23, 59, 59)}, False),
        ({"state": "Cancelled"}, None),
        ({"closed": None}, None),
    ],
)
def test_verdict_is_the_clocks_to_the_second(changes, expected):
    assert verdict(read(**changes), AS_OF, NATURAL) is expected


def test_limit_of_a_category_stands_in_for_a_due_time():
    limited = profile(limits={"default": [1, "natural_day"], "by_category": {"Lamp out": [12, "urgent_hour"]}})
    reading = read_row(Row(1, request(due=None)), limited)
    assert reading.limit == Limit(12, Unit.URGENT_HOUR)
    assert past_actions(reading, "u")[2].data["limit"] == ["12", "urgent_hour"]
    assert verdict(reading, AS_OF, NATURAL) is False
    assert read_row(Row(1, request(kind="Other")), limited).limit == Limit(1, Unit.NATURAL_DAY)


def test_codes_of_names_are_stable_readable_and_apart():
    assert stable_code("Street Lights") == stable_code("Street Lights")
    assert stable_code("Street Lights").startswith("street-lights-")
    assert len({stable_code("Trees"), stable_code("trees"), stable_code("A", "Trees"), stable_code("树木")}) == 4
    assert len(stable_code("x" * 300)) <= 39


def test_profile_text_may_be_given_in_any_order():
    turned = dict(reversed(document().items()))
    assert parse(yaml.safe_dump(turned, sort_keys=False)) == profile()
