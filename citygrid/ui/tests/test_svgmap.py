"""Small maps drawn by the server."""

import json
import re

import pytest
from pytest import approx

from citygrid.ui import svgmap
from citygrid.ui.tests.factories import draw, square

DONUT = {
    "type": "Polygon",
    "coordinates": [[[0, 0], [3, 0], [3, 3], [0, 3], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]],
}


def test_a_point_stands_in_the_middle_of_a_map_around_it():
    extent = svgmap.extent_of([], (116.4, 39.9), 500)
    assert svgmap.Frame(extent, 480, 320).place((116.4, 39.9)) == (240, 160)


def test_a_square_on_the_ground_is_a_square_on_the_map_at_beijing():
    frame = svgmap.Frame(svgmap.extent_of([], (116.4, 39.9), 500), 480, 320)
    metre = 1 / svgmap.METRES_PER_DEGREE
    x, y = frame.place((116.4 + 100 * metre / 0.76717, 39.9 + 100 * metre))  # cos 39.9° = 0.76717
    assert x - 240 == approx(160 - y, abs=0.2)


def test_north_is_up_and_east_is_right():
    frame = svgmap.Frame((116.0, 39.0, 117.0, 40.0), 400, 400)
    (x1, y1), (x2, y2) = frame.place((116.2, 39.2)), frame.place((116.8, 39.8))
    assert x2 > x1
    assert y2 < y1


def test_all_areas_fit_into_the_picture():
    areas = [square(116.40, 39.90, 0.01), square(116.43, 39.95, 0.01)]
    frame = svgmap.Frame(svgmap.extent_of(areas, None, None), 480, 320)
    places = [frame.place(position) for area in areas for position in area["geometry"]["coordinates"][0]]
    assert all(0 <= x <= 480 and 0 <= y <= 320 for x, y in places)


def test_a_map_of_one_point_alone_shows_two_hundred_metres():
    west, south, east, north = svgmap.extent_of([], (116.4, 39.9), None)
    assert (north - south) * svgmap.METRES_PER_DEGREE == approx(svgmap.LEAST_SPAN_M)


def test_a_hole_stays_open():
    path = svgmap.Frame((0, 0, 3, 3), 300, 300).path(DONUT)
    assert path.count("M") == path.count("Z") == 2
    assert 'fill-rule="evenodd"' in draw("{% map_svg areas %}", areas=DONUT)


def test_a_map_of_nothing_is_refused():
    with pytest.raises(ValueError, match="a point or an area"):
        draw("{% map_svg areas %}", areas=[])


@pytest.mark.parametrize(("around", "metres"), [(100, 50), (500, 200), (3000, 1000)])
def test_the_scale_bar_is_a_round_number_of_true_length(around, metres):
    frame = svgmap.Frame(svgmap.extent_of([], (116.4, 39.9), around), 400, 400)
    assert frame.bar() == (metres, approx(metres * 400 / (2 * around), abs=0.1))


def test_the_area_in_focus_is_drawn_above_its_neighbours():
    areas = [square(116.40, 39.90, 0.01, role="focus"), square(116.41, 39.90, 0.01)]
    assert re.findall(r'<path class="map-(area|focus)"', draw("{% map_svg areas %}", areas=areas)) == ["area", "focus"]


def test_faults_are_drawn_above_all_areas():
    areas = [square(116.40, 39.90, 0.01, role=role) for role in ("fault", "focus", "area")]
    drawn = re.findall(r'<path class="map-(area|focus|fault)"', draw("{% map_svg areas %}", areas=areas))
    assert drawn == ["area", "focus", "fault"]


def test_labels_cannot_break_out_of_the_drawing_or_its_data():
    drawn = draw("{% map_svg areas %}", areas=square(116.4, 39.9, 0.01, label="</script><script>x()</script>"))
    assert "<script>x()" not in drawn


def test_the_live_map_is_given_the_same_areas_point_and_extent():
    drawn = draw("{% map_svg areas point %}", areas=square(116.4, 39.9, 0.01), point=(116.405, 39.905))
    data = json.loads(re.search(r'<script type="application/json">(.*)</script>', drawn)[1])
    assert [f["geometry"]["type"] for f in data["features"]["features"]] == ["Polygon", "Point"]
    assert data["extent"][0] < 116.4 < 116.41 < data["extent"][2]
