"""The list of cases as a workbook: the rows of its filter, and what it says of itself."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import TO_DISPATCHED, City, add_administrator, make_cases
from citygrid.desk.web import export
from citygrid.kernel import clock
from citygrid.kernel.downloads import TYPES

LATE = (*TO_DISPATCHED, "water reply", "acceptor send_to_check", "supervisor pass_check", "shift_leader close")


def book(answer: Any) -> Workbook:
    assert (answer.status_code, answer["Content-Type"]) == (200, TYPES["xlsx"])
    return load_workbook(io.BytesIO(answer.content))


def rows(answer: Any, sheet: int = 0) -> list[tuple[Any, ...]]:
    return list(book(answer).worksheets[sheet].iter_rows(values_only=True))


@pytest.fixture
def address() -> str:
    return reverse("cases-file")


def test_file_has_the_rows_and_words_of_the_list_in_its_order(city: City, enter, address: str) -> None:
    make_cases(city, clock.now())
    client = enter("inspector")
    asked = {"state": "dispatched", "sort": "number"}
    shown = client.get(reverse("cases"), asked).context["table"].rows
    head, *found = rows(client.get(address, asked))
    assert head[:3] == ("Number", "Category", "Place") and head[-1] == "What was reported"
    assert [row[:4] for row in found] == [tuple(str(cell.value) for cell in row[:4]) for row in shown]
    assert all(isinstance(row[6], datetime) for row in found)


def test_file_says_who_made_it_and_what_it_is_narrowed_to(city: City, enter, address: str) -> None:
    make_cases(city, clock.now())
    asked = {"lamp": "red", "category": "city/component/01001", "opened_from": "2020-01-01"}
    told = dict(row[:2] for row in rows(enter("inspector").get(address, asked), 1))
    assert told["Lamp"] == "Overdue"
    assert told["Category"] == "Sewage manhole cover" and told["Opened from"] == "2020-01-01"
    assert told["Made by"] == city.actor("inspector", clock.now()).label


def test_file_of_what_waits_has_the_rows_of_its_list(city: City, enter) -> None:
    make_cases(city, clock.now())
    client = enter("acceptor")
    for asked, told in (
        ({}, {}),
        ({"lamp": "red"}, {"Lamp": "Overdue"}),
        ({"state": "handled"}, {"State": "Handled"}),
    ):
        shown = client.get(reverse("waiting"), asked).context["table"].rows
        answer = client.get(reverse("waiting-file"), asked)
        assert [row[0] for row in rows(answer)[1:]] == [row[0].value.partition("|")[0] for row in shown]
        assert told.items() <= dict(row[:2] for row in rows(answer, 1)).items()


def test_department_takes_out_only_its_own_cases(city: City, enter, address: str) -> None:
    cases = make_cases(city, clock.now())
    found = {row[0] for row in rows(enter("water").get(address))[1:]}
    assert found == {case.number for case in cases if case.unit_id == city.water.pk} != set()


def test_file_is_refused_to_who_may_not_see_cases(city: City, enter, address: str) -> None:
    add_administrator(city)
    assert enter("system_administrator").get(address).status_code == 403


def test_text_that_looks_like_a_formula_stays_text(city: City, enter, address: str) -> None:
    case = city.case(0, clock.now() - timedelta(hours=1))
    Case.objects.unscoped(reason="test").filter(pk=case.pk).update(summary="=1+1\x0b", address="@a")
    page = book(enter("inspector").get(address)).worksheets[0]
    assert [(cell.value, cell.data_type) for cell in (page["M2"], page["C2"])] == [("=1+1", "s"), ("@a", "s")]


def test_file_ends_at_its_bound_and_says_so(city: City, enter, address: str, monkeypatch) -> None:
    make_cases(city, clock.now(), 4)
    monkeypatch.setattr(export, "MOST", 4)
    assert "Only the first" not in str(rows(enter("inspector").get(address), 1))
    monkeypatch.setattr(export, "MOST", 3)
    answer = enter("inspector").get(address)
    assert answer["Content-Disposition"].endswith('-first-3.xlsx"')
    assert "at most 3" in enter("inspector").get(reverse("cases")).content.decode()
    assert len(rows(answer)) == 4 and "Only the first 3 cases" in str(rows(answer, 1)[-1])


@pytest.mark.parametrize("asked", [{"state": "nonsense"}, {"opened_from": "2026-13-99"}, {"area": "x"}])
def test_file_of_what_cannot_be_read_is_refused_on_the_page(
    city: City, enter, address: str, asked: dict[str, str]
) -> None:
    answer = enter("inspector").get(address, asked)
    assert (answer.status_code, answer["Content-Type"][:9]) == (422, "text/html")
    assert list(answer.context["form"].errors) == list(asked)


def test_overdue_is_of_open_cases_and_those_closed_late_are_named_apart(city: City, enter, address: str) -> None:
    start, every = clock.now() - timedelta(days=40), timedelta(days=4)
    lives = ((0, LATE[:-1]), (42, LATE))
    made = [city.play(city.case(place, start), *lines, start=start, every=every) for place, lines in lives]
    for asked, found in (("red", made[0]), ("late", made[1])):
        client = enter("inspector")
        shown = client.get(reverse("cases"), {"lamp": asked}).context["table"].rows
        assert [row[0].value for row in shown] == [found.number]
        assert [row[0] for row in rows(client.get(address, {"lamp": asked}))[1:]] == [found.number]
