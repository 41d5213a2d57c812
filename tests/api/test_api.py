"""The API as a device or another system sees it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from citygrid.access.models import Account, ApiToken
from citygrid.access.services import revoke_token
from citygrid.cases.api.schemas import CaseOut
from citygrid.cases.models import Case
from citygrid.cases.tests.factories import NOW, City
from citygrid.intake.models import Report
from citygrid.intake.tests.factories import INSIDE
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor

TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")
JSON = "application/json"
SAMPLE = {"description": "井盖破损", **INSIDE}


def send(client: Client, body: Any = SAMPLE, key: str = "k1", **headers: str) -> Any:
    return client.post("/api/v1/reports", body, JSON, headers={"Idempotency-Key": key, **headers})


def test_report_gets_its_receipt_and_the_same_again(client_of) -> None:
    client = client_of("supervisor")
    first, second = send(client), send(client)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["receipt"] == second.json()["receipt"]
    assert (first.json()["is_first"], second.json()["is_first"]) == (True, False)


def test_report_of_what_was_handled_on_the_spot_is_a_case_at_once(city: City, client_of) -> None:
    body = {**SAMPLE, "category_key": city.category_key, "handled": {"note": "已复位"}}
    first, again = (send(client_of("supervisor"), body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    case = Case.objects.unscoped(reason="test").get()
    assert first.json()["case_number"] == again.json()["case_number"] == case.number
    refused = send(client_of("acceptor"), body)
    assert (refused.status_code, refused.json()["code"]) == (409, "intake.not_handled_here")
    assert send(client_of("supervisor"), key="k2").json()["case_number"] == ""


def test_receipt_tells_what_became_of_the_report_to_anybody(client_of) -> None:
    receipt = send(client_of("supervisor")).json()["receipt"]
    answer = Client().get(f"/api/v1/reports/{receipt}")
    assert answer.json()["state"] == "received"
    assert set(answer.json()) == {"receipt", "state", "received_at", "reason", "case_number", "case_state", "history"}


def test_same_key_with_another_report_is_a_conflict(client_of) -> None:
    client = client_of("supervisor")
    send(client)
    answer = send(client, {**SAMPLE, "description": "another"})
    assert (answer.status_code, answer.json()["code"]) == (409, "kernel.key_reused")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**SAMPLE, "lon": 10, "lat": 10}, 400, "intake.outside_district"),
        ({**SAMPLE, "lon": INSIDE["lat"], "lat": INSIDE["lon"]}, 400, "intake.swapped_coordinates"),
        ({"description": "no place"}, 400, "intake.place_missing"),
        ({**SAMPLE, "description": " "}, 400, "intake.text_missing"),
        ({**SAMPLE, "description": "\x00"}, 400, "intake.text_unusable"),
        ({**SAMPLE, "description": "长" * 5001}, 422, "kernel.invalid"),
        ({**SAMPLE, "lon": "east"}, 422, "kernel.invalid"),
        ({**SAMPLE, "frame": "mars"}, 422, "kernel.invalid"),
        ({**SAMPLE, "area_code": "9000010"}, 422, "kernel.invalid"),
        ({**SAMPLE, "category_key": "a/b/c"}, 400, "intake.category_unknown"),
        ({"description": "x", "area_code": "999999"}, 404, "geography.unknown_place"),
        ([], 422, "kernel.invalid"),
        ('{"description": NaN}', 400, "kernel.body_broken"),
        ('{"description": "half', 400, "kernel.body_broken"),
        ("[" * 100_000, 400, "kernel.body_broken"),
        ('{"description": "' + "x" * 10_000_000 + '"}', 413, "kernel.body_too_big"),
        (b"\xff\xfe", 400, "kernel.body_broken"),
    ],
)
def test_unusable_report_is_refused_with_a_reason_and_nothing_is_kept(
    client_of, body: Any, status: int, code: str
) -> None:
    answer = send(client_of("supervisor"), body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["title"]
    assert Report.objects.unscoped(reason="test").count() == 0


def test_report_without_a_key_is_refused(client_of) -> None:
    answer = client_of("supervisor").post("/api/v1/reports", SAMPLE, JSON)
    assert answer.status_code == 422


def test_words_of_a_refusal_are_in_the_callers_language(client_of) -> None:
    client = client_of("supervisor")
    english = send(client, {"description": "x"}, **{"Accept-Language": "en"}).json()
    chinese = send(client, {"description": "x"}, **{"Accept-Language": "zh-CN"}).json()
    assert english["title"].startswith("A report needs a place")
    assert chinese["title"] != english["title"]
    assert chinese["code"] == english["code"]


def test_cases_are_listed_filtered_and_read_with_their_history(city: City, client_of) -> None:
    case = city.play(city.open(), *TO_FILED)
    other = city.open(summary="垃圾成堆")
    client = client_of("dispatcher")
    assert {row["id"] for row in client.get("/api/v1/cases").json()} == {str(case.pk), str(other.pk)}
    filed = client.get("/api/v1/cases", {"state": "filed", "words": "井盖", "lamp": "none"}).json()
    assert [row["number"] for row in filed] == [case.number]
    detail = client.get(f"/api/v1/cases/{case.pk}").json()
    assert [step["action"] for step in detail["steps"]] == ["accept", "send_to_verify", "report_verification", "file"]
    waiting = client.get("/api/v1/cases/waiting").json()
    assert [row["id"] for row in waiting] == [str(case.pk)]


def test_step_is_taken_as_it_was_offered(city: City, client_of) -> None:
    case = city.play(city.open(), *TO_FILED)
    client = client_of("dispatcher")
    offered = {action["code"]: action for action in client.get(f"/api/v1/cases/{case.pk}/actions").json()}
    assert offered["dispatch"]["needs"] == ["unit"]
    body = {"action": "dispatch", "unit_id": str(city.unit.pk), "expected_seq": 4}
    answer = client.post(f"/api/v1/cases/{case.pk}/steps", body, JSON)
    assert (answer.status_code, answer.json()["state"], answer.json()["unit_id"]) == (
        201,
        "dispatched",
        str(city.unit.pk),
    )
    again = client.post(f"/api/v1/cases/{case.pk}/steps", body, JSON)
    assert (again.status_code, again.json()["code"]) == (409, "cases.case_moved")


def test_missing_fields_of_a_step_are_named(city: City, client_of) -> None:
    case = city.play(city.open(), *TO_FILED)
    answer = client_of("dispatcher").post(f"/api/v1/cases/{case.pk}/steps", {"action": "dispatch"}, JSON)
    assert (answer.status_code, [field["field"] for field in answer.json()["fields"]]) == (400, ["unit"])


def test_department_reads_only_its_own_cases(city: City, client_of) -> None:
    case = city.play(city.open(), *TO_FILED, "dispatcher dispatch")
    theirs = client_of("other_department")
    assert theirs.get("/api/v1/cases").json() == []
    assert theirs.get(f"/api/v1/cases/{case.pk}").status_code == 404
    assert theirs.post(f"/api/v1/cases/{case.pk}/steps", {"action": "take"}, JSON).status_code == 404
    assert client_of("department").get(f"/api/v1/cases/{case.pk}").status_code == 200


def test_token_opens_only_its_scopes(client_of) -> None:
    client = client_of("supervisor", ["intake.report:receive"])
    assert send(client).status_code == 201
    answer = client.get("/api/v1/cases")
    assert (answer.status_code, answer.json()["code"]) == (403, "kernel.not_permitted")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer cg_nonsense"}, {"Authorization": "Basic eA=="}])
def test_call_without_a_valid_token_is_refused(city: City, headers: dict[str, str]) -> None:
    answer = Client(headers=headers).get("/api/v1/cases")
    assert (answer.status_code, answer.json()["code"]) == (401, "kernel.not_signed_in")


def test_revoked_and_expired_tokens_open_nothing(client_of) -> None:
    client = client_of("supervisor")
    token = ApiToken.objects.get()
    revoke_token(token_id=token.pk, actor=system_actor("tests"), now=clock.now())
    assert client.get("/api/v1/cases").status_code == 401
    late = client_of("dispatcher")
    ApiToken.objects.filter(revoked_at=None).update(
        issued_at=NOW - timedelta(days=9), expires_at=NOW - timedelta(days=1)
    )
    assert late.get("/api/v1/cases").status_code == 401


def test_session_calls_need_the_csrf_token(city: City) -> None:
    account = city.actors["supervisor"].account_id
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(pk=account))
    assert client.get("/api/v1/cases").status_code == 200
    assert send(client).status_code == 401


def test_place_catalogue_and_layers_are_looked_up(city: City, client_of) -> None:
    client = client_of("supervisor")
    place = client.get("/api/v1/geography/place", INSIDE).json()
    assert (place["community"], place["district"]) == ("900001001001", "900001")
    assert client.get("/api/v1/geography/place", {"lon": 0, "lat": 0}).json()["code"] == "geography.no_place_there"
    areas = client.get("/api/v1/geography/areas", {"level": "community", "below": "900001001"}).json()
    assert [area["code"] for area in areas] == ["900001001001", "900001001002"]
    assert client.get("/api/v1/geography/areas/900001/outline").json()["type"] == "MultiPolygon"
    assert client.get("/api/v1/geography/layers").json() == []
    standards = client.get("/api/v1/catalogue/standards", {"category": city.category_key}).json()
    assert [(one["limit"]["value"], one["limit"]["unit"]) for one in standards] == [("2", "urgent_hour")]


def test_unknown_case_and_address_are_not_found(client_of) -> None:
    client = client_of("dispatcher")
    assert client.get(f"/api/v1/cases/{uuid4()}").json()["code"] == "kernel.not_found"
    assert client.get("/api/v1/nothing").status_code == 404
    assert Case.objects.unscoped(reason="test").count() == 0


@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/cases/waiting"])
def test_rows_of_lists_are_as_the_schema_says(city: City, client_of, path: str) -> None:
    city.open()
    client = client_of("shift_leader")
    [row] = client.get(path).json()
    checked = CaseOut.model_validate(row)
    assert set(row) == set(CaseOut.model_fields)
    detail = client.get(f"/api/v1/cases/{row['id']}").json()
    assert {name: detail[name] for name in row} == row
    assert (str(checked.id), checked.lamp) == (row["id"], "none")


def test_page_of_cases_is_bounded(client_of) -> None:
    assert client_of("dispatcher").get("/api/v1/cases", {"count": 201}).status_code == 422


def test_list_costs_the_same_queries_for_any_number_of_rows(
    city: City, client_of, django_assert_max_num_queries
) -> None:
    for _ in range(12):
        city.open()
    client = client_of("dispatcher")
    with django_assert_max_num_queries(2):
        assert len(client.get("/api/v1/cases").json()) == 12


def test_all_that_waits_can_be_read_page_by_page(city: City, client_of: Any) -> None:
    cases = [city.open(summary=f"{number}") for number in range(5)]
    client = client_of("acceptor")
    pages = [client.get("/api/v1/cases/waiting", {"start": start, "count": 2}).json() for start in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert {row["number"] for page in pages for row in page} == {case.number for case in cases}
