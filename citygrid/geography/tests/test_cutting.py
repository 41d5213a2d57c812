"""Outlines are split and merged so that nothing is lost and neighbours share every point."""

import json

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from citygrid.geography import services
from citygrid.geography.errors import NotDivided, NotNeighbours, UnusableGeometry
from citygrid.geography.rules.cutting import merge, new_points, split, with_points

WEST, SOUTH = 116, 39


def at(column: float, row: float) -> tuple[float, float]:
    """Degrees east and north of a corner that doubles hold exactly, so that neighbours share their points."""
    return WEST + column, SOUTH + row


def square(column: float, row: float = 0, width: float = 1, height: float = 1) -> shapely.Polygon:
    return shapely.box(*at(column, row), *at(column + width, row + height))


SQUARE, BESIDE = square(1), square(2)


def json_of(geometry):
    return json.loads(json.dumps(shapely.geometry.mapping(geometry)))


shares = st.floats(0.05, 0.95)


@settings(deadline=None)
@given(corners=st.lists(st.tuples(shares, shares), min_size=3, max_size=9, unique=True), west=shares, east=shares)
def test_parts_of_a_split_merge_to_what_was_split(corners, west, east) -> None:
    outline = shapely.MultiPoint([at(x, y) for x, y in corners]).convex_hull
    assume(outline.geom_type == "Polygon" and outline.area > 0.001)
    line = shapely.LineString([at(-0.1, west), at(1.1, east)])
    assume(outline.buffer(-0.001).intersects(line))  # along an edge it divides nothing
    parts = split(outline, line)
    assert sum(part.area for part in parts) == pytest.approx(outline.area, rel=1e-9)
    assert all(part.is_valid for part in parts)
    merged = merge(parts)
    assert merged.symmetric_difference(outline).area < outline.area * 1e-9


@settings(deadline=None)
@given(y=shares, bend=shares)
def test_neighbour_gets_the_points_where_a_cut_ends(y, bend) -> None:
    line = shapely.LineString([at(0.9, y), at(1.5, bend), at(2.1, y)])
    parts = split(SQUARE, line)
    neighbour = with_points(BESIDE, new_points(SQUARE, parts))
    border = {point for point in map(tuple, shapely.get_coordinates(neighbour).tolist()) if point[0] == WEST + 2}
    corners = {tuple(point) for part in parts for point in shapely.get_coordinates(part).tolist()}
    assert len(border) == 3 and border <= corners
    assert neighbour.equals(BESIDE) or neighbour.symmetric_difference(BESIDE).area < 1e-18


def test_line_that_ends_inside_divides_nothing() -> None:
    for line in ([at(0.5, 0.5), at(1.5, 0.5)], [at(1.2, 0.2), at(1.8, 0.8)], [at(5, 0), at(6, 1)]):
        with pytest.raises(NotDivided):
            split(SQUARE, shapely.LineString(line))


def test_bent_line_and_a_line_through_a_hole_divide() -> None:
    with_hole = SQUARE.difference(square(1.4, 0.4, 0.2, 0.2))
    assert len(split(with_hole, shapely.LineString([at(0.9, 0.5), at(2.1, 0.5)]))) == 2
    both = shapely.MultiPolygon([SQUARE, square(3)])
    assert len(split(both, shapely.LineString([at(0.9, 0.5), at(4.1, 0.5)]))) == 4


def test_only_neighbours_are_merged() -> None:
    assert merge([SQUARE, BESIDE]).equals(square(1, 0, 2))
    for other in (square(3), square(2, 1)):
        with pytest.raises(NotNeighbours):
            merge([SQUARE, other])


def test_service_returns_the_neighbours_that_changed() -> None:
    far = square(3)
    line = shapely.LineString([at(0.9, 0.5), at(2.1, 0.5)])
    parts, neighbours = services.split_outline(json_of(SQUARE), json_of(line), [json_of(BESIDE), json_of(far)])
    assert (len(parts), neighbours[1]) == (2, None)
    assert len(neighbours[0]["coordinates"][0]) == 6
    merged = services.merge_outlines(parts)
    assert shapely.geometry.shape(merged).equals(SQUARE)


def test_what_is_no_outline_is_refused() -> None:
    with pytest.raises(UnusableGeometry):
        services.split_outline({"type": "Point", "coordinates": [1, 2]}, json_of(SQUARE), [])
    with pytest.raises(UnusableGeometry):
        services.merge_outlines([json_of(SQUARE), {"type": "Polygon"}])
