"""Cases inside a shape that somebody drew, or within so many metres of it."""

from collections.abc import Callable

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pyproj import Geod

from citygrid.cases.models import Case
from citygrid.cases.tests.factories import City
from citygrid.geography.tests.factories import SIDE, SOUTH, WEST

CASES = "/api/v1/cases"
EAST_100_M = 100 / 85_645  # degrees of longitude at 39.80° north
LINE = f"LINESTRING({WEST} {SOUTH},{WEST + SIDE} {SOUTH})"
AREA = f"POLYGON(({WEST} {SOUTH},{WEST + SIDE} {SOUTH},{WEST} {SOUTH + SIDE},{WEST} {SOUTH}))"


def at(city: City, east: float, north: float) -> Case:
    """A case so many sides east and north of the district's corner."""
    return city.open(location=Point(WEST + east * SIDE, SOUTH + north * SIDE, srid=4326))


def found(client: Client, within: str, metres: float = 0, **asked: str) -> set[str]:
    answer = client.get(CASES, {"within": within, "metres": metres, **asked})
    assert answer.status_code == 200, answer.content
    return {one["number"] for one in answer.json()}


def test_area_holds_the_cases_inside_it_and_no_corner_of_its_box(city: City, client_of: Callable[..., Client]) -> None:
    client, inside, outside = client_of("shift_leader"), at(city, 0.4, 0.4), at(city, 0.9, 0.9)
    city.open(location=None)
    assert found(client, AREA) == {inside.number}
    assert found(client, AREA, 210) == {inside.number}
    assert found(client, AREA, 220) == {inside.number, outside.number}  # the slope is 217 m away
    assert found(client, AREA, state="closed") == set()


def test_metres_around_a_point_and_a_line_are_metres_on_the_ground(
    city: City, client_of: Callable[..., Client]
) -> None:
    client, case = client_of("shift_leader"), at(city, 0.5, 0.25)  # 111.0 m north of the line
    assert found(client, LINE, 110) == set()
    assert found(client, LINE, 112) == {case.number}
    beside = f"POINT({case.location.x + EAST_100_M} {case.location.y})"
    assert found(client, beside, 99) == set()
    assert found(client, beside, 101) == {case.number}


def test_metres_reach_as_far_in_every_direction(city: City, client_of: Callable[..., Client]) -> None:
    client, case, earth = client_of("shift_leader"), at(city, 0.5, 0.25), Geod(ellps="WGS84")
    for bearing in range(0, 360, 15):
        for metres, seen in ((4_999, set()), (5_000, {case.number})):
            lon, lat, _ = earth.fwd(case.location.x, case.location.y, bearing, 4_999.5)
            assert found(client, f"POINT({lon:.9f} {lat:.9f})", metres) == seen, bearing


def test_shape_shows_a_post_no_case_it_may_not_see(city: City, client_of: Callable[..., Client]) -> None:
    case = at(city, 0.2, 0.2)
    city.play(case, "acceptor send_to_verify", "supervisor report_verification")
    city.play(case, "shift_leader file", "dispatcher dispatch")
    seen = {role: found(client_of(role), AREA) for role in ("shift_leader", "department", "other_department")}
    assert seen == {"shift_leader": {case.number}, "department": {case.number}, "other_department": set()}


@pytest.mark.parametrize(
    ("within", "metres", "words"),
    [
        ("CIRCLE(1 2)", 1, "It is not a POINT, LINESTRING or POLYGON"),
        ("POINT(x 1)", 1, "It is not a POINT"),
        ("POINT(nan nan)", 1, "It is not a POINT"),
        ("POINT(1 2", 1, "It is not a POINT"),
        ("POINT(1 2,1 3)", 1, "It is not a POINT"),
        ("LINESTRING(1 2)", 1, "It is not a POINT"),
        (f"LINESTRING({','.join(['1 2', '1 3'] * 50)},1 2)", 1, "of at most 100 corners"),
        ("POINT(1 2)", 0, "needs some metres around it"),
        (LINE, 0, "needs some metres around it"),
        ("POINT(181 2)", 1, "outside the globe"),
        ("LINESTRING(0 0,180 0)", 1, "wider than 5 degrees"),
        ("POLYGON((1 1,2 2,1 2))", 0, "not closed"),
        ("POLYGON((1 1,2 2,1 2,1 3))", 0, "not closed"),
        ("POLYGON((0 0,1 1,1 0,0 1,0 0))", 0, "crosses or touches itself"),
    ],
)
def test_shape_that_cannot_be_used_is_refused_by_name(
    city: City, client_of: Callable[..., Client], within: str, metres: float, words: str
) -> None:
    answer = client_of("shift_leader").get(
        CASES, {"within": within, "metres": metres}, headers={"Accept-Language": "en"}
    )
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "geography.unusable_geometry"
    assert words in answer.json()["title"]


@pytest.mark.parametrize("asked", [{"metres": 5001}, {"metres": "nan"}, {"within": "P" * 5001}])
def test_bounds_of_a_shape_are_told_at_their_field(
    city: City, client_of: Callable[..., Client], asked: dict[str, str]
) -> None:
    assert client_of("shift_leader").get(CASES, {"within": AREA, **asked}).status_code == 422


def test_shape_costs_no_query_of_its_own(city: City, client_of: Callable[..., Client]) -> None:
    client, spent = client_of("shift_leader"), []
    for asked in ({}, {"within": AREA}, {"within": LINE, "metres": 50}):
        at(city, 0.1, 0.1)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(CASES, asked).status_code == 200
        spent.append(len(caught))
    assert spent == [2, 2, 2]  # the token's post, and the cases
