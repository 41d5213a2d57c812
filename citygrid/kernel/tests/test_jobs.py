import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from citygrid.kernel import jobs

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id"
DOING = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s"


def sql(statement: str, *values: object) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0] if cursor.description else None


def doing(worker: int | None, lock: str = "") -> int:
    """A job in the hands of a worker."""
    with transaction.atomic():
        jobs.enqueue("tests.nothing", "tests", number=1)
    job = ProcrastinateJob.objects.latest("id").pk
    sql("UPDATE procrastinate_jobs SET queueing_lock = %s WHERE id = %s", lock or None, job)
    sql(DOING, worker, job)
    return job


def status(job: int) -> str:
    return ProcrastinateJob.objects.get(pk=job).status


@pytest.mark.parametrize(("silent_seconds", "after"), [(2, "doing"), (29, "doing"), (31, "todo"), (900, "todo")])
def test_job_is_taken_up_once_its_worker_is_silent_for_half_a_minute(silent_seconds: int, after: str) -> None:
    job = doing(sql(WORKER, silent_seconds))
    assert jobs.take_up_left_behind() == (after == "todo")
    assert status(job) == after


def test_job_of_a_worker_that_is_struck_off_is_taken_up() -> None:
    job = doing(None)
    assert jobs.take_up_left_behind() == 1
    assert (status(job), jobs.take_up_left_behind()) == ("todo", 0)


def test_job_that_waits_again_already_is_not_queued_twice() -> None:
    left, another = doing(None, "seal"), doing(None, "seal")
    waiting = doing(None, "seal")
    sql("UPDATE procrastinate_jobs SET status = 'todo' WHERE id = %s", waiting)
    assert jobs.take_up_left_behind() == 2
    assert [status(job) for job in (left, another, waiting)] == ["failed", "failed", "todo"]
