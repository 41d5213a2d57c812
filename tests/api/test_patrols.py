"""Patrols as a phone sends them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from citygrid.cases.tests.factories import City
from citygrid.kernel import clock
from citygrid.terminal.api.schemas import OnPatrolOut, PatrolOut, PatrolWithTrackOut

JSON, ROOT = "application/json", "/api/v1/terminal/patrols"
AT = {"lon": 116.4, "lat": 39.9, "accuracy": 4.5}


@pytest.fixture
def client(client_of: Any) -> Client:
    return client_of("supervisor")


def begin(client: Client, ago: timedelta = timedelta(hours=1), **values: Any) -> Any:
    body = {"id": str(uuid4()), "started_at": (clock.now() - ago).isoformat(), **values}
    return client.post(ROOT, body, JSON), body


def position(ago: timedelta, **values: Any) -> dict[str, Any]:
    return {"at": (clock.now() - ago).isoformat(), **AT, **values}


def test_patrol_is_begun_walked_and_ended_by_a_phone(client: Client) -> None:
    first, body = begin(client)
    again = client.post(ROOT, body, JSON)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    path = f"{ROOT}/{body['id']}"
    batch = {"positions": [position(timedelta(minutes=m)) for m in (90, 30, 20)], "sent_at": clock.now().isoformat()}
    assert client.post(f"{path}/positions", batch, JSON).json() == {"kept": 2, "known": 0, "refused": 1, "metres": 0}
    assert client.post(f"{path}/positions", batch, JSON).json() == {"kept": 0, "known": 2, "refused": 1, "metres": 0}
    ended = client.post(f"{path}/end", {"ended_at": clock.now().isoformat()}, JSON).json()
    assert (ended["minutes"], ended["positions"], ended["is_doubtful"]) == (60, 2, False)
    [listed] = client.get(ROOT).json()
    assert PatrolOut.model_validate(listed) and listed == ended
    told = client.get(path).json()
    assert PatrolWithTrackOut.model_validate(told) and [one["lon"] for one in told["track"]] == [116.4, 116.4]


def test_unusable_positions_are_refused_as_a_whole(client: Client) -> None:
    _, body = begin(client)
    good = position(timedelta(minutes=3))
    for bad in (
        [good] * 501,
        [{**good, "lat": 91}],
        [{**good, "accuracy": -1}],
        [{**good, "at": 5}],
        [{**good, "speed": 1}],
    ):
        answer = client.post(f"{ROOT}/{body['id']}/positions", {"positions": bad}, JSON)
        assert (answer.status_code, answer.json()["code"]) == (422, "kernel.invalid")
    assert client.get(f"{ROOT}/{body['id']}").json()["track"] == []


def test_last_day_of_the_calendar_can_be_asked_for(client_of: Any) -> None:
    leader = client_of("shift_leader")
    assert [leader.get(f"{ROOT}/sums", {"on": day}).status_code for day in ("9999-12-31", "2026-11-28")] == [200, 200]


def test_patrols_of_others_are_not_there_and_sums_are_for_shift_leaders(city: City, client_of: Any) -> None:
    _, body = begin(client_of("supervisor"))
    path = f"{ROOT}/{body['id']}"
    client_of("supervisor").post(f"{path}/end", {"ended_at": clock.now().isoformat()}, JSON)
    other = client_of("department")
    assert other.get(ROOT).json() == []
    asked = [other.get(path), other.post(f"{path}/end", {"ended_at": clock.now().isoformat()}, JSON)]
    assert [answer.status_code for answer in asked] == [404, 404]
    assert other.post(ROOT, body, JSON).json()["code"] == "terminal.patrol_taken"
    sums = {role: client_of(role).get(f"{ROOT}/sums") for role in city.actors}
    assert {role for role, answer in sums.items() if answer.status_code == 200} == {"shift_leader"}
    [told] = [row for row in sums["shift_leader"].json() if row["patrols"]]
    assert set(told) == set(OnPatrolOut.model_fields) and told["minutes"] == 60


@pytest.mark.parametrize("role", ["acceptor", "shift_leader", "dispatcher"])
def test_posts_that_work_inside_begin_no_patrol(client_of: Any, role: str) -> None:
    assert begin(client_of(role))[0].status_code == 403
