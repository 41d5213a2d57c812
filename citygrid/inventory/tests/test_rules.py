from datetime import date, datetime

import pytest

from citygrid.inventory import rules
from citygrid.inventory.choices import Fault

TODAY = date(2026, 3, 2)


def read(**row):
    return rules.read_cells(row, today=TODAY)


def fault_of(**row):
    return [(wrong.column, wrong.fault) for wrong in read(**row).wrong]


def test_an_identifier_is_put_together_and_taken_apart():
    identifier = rules.component_id("110101", "01001", 42)
    assert (identifier, rules.parts(identifier)) == ("11010101001000042", ("110101", "01001", 42))


@pytest.mark.parametrize(
    ("district", "code", "sequence"),
    [("1101", "01001", 1), ("110101", "0101", 1), ("110101", "01001", 0), ("110101", "01001", 1_000_000)],
)
def test_parts_that_do_not_fit_make_no_identifier(district, code, sequence):
    with pytest.raises(ValueError, match="no identifier"):
        rules.component_id(district, code, sequence)


def test_the_first_18_columns_are_the_attributes_of_the_standard():
    names = [column.name for column in rules.STANDARD_COLUMNS]
    assert (len(names), names[0], names[-1]) == (18, "component_id", "community_name")


def test_headings_are_known_in_three_ways():
    found = rules.read_headings(["component_id", "GLBJMC", " 主管部门代码 ", "x", "备注"])
    assert list(found.values()) == ["component_id", "component_name", "authority_code", "remark"]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("component_state", "破损", "damaged"),
        ("component_state", "Lost", "lost"),
        ("data_source", "基础地理数据", "basic_geodata"),
        ("initial_date", "20240229", date(2024, 2, 29)),
        ("initial_date", 20240229, date(2024, 2, 29)),
        ("initial_date", 20240229.0, date(2024, 2, 29)),
        ("initial_date", "2024-02-29", date(2024, 2, 29)),
        ("initial_date", datetime(2024, 2, 29, 12), date(2024, 2, 29)),
        ("change_date", None, None),
        ("longitude", " 116.3 ", 116.3),
        ("unit_grid_id", "11010100100105", "110101001001005"),
        ("remark", None, ""),
    ],
)
def test_a_cell_is_read(column, cell, value):
    cells = read(**{column: cell})
    assert (cells.values, cells.wrong) == ({column: value}, [])


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("component_id", "1101010100100004", None),  # 16 digits: of an earlier standard
        ("component_id", "110101010010000", Fault.NOT_A_CODE),
        ("component_id", "1101010100100004x", Fault.NOT_A_CODE),
        ("component_id", "１１０１０１０１００１００００４２", Fault.NOT_A_CODE),
        ("component_id", 1.1010101001000042e16, Fault.ROUNDED),
        ("category", "0101", Fault.NOT_A_CODE),
        ("component_name", "井" * 31, Fault.TOO_LONG),
        ("authority_code", "1" * 19, Fault.TOO_LONG),
        ("remark", "a\x00b", Fault.BAD_CHARACTERS),
        ("remark", "a\ud800", Fault.BAD_CHARACTERS),
        ("component_state", "broken", Fault.UNKNOWN_WORD),
        ("data_source", "guess", Fault.UNKNOWN_WORD),
        ("initial_date", "20230229", Fault.NOT_A_DATE),
        ("initial_date", "2023", Fault.NOT_A_DATE),
        ("initial_date", "20260303", Fault.IN_THE_FUTURE),
        ("longitude", "east", Fault.NOT_A_NUMBER),
        ("longitude", "nan", Fault.NOT_IN_DEGREES),
        ("longitude", "12947000", Fault.NOT_IN_DEGREES),
        ("latitude", "116.4", Fault.SWAPPED),
        ("street_code", "110101", Fault.NOT_A_CODE),
    ],
)
def test_a_wrong_cell_is_named(column, cell, fault):
    assert fault_of(**{column: cell}) == ([(column, fault)] if fault else [])


def test_a_change_before_the_beginning_is_named():
    assert fault_of(initial_date="20240102", change_date="20240101") == [("change_date", Fault.BEFORE_INITIAL)]


def test_required_cells_of_a_new_component_are_named():
    assert {wrong.column for wrong in rules.missing({"latitude": 0.0})} == {
        "authority_code",
        "authority_name",
        "initial_date",
        "longitude",
        "category",
    }


def test_points_of_geojson_become_rows():
    point = {"properties": {"GLBJMC": "井盖"}, "geometry": {"type": "Point", "coordinates": [116.3, 39.8, 45.0]}}
    bare = {"properties": None, "geometry": None}
    assert rules.rows_of_features({"features": [point, bare, 7]}) == [
        {"GLBJMC": "井盖", "longitude": 116.3, "latitude": 39.8},
        {},
        {},
    ]


def test_what_is_no_feature_collection_is_refused():
    with pytest.raises(ValueError, match="FeatureCollection"):
        rules.rows_of_features([1])
