"""The bell, the list of notices, and the day on the home page."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citygrid.access.queries import Holder
from citygrid.cases import queries as cases
from citygrid.cases.models import Case
from citygrid.desk.tests.factories import TO_DISPATCHED, City
from citygrid.kernel import clock
from citygrid.notices import queries, services
from citygrid.notices.models import Notice
from citygrid.notices.tests.factories import notice


@pytest.fixture
def case(city: City) -> Case:
    start = clock.now() - timedelta(hours=1)
    return city.play(city.case(0, start), *TO_DISPATCHED, start=start)


def tell(city: City, login: str, count: int, number: str = "900001-20260302-0001", first: int = 0) -> None:
    """So many notices of one kind to an account, about a case."""
    actor = city.actor(login, clock.now())
    assert actor.account_id
    to = Holder(actor.account_id, actor.post_id)
    told = [replace(notice(f"n{n}", to), link=("case", number)) for n in range(first, first + count)]
    services.send_many(notices=told, now=clock.now())


def unread(city: City, login: str) -> int:
    return queries.unread_count(city.actor(login, clock.now()))


def test_bell_counts_the_unread_and_leads_to_them(city: City, enter) -> None:
    tell(city, "water", 2)
    page = enter("water").get(reverse("home")).content.decode()
    assert f'href="{reverse("notices")}"' in page and "2 unread notices" in page


def test_bell_of_many_says_so_and_costs_one_query_only(city: City, enter) -> None:
    tell(city, "water", 130)
    client = enter("water")
    client.get(reverse("notices"))
    with CaptureQueriesContext(connection) as caught:
        page = client.get(reverse("notices")).content.decode()
    assert "99+" in page
    assert sum("notices_notice" in query["sql"] for query in caught) == 2  # the bell and the list


def test_post_that_is_told_nothing_has_no_bell(city: City, enter) -> None:
    page = enter("water").get(reverse("home")).content.decode()
    assert "bell-count" not in page and reverse("notices") in page


def test_notice_is_listed_with_a_link_and_read_by_a_button(city: City, enter, case: Case) -> None:
    tell(city, "water", 1, case.number)
    client = enter("water")
    page = client.get(reverse("notices")).content.decode()
    assert f'href="{reverse("case", args=[case.number])}"' in page
    address = reverse("notice-read", args=[queries.notices(city.actor("water", clock.now()))[0].id])
    assert client.get(address).status_code == 405
    assert client.post(address).url == reverse("notices")
    assert unread(city, "water") == 0
    assert "You have read everything" in client.get(reverse("notices")).content.decode()
    assert case.number in client.get(reverse("notices"), {"show": "all"}).content.decode()


def test_seeing_the_matter_marks_its_notice_as_read(city: City, enter, case: Case) -> None:
    tell(city, "water", 1, case.number)
    (told,) = queries.notices(city.actor("water", clock.now()))
    answer = enter("water").post(reverse("notice-read", args=[told.id]), {"open": "1"})
    assert answer.url == reverse("case", args=[case.number])
    assert unread(city, "water") == 0


def test_many_of_a_kind_are_one_line_that_opens_to_each_and_is_read_as_one(city: City, enter) -> None:
    tell(city, "water", 5)
    client = enter("water")
    answer = client.get(reverse("notices"))
    assert [row.count for row, _ in answer.context["notices"]] == [5]
    answer = client.get(reverse("notices"), {"kind": "case_dispatched"})
    assert len(answer.context["notices"]) == 5 and "Unread: Case to handle" in answer.content.decode()
    assert client.post(reverse("notices-read"), {"kind": "case_dispatched"}).status_code == 302
    assert unread(city, "water") == 0


def test_all_notices_are_read_at_once_but_not_those_of_others(city: City, enter) -> None:
    tell(city, "water", 2)
    tell(city, "sanitation", 1)
    enter("water").post(reverse("notices-read"))
    assert (unread(city, "water"), unread(city, "sanitation")) == (0, 1)


def test_notice_of_another_can_neither_be_seen_nor_read(city: City, enter) -> None:
    tell(city, "water", 1)
    (told,) = queries.notices(city.actor("water", clock.now()))
    client = enter("sanitation")
    assert client.post(reverse("notice-read", args=[told.id])).status_code == 404
    assert client.post(reverse("notice-read", args=[uuid4()])).status_code == 404
    assert client.get(reverse("notices"), {"show": "all"}).context["notices"] == []
    assert unread(city, "water") == 1


def test_list_that_was_never_filled_says_what_will_come(enter) -> None:
    page = enter("water").get(reverse("notices"), {"show": "all"}).content.decode()
    assert "No notice yet" in page and "deadlines" in page


def test_notice_about_what_has_no_page_is_shown_without_a_link(city: City, enter) -> None:
    tell(city, "water", 1)
    Notice.objects.unscoped(reason="test").update(link_kind="weather")
    client = enter("water")
    (told,) = queries.notices(city.actor("water", clock.now()))
    [(shown, link)] = client.get(reverse("notices")).context["notices"]
    assert (shown.id, link) == (told.id, "")
    assert client.post(reverse("notice-read", args=[told.id]), {"open": "1"}).url == reverse("notices")


def test_times_of_a_notice_are_those_of_the_district(city: City, enter) -> None:
    tell(city, "water", 1)
    assert "2026-03-02 11:00" in enter("water").get(reverse("notices")).content.decode()


def test_home_shows_the_newest_notices_and_the_day(city: City, enter, case: Case) -> None:
    tell(city, "water", 1, case.number)
    now = clock.now()
    city.play(case, "water take", "water reply", start=now, every=timedelta(seconds=1))
    answer = enter("water").get(reverse("home"))
    assert len(answer.context["notices"]) == 1
    assert answer.context["day"] == cases.Done(1, 1)
    assert "1 case worked on today, 1 within the limit." in answer.content.decode()
    assert "not worked on a case today" in enter("sanitation").get(reverse("home")).content.decode()


def test_day_counts_a_case_once_and_what_came_too_late(city: City, case: Case) -> None:
    assert case.due_at
    city.play(case, "water take", "water reply", start=case.due_at)
    water = city.actor("water", clock.now())
    assert cases.done_since(water, case.due_at) == cases.Done(1, 0)
    assert cases.done_since(water, case.due_at + timedelta(days=1)) == cases.Done(0, 0)
    assert cases.done_since(city.actor("sanitation", clock.now()), case.due_at) == cases.Done(0, 0)
