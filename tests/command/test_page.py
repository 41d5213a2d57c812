"""The page across a room: what it counts and marks, for whom, and at what price."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from citygrid.command import queries
from citygrid.desk.tests.factories import COVER, City
from citygrid.evidence import services as evidence
from citygrid.geography.tests.factories import SOUTH, WEST
from citygrid.kernel import clock, memo
from citygrid.kernel.events import deliver_here
from citygrid.notices import queries as notices

PAGE, NEWS = reverse("command"), reverse("command-news")
MOST_QUERIES = 14


def words_of(client: Client, address: str = NEWS) -> str:
    return client.get(address).content.decode()


def begin_stream(city: City, lon: float = WEST + 0.001) -> None:
    now = clock.now()
    evidence.begin_stream(
        stream_id=uuid4(),
        mime_type="video/webm;codecs=vp8,opus",
        lon=lon,
        lat=SOUTH + 0.001,
        frame="wgs84",
        actor=city.actor("supervisor", now),
        now=now,
    )


def test_page_is_open_to_those_who_lead_and_shut_to_others(city: City, enter) -> None:
    assert {login: enter(login).get(PAGE).status_code for login in ("shift_leader", "dispatcher", "supervisor")} == {
        "shift_leader": 200,
        "dispatcher": 200,
        "supervisor": 403,
    }
    assert Client().get(PAGE).status_code == 302


def test_marked_report_is_listed_counted_and_raises_the_alarm_until_it_is_acknowledged(city: City, enter) -> None:
    receipt = city.report(0, clock.now(), category_key=COVER)
    city.report(300, clock.now())
    client, other = enter("shift_leader"), enter("shift_leader")
    shown = words_of(client, PAGE)
    address = reverse("report", args=[receipt.report_id])
    assert shown.count(address) >= 2 and "No fireworks here" in shown
    assert "alertdialog" in shown
    actor = city.actor("shift_leader", clock.now())
    state = queries.state(actor, clock.now(), queries.zone_of(actor))
    assert (state.now_count, state.marked_count, state.before_count) == (2, 1, 0)
    until = client.get(NEWS).context["alarm"]["mark"].at.isoformat()
    assert client.post(reverse("command-acknowledge"), {"until": until}).url == PAGE
    assert "alertdialog" not in words_of(client) and "alertdialog" in words_of(other)
    begin_stream(city)
    assert "Live picture from a forbidden zone" in words_of(client)


@pytest.mark.parametrize("until", ["", "tomorrow", "2026-13-45T00:00:00Z", "2026-11-28T00:00:00"])
def test_what_is_no_moment_acknowledges_nothing(city: City, enter, until: str) -> None:
    city.report(0, clock.now())
    client = enter("shift_leader")
    client.post(reverse("command-acknowledge"), {"until": until})
    assert "alertdialog" in words_of(client)


def test_an_alarm_of_the_future_cannot_be_acknowledged(city: City, enter) -> None:
    client = enter("shift_leader")
    client.post(reverse("command-acknowledge"), {"until": "2999-01-01T00:00:00Z"})
    city.report(0, clock.now() + timedelta(seconds=1))
    assert "alertdialog" in words_of(client)


def test_no_personal_data_stands_on_the_page(city: City, enter) -> None:
    contact = {"name": "金丝雀", "phone": "13800138000"}
    city.report(0, clock.now(), contact=contact)
    begin_stream(city)
    shown = words_of(enter("shift_leader"), PAGE)
    names = [account.display_name for login, account in city.accounts.items() if login != "shift_leader"]
    for canary in ("金丝雀", "13800138000", "演乐胡同", "便道", *names):
        assert canary not in shown


def test_a_post_sees_what_lies_in_its_areas_alone(city: City, elsewhere: Client) -> None:
    receipt = city.report(0, clock.now())
    begin_stream(city)
    shown = words_of(elsewhere, PAGE)
    assert str(receipt.report_id) not in shown and "alertdialog" not in shown
    context = elsewhere.get(NEWS).context["places"]
    assert (context["reports"], context["streams"], context["zones"]["features"]) == ([], [], [])


def test_who_may_not_see_reports_sees_none(city: City, enter) -> None:
    city.report(0, clock.now())
    shown = words_of(enter("dispatcher"), PAGE)
    assert "reports tonight" not in shown and "alertdialog" not in shown and "cases overdue" in shown


def test_watchers_are_told_once_of_a_stream_from_a_forbidden_zone(city: City) -> None:
    begin_stream(city, WEST + 0.013)
    begin_stream(city)
    deliver_here()
    deliver_here()
    now = clock.now()
    with override("en"):
        told = [one for one in notices.notices(city.actor("dispatcher", now)) if one.template == "stream_in_zone"]
    assert len(told) == 1 and "No fireworks here (all day)" in told[0].text
    assert not [one for one in notices.notices(city.actor("supervisor", now)) if one.template == "stream_in_zone"]


def test_page_costs_the_same_however_many_reports_there_are(city: City, enter) -> None:
    client = enter("shift_leader")

    def cost() -> int:
        memo.forget()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(NEWS).status_code == 200
        return len(asked)

    city.report(0, clock.now())
    begin_stream(city)
    client.get(NEWS)
    few = cost()
    for place in range(1, 40):
        city.report(place, clock.now())
    assert cost() <= few <= MOST_QUERIES
