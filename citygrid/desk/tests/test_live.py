"""What an open page asks for when it is told that something is new."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from citygrid.access.tests import factories as access
from citygrid.desk.tests.factories import TO_FILED, City
from citygrid.desk.tests.test_notices import tell
from citygrid.kernel import clock


@pytest.fixture
def case(city: City) -> Any:
    """Filed a minute ago, after an hour of work; its four steps are those of three accounts."""
    start = clock.now() - timedelta(minutes=61)
    return city.play(city.case(0, start), *TO_FILED, start=start, every=timedelta(minutes=20))


def news(client: Client, case: Any, seq: object) -> Any:
    return client.get(reverse("case-news", args=[case.number]), {"seq": seq})


def test_numbers_of_the_frame_come_as_parts_by_name(city: City, case: Any, enter) -> None:
    client = enter("acceptor")
    answer = client.get(reverse("counts")).content.decode()
    assert '<span class="count" data-fresh="waiting">0</span>' in answer
    assert '<span class="count" data-fresh="reports" hidden></span>' in answer
    assert "<html" not in answer
    assert (
        '<span class="count" data-fresh="waiting">1</span>'
        in enter("dispatcher").get(reverse("counts")).content.decode()
    )
    tell(city, "acceptor", 2)
    assert "2 unread" in client.get(reverse("counts")).content.decode()


def test_last_step_of_somebody_else_is_told_in_a_sentence(case: Any, enter) -> None:
    client = enter("dispatcher")
    client.cookies["django_language"] = "en"
    assert news(client, case, 3).content.decode() == "“File” by 赵值班 (Shift leader), 1 min ago."
    client.cookies["django_language"] = "zh-hans"
    assert "立案" in news(client, case, 1).content.decode()


def test_own_steps_and_those_already_shown_are_no_news(case: Any, enter) -> None:
    leader = enter("shift_leader")
    assert [news(leader, case, seq).status_code for seq in (4, 3)] == [204, 204]
    told = news(leader, case, 2)
    assert "Report verification" in told.content.decode(), "the step before it was somebody else's"
    assert told["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("seq", ["", "-1", "x", "9" * 40, "²"])
def test_rubbish_for_a_step_is_no_fault(case: Any, enter, seq: str) -> None:
    assert news(enter("dispatcher"), case, seq).status_code < 500


def test_news_of_a_case_that_is_not_seen_are_not_told(city: City, case: Any, enter) -> None:
    post = access.make_post("dispatcher", organisation=city.water, areas=["900001002"])
    city.accounts["far"] = access.make_account("far", posts=[post])
    assert news(enter("far"), case, 0).status_code == 404


def test_page_names_the_stream_and_its_policy_allows_it(settings, city: City, enter) -> None:
    client = enter("dispatcher")
    silent = client.get(reverse("waiting"))
    assert "data-stream" not in silent.content.decode()
    assert "connect-src 'self';" in silent["Content-Security-Policy"]
    settings.LIVE_URL = ":8001/live/"
    told = client.get(reverse("waiting"), headers={"Host": "127.0.0.1:8000"})
    assert 'data-stream="http://127.0.0.1:8001/live/"' in told.content.decode()
    assert "connect-src 'self' http://127.0.0.1:8001;" in told["Content-Security-Policy"]
    settings.LIVE_URL = "/live/"
    told = client.get(reverse("waiting"))
    assert 'data-stream="/live/"' in told.content.decode()
    assert "connect-src 'self';" in told["Content-Security-Policy"]


def test_web_process_that_is_asked_for_a_stream_says_that_there_is_none(city: City, enter) -> None:
    answer = enter("dispatcher").get(reverse("live"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert Client().get(reverse("live")).status_code == 401
