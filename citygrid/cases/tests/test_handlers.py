"""Who is told of what happens to a case."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from citygrid.access.queries import holders
from citygrid.access.tests.factories import make_account, make_actor, make_post
from citygrid.cases import events, services
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import COMMUNITY, NOW, City, make_city
from citygrid.cases.tests.ladder import climb, make_ladder, open_event
from citygrid.geography.tests.factories import DISTRICT
from citygrid.kernel.events import TASK, deliver, subscriptions
from citygrid.notices import queries as notices
from citygrid.notices.models import Notice

TO_DISPATCHED = ("shift_leader file", "dispatcher dispatch")
pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def run(times: int = 1) -> None:
    """Deliver what was announced to the tellers, as the worker does, `times` over."""
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, args__subscription__icontains="handlers.tell_")
    for job in jobs.order_by("id"):
        for _ in range(times):
            deliver(**job.args)


def told(city: City, role: str) -> list[str]:
    """The kinds of notices an actor of the city has, the first first."""
    return [one.template for one in reversed(notices.notices(city.actors[role]))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (TO_DISPATCHED, {"department": ["case_dispatched"]}),
        (
            (*TO_DISPATCHED, "inspector oversee"),
            {"department": ["case_dispatched", "case_overseen"], "dispatcher": ["case_overseen"]},
        ),
        ((*TO_DISPATCHED, "shift_leader void"), {"department": ["case_dispatched", "case_voided"]}),
        (("inspector oversee",), {"dispatcher": ["case_overseen"]}),
        ((*TO_DISPATCHED, "department extend"), {"department": ["case_dispatched"], "dispatcher": ["request_made"]}),
        (
            (*TO_DISPATCHED, "department extend", "dispatcher approve_extend"),
            {"department": ["case_dispatched", "request_granted"], "dispatcher": ["request_made"]},
        ),
        (
            (*TO_DISPATCHED, "department extend", "dispatcher decline_extend"),
            {"department": ["case_dispatched", "request_declined"], "dispatcher": ["request_made"]},
        ),
        (
            (*TO_DISPATCHED, "department reply", "acceptor send_to_check", "supervisor fail_check"),
            {"department": ["case_dispatched", "case_reworked"]},
        ),
    ],
)
def test_those_concerned_are_told_and_nobody_else(city: City, lines: Any, expected: dict[str, list[str]]) -> None:
    city.play(city.open(), *lines)
    run()
    assert {role: kinds for role in city.actors if (kinds := told(city, role))} == expected


UP = ("grid_worker escalate_to_community", "community_officer escalate_to_street")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("grid_worker handle_at_grid", "acceptor not_solved_at_grid not_solved"), {"grid_worker": ["case_reworked"]}),
        (
            (*UP, "inspector oversee"),
            {"street_officer": ["case_overseen"], "dispatcher": ["case_overseen"]},
        ),
        ((*UP, "street_officer call_department", "shift_leader void"), {"department": ["case_voided"]}),
    ],
)
def test_level_that_has_an_event_is_told(city: City, lines: Any, expected: dict[str, list[str]]) -> None:
    climb(make_ladder(city), open_event(city), *lines)
    run()
    assert {role: kinds for role in city.actors if (kinds := told(city, role))} == expected


def test_department_is_not_told_of_the_limits_of_a_level(city: City) -> None:
    case = climb(make_ladder(city), open_event(city), *UP, "street_officer call_department")
    assert services.tell_due(now=case.due_at + timedelta(hours=1)) == 0


def test_event_that_is_delivered_twice_gives_one_notice(city: City) -> None:
    city.play(city.open(), *TO_DISPATCHED)
    run(times=2)
    assert told(city, "department") == ["case_dispatched"]


def test_event_that_is_announced_twice_gives_one_notice(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    for _ in range(2):
        services.tell_of_step(case_id=case.pk, seq=3, template="case_dispatched", whom=["unit"], now=NOW)
    assert told(city, "department") == ["case_dispatched"]


def test_who_returns_a_case_to_the_dispatchers_is_not_told_of_it(city: City) -> None:
    colleague = make_actor("dispatcher", areas=[DISTRICT])
    far_away = make_actor("dispatcher", areas=["900002"])
    city.play(city.open(), *TO_DISPATCHED, "department return", "dispatcher approve_return")
    run()
    assert told(city, "dispatcher") == ["request_made"]
    assert [one.template for one in notices.notices(colleague)] == ["case_returned", "request_made"]
    assert notices.notices(far_away) == []
    assert told(city, "department") == ["case_dispatched", "request_granted"]


def test_notice_says_what_where_and_until_when(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    run()
    with override("en"):
        shown = notices.notices(city.actors["department"])[0]
    assert case.number in shown.text and "Sanitation centre" in shown.text
    assert (shown.link_kind, shown.link_id) == ("case", case.number)
    assert case.due_at and f"{case.due_at:%Y-%m-%d}" in shown.text


def test_unit_is_told_once_of_each_case_that_is_due_soon_or_overdue(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    assert case.warn_at and case.due_at
    before, soon, late = case.warn_at - timedelta(minutes=1), case.warn_at, case.due_at
    assert [services.tell_due(now=at) for at in (before, soon, soon + timedelta(minutes=5))] == [0, 1, 0]
    assert [services.tell_due(now=at) for at in (late, late + timedelta(minutes=5))] == [1, 0]
    assert told(city, "department") == ["case_due_soon", "case_overdue"]
    assert told(city, "other_department") == []


def test_unit_is_not_told_of_a_case_it_has_handled_or_long_after(city: City) -> None:
    handled = city.play(city.open(), *TO_DISPATCHED, "department reply")
    city.play(city.open(), *TO_DISPATCHED)
    assert handled.due_at
    assert services.tell_due(now=handled.due_at + timedelta(hours=1)) == 1
    Notice.objects.unscoped(reason="test").delete()
    assert services.tell_due(now=handled.due_at + timedelta(days=2)) == 0


def test_telling_of_many_due_cases_costs_no_more_queries(city: City) -> None:
    def spent(cases: int) -> int:
        last = [city.play(city.open(), *TO_DISPATCHED) for _ in range(cases)][-1]
        assert last.due_at
        with CaptureQueriesContext(connection) as caught:
            assert services.tell_due(now=last.due_at) == cases
        return len(caught)

    assert spent(2) == spent(9)


def test_deferred_case_is_not_due(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    until = NOW + timedelta(days=9)
    city.take(case, "department hang", at=NOW + timedelta(minutes=30), given=Given(reason="x", until_at=until))
    city.take(case, "dispatcher approve_hang", at=NOW + timedelta(minutes=31))
    assert case.due_at and services.tell_due(now=case.due_at) == 0


def test_requests_and_their_answers_are_announced() -> None:
    assert events.of_step("returned", "approve") == [events.CaseReturned, events.RequestGranted]
    assert events.of_step("", "decline") == [events.RequestDeclined]
    assert events.of_step("", "") == []
    assert subscriptions()["citygrid.cases.handlers.tell_case_overseen"] == "CaseOverseen"


def test_holders_are_those_of_the_area_the_category_and_the_unit_today() -> None:
    here = make_post("department", areas=[COMMUNITY[:9]], categories=["city/component"])
    for areas, categories in ((["900002"], []), ([COMMUNITY], ["city/matter"])):
        make_account(
            posts=[make_post("department", areas=areas, categories=categories, organisation=here.organisation)]
        )
    account = make_account(posts=[here])
    asked = (["department", "dispatcher"], COMMUNITY, "city/component/01001", NOW)
    assert holders(*asked) == [(account.pk, here.pk)]
    assert holders(*asked, unit_id=here.organisation_id) == [(account.pk, here.pk)]
    assert holders(*asked, unit_id=uuid4()) == []
    account.holdings.update(until_date=NOW.date())
    assert holders(*asked) == []


def test_case_that_is_unknown_fails_loudly() -> None:
    with pytest.raises(Case.DoesNotExist):
        services.tell_of_step(case_id=uuid4(), seq=1, template="case_dispatched", whom=["unit"], now=NOW)


def test_other_posts_of_the_unit_are_not_told_of_what_they_cannot_do(city: City) -> None:
    """A street office handles cases of the city, and has grid workers, who do not."""
    worker = make_actor("grid_worker", areas=[DISTRICT], unit=city.unit)
    city.actors["worker"] = worker
    city.play(city.open(), *TO_DISPATCHED, "inspector oversee", "shift_leader void")
    run()
    assert told(city, "worker") == []
    assert told(city, "department") == ["case_dispatched", "case_overseen", "case_voided"]
