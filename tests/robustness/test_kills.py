"""SIGKILL to web workers, the job worker and database backends, while reports come in and events are delivered.

CITYGRID_KILLS=100 kills so often (10 by itself). Only processes of the platform that the test started are killed.
"""

import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from citygrid.cases.models import Step
from citygrid.cases.tests.factories import City, make_city
from citygrid.dispatch.models import Decision
from citygrid.dispatch.tests.factories import rule
from citygrid.intake.models import Report
from citygrid.intake.tests.factories import INSIDE
from citygrid.kernel import clock, jobs
from citygrid.kernel.models import Delivery
from tests.api.conftest import key_of
from tests.robustness.platform import Platform, kill, wait_for

KILLS = int(os.environ.get("CITYGRID_KILLS", "10"))
CLIENTS = 4
TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")
UNFINISHED = (
    "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = 'kernel.deliver'"
)
WAITING = f"{UNFINISHED} AND status = 'todo'"
STATUSES = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'kernel.deliver' AND status <> 'succeeded'"
SENT = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'kernel.deliver'"
# The workers that died are as if they had died a minute ago; called when no living one has a job.
A_MINUTE_LATER = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


@pytest.fixture(scope="module")
def platform(django_db_blocker: Any) -> Iterator[Platform]:
    """The platform running in a cluster of its own; this process reads and writes its database too."""
    made = Path(tempfile.mkdtemp(prefix="cg-"))
    made.chmod(0o755)  # the server's user must get through
    (made / "state").mkdir()
    running = Platform(made / "state")
    before = {name: connection.settings_dict[name] for name in ("NAME", "HOST")}
    try:
        running.do("deploy/cluster", "init")
        running.do("deploy/cluster", "start")
        running.do("manage.py", "migrate", "--verbosity", "0")
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict.update(NAME="citygrid", HOST=str(running.sockets))
            running.start()
            yield running
            connection.close()
    finally:
        connection.settings_dict.update(before)
        running.end()
        shutil.rmtree(made)


@pytest.fixture(scope="module")
def city(platform: Platform) -> City:
    """A city whose filed cases the rules send to a unit by themselves."""
    city = make_city()
    rule(city.unit, category_key=city.category_key)
    return city


@pytest.fixture(scope="module")
def token(city: City) -> str:
    return key_of(city.actors["supervisor"])


def count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


class Clients:
    """Devices that report one thing after the other, each until it has a receipt, and ask again now and then."""

    def __init__(self, platform: Platform, token: str) -> None:
        self.platform, self.token = platform, token
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.faults: list[BaseException] = []
        self.ended = threading.Event()

    def work(self) -> None:
        try:
            while not self.ended.is_set():
                key = str(uuid4())
                body = {"description": f"井盖破损 {key}", **INSIDE}
                times = 2 if key[0] in "0123" else 1
                self.answers[key] = [self.platform.report(self.token, key, body) for _ in range(times)]
        except BaseException as fault:  # noqa: BLE001 - told by the test
            self.faults.append(fault)

    @contextmanager
    def working(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.ended.set()
            for thread in threads:
                thread.join()
        assert self.faults == []

    def receipts(self) -> list[str]:
        """The receipt of each key; every answer to a key names the same."""
        told = {key: {answer["receipt"] for answer in answers} for key, answers in self.answers.items()}
        assert [key for key, receipts in told.items() if len(receipts) != 1] == []
        return [receipt for receipts in told.values() for receipt in receipts]

    def told_late(self) -> int:
        """Reports that were stored although the first answer never came."""
        return sum(not answers[0]["is_first"] for answers in self.answers.values())


def reports() -> list[str]:
    return list(Report.objects.unscoped(reason="test").values_list("receipt", flat=True))


def test_no_report_is_lost_or_doubled_while_web_workers_are_killed(platform: Platform, token: str) -> None:
    rng, killed, before = random.Random(1), 0, set(reports())
    clients, began = Clients(platform, token), time.monotonic()
    with clients.working():
        while killed < KILLS and time.monotonic() - began < 60 + 4 * KILLS:
            wait_for(platform.answers)  # or nothing would be coming in that a kill could meet
            time.sleep(rng.uniform(0.1, 0.6))
            workers = platform.web_workers()
            chosen = workers if rng.random() < 0.2 else rng.sample(workers, min(1, len(workers)))
            killed += kill(chosen)
    told, kept = clients.receipts(), sorted(set(reports()) - before)
    print(
        f"{killed} web workers killed in {time.monotonic() - began:.0f} s: {len(told)} receipts, {len(kept)} reports,"
    )
    print(f"{clients.told_late()} stored although the answer was lost")
    assert killed >= KILLS
    assert sorted(told) == kept == sorted(set(told))


def test_every_event_has_its_effects_once_while_the_job_worker_is_killed(platform: Platform, city: City) -> None:
    rng, killed, filed, before = random.Random(2), 0, [], count(SENT)
    began = time.monotonic()
    for _ in range(KILLS):
        now = clock.now()
        filed += [city.play(city.open(now=now), *TO_FILED, start=now).pk for _ in range(5)]
        time.sleep(rng.uniform(0, 0.1))
        killed += kill(platform.job_workers()[:1])
        wait_for(platform.job_workers)
        if rng.random() < 0.5:
            wait_for(lambda: count(WAITING) == 0)
    wait_for(lambda: count(WAITING) == 0, 120)
    left = count(UNFINISHED)
    if KILLS < 100:
        with connection.cursor() as cursor:
            cursor.execute(A_MINUTE_LATER)
        left = jobs.take_up_left_behind()
    wait_for(lambda: count(UNFINISHED) == 0, 150)
    print(
        f"{killed} job workers killed in {time.monotonic() - began:.0f} s: {count(SENT) - before} events, {left} left"
    )
    assert count(STATUSES) == 0
    assert Delivery.objects.count() == count(SENT)
    decided = list(Decision.objects.filter(case__in=filed).values_list("case", flat=True))
    assert sorted(decided) == sorted(filed)
    sent = Step.objects.filter(case__in=filed, action="dispatch")
    assert sorted(sent.values_list("case", flat=True)) == sorted(filed)


def test_platform_recovers_when_a_database_backend_is_killed(platform: Platform, city: City, token: str) -> None:
    rng, killed, before = random.Random(3), 0, set(reports())
    clients, began = Clients(platform, token), time.monotonic()
    with clients.working():
        while killed < max(2, KILLS // 10) and time.monotonic() - began < 60 + KILLS:
            time.sleep(rng.uniform(0.5, 1.5))
            try:
                with connection.cursor() as cursor:
                    cursor.execute(BACKENDS)
                    backends = [pid for (pid,) in cursor.fetchall()]
            except OperationalError:  # the server takes all its sessions down with the one that was killed
                connection.close()
                continue
            killed += kill(rng.sample(backends, min(1, len(backends))))
    connection.close()
    wait_for(platform.answers)
    told, kept = clients.receipts(), sorted(set(reports()) - before)
    print(f"{killed} backends killed in {time.monotonic() - began:.0f} s: {len(told)} receipts, {len(kept)} reports")
    assert killed >= max(2, KILLS // 10)
    assert sorted(told) == kept
    case = city.play(city.open(now=clock.now()), *TO_FILED, start=clock.now())
    wait_for(lambda: Decision.objects.filter(case=case.pk).count() == 1, 90)
