import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid.geography.choices import Frame
from citygrid.geography.rules.coordinates import CHINA, from_wgs84, points_from_wgs84, points_to_wgs84, to_wgs84

WEST, SOUTH, EAST, NORTH = CHINA
MARGIN = 0.1  # an offset point must not leave the box
inside_china = st.tuples(st.floats(WEST + MARGIN, EAST - MARGIN), st.floats(SOUTH + MARGIN, NORTH - MARGIN))
west_of_china = st.tuples(st.floats(-180, WEST - MARGIN), st.floats(-90, 90))
frames = st.sampled_from(Frame)


@given(inside_china, frames)
def test_round_trip_in_china_comes_back_within_a_millionth_of_a_degree(point, frame):
    assert to_wgs84(*from_wgs84(*point, frame), frame) == pytest.approx(point, abs=1e-9)


@given(west_of_china, frames)
def test_all_frames_are_one_outside_china(point, frame):
    assert from_wgs84(*point, frame) == point
    assert to_wgs84(*point, frame) == point


@given(inside_china)
def test_cgcs2000_is_taken_as_wgs84(point):
    assert to_wgs84(*point, Frame.CGCS2000) == point


def test_gcj02_gives_the_published_example():
    assert from_wgs84(116.404, 39.915, Frame.GCJ02) == pytest.approx(
        (116.41024449916938, 39.91640428150164), abs=1e-12
    )


def test_bd09_gives_the_published_example():
    # The published example starts from GCJ-02, so its point goes to WGS-84 first.
    wgs84 = to_wgs84(116.404, 39.915, Frame.GCJ02)
    assert from_wgs84(*wgs84, Frame.BD09) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


def test_many_points_are_converted_like_one():
    points = np.array([[116.4, 39.9], [-71.06, 42.36], [87.6, 43.8]])
    for frame in Frame:
        shifted = points_from_wgs84(points, frame)
        assert [from_wgs84(*point, frame) for point in points] == [tuple(point) for point in shifted.tolist()]
        assert points_to_wgs84(shifted, frame) == pytest.approx(points, abs=1e-9)
