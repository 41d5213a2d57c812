"""Corrections and undone joins by the API."""

from typing import Any
from uuid import uuid4

import pytest

from citygrid.cases.tests.factories import City
from citygrid.intake.tests.factories import receive

JSON = "application/json"


def post(client: Any, report_id: Any, what: str, **body: Any) -> Any:
    return client.post(f"/api/v1/reports/{report_id}/{what}", {"reason": "so it is", **body}, JSON)


def test_report_is_corrected_once_on_the_history_that_was_seen(city: City, client_of) -> None:
    report, client = receive(city).report_id, client_of("acceptor")
    body = {"category_key": city.category_key, "expected_seq": 0}
    answer = post(client, report, "corrections", **body)
    assert (answer.status_code, answer.json()["history"][0]["action"]) == (201, "correct")
    again = post(client, report, "corrections", **body)
    assert (again.status_code, again.json()["code"]) == (409, "intake.report_moved")
    same = post(client, report, "corrections", category_key=city.category_key)
    assert (same.status_code, same.json()["code"]) == (400, "cases.nothing_corrected")


def test_what_is_not_joined_is_not_taken_out(city: City, client_of) -> None:
    report, client = receive(city).report_id, client_of("acceptor")
    refused = post(client, report, "unjoin")
    assert (refused.status_code, refused.json()["code"]) == (409, "intake.not_joined")
    assert post(client, report, "unjoin", reason="").status_code == 422


@pytest.mark.parametrize("what", ["corrections", "unjoin"])
def test_only_who_decides_reports_may(city: City, client_of, what: str) -> None:
    assert post(client_of("supervisor"), receive(city).report_id, what).status_code == 403
    assert post(client_of("acceptor"), uuid4(), what).status_code == 404


def test_case_is_corrected_by_a_step(city: City, client_of) -> None:
    case, client = city.open(), client_of("acceptor")
    address = f"/api/v1/cases/{case.pk}/steps"
    body = {"action": "correct", "reason": "moved", "correction": {"area_code": "900001001002"}, "expected_seq": 1}
    answer = client.post(address, body, JSON)
    assert (answer.status_code, answer.json()["area_code"], answer.json()["lon"]) == (201, "900001001002", None)
    outside = {**body, "expected_seq": 2, "correction": {"lon": 1, "lat": 1}}
    answer = client.post(address, outside, JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "cases.place_unknown")
