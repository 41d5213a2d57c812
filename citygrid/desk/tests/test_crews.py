"""The department desk splits a case among crews of the unit, and sees what is still open."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import TO_DISPATCHED, City, add_crew
from citygrid.desk.tests.test_photos import photo
from citygrid.kernel import clock

Enter = Callable[[str], Client]


@pytest.fixture
def case(city: City) -> Case:
    add_crew(city, language="en")
    start = clock.now() - timedelta(hours=1)
    return city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))


def act(client: Client, case: Case, action: str, **fields: object) -> object:
    """The form as the page draws it, filled in and sent."""
    page = client.get(f"/cases/{case.number}/")
    form = next(each for each in page.context["steps"] if each.action.code == action)
    values = {bound.name: bound.value() for bound in form if bound.value() not in (None, "")}
    return client.post(f"/cases/{case.number}/steps/{action}/", {**values, **fields})


def give(client: Client, case: Case, city: City) -> object:
    by = timezone.localtime(clock.now() + timedelta(hours=2))
    crew = city.accounts["crew"].holdings.get().post_id
    return act(client, case, "give_work", crew=crew, task="更换井盖", by=f"{by:%Y-%m-%dT%H:%M}")


def offered(client: Client, case: Case) -> list[str]:
    return [form.action.code for form in client.get(f"/cases/{case.number}/").context["steps"]]


def test_work_is_given_done_with_a_photo_and_then_the_case_is_handled(enter: Enter, city: City, case: Case) -> None:
    water, crew = enter("water"), enter("crew")
    assert crew.get("/waiting/").context["table"].rows == []
    assert give(water, case, city).status_code == 302
    assert "reply" not in offered(water, case) and offered(crew, case) == ["finish_work"]
    row = [cell.drawn() for cell in crew.get("/waiting/").context["table"].rows[0]]
    assert any("更换井盖" in cell for cell in row)
    assert act(crew, case, "finish_work", note="done").status_code == 422  # without a photo
    assert act(crew, case, "finish_work", note="已更换", photo_after=photo()).status_code == 302
    page = water.get(f"/cases/{case.number}/")
    (line,) = page.context["works"]
    assert (line.crew, line.lamp, line.words) == ("Repair crew", None, "已更换") and line.told.startswith("Done at ")
    assert act(water, case, "reply", note="已更换井盖").status_code == 302
    assert crew.get("/waiting/").context["table"].rows == []


def test_open_work_is_shown_with_its_time_and_taken_back_with_a_reason(enter: Enter, city: City, case: Case) -> None:
    water = enter("water")
    give(water, case, city)
    page = water.get(f"/cases/{case.number}/")
    assert page.context["works"][0].lamp.colour == "green" and "Work of crews" in page.content.decode()
    assert act(water, case, "take_back_work", reason="改由他人处置").status_code == 302
    page = water.get(f"/cases/{case.number}/")
    assert page.context["works"][0].told.startswith("Taken back at ")
    assert "reply" in offered(water, case)
    titles = [(entry.title, dict(entry.detail).get("Crew")) for entry in page.context["entries"][:2]]
    assert titles == [("Take work back", "Repair crew"), ("Give work to a crew", "Repair crew")]


def test_work_is_offered_only_where_the_unit_has_a_crew(enter: Enter, city: City) -> None:
    start = clock.now() - timedelta(hours=1)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))
    assert "give_work" not in offered(enter("water"), case)
    add_crew(city)
    assert "give_work" in offered(enter("water"), case)


def test_second_work_of_the_only_crew_is_not_offered(enter: Enter, city: City, case: Case) -> None:
    give(enter("water"), case, city)
    assert "give_work" not in offered(enter("water"), case)


def test_case_page_costs_no_more_queries_with_more_work(enter: Enter, city: City, case: Case) -> None:
    water = enter("water")
    spent = []
    for place in range(4):
        if place:
            add_crew(city, f"crew-{place}", f"抢修{place}班")
            crew = city.accounts[f"crew-{place}"].holdings.get().post_id
            by = timezone.localtime(clock.now() + timedelta(hours=2))
            act(water, case, "give_work", crew=crew, task="围挡", by=f"{by:%Y-%m-%dT%H:%M}")
        with CaptureQueriesContext(connection) as caught:
            water.get(f"/cases/{case.number}/")
        spent.append(len(caught))
    assert spent[1] == spent[2] == spent[3]


def test_work_until_a_time_that_has_passed_is_told_at_its_field_and_the_text_is_kept(
    enter: Enter, city: City, case: Case
) -> None:
    crew = city.accounts["crew"].holdings.get().post_id
    page = act(enter("water"), case, "give_work", crew=crew, task="更换井盖", by="2020-01-01T10:00")
    assert page.status_code == 422
    assert list(page.context["sent"].errors) == ["by"]
    assert "更换井盖" in page.content.decode()
