"""What is wrong with a field is told in the caller's language, and what cannot be meant is not taken."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from citygrid.cases.tests.factories import City
from citygrid.intake.models import Report
from tests.api.test_api import JSON, SAMPLE, send

CHINESE, ENGLISH = {"Accept-Language": "zh-hans"}, {"Accept-Language": "en"}
LATIN = re.compile(r"[A-Za-z]{3,}")


@pytest.mark.parametrize(
    ("query", "words", "chinese"),
    [
        ("start=-1", "This must be at least 0.", "不得小于 0。"),
        ("start=x", "This must be a whole number.", "必须是整数。"),
        ("unit_id=x", "This must be an identifier (UUID).", "必须是标识符（UUID）。"),
        ("is_open=x", "This must be true or false.", "必须是 true 或 false。"),
        ("lamp=x", "This must be one of: green, yellow, red, paused, none.", "必须是下列之一："),
        ("west=1", "A box needs west, south, east and north.", "范围需要"),
        ("west=x", "This must be a number.", "必须是数字。"),
        ("opened_from=x", "This must be a day as YYYY-MM-DD.", "必须是日期，写作 YYYY-MM-DD。"),
        ("opened_from=2026-02-30", "This must be a day as YYYY-MM-DD.", "必须是日期，写作 YYYY-MM-DD。"),
        ("component_id=1", "This is not written as it should be", "格式不符"),
    ],
)
def test_fault_of_a_field_is_told_in_the_callers_language(client_of, query: str, words: str, chinese: str) -> None:
    client = client_of("acceptor")
    for headers, told in ((ENGLISH, words), (CHINESE, chinese)):
        answer = client.get(f"/api/v1/cases?{query}", headers=headers)
        assert answer.status_code == 422
        assert told in answer.json()["fields"][0]["words"] and told in answer.json()["title"]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"bogus": 1}, "body.report.bogus", "There is no such field; look at its spelling."),
        ({"contact": {"fone": "1"}}, "body.report.contact.fone", "There is no such field; look at its spelling."),
        ({"description": None}, "body.report.description", "This must be a text."),
        ({"lat": 181}, "body.report.lat", "This may be at most 180."),
        ({"photos": [str(uuid4())] * 99}, "body.report.photos", "This may have at most 9 entries."),
        ({"contact": []}, "body.report.contact", "This must be an object with fields."),
    ],
)
def test_body_is_told_its_field(client_of, change: dict[str, Any], field: str, words: str) -> None:
    answer = send(client_of("supervisor"), {**SAMPLE, **change}, **ENGLISH)
    assert answer.status_code == 422
    assert {"field": field, "words": words} in answer.json()["fields"]
    assert not Report.objects.unscoped(reason="test").exists()


def test_misspelt_field_of_a_step_is_told(city: City, client_of) -> None:
    address = f"/api/v1/cases/{city.open().pk}/steps"
    answer = client_of("acceptor").post(address, {"action": "send_to_verify", "expected": 1}, JSON)
    assert answer.status_code == 422 and answer.json()["fields"][0]["field"].endswith(".expected")


def test_last_day_of_the_calendar_narrows_nothing(city: City, client_of) -> None:
    city.open()
    for day in (date.max, date(9999, 12, 30)):
        answer = client_of("acceptor").get(f"/api/v1/cases?opened_until={day}")
        assert (answer.status_code, len(answer.json())) == (200, 1)


@pytest.mark.parametrize("path", ["catalogue/schemes/nope/categories", "geography/layers/nope/features"])
def test_list_of_what_there_is_not_is_not_found(client_of, path: str) -> None:
    client = client_of("acceptor")
    assert client.get(f"/api/v1/{path}").status_code == 404
    assert not LATIN.search(client.get(f"/api/v1/{path}", headers=CHINESE).json()["title"].replace("nope", ""))
