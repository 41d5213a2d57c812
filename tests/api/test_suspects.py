"""Which cases a report may be about, asked by a channel before it is sent."""

from collections.abc import Callable

import pytest
from django.test import Client

from citygrid.cases.tests.factories import City
from citygrid.dispatch.api.schemas import SuspectOut

SUSPECTS, JSON = "/api/v1/dispatch/suspects", "application/json"


def asked(city: City, **values: object) -> dict[str, object]:
    case = city.open()
    place = {"lon": case.location.x, "lat": case.location.y}
    return {**place, "category_key": city.category_key, "text": "井盖破损", **values}


def test_channel_is_told_what_a_report_may_be_about(city: City, client_of: Callable[..., Client]) -> None:
    given = asked(city)
    (found,) = client_of("shift_leader").post(SUSPECTS, given, JSON, headers={"accept-language": "en"}).json()
    assert found["number"] and found["is_open"]
    assert found["reasons"][0] == "same category"
    assert 0 < found["chance"] < 1
    assert SuspectOut(**found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lon": 200},
        {"lat": "nan"},
        {"lat": False},
        {"lon": "1"},
        {"count": True},
        {"text": "a" * 601},
        {"count": 21},
        {"frame": "mars"},
    ],
)
def test_question_is_bounded(city: City, client_of: Callable[..., Client], wrong: dict[str, object]) -> None:
    assert client_of("shift_leader").post(SUSPECTS, asked(city, **wrong), JSON).status_code == 422


@pytest.mark.parametrize("place", [{"lat": 90}, {"lat": -90, "frame": "gcj02"}, {"lon": 180, "lat": 0}, {"lon": -180}])
def test_ends_of_the_earth_hold_no_case(
    city: City, client_of: Callable[..., Client], place: dict[str, object]
) -> None:
    answer = client_of("shift_leader").post(SUSPECTS, asked(city, **place), JSON)
    assert (answer.status_code, answer.json()) == (200, [])


def test_who_has_no_token_is_told_nothing(city: City) -> None:
    assert Client().post(SUSPECTS, asked(city), JSON).status_code == 401
