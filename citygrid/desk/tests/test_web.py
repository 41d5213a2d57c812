"""The pages: what they show to whom, how forms answer, and how many queries they cost."""

import pytest
from django.urls import reverse

from citygrid.desk.tests.factories import City, make_cases
from citygrid.kernel import clock


@pytest.fixture
def cases(city: City) -> list:
    return make_cases(city, clock.now())


PAGES = ("home", "waiting", "reports", "report-new", "cases", "categories", "procedures")


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_with_and_without_rows(city: City, enter, name: str) -> None:
    client = enter("acceptor")
    assert client.get(reverse(name)).status_code == 200
    make_cases(city, clock.now())
    assert client.get(reverse(name)).status_code == 200


def test_case_page_opens_for_every_role_and_state(cases: list, enter, city: City) -> None:
    for login in city.accounts:
        client = enter(login)
        for case in cases:
            assert client.get(reverse("case", args=[case.number])).status_code in (200, 404), (login, case.state)
