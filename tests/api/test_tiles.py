"""Map tiles as a map asks for them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citygrid.cases.tests.factories import City

ADDRESS = "/api/v1/cases/tiles"
WHOLE = f"{ADDRESS}/0/0/0"


def test_tile_is_sent_once_and_again_when_it_has_changed(city: City, client_of: Callable[..., Client]) -> None:
    client = client_of("shift_leader")
    city.open()
    first = client.get(WHOLE)
    assert (first.status_code, first["Content-Type"]) == (200, "application/vnd.mapbox-vector-tile")
    assert first.content
    known = {"If-None-Match": first["ETag"]}
    again = client.get(WHOLE, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    city.open()
    assert client.get(WHOLE, headers=known).status_code == 200


def test_tile_costs_the_same_few_queries_however_much_is_in_it(city: City, client_of: Callable[..., Client]) -> None:
    client = client_of("shift_leader")
    client.get(WHOLE)
    for _ in range(2):
        city.open()
        with CaptureQueriesContext(connection) as asked:
            client.get(WHOLE)
        assert len(asked) == 2  # the token's post, and the tile


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{ADDRESS}/3/9/0", 404),
        (f"{ADDRESS}/21/0/0", 404),
        (f"{ADDRESS}/-1/0/0", 404),
        (f"{ADDRESS}/a/0/0", 422),
        (f"{ADDRESS}/9/99999999999999999999/0", 404),
        (f"{WHOLE}?lamp=blue", 422),
        (f"{WHOLE}?area_code=9", 200),
        (f"{WHOLE}?opened_from=2026-02-30", 422),
    ],
)
def test_addresses_that_name_no_tile_are_told(
    city: City, client_of: Callable[..., Client], path: str, status: int
) -> None:
    answer: Any = client_of("shift_leader").get(path)
    assert answer.status_code == status, answer.content
    assert status == 200 or answer.json()["title"]


def test_post_that_sees_no_case_gets_an_empty_tile(city: City, client_of: Callable[..., Client]) -> None:
    city.open()
    answer = client_of("other_department").get(WHOLE)
    assert (answer.status_code, answer.content) == (200, b"")
