"""Notices as a device sees them."""

from uuid import uuid4

import pytest
from django.test import Client

from citygrid.cases.tests.factories import NOW, City
from citygrid.notices import services
from citygrid.notices.tests.factories import holder, notice, send

ADDRESS = "/api/v1/notices"


def test_notices_are_listed_in_the_language_asked_for(client_of, city: City) -> None:
    services.send(notice=notice("k", holder(city.actors["department"])), now=NOW)
    answer = client_of("department").get(ADDRESS, headers={"Accept-Language": "en"}).json()
    assert answer["unread"] == 1
    (told,) = answer["notices"]
    assert told["name"] == "Case to handle" and told["text"].startswith("Exposed litter, Yanle.")
    assert (told["link_kind"], told["read_at"]) == ("case", None)


def test_list_is_bounded_and_narrowed(client_of, city: City) -> None:
    send(4, NOW, holder(city.actors["department"]))
    client = client_of("department")
    assert len(client.get(ADDRESS, {"count": 3}).json()["notices"]) == 3
    assert len(client.get(ADDRESS, {"start": 3}).json()["notices"]) == 1
    assert client.get(ADDRESS, {"template": "case_overdue"}).json()["notices"] == []


@pytest.mark.parametrize(
    "query", [{"count": 201}, {"count": 0}, {"start": -1}, {"template": "A B"}, {"is_unread": "?"}]
)
def test_query_out_of_bounds_is_a_problem(client_of, query: dict[str, object]) -> None:
    answer = client_of("department").get(ADDRESS, query)
    assert (answer.status_code, answer.json()["code"]) == (422, "kernel.invalid")


def test_notice_is_read_once(client_of, city: City) -> None:
    services.send(notice=notice("k", holder(city.actors["department"])), now=NOW)
    client = client_of("department")
    told = client.get(ADDRESS).json()["notices"][0]
    first, second = (client.post(f"{ADDRESS}/{told['id']}/read").json() for _ in range(2))
    assert first["read_at"] and first["read_at"] == second["read_at"]
    assert client.get(ADDRESS, {"is_unread": True}).json() == {"unread": 0, "notices": []}


def test_notice_of_another_is_not_found(client_of, city: City) -> None:
    services.send(notice=notice("k", holder(city.actors["department"])), now=NOW)
    told = client_of("department").get(ADDRESS).json()["notices"][0]
    stranger = client_of("other_department")
    assert stranger.get(ADDRESS).json() == {"unread": 0, "notices": []}
    for wanted in (told["id"], uuid4()):
        assert stranger.post(f"{ADDRESS}/{wanted}/read").status_code == 404


def test_notices_need_a_token_that_may_read_them(client_of) -> None:
    assert Client().get(ADDRESS).status_code == 401
    assert client_of("department", ["cases.case:view"]).get(ADDRESS).status_code == 403
