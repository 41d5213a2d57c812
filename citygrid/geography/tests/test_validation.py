import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from citygrid.geography.choices import ADVICE, Fault, Frame
from citygrid.geography.rules.coordinates import points_from_wgs84
from citygrid.geography.rules.validation import ANY_TYPES, LINE_TYPES, Reading, Shape, check_tiling, read
from citygrid.geography.tests.factories import SIDE, SOUTH, WEST, collection, feature, square

READING = Reading(code_length=9, code_prefix="900001")
BOW_TIE = [[[116.3, 39.8], [116.4, 39.9], [116.4, 39.8], [116.3, 39.9], [116.3, 39.8]]]
BOSTON = (-71.2, 42.2, -70.9, 42.4)


def faults(document, reading=READING):
    return [(finding.feature, finding.fault) for finding in read(document, reading)[1]]


def broken(change):
    """The faults of a good square whose ring was changed."""
    ring = square(0)[0]
    return faults(collection(feature("900001001", [change(ring)])))


def test_good_file_has_no_finding():
    shapes, findings = read(collection(feature("900001001", square(0))), READING)
    assert findings == []
    assert [(one.code, one.name_zh, one.name_en) for one in shapes] == [
        ("900001001", "区域900001001", "Area 900001001")
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "116.3", True])
def test_coordinate_that_is_no_number_is_found(value):
    assert broken(lambda ring: [ring[0], [value, 39.8], *ring[2:]]) == [(1, Fault.NOT_A_NUMBER)]


def test_unclosed_ring_is_found():
    assert broken(lambda ring: ring[:-1]) == [(1, Fault.UNCLOSED)]


def test_ring_of_three_positions_is_found():
    assert broken(lambda ring: [ring[0], ring[1], ring[0]]) == [(1, Fault.UNCLOSED)]


def test_self_crossing_outline_is_found_with_its_position():
    _, findings = read(collection(feature("900001001", BOW_TIE)), READING)
    assert findings[0].fault == Fault.SELF_CROSSING
    assert "116.35 39.85" in findings[0].detail


def test_swapped_axes_are_found_where_latitude_leaves_the_globe():
    assert broken(lambda ring: [[lat, lon] for lon, lat in ring]) == [(1, Fault.SWAPPED)]


def test_swapped_axes_are_found_where_both_are_on_the_globe():
    ring = [[42.3, -71.1], [42.3, -71.0], [42.35, -71.0], [42.3, -71.1]]
    document = collection(feature("900001001", [ring]))
    assert faults(document, Reading(code_length=9, region=BOSTON)) == [(1, Fault.SWAPPED)]


def test_metres_are_found():
    assert broken(lambda ring: [[lon * 1e5, lat * 1e5] for lon, lat in ring]) == [(1, Fault.OUT_OF_RANGE)]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [116.3, 39.8]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "MultiPolygon", "coordinates": square(0)},
        {"type": "Polygon", "coordinates": square(0)[0]},
        {"type": "GeometryCollection", "geometries": []},
    ],
)
def test_geometry_of_another_kind_or_shape_is_found(geometry):
    document = collection({"type": "Feature", "properties": {"code": "900001001", "name": "x"}, "geometry": geometry})
    assert [fault for _, fault in faults(document)] in ([Fault.NO_GEOMETRY], [Fault.UNCLOSED], [Fault.NOT_A_NUMBER])


@pytest.mark.parametrize("code", ["", "90000100", "90000100A", "800001001", "９00001001"])
def test_code_of_another_level_or_parent_is_found(code):
    assert faults(collection(feature(code, square(0)))) == [(1, Fault.BAD_CODE)]


def test_code_given_twice_and_missing_name_are_found():
    document = collection(feature("900001001", square(0)), feature("900001001", square(1), name="", name_en=None))
    assert faults(document) == [(2, Fault.DUPLICATE_CODE), (2, Fault.NO_NAME)]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"type": "FeatureCollection"},
        collection(),
        {**collection(feature("900001001", square(0))), "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}},
    ],
)
def test_file_that_is_not_geojson_in_degrees_is_found(document):
    assert faults(document) == [(0, Fault.UNREADABLE)]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists, max_leaves=20))
def test_nonsense_coordinates_are_findings_and_never_a_crash(coordinates):
    for kind in ANY_TYPES:
        document = collection(feature("x", coordinates, kind=kind))
        shapes, findings = read(document, Reading(geometry_types=ANY_TYPES))
        assert len(shapes) + len(findings) == 1


def test_lines_are_read_where_lines_are_wanted():
    document = collection(feature("lane-1", [[116.3, 39.8, 50.0], [116.31, 39.8, 51.0]], kind="LineString"))
    shapes, findings = read(document, Reading(geometry_types=LINE_TYPES))
    assert findings == []
    assert not shapes[0].geometry.has_z


def test_gcj02_file_is_read_into_wgs84():
    ring = points_from_wgs84(np.array(square(0)[0]), Frame.GCJ02).tolist()
    shapes, _ = read(collection(feature("900001001", [ring])), Reading(frame=Frame.GCJ02))
    assert shapes[0].geometry.bounds == pytest.approx((WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), abs=1e-9)


def outline(coordinates):
    return shape({"type": "Polygon", "coordinates": coordinates})


def shapes_at(*columns):
    return [Shape(n, f"90000100{n}", "x", "", outline(square(at))) for n, at in enumerate(columns, start=1)]


def test_neighbours_that_share_an_edge_pass():
    assert check_tiling(shapes_at(0, 1), {}, {}, tolerance_m=0) == []


def test_overlap_in_the_file_is_found_once_with_the_other_code():
    findings = check_tiling(shapes_at(0, 0.5), {}, {}, tolerance_m=1)
    assert [(one.feature, one.fault) for one in findings] == [(1, Fault.OVERLAPPING)]
    assert findings[0].detail.startswith("900001002, ")


def test_overlap_with_what_is_there_is_found():
    findings = check_tiling(shapes_at(0), {"900001009": outline(square(0.5))}, {}, tolerance_m=1)
    assert [one.fault for one in findings] == [Fault.OVERLAPPING]


def test_own_earlier_outline_is_no_overlap():
    assert check_tiling(shapes_at(0), {"900001001": outline(square(0.5))}, {}, tolerance_m=1) == []


def test_overhang_is_found_beyond_the_tolerance_only():
    parents = {"900001001": outline(square(0, width=1 - 0.01))}  # 3.4 m short
    assert check_tiling(shapes_at(0), {}, parents, tolerance_m=4) == []
    assert [one.fault for one in check_tiling(shapes_at(0), {}, parents, tolerance_m=3)] == [Fault.OUTSIDE_PARENT]


def test_every_fault_says_what_to_do():
    assert set(ADVICE) == set(Fault)
