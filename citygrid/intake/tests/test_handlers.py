"""Supervisors are told what became of their reports."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.intake import services
from citygrid.intake.tests.factories import receive
from citygrid.kernel.events import TASK, deliver
from citygrid.notices import queries as notices

LATER = NOW + timedelta(minutes=5)
pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def told(city: City, role: str = "supervisor") -> list[Any]:
    """The notices of an actor, after everything announced was delivered to the tellers twice."""
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, args__subscription__icontains="handlers.tell_")
    for job in [*jobs, *jobs]:
        deliver(**job.args)
    with override("en"):
        return notices.notices(city.actors[role])


def test_supervisor_is_told_of_the_case_that_came_of_a_report(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    case = services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=LATER)
    (notice,) = told(city)
    assert notice.template == "report_accepted" and notice.created_at == LATER
    assert receipt.receipt in notice.text and case.number in notice.text
    assert (notice.link_kind, notice.link_id) == ("report", str(receipt.report_id))
    assert told(city, "acceptor") == []


def test_supervisor_is_told_of_the_case_a_report_was_joined_to(city: City) -> None:
    receipt, case = receive(city), city.open()
    services.join_report(report_id=receipt.report_id, case_id=case.pk, actor=city.actors["acceptor"], now=LATER)
    (notice,) = told(city)
    assert notice.template == "report_joined" and case.number in notice.text


def test_supervisor_is_told_why_a_report_was_refused(city: City) -> None:
    receipt = receive(city, address="演乐胡同 12 号")
    services.refuse_report(
        report_id=receipt.report_id, reason="Not a public cover", actor=city.actors["acceptor"], now=LATER
    )
    (notice,) = told(city)
    assert notice.template == "report_refused"
    assert "Not a public cover" in notice.text and "演乐胡同 12 号" in notice.text


def test_who_took_a_call_is_not_told_what_became_of_it(city: City) -> None:
    receipt = receive(city, channel="hotline", actor=city.actors["acceptor"])
    services.refuse_report(report_id=receipt.report_id, reason="x", actor=city.actors["shift_leader"], now=LATER)
    assert told(city, "acceptor") == []
