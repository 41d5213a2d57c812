"""How many queries each page costs: a baseline that may only fall, and no growth with the rows shown."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citygrid.desk.tests.factories import LIVES, City, make_cases
from citygrid.kernel import clock, memo

BASELINE = {
    "home": 11,
    "waiting": 8,
    "reports": 9,
    "report-new": 6,
    "cases": 8,
    "categories": 9,
    "procedures": 6,
    "notices": 7,
}
CASE_PAGE = 18  # of a case with everything on it; a plain one costs 15


@pytest.fixture(autouse=True)
def _as_in_use(settings) -> Iterator[None]:
    """Names and choices are kept a moment, as in a process that serves; other tests read them anew."""
    settings.KEPT_SECONDS = 600
    memo.forget()
    yield
    memo.forget()


def spent(client, address: str) -> int:
    """Queries of one page, once what is read once a process has been read."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", BASELINE)
def test_page_costs_no_more_queries_with_more_rows(city: City, enter, name: str) -> None:
    client, now = enter("acceptor"), clock.now()
    make_cases(city, now, 5)
    few = spent(client, reverse(name))
    for place in range(40, 60):
        city.case(place, now)
        city.report(place + 100, now)
    assert (few, spent(client, reverse(name))) == (BASELINE[name], BASELINE[name])


def test_case_page_costs_no_more_queries_with_a_longer_history(city: City, enter) -> None:
    client, start = enter("shift_leader"), clock.now() - timedelta(hours=3)
    lines = [line.format(unit="water") for line in LIVES[12]]
    case = city.play(city.case(0, start), *lines, "shift_leader reopen", start=start)
    address = reverse("case", args=[case.number])
    few = spent(client, address)
    city.play(case, *["inspector oversee"] * 20, start=start + timedelta(hours=2), every=timedelta(minutes=1))
    assert (few, spent(client, address)) == (CASE_PAGE, CASE_PAGE)
