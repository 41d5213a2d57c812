"""Cases of a component by the API: read, found, corrected."""

from typing import Any

import pytest

from citygrid.cases.tests.factories import City
from citygrid.catalogue.tests import factories as catalogue
from citygrid.inventory.tests.factories import LON, add

JSON = "application/json"
LAMP = "test/component/01002"


def correct(client: Any, case: Any, language: str = "en", **right: Any) -> Any:
    body = {"action": "correct", "reason": "so says the label", "correction": right}
    return client.post(f"/api/v1/cases/{case.pk}/steps", body, JSON, headers={"Accept-Language": language})


def test_case_says_which_component_it_is_about(city: City, client_of) -> None:
    cover, client = add(), client_of("acceptor")
    about, without = city.open(component_id=cover.pk), city.open()
    told = [client.get(f"/api/v1/cases/{case.pk}").json()["component_id"] for case in (about, without)]
    assert told == [cover.pk, None]
    found = client.get("/api/v1/cases", {"component_id": cover.pk}).json()
    assert [case["id"] for case in found] == [str(about.pk)]


def test_component_is_corrected_by_a_step_and_taken_away(city: City, client_of) -> None:
    cover, client, case = add(alias_code="9000010101000001"), client_of("acceptor"), city.open()
    answer = correct(client, case, component_id=cover.alias_code)
    assert (answer.status_code, answer.json()["component_id"]) == (201, cover.pk)
    answer = correct(client, case, component_id="none")
    assert (answer.status_code, answer.json()["component_id"]) == (201, None)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "of another category than the case"), ("zh-hans", "此部件与案件的类别不同")]
)
def test_component_that_does_not_fit_is_refused_in_words(city: City, client_of, language: str, words: str) -> None:
    catalogue.category("01002", "路灯", "Lamp")
    lamp, client, case = add(category="01002", longitude=LON), client_of("acceptor"), city.open()
    answer = correct(client, case, language, component_id=lamp.pk)
    assert (answer.status_code, answer.json()["code"]) == (400, "cases.component_unfit")
    assert words in answer.json()["title"]
    assert correct(client, case, component_id="9" * 17).json()["code"] == "cases.component_unknown"


@pytest.mark.parametrize("wrong", ["1", "x" * 17, "9" * 18, "None"])
def test_component_that_is_none_is_not_asked_for(city: City, client_of, wrong: str) -> None:
    client = client_of("acceptor")
    assert client.get("/api/v1/cases", {"component_id": wrong}).status_code == 422
    assert correct(client, city.open(), component_id=wrong).status_code == 422
