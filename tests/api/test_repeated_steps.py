"""Steps that a phone sends again because it got no answer, and what it is told when somebody else was first."""

from typing import Any

import pytest
from django.db import connections
from django.test import Client

from citygrid.cases.models import Case, Step
from citygrid.cases.tests.factories import City, make_city
from citygrid.evidence.tests import factories as evidence
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.tests.factories import run_at_once
from tests.api.conftest import key_of

TO_HANDLING = ("shift_leader file", "dispatcher dispatch", "department take")
JSON = "application/json"


def send(client: Client, case: Case, body: dict[str, Any], key: str | None = "k1") -> Any:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post(f"/api/v1/cases/{case.pk}/steps", body, JSON, headers=headers)


def reply(**values: Any) -> dict[str, Any]:
    return {"action": "reply", "note": "已清运", "expected_seq": 4, **values}


def test_same_key_and_step_again_gets_the_first_answer_also_when_the_case_went_on(city: City, client_of) -> None:
    case, client = city.play(city.open(), *TO_HANDLING), client_of("department")
    first = send(client, case, reply())
    city.take(case, "acceptor send_to_check")
    again = send(client, case, reply())
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {name: first.json()[name] for name in ("id", "number", "state", "head_seq")}
    assert list(case.steps.values_list("action", flat=True)).count("reply") == 1


def test_photo_that_was_sent_again_is_the_same_photo(city: City, client_of) -> None:
    case, client = city.play(city.open(), *TO_HANDLING), client_of("department")
    raw = evidence.jpeg()
    sent = [evidence.receive(raw, actor=city.actors["department"]) for _ in range(2)]
    bodies = [reply(photos=[{"id": str(photo.pk), "role": "after"}]) for photo in sent]
    assert [send(client, case, body).status_code for body in bodies] == [201, 200]
    other = reply(photos=[{"id": str(sent[0].pk), "role": "scene"}])
    assert send(client, case, other).json()["code"] == "kernel.key_reused"


@pytest.mark.parametrize("other", [{"note": "另一次"}, {"action": "return", "reason": "x"}])
def test_same_key_with_another_step_is_a_conflict(city: City, client_of, other: dict[str, str]) -> None:
    case, client = city.play(city.open(), *TO_HANDLING), client_of("department")
    send(client, case, reply())
    answer = send(client, case, reply(**other))
    assert (answer.status_code, answer.json()["code"]) == (409, "kernel.key_reused")


def test_same_key_on_another_case_is_a_conflict_and_another_accounts_key_is_not(city: City, client_of) -> None:
    case, other = (city.play(city.open(), *TO_HANDLING) for _ in range(2))
    assert send(client_of("department"), case, reply()).status_code == 201
    assert send(client_of("department"), other, reply()).json()["code"] == "kernel.key_reused"
    body = {"action": "send_to_check", "expected_seq": 5}
    assert send(client_of("acceptor"), case, body).status_code == 201


def test_step_that_was_refused_leaves_its_key_free_for_the_newer_history(city: City, client_of) -> None:
    case, client = city.play(city.open(), *TO_HANDLING), client_of("department")
    assert send(client, case, reply(expected_seq=3)).status_code == 409
    assert send(client, case, reply(expected_seq=4)).status_code == 201


def test_who_was_second_is_told_by_whom_and_what_for_a_program_too(city: City, client_of) -> None:
    case, client = city.play(city.open(), *TO_HANDLING), client_of("department")
    last = Step.objects.get(case=case, seq=4)
    answer = send(client, case, reply(expected_seq=3))
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "cases.case_moved")
    assert (told["head_seq"], told["state"]) == (4, "handling")
    assert told["last"]["action"] == "take" and told["last"]["label"] == last.label
    assert told["last"]["at"] == last.at.isoformat()


@pytest.mark.parametrize("key", ["", "k" * 201, "钥匙"])
def test_key_that_cannot_be_kept_is_refused(city: City, client_of, key: str) -> None:
    case = city.play(city.open(), *TO_HANDLING)
    assert send(client_of("department"), case, reply(), key).status_code == 422
    assert case.steps.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_take_one_step_and_get_one_answer() -> None:
    city = make_city()
    case = city.play(city.open(), *TO_HANDLING)
    key = key_of(city.actors["department"])

    def work(_: int) -> Any:
        answer = send(Client(headers={"Authorization": f"Bearer {key}"}), case, reply())
        connections.close_all()
        return answer.status_code, answer.json()["head_seq"], answer.json()["state"]

    answers = run_at_once(work, 8)
    assert sorted(answers) == [(200, 5, "handled")] * 7 + [(201, 5, "handled")]
    assert case.steps.count() == 5
    assert AuditEntry.objects.filter(subject=f"cases.case/{case.pk}", action="reply").count() == 1
