"""A dry run of rules by the API."""

from django.utils.timezone import localdate

from citygrid.cases.tests.factories import City
from citygrid.kernel import clock

JSON = "application/json"
TO_DISPATCHED = (
    "acceptor send_to_verify",
    "supervisor report_verification",
    "shift_leader file",
    "dispatcher dispatch",
)


def test_trial_counts_and_names_cases_within_a_period(city: City, client_of) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    day = f"{case.dispatched_at:%Y-%m-%d}"
    body = {"since": day, "until": day, "added": [{"unit_id": str(city.unit.pk)}]}
    answer = client_of("dispatcher").post("/api/v1/dispatch/trials", body, JSON).json()
    assert answer["counts"] == {"same": 0, "moved": 0, "settled": 1, "unsettled": 0}
    assert answer["groups"][0]["cases"][0]["number"] == case.number and answer["agreed_after"] == 1
    later = client_of("dispatcher").post("/api/v1/dispatch/trials", body | {"on": "2031-01-01"}, JSON).json()
    assert (answer["on"], later["on"]) == (localdate().isoformat(), "2031-01-01")


def test_trial_is_bounded_and_closed_to_who_may_not_see_rules(city: City, client_of) -> None:
    today = clock.now().date().isoformat()
    body = {"since": "2020-01-01", "until": today}
    refused = client_of("dispatcher").post("/api/v1/dispatch/trials", body, JSON)
    assert (refused.status_code, refused.json()["code"]) == (400, "dispatch.period_invalid")
    assert client_of("acceptor").post("/api/v1/dispatch/trials", body, JSON).status_code == 403
