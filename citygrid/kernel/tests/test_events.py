import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from citygrid.kernel import events
from citygrid.kernel.ids import uuid7
from citygrid.kernel.models import Delivery, Series
from citygrid.kernel.numbering import allocate
from citygrid.kernel.tests.factories import NOW, run_at_once

pytestmark = pytest.mark.django_db(transaction=True)

CASE = uuid7()


@dataclass(frozen=True)
class LampBroken(events.Event):
    case_id: UUID
    place: str
    count: int
    at: datetime
    by: UUID | None = None
    until_at: datetime | None = None


@dataclass(frozen=True)
class PlaceTold(events.Event):
    place: str


@dataclass(frozen=True)
class NobodyCares(events.Event):
    place: str


got: list[LampBroken] = []
failures: list[str] = []


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(events, "_handlers", {})
    monkeypatch.setattr(events, "_names_by_event", {})
    events.subscribe(LampBroken)(count_lamp)
    events.subscribe(LampBroken)(count_place)
    got.clear()
    failures.clear()
    yield


def count_lamp(event: LampBroken) -> None:
    allocate("lamps")
    got.append(event)
    if failures:
        raise OSError(failures.pop())


def count_place(event: LampBroken) -> None:
    allocate(event.place)


def announce_again(event: LampBroken) -> None:
    allocate("announcements")
    events.announce(PlaceTold(place="gate"))
    if failures:
        raise OSError(failures.pop())


def count_told(event: PlaceTold) -> None:
    allocate("told")


def counted(series: str) -> int:
    return sum(Series.objects.filter(key=series).values_list("last", flat=True))


def announce_lamp(place: str = "gate") -> LampBroken:
    event = LampBroken(case_id=CASE, place=place, count=2, at=NOW)
    with transaction.atomic():
        events.announce(event)
    return event


def make_due() -> None:
    """The wait before the next attempt is over."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 second'")


def test_every_subscription_gets_the_event_as_it_was_announced() -> None:
    event = announce_lamp()
    assert (counted("lamps"), counted("gate")) == (0, 0)
    events.run_pending_jobs()
    assert got == [event]
    assert (counted("lamps"), counted("gate")) == (1, 1)


def test_waiting_events_are_delivered_here_once_and_a_failed_one_stays_with_its_job() -> None:
    announce_lamp()
    failures.append("the disk is full")
    with pytest.raises(OSError):
        events.deliver_here()
    assert events.deliver_here() == 2
    events.run_pending_jobs()
    assert (counted("lamps"), counted("gate")) == (1, 1)


def test_event_is_refused_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        events.announce(LampBroken(case_id=CASE, place="gate", count=2, at=NOW))


def test_event_of_a_change_that_is_rolled_back_is_never_delivered() -> None:
    with pytest.raises(OSError), transaction.atomic():
        events.announce(LampBroken(case_id=CASE, place="gate", count=2, at=NOW))
        raise OSError
    events.run_pending_jobs()
    assert (got, ProcrastinateJob.objects.count()) == ([], 0)


def test_event_without_subscription_makes_no_job() -> None:
    with transaction.atomic():
        events.announce(NobodyCares(place="gate"))
    assert not ProcrastinateJob.objects.exists()


CRASH = """
import os, sys
import django
from django.db import connections
django.setup()
connections["default"].settings_dict["NAME"] = sys.argv[1]
from django.db import transaction
from citygrid.kernel import events
from citygrid.kernel.numbering import allocate
from citygrid.kernel.tests.test_events import CASE, NOW, LampBroken, count_lamp
events.subscribe(LampBroken)(count_lamp)
with transaction.atomic():
    allocate("changes")
    events.announce(LampBroken(case_id=CASE, place=sys.argv[2], count=2, at=NOW))
    if sys.argv[3] == "before":
        os.kill(os.getpid(), 9)
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_crash_loses_an_event_only_together_with_its_change(moment: str) -> None:
    name = connection.settings_dict["NAME"]
    crashed = subprocess.run([sys.executable, "-c", CRASH, name, "gate", moment], capture_output=True, text=True)
    assert crashed.returncode == -9, crashed.stderr
    events.run_pending_jobs()
    assert len(got) == counted("changes") == (1 if moment == "after" else 0)


def test_crash_within_a_delivery_leaves_no_half_of_its_effects() -> None:
    announce_lamp()
    failures.append("the worker dies")
    events.run_pending_jobs()
    assert (counted("lamps"), counted("gate")) == (0, 1)
    assert Delivery.objects.count() == 1


def test_event_announced_by_a_handler_goes_with_the_handlers_effects() -> None:
    events.subscribe(LampBroken)(announce_again)
    events.subscribe(PlaceTold)(count_told)
    announce_lamp()
    failures.extend(["the worker dies"] * 2)
    events.run_pending_jobs()
    assert (counted("announcements"), counted("told")) == (0, 0)
    make_due()
    events.run_pending_jobs()
    assert (counted("announcements"), counted("told")) == (1, 1)


def test_failing_handler_is_tried_again_until_it_succeeds() -> None:
    announce_lamp()
    failures.extend(["the disk is full", "still full"])
    for attempt in (1, 2, 3):
        events.run_pending_jobs()
        assert len(got) == attempt
        make_due()
    events.run_pending_jobs()
    assert len(got) == 3
    assert (counted("lamps"), counted("gate")) == (1, 1)
    assert set(ProcrastinateJob.objects.values_list("status", flat=True)) == {"succeeded"}


def test_job_that_never_succeeds_is_given_up_after_its_last_retry() -> None:
    announce_lamp()
    failures.extend(["the disk is full"] * 20)
    for _ in range(events.RETRIES + 3):
        events.run_pending_jobs()
        make_due()
    assert len(got) == events.RETRIES + 1
    assert ProcrastinateJob.objects.filter(status="failed").count() == 1


def test_second_delivery_of_an_event_does_nothing() -> None:
    announce_lamp()
    sent = [dict(job) for job in ProcrastinateJob.objects.values_list("args", flat=True)]
    events.run_pending_jobs()
    for args in sent:
        events.deliver(**args)
    assert (counted("lamps"), counted("gate")) == (1, 1)


def test_two_workers_with_one_delivery_have_its_effects_once() -> None:
    announce_lamp()
    args = dict(ProcrastinateJob.objects.values_list("args", flat=True)[0])
    run_at_once(lambda _: events.deliver(**args), 2)
    assert counted("lamps") + counted("gate") == 1


def test_handler_subscribes_once() -> None:
    with pytest.raises(ValueError, match="subscribed already"):
        events.subscribe(LampBroken)(count_lamp)
    assert events.subscriptions() == {
        f"{__name__}.count_lamp": "LampBroken",
        f"{__name__}.count_place": "LampBroken",
    }
