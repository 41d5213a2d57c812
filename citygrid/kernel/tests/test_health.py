"""How the platform is doing: each line is looked at in the state it is there for."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.translation import override

from citygrid.kernel import clock, health, jobs, stamps
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import NotPermitted
from citygrid.kernel.health import State
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.tests.factories import make_actor

pytestmark = pytest.mark.django_db
KEEPER = system_actor("health tests")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with override("en"):
        yield


def line(name: str, now: datetime | None = None) -> health.Line:
    return next(each for each in health.look(now or clock.now()) if each.name == name)


def run(statement: str, *given: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def failed_job(
    task: str = "kernel.deliver", subscription: str = "cases.handlers.file", lock: str | None = None
) -> int:
    """A job that failed for good."""
    values = [task, f'{{"subscription": "{subscription}"}}' if subscription else "{}", lock]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, queueing_lock, status) "
            "VALUES ('events', %s, %s, %s, 'failed') RETURNING id",
            values,
        )
        return int(cursor.fetchone()[0])


def status_of(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(("days", "state"), [(None, State.BAD), (1, State.GOOD), (3, State.ATTENTION), (8, State.BAD)])
def test_backup_is_as_good_as_its_stamp_is_young(days: int | None, state: State) -> None:
    now = clock.now()
    if days is not None:
        stamps.leave(stamps.BACKUP, now - timedelta(days=days))
    found = line("Last backup", now)
    assert (found.state, bool(found.advice)) == (state, state is not State.GOOD)


def test_proof_of_the_audit_trail_leaves_its_stamp() -> None:
    assert line("Last proof of the audit trail").state is State.ATTENTION
    call_command("verify_audit", stdout=StringIO())
    assert line("Last proof of the audit trail").state is State.GOOD


@pytest.mark.parametrize("name", ["web", "live"])
def test_process_is_seen_by_the_name_of_its_connection(name: str) -> None:
    run(f"SET LOCAL application_name = 'citygrid {name}'")  # who is connected is read once a transaction
    seen = {process: line(f"{process.title()} process").state is State.GOOD for process in ("web", "live")}
    assert seen == {process: process == name for process in seen}


def test_worker_is_seen_by_its_heartbeat() -> None:
    run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')")
    assert line("Worker").state is State.BAD
    run("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert line("Worker").state is State.GOOD


def test_queue_is_red_once_its_oldest_job_has_waited_long() -> None:
    now = clock.now()
    jobs.enqueue("kernel.seal_audit", "housekeeping", timestamp=0)
    assert line("Jobs: housekeeping", now).state is State.GOOD
    late = line("Jobs: housekeeping", now + timedelta(minutes=20))
    assert (late.state, "20 min" in late.words) == (State.BAD, True)


def test_job_that_is_not_due_yet_does_not_count() -> None:
    failed_job()
    run("UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = now() + interval '1 hour'")
    assert jobs.queues(clock.now()) == []


def test_failed_jobs_are_tried_again_by_group() -> None:
    ours, other = [failed_job(), failed_job()], failed_job(subscription="")
    assert line("Failed jobs").words == "3"
    assert [(each.name, each.count) for each in jobs.failed()] == [("kernel.deliver", 1), ("cases.handlers.file", 2)]
    group = {"task": "kernel.deliver", "subscription": "cases.handlers.file"}
    assert jobs.settle_failed(**group, is_tried=True, actor=KEEPER, now=clock.now()) == 2
    assert [status_of(job) for job in [*ours, other]] == ["todo", "todo", "failed"]
    assert AuditEntry.objects.get(subject="kernel.job/kernel.deliver").data["jobs"] == ours


def test_failed_jobs_that_are_let_be_are_told_of_no_more() -> None:
    job = failed_job()
    group = {"task": "kernel.deliver", "subscription": "cases.handlers.file"}
    jobs.settle_failed(**group, is_tried=False, actor=KEEPER, now=clock.now())
    assert (status_of(job), line("Failed jobs").state) == ("cancelled", State.GOOD)


def test_of_failed_jobs_that_may_wait_only_once_one_is_tried() -> None:
    ours = [failed_job(subscription="", lock="once") for _ in range(2)]
    jobs.settle_failed(task="kernel.deliver", subscription="", is_tried=True, actor=KEEPER, now=clock.now())
    assert [status_of(job) for job in ours] == ["todo", "cancelled"]


def test_who_may_not_settle_jobs_is_refused() -> None:
    with pytest.raises(NotPermitted):
        jobs.settle_failed(task="t", subscription="", is_tried=True, actor=make_actor(), now=clock.now())


def test_audit_trail_that_stays_open_is_told() -> None:
    AuditEntry.objects.create(
        subject="a/1", action="change", at=clock.now(), actor_label="x", is_automatic=False, data={}
    )
    assert line("Audit trail").state is State.GOOD
    assert line("Audit trail", clock.now() + timedelta(hours=2)).state is State.BAD


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 6, 1), State.GOOD), (date(2026, 12, 1), State.ATTENTION), (date(2027, 1, 1), State.BAD)],
)
def test_calendar_asks_for_the_next_year_before_it_begins(today: date, state: State) -> None:
    assert health._calendar_state(2026, today) is state


def test_full_disk_is_red(settings) -> None:
    assert line("Disk of the state folder").state is not State.BAD
    settings.MIN_FREE_BYTES = 1 << 60
    assert line("Disk of the state folder").state is State.BAD


def test_look_costs_no_more_queries_with_more_jobs(django_assert_num_queries) -> None:
    for _ in range(3):
        failed_job()
    with django_assert_num_queries(8):
        health.look(clock.now())


def test_worst_comes_first_and_the_command_fails_when_something_is_red(monkeypatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    states = [list(State).index(each.state) for each in health.look(clock.now())]
    assert states == sorted(states)
    out = StringIO()
    with pytest.raises(CommandError, match="red"):
        call_command("check_health", stdout=out)
    assert out.getvalue().startswith("red ") and "Last backup: never -> Back up now" in out.getvalue()
