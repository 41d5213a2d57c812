"""Components as a device or another system sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from citygrid.access.tests.factories import make_actor
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame
from citygrid.geography.tests.factories import DISTRICT
from citygrid.inventory.models import Component, ComponentChange
from citygrid.inventory.tests.factories import LAT, LON, add, make_place
from tests.api.conftest import key_of

ADDRESS = "/api/v1/inventory/components"
COVER = "test/component/01001"
METRE = 1 / 85_500  # degrees of longitude, near 39.8 north
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    """A client whose post registers and changes components."""
    make_place()
    return client_in(DISTRICT)


def client_in(*areas: str, role: str = "system_administrator") -> Client:
    return Client(
        headers={"Authorization": f"Bearer {key_of(make_actor(role, areas=areas))}", "Accept-Language": "en"}
    )


def found(answer: Any) -> list[str]:
    """The identifiers of a list."""
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()]


def test_components_are_listed_and_narrowed(manager: Client) -> None:
    cover, lamp = add(), add(category="01002", longitude=LON + 20 * METRE, remark="路口")
    assert found(manager.get(ADDRESS)) == sorted([cover.pk, lamp.pk])
    narrowed: dict[str, Any] = {"category_key": COVER, "area_code": cover.area_code, "state": "intact"}
    assert found(manager.get(ADDRESS, narrowed)) == [cover.pk]
    assert found(manager.get(ADDRESS, {"words": "路口"})) == [lamp.pk]
    assert found(manager.get(ADDRESS, {"state": "lost"})) == []
    assert len(found(manager.get(ADDRESS, {"count": 1, "start": 1}))) == 1


def test_box_bounds_the_list(manager: Client) -> None:
    inside, _outside = add(), add(longitude=LON + 50 * METRE)
    box = {"west": LON - METRE, "east": LON + METRE, "south": LAT - METRE, "north": LAT + METRE}
    assert found(manager.get(ADDRESS, box)) == [inside.pk]


@pytest.mark.parametrize(
    "query",
    [
        {"west": 116},
        {"west": 181, "south": 0, "east": 1, "north": 1},
        {"west": "nan", "south": 0, "east": 1, "north": 1},
        {"count": 201},
        {"count": 0},
        {"start": -1},
        {"state": "gone"},
        {"area_code": "9' OR 1=1"},
        {"words": "\x00"},
        {"maintainer_id": "x"},
    ],
)
def test_query_out_of_bounds_is_a_problem(manager: Client, query: dict[str, Any]) -> None:
    answer = manager.get(ADDRESS, query)
    assert (answer.status_code, answer.json()["code"]) == (422, "kernel.invalid")
    assert answer["Content-Type"] == "application/problem+json"


def test_component_is_read_with_its_eighteen_attributes_by_either_code(manager: Client) -> None:
    component = add(alias_code="9000010101000001", owner_name="路灯中心", remark="新装")
    told = manager.get(f"{ADDRESS}/{component.pk}").json()
    assert len(told["attributes"]) == 18
    assert told["attributes"]["component_state"] == "完好"
    assert told["attributes"]["owner_name"] == "路灯中心"
    assert (told["lon"], told["lat"]) == (pytest.approx(LON), pytest.approx(LAT))
    assert manager.get(f"{ADDRESS}/9000010101000001").json() == told


def test_what_is_nowhere_or_elsewhere_is_not_found(manager: Client) -> None:
    component = add()
    stranger = client_in("900002")
    assert found(stranger.get(ADDRESS)) == []
    for client, wanted in ((manager, "9" * 17), (stranger, component.pk)):
        for path in ("", "/history"):
            answer = client.get(f"{ADDRESS}/{wanted}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "kernel.not_found")
        assert note(client, wanted).status_code == 404
    assert manager.get(f"{ADDRESS}/12").status_code == 422


@pytest.mark.parametrize("frame", Frame.values)
def test_nearest_are_found_from_a_position_in_any_frame(manager: Client, frame: str) -> None:
    near, far = add(longitude=LON + 10 * METRE), add(longitude=LON + 30 * METRE)
    add(longitude=LON + 80 * METRE)
    lon, lat = geography.from_wgs84(LON, LAT, Frame(frame))
    answer = manager.get(f"{ADDRESS}/nearest", {"lon": lon, "lat": lat, "frame": frame, "category_key": COVER})
    assert found(answer) == [near.pk, far.pk]
    assert [round(one["distance_m"]) for one in answer.json()] == [10, 30]


@pytest.mark.parametrize(
    "query",
    [
        {"lon": 1},
        {"lon": LON, "lat": LAT},
        {"lon": LON, "lat": 91, "category_key": COVER},
        {"lon": LON, "lat": LAT, "category_key": COVER, "within": 501},
        {"lon": LON, "lat": LAT, "category_key": COVER, "within": 0},
        {"lon": LON, "lat": LAT, "category_key": COVER, "count": 21},
        {"lon": LON, "lat": LAT, "category_key": COVER, "frame": "mars"},
    ],
)
def test_search_for_the_nearest_is_bounded(manager: Client, query: dict[str, Any]) -> None:
    assert manager.get(f"{ADDRESS}/nearest", query).status_code == 422


def note(client: Client, component_id: str, state: str = "damaged", reason: str = "盖板裂开") -> Any:
    body = {"state": state, "reason": reason}
    return client.post(f"{ADDRESS}/{component_id}/state", body, "application/json")


def test_state_is_noted_with_its_reason_once(manager: Client) -> None:
    component = add()
    for _ in range(2):
        answer = note(manager, component.pk)
        assert (answer.status_code, answer.json()["state"]) == (200, "damaged")
    history = manager.get(f"{ADDRESS}/{component.pk}/history").json()
    assert [entry["kind"] for entry in history] == ["added", "state"]
    assert history[1]["reason"] == "盖板裂开" and history[1]["changes"]["state"] == ["intact", "damaged"]


@pytest.mark.parametrize(
    ("state", "reason", "status"),
    [
        ("damaged", " ", 400),
        ("damaged", "", 422),
        ("gone", "r", 422),
        ("lost", "长" * 301, 422),
        ("lost", "\x00", 422),
    ],
)
def test_state_that_cannot_be_noted_changes_nothing(manager: Client, state: str, reason: str, status: int) -> None:
    component = add()
    assert note(manager, component.pk, state, reason).status_code == status
    assert Component.objects.unscoped(reason="test").get().state == "intact"
    assert ComponentChange.objects.count() == 1


def test_post_that_only_sees_components_cannot_change_them(manager: Client) -> None:
    component, supervisor = add(), client_in(DISTRICT, role="supervisor")
    assert supervisor.get(f"{ADDRESS}/{component.pk}").status_code == 200
    answer = note(supervisor, component.pk)
    assert (answer.status_code, answer.json()["code"]) == (403, "kernel.not_permitted")
    calls: tuple[Callable[[], Any], ...] = (
        lambda: Client().get(ADDRESS),
        lambda: Client().get(f"{ADDRESS}/{component.pk}"),
        lambda: note(Client(), component.pk),
    )
    assert [call().status_code for call in calls] == [401] * 3
