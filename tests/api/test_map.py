"""What a map asks for beside tiles: what lies in a box, and outlines."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citygrid.cases.tests.factories import City
from citygrid.geography import services
from citygrid.geography.tests.factories import ACTOR, DISTRICT, NOW, SIDE, SOUTH, WEST

CASES = "/api/v1/cases"
OUTLINES = "/api/v1/geography/areas/outlines"


def box(west: float, east: float) -> dict[str, float]:
    """The four sides of a box, so many sides of a community east of the district's corner."""
    return {"west": WEST + west * SIDE, "south": SOUTH, "east": WEST + east * SIDE, "north": SOUTH + SIDE}


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["features"]]


def test_cases_of_a_box_are_those_in_it(city: City, client_of: Callable[..., Client]) -> None:
    client = client_of("shift_leader")
    west, east = (city.open(location=Point(WEST + at * SIDE, SOUTH + 0.001, srid=4326)) for at in (0.5, 1.5))
    city.open(location=None)
    numbers = {
        (first, last): [one["number"] for one in client.get(CASES, box(first, last)).json()]
        for first, last in ((0, 1), (1, 2), (0, 2), (2, 3))
    }
    assert numbers == {
        (0, 1): [west.number],
        (1, 2): [east.number],
        (0, 2): [east.number, west.number],
        (2, 3): [],
    }


@pytest.mark.parametrize("address", [CASES, f"{OUTLINES}?level=street"])
def test_box_with_a_side_missing_is_refused(city: City, client_of: Callable[..., Client], address: str) -> None:
    assert client_of("shift_leader").get(address, {"west": 116, "level": "street"}).status_code == 422


def test_outlines_are_those_of_a_level_below_areas_and_in_a_box(city: City, client_of: Callable[..., Client]) -> None:
    client = client_of("shift_leader")
    assert codes(client.get(OUTLINES, {"level": "street"})) == ["900001001", "900001002"]
    below = {"level": "community", "below": ["900001001", "900001002002"]}
    assert codes(client.get(OUTLINES, below)) == ["900001001001", "900001001002", "900001002002"]
    assert codes(client.get(OUTLINES, {**below, **box(3.2, 3.8)})) == ["900001002002"]
    assert codes(client.get(OUTLINES, {"level": "unit"})) == []
    assert client.get(OUTLINES, {"level": "duty"}).status_code == 422


def test_outlines_are_sent_once_and_cost_one_query(city: City, client_of: Callable[..., Client]) -> None:
    client = client_of("shift_leader")
    first = client.get(OUTLINES, {"level": "community"})
    with CaptureQueriesContext(connection) as asked:
        again = client.get(OUTLINES, {"level": "community"}, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(asked) == 2  # the token's post, and the outlines


def test_lanes_that_touch_a_box_are_lines_with_names(city: City, client_of) -> None:
    lane = {"code": "L1", "name_zh": "演乐胡同", "name_en": "Yanle Hutong", "area_code": DISTRICT}
    line = LineString((WEST, SOUTH), (WEST + 0.001, SOUTH), srid=4326)
    services.add_lane(**lane, geom=line, actor=ACTOR, now=NOW)
    client, box = client_of("acceptor"), {"west": WEST, "south": SOUTH, "east": WEST + 0.01, "north": SOUTH + 0.01}
    [found] = client.get("/api/v1/geography/lanes", box).json()["features"]
    assert found["geometry"]["type"] == "MultiLineString" and found["properties"]["name_en"] == "Yanle Hutong"
    far = {name: value + 1 for name, value in box.items()}
    assert client.get("/api/v1/geography/lanes", far).json()["features"] == []
    assert client.get("/api/v1/geography/lanes", {"west": WEST}).status_code == 422
