import pytest

from citygrid.dispatch.learning import columns
from citygrid.dispatch.learning.columns import LONGEST_TEXT


def read_one(text: str) -> columns.Case:
    return columns.read({"text": [text]}, (columns.Reading("text", "text"),))[0]


def test_kind_of_a_column_follows_from_its_values():
    told = {
        "message": [f"water in the street, house {number}" for number in range(60)],
        "channel": ["app", "phone", "post"] * 20,
        "lat": [f"{42 + number / 1000}" for number in range(60)],
        "opened": [f"2015-0{1 + number % 9}-03T10:20:00" for number in range(60)],
        "nothing": [""] * 60,
    }
    kinds = {reading.name: reading.kind for reading in columns.decide(told)}
    assert kinds == {"message": "text", "channel": "value", "lat": "number", "opened": "time", "nothing": "text"}


def test_facts_are_told_apart_from_the_text_and_crossed_with_a_title_out_of_a_form():
    table = {
        "title": ["Sign repair", "Tree"] * 30,
        "message": [f"see house {n}" for n in range(60)],
        "lat": ["1"] * 60,
    }
    readings = columns.decide({**table, "title": [f"{t}" for t in table["title"]]})
    titled = tuple(columns.Reading(r.name, "text", True) if r.name == "title" else r for r in readings)
    case = columns.read(table, titled)[0]
    assert "title=sign repair" in case.facts
    assert "title=sign repair & lat in 0/32" in case.facts
    assert case.joined == "sign repair see house 0"


def test_value_that_is_no_number_or_time_is_left_out():
    readings = (columns.Reading("lat", "number", False, (1.0, 2.0)), columns.Reading("at", "time"))
    assert columns.read({"lat": ["north"], "at": ["soon"]}, readings)[0].facts == ()


def test_column_that_is_absent_is_empty():
    readings = (columns.Reading("text", "text"), columns.Reading("channel", "value"))
    assert columns.read({"text": ["a leak"]}, readings)[0].facts == ()


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("路灯不亮　　尊敬的领导您好", "路灯不亮"),
        ("Broken lamp\nIt has been dark for weeks.", "broken lamp"),
        ("路灯 不亮     已经 三天", "路灯不亮"),
        ("", ""),
    ],
)
def test_opening_ends_where_a_gap_shows_the_end_of_a_title(text, opening):
    assert read_one(text).opening == opening


def test_opening_of_a_text_without_gaps_is_short():
    assert len(read_one("路" * 500).opening) == 36
    assert read_one(" ".join(f"w{n}" for n in range(50))).opening.count(" ") == 11


def test_segmented_and_plain_text_read_the_same():
    assert read_one("路灯 不亮 LED 灯").joined == "路灯不亮 led 灯"


def test_text_longer_than_is_read_is_marked():
    assert read_one("a b " * 10).is_whole
    assert not read_one("路" * (LONGEST_TEXT + 1)).is_whole


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        ("2015-03-01T08:30:00", ("at at 8", "at on 6", "at in 3")),
        ("2015-03-01 20:30:00.123456+08:00", ("at at 20", "at on 6", "at in 3")),
        ("2020/1/6 12:09:38", ("at at 12", "at on 0", "at in 1")),
        ("2020年1月6日 9:05", ("at at 9", "at on 0", "at in 1")),
        ("03/01/2015 12:15:00 AM", ("at at 0", "at on 6", "at in 3")),
        ("3/1/2015 8:15 PM", ("at at 20", "at on 6", "at in 3")),
        ("2015-02-30", ()),
        ("25:00", ()),
        ("2015-03-01 the lamp in front of our house went out", ()),
    ],
)
def test_time_is_read_in_the_ways_it_is_written(value, facts):
    assert columns.read({"at": [value]}, (columns.Reading("at", "time"),))[0].facts == facts
