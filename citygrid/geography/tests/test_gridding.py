from math import cos, pi, radians, sin

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from citygrid.geography.rules.gridding import cut_cells
from citygrid.geography.rules.metric import in_metres

CODE = "110101001001"
ABOUT_100_M = 0.0009


@st.composite
def communities(draw):
    """Star-shaped outlines of 100 m to 2 km, anywhere people live."""
    lon, lat = draw(st.floats(-170, 170)), draw(st.floats(-60, 60))
    size = draw(st.floats(0.001, 0.02))
    radii = draw(st.lists(st.floats(0.3, 1.0), min_size=3, max_size=14))
    corners = [
        (
            lon + size * radius * cos(2 * pi * turn / len(radii)) / cos(radians(lat)),
            lat + size * radius * sin(2 * pi * turn / len(radii)),
        )
        for turn, radius in enumerate(radii)
    ]
    return Polygon(corners)


@settings(max_examples=60, deadline=None)
@given(communities())
def test_cells_tile_their_community(community):
    outlines = [cell.outline for cell in cut_cells(CODE, community)]
    assert shapely.coverage_is_valid(outlines), "cells overlap or leave gaps inside"
    assert sum(shapely.area(outlines)) == pytest.approx(community.area, rel=1e-6)
    assert shapely.union_all(outlines).symmetric_difference(community).area <= 1e-6 * community.area


@settings(max_examples=30, deadline=None)
@given(communities())
def test_codes_run_from_001_without_a_hole(community):
    codes = [cell.code for cell in cut_cells(CODE, community)]
    assert codes == [f"{CODE}{number:03d}" for number in range(1, len(codes) + 1)]
    assert len(codes) <= 999


def test_numbers_run_west_to_east_then_north_to_south():
    cells = cut_cells(CODE, box(116.3, 39.8, 116.3035, 39.8027))  # 3 x 3 cells
    middles = [cell.outline.centroid for cell in cells]
    rows = [middles[start : start + 3] for start in (0, 3, 6)]
    assert len(cells) == 9
    for row in rows:
        assert [point.x for point in row] == sorted(point.x for point in row)
    assert rows[0][0].y > rows[1][0].y > rows[2][0].y


def test_cells_measure_about_100_by_100_metres():
    cells = cut_cells(CODE, box(116.3, 39.8, 116.32, 39.82))
    areas = [in_metres(cell.outline, 39.81).area for cell in cells]
    assert min(areas) > 9_500
    assert max(areas) < 10_500


def test_sliver_joins_the_neighbour_with_the_longest_edge():
    # A full cell with a spike of a few metres to its north, which would fall into a row of its own.
    base = box(116.3, 39.8, 116.3 + 3 * ABOUT_100_M, 39.8 + 2 * ABOUT_100_M)
    spike = box(116.3, base.bounds[3], 116.3001, 39.8 + 2.6 * ABOUT_100_M)
    cells = cut_cells(CODE, shapely.union(base, spike))
    areas = [in_metres(cell.outline, 39.8).area for cell in cells]
    assert min(areas) > 3_000


def test_large_community_gets_larger_cells_instead_of_a_fourth_digit():
    cells = cut_cells(CODE, box(116.0, 39.5, 116.4, 39.9))
    assert 800 <= len(cells) <= 999


def test_community_of_two_parts_keeps_both():
    parts = MultiPolygon([box(116.3, 39.8, 116.301, 39.801), box(116.31, 39.81, 116.3101, 39.8101)])
    cells = cut_cells(CODE, parts)
    assert shapely.union_all([cell.outline for cell in cells]).symmetric_difference(parts).area < 1e-12


@pytest.mark.parametrize("outline", [Polygon(), Polygon([(0, 0), (1, 1), (0, 1), (1, 0)])])
def test_outline_that_is_empty_or_crosses_itself_is_refused(outline):
    with pytest.raises(ValueError, match="valid outline"):
        cut_cells(CODE, outline)
