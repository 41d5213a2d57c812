"""Jobs written with the change that needs them: a crash loses neither without the other."""

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

# A job is left behind when its worker has ended without a word, or has not been heard of for half a minute.
LEFT_BEHIND = """
SELECT job.id, job.queueing_lock FROM procrastinate_jobs job
LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - interval '30 seconds')
FOR UPDATE OF job SKIP LOCKED
"""
# Of a job that may wait only once, the one that waits already does the work.
WAITS_ALREADY = "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'"
TAKE_UP = "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)"
GIVE_UP = "UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s"

# In a worker the app's own connector has connections of its own; jobs must be written by the one of the change.
_jobs = JobManager(DjangoConnector())


def enqueue(task: str, queue: str, **arguments: str | int) -> None:
    """Queue one run of a task by its name. RuntimeError outside a transaction: it must be bound to the change."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{task} was queued outside a transaction.")
    configure_task(name=task, queue=queue, job_manager=_jobs).defer(**arguments)


@transaction.atomic
def take_up_left_behind() -> int:
    """Queue again the jobs whose worker died while it did them; how many. Deliveries still have their effects once."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(LEFT_BEHIND)
        found = cursor.fetchall()
        for job, lock in found:
            cursor.execute(WAITS_ALREADY, [lock])
            cursor.execute(GIVE_UP if cursor.fetchone() else TAKE_UP, [job])
    return len(found)
