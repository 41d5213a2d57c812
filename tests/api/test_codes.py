"""What a code stands for that a phone scanned, for the post that asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from citygrid.desk.tests import factories
from citygrid.desk.tests.factories import COVER, TO_DISPATCHED, City, add_cover
from citygrid.intake.services import accept_report, join_report
from citygrid.kernel import clock
from citygrid.terminal.api.schemas import CodeOut

HIDDEN = {"code": "terminal.code_unknown", "status": 404}


@pytest.fixture
def city(db: None) -> City:
    return factories.make_city(clock.now())


def ask(city: City, login: str, text: str) -> Any:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.accounts[login])
    return client.get(f"/api/v1/terminal/codes/{text}")


def told(city: City, login: str, text: str) -> dict[str, Any]:
    answer = ask(city, login, text)
    assert answer.status_code == 200, answer.content
    assert CodeOut.model_validate(answer.json())
    return answer.json()


def lived(city: City, place: int, *lines: str) -> Any:
    start = clock.now() - timedelta(hours=2)
    return city.play(city.case(place, start), *lines, start=start, every=timedelta(minutes=5))


def test_component_is_told_with_its_place_and_the_open_cases_about_it(city: City) -> None:
    cover, now = add_cover(), clock.now()
    receipt = city.report(0, now)
    acceptor = city.actor("acceptor", now)
    given = {"category_key": COVER, "component_id": cover.pk}
    case = accept_report(report_id=receipt.report_id, actor=acceptor, now=now, **given)
    lived(city, 2)
    found = told(city, "supervisor", cover.pk)
    assert (found["kind"], found["code"], found["category_key"]) == ("component", cover.pk, COVER)
    assert (found["lon"], found["lat"]) == (cover.location.x, cover.location.y)
    assert [(one["number"], one["stage"]) for one in found["cases"]] == [(case.number, "Registered")]


def test_case_leads_to_itself_open_or_ended(city: City) -> None:
    case = lived(city, 0, "shift_leader void")
    found = told(city, "supervisor", f" {case.number} ")
    assert (found["kind"], found["name"], found["area_code"]) == ("case", "Sewage manhole cover", case.area_code)
    assert [(one["case_id"], one["is_open"]) for one in found["cases"]] == [(str(case.pk), False)]


def test_receipt_says_what_became_of_the_report_and_its_case_only_to_who_sees_it(city: City) -> None:
    case, now = lived(city, 0, *TO_DISPATCHED), clock.now()
    receipt = city.report(5, now)
    assert told(city, "supervisor", receipt.receipt.lower())["name"] == "Received"
    join_report(report_id=receipt.report_id, case_id=case.pk, actor=city.actor("acceptor", now), now=now)
    seen = {login: told(city, login, receipt.receipt) for login in ("supervisor", "water", "sanitation")}
    assert [len(found["cases"]) for found in seen.values()] == [1, 1, 0]
    assert {found["name"] for found in seen.values()} == {"Joined to a case"}
    assert {found["lon"] for found in seen.values()} == {None}


def test_grid_leads_to_the_open_cases_in_it(city: City) -> None:
    case = lived(city, 0)
    lived(city, 3, "shift_leader void")
    found = told(city, "supervisor", case.area_code)
    assert len(case.area_code) == 15 and found["kind"] == "place"
    assert [one["number"] for one in found["cases"]] == [case.number]
    street = told(city, "supervisor", "900001001")
    assert "Dongsi" in street["name"] and street["cases"] == found["cases"]


def test_what_is_hidden_is_told_like_what_is_not_there(city: City) -> None:
    case, cover = lived(city, 0, *TO_DISPATCHED), add_cover()
    factories.add_crew(city)
    asked = {
        "sanitation": (case.number, "900001-20200101-0001"),
        "crew": (cover.pk, "90000101001000099"),
        "supervisor": ("9" * 17, "9" * 15, "AAAA-AAAA-AAAA", "nothing of ours", "１１０１０１", "900001%00"),
    }
    answers = [ask(city, login, text) for login, texts in asked.items() for text in texts]
    assert [{name: answer.json()[name] for name in HIDDEN} for answer in answers] == [HIDDEN] * len(answers)
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("login", ["acceptor", "shift_leader", "dispatcher", "inspector"])
def test_posts_that_work_inside_are_not_let_in(city: City, login: str) -> None:
    assert ask(city, login, "900001").status_code == 403
