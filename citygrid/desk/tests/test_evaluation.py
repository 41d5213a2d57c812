"""The league on the page: figures lead to their cases, files hold the sums, and nobody sees beyond the reach."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City, make_cases
from citygrid.desk.tests.test_reports import words_of
from citygrid.evaluation import services
from citygrid.evaluation.choices import Object
from citygrid.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(city: City) -> City:
    call_command("load_evaluation", verbosity=0)
    make_cases(city, clock.now() - timedelta(days=1), 18)
    services.count_changed()
    return city


def test_empty_league_teaches(city: City, enter) -> None:
    drawn = words_of(enter("shift_leader").get("/evaluation/"))
    assert "Nothing was counted in this period" in drawn


@pytest.mark.parametrize("of", Object.values)
def test_each_figure_leads_to_as_many_cases(counted: City, enter, of: str) -> None:
    client = enter("shift_leader")
    drawn = client.get("/evaluation/", {"of": of, "span": "year"}).content.decode()
    found = re.findall(r'<a href="(/evaluation/cases/\?[^"]*part=denominator[^"]*)">\d+ / (\d+)</a>', drawn)
    assert found or of == Object.OWNER  # no component of the factories has an owner
    for address, count in found[:6]:
        page = client.get(unescape(address)).content.decode()
        assert len(set(re.findall(r'href="/cases/([0-9-]+)/"', page))) == int(count)


def test_file_holds_the_sums_of_the_page(counted: City, enter) -> None:
    answer = enter("shift_leader").get("/evaluation/league.xlsx", {"of": "department", "span": "year"})
    rows = list(load_workbook(io.BytesIO(answer.getvalue())).active.values)
    at = rows[0].index("Filed: counted")
    assert 0 < sum(row[at] for row in rows[1:]) <= Case.objects.unscoped(reason="test").count()


def test_department_sees_itself_alone(counted: City, enter) -> None:
    own = enter("water").get("/evaluation/", {"of": "department", "span": "year"})
    table = own.context["table"]
    assert len(table.rows) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"indicator": "none"},
        {"of": "department", "key": "x", "indicator": "close_rate"},
        {"key": "\0", "indicator": "close_rate"},
    ],
)
def test_figure_that_is_none_is_not_found(counted: City, enter, query: dict[str, str]) -> None:
    assert enter("shift_leader").get("/evaluation/cases/", query).status_code == 404


@pytest.mark.parametrize("query", [{"since": "x", "until": "2026-01-01"}, {"of": "person"}, {"span": "age"}])
def test_address_that_makes_no_sense_shows_the_usual(counted: City, enter, query: dict[str, str]) -> None:
    asked = enter("shift_leader").get("/evaluation/", query).context["asked"]
    assert (asked.of, asked.span) == ("community", "month")


def test_supervisors_may_not_see_it(city: City, enter) -> None:
    assert enter("supervisor").get("/evaluation/").status_code == 403


@pytest.mark.parametrize("of", ["department", "community", "category"])
def test_differences_lead_to_their_cases_and_say_what_is_sure(counted: City, enter, of: str) -> None:
    client = enter("shift_leader")
    answer = client.get("/evaluation/differences/", {"of": of, "span": "year", "indicator": "close_rate"})
    drawn = answer.content.decode()
    found = re.findall(r'<a href="(/evaluation/cases/\?[^"]*)">(\d+) / (\d+)</a>', drawn)
    assert found and drawn.count('class="plot-dot') == len(found)
    for address, _count, cases in found:
        page = client.get(unescape(address)).content.decode()
        assert len(set(re.findall(r'href="/cases/([0-9-]+)/"', page))) == int(cases)


def test_differences_of_nothing_teach(city: City, enter) -> None:
    assert "Nothing was counted in this period" in words_of(enter("shift_leader").get("/evaluation/differences/"))
    call_command("load_evaluation", verbosity=0)
    assert "Nothing was counted in this period" in words_of(enter("shift_leader").get("/evaluation/differences/"))
