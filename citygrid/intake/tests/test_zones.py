"""Reports from a forbidden zone are marked when they come, and raised once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from citygrid.cases.services import Correction
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.geography import services as geography
from citygrid.geography.tests.factories import ACTOR, SIDE, SOUTH, WEST, forbid
from citygrid.intake import queries, services
from citygrid.intake.models import Report
from citygrid.intake.tests.factories import receive
from citygrid.intake.tests.test_handlers import told
from citygrid.kernel.events import TASK, deliver

EVENING = NOW.replace(hour=13)  # 21:00 in Shanghai
INSIDE, BESIDE = {"lon": WEST + 0.001, "lat": SOUTH + 0.001}, {"lon": WEST + 1.2 * SIDE, "lat": SOUTH + 0.001}
pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    city = make_city()
    forbid(ACTOR, "No fireworks", from_hour="20:00", to_hour="02:00")
    return city


def row(receipt: services.Receipt) -> Report:
    return Report.objects.unscoped(reason="test").get(pk=receipt.report_id)


def mark(city: City, now: datetime, **values: Any) -> str:
    with override("en"):
        zone = row(receive(city, now=now, **values)).in_zone
        return f"{zone.name}, {zone.hours}" if zone else ""


def test_report_from_a_forbidden_zone_at_its_hours_is_marked(city: City) -> None:
    assert mark(city, EVENING) == "No fireworks, daily 20:00–02:00"
    assert mark(city, EVENING - timedelta(hours=2)) == ""
    assert mark(city, EVENING, **BESIDE) == ""


def test_report_without_a_position_is_not_marked(city: City) -> None:
    assert mark(city, EVENING, lon=None, lat=None, area_code="900001001001") == ""


def test_mark_stays_when_the_zone_ends_and_follows_a_corrected_place(city: City) -> None:
    receipt = receive(city, now=EVENING)
    feature = row(receipt).zone["feature"]
    geography.end_feature(feature_id=feature, valid_to_date=date(2020, 1, 2), actor=ACTOR, now=NOW)
    assert row(receipt).in_zone
    services.correct_report(
        report_id=receipt.report_id,
        correction=Correction(**BESIDE, frame="wgs84"),
        reason="位置有误",
        actor=city.actors["acceptor"],
        now=EVENING + timedelta(minutes=5),
    )
    assert row(receipt).zone is None


def test_who_decides_there_is_told_once_and_the_sender_is_not(city: City) -> None:
    receipt = receive(city, now=EVENING)
    receive(city, now=EVENING, **BESIDE)
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, args__subscription__icontains="raise_report")
    for job in [*jobs, *jobs]:
        deliver(**job.args)
    (notice,) = told(city, "acceptor")
    assert notice.template == "report_in_zone" and notice.link_id == str(receipt.report_id)
    assert "No fireworks (daily 20:00–02:00)" in notice.text and "井盖" not in notice.text
    assert told(city, "supervisor") == []


def test_marked_reports_can_be_asked_for(city: City) -> None:
    receipt = receive(city, now=EVENING)
    receive(city, now=EVENING, **BESIDE)
    found = queries.reports(city.actors["acceptor"], queries.ReportFilter(is_marked=True))
    assert [one.pk for one in found] == [receipt.report_id]
