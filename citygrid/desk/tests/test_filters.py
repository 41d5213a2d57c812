"""Filters of the lists: spans of days that end today."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from citygrid.cases.models import Case
from citygrid.desk.choices import Period
from citygrid.desk.tests.factories import City
from citygrid.desk.web.tables import matter
from citygrid.kernel import clock


@pytest.mark.parametrize(
    ("period", "today", "first"),
    [
        (Period.TODAY, date(2026, 11, 27), date(2026, 11, 27)),
        (Period.WEEK, date(2026, 11, 27), date(2026, 11, 23)),
        (Period.WEEK, date(2026, 11, 23), date(2026, 11, 23)),
        (Period.WEEK, date(2026, 1, 1), date(2025, 12, 29)),
        (Period.MONTH, date(2026, 11, 27), date(2026, 11, 1)),
    ],
)
def test_period_begins_on_its_first_day(period: Period, today: date, first: date) -> None:
    assert period.first_day(today) == first


@pytest.mark.parametrize(("period", "kept"), [("today", 1), ("week", 1), ("month", 1), ("", 2), ("century", 2)])
def test_list_of_cases_is_narrowed_to_a_period(city: City, enter, period: str, kept: int) -> None:
    """A case of now, and one of 40 days ago."""
    new, old = (city.case(place, clock.now()) for place in range(2))
    Case.objects.unscoped(reason="test").filter(pk=old.pk).update(opened_at=clock.now() - timedelta(days=40))
    rows = enter("inspector").get(reverse("cases"), {"period": period}).context["table"].rows
    assert [row[0].value for row in rows] == [new.number, old.number][:kept]


def test_period_goes_before_a_first_day_and_is_said_in_the_file(city: City, enter) -> None:
    client = enter("inspector")
    city.case(0, clock.now())
    asked = {"period": "month", "opened_from": "2099-01-01"}
    page = client.get(reverse("cases"), asked)
    assert len(page.context["table"].rows) == 1
    current = [preset for preset in page.context["presets"] if preset.is_current]
    assert [preset.label for preset in current] == ["This month"]
    assert "period" not in current[0].url and "opened_from=2099-01-01" in current[0].url
    assert ("Period", "This month") in page.context["form"].told()


def test_reports_are_narrowed_to_a_period_too(city: City, enter) -> None:
    city.report(0, clock.now() - timedelta(days=40))
    new = city.report(1, clock.now())
    rows = enter("acceptor").get(reverse("reports"), {"period": "week"}).context["table"].rows
    assert [row[0].value for row in rows] == [new.receipt]


def test_columns_are_chosen_in_the_address_and_kept_by_what_narrows_the_list(city: City, enter) -> None:
    city.case(0, clock.now())
    client = enter("inspector")

    def heads(**asked: object) -> list[str]:
        page = client.get(reverse("cases"), asked)
        return [head.column.label for head in page.context["table"].heads]

    usual = heads()
    assert heads(column=["source", "state"], sort="number") == ["Number", "State", "Source"]
    assert heads(column="no such column") == usual and "Source" not in usual
    page = client.get(reverse("cases"), {"column": ["source", "state"], "state": "waiting"}).content.decode()
    for name, value in (("column", "source"), ("column", "state"), ("state", "waiting")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


@pytest.mark.parametrize(
    ("text", "address", "told"),
    [
        ("米仓巷94号东侧，井盖破损。", "米仓巷94号东侧", "井盖破损。"),
        ("井盖破损。", "米仓巷94号东侧", "井盖破损。"),
        ("米仓巷94号东侧。", "米仓巷94号东侧", "米仓巷94号东侧。"),
        ("No. 5: a hole", "", "No. 5: a hole"),
        ("ab" * 40, "", "ab" * 14 + "a…"),
    ],
)
def test_lists_say_what_is_the_matter_and_not_the_place_twice(text: str, address: str, told: str) -> None:
    assert matter(text, address, 30) == told
