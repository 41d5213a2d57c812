"""What a map asks for beside tiles: what lies in a box, and outlines."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citygrid.cases.tests.factories import City
from citygrid.geography.tests.factories import SIDE, SOUTH, WEST

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
