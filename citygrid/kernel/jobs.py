"""Jobs written with the change that needs them: a crash loses neither without the other."""

from dataclasses import dataclass
from datetime import datetime
from json import loads
from typing import NamedTuple

from django.db import connection, transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.permissions import SETTLE_JOBS

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

# The first of those that wait is the oldest; when it was queued stands with its events.
QUEUES = """
SELECT counted.queue_name, counted.waiting, counted.doing,
       coalesce(extract(epoch FROM %(now)s - coalesce(oldest.scheduled_at, queued.at)), 0)::int
FROM (
    SELECT queue_name, count(*) FILTER (WHERE status = 'todo') AS waiting,
           count(*) FILTER (WHERE status = 'doing') AS doing, min(id) FILTER (WHERE status = 'todo') AS first
    FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing') AND (scheduled_at IS NULL OR scheduled_at <= %(now)s)
    GROUP BY queue_name
) counted
LEFT JOIN procrastinate_jobs oldest ON oldest.id = counted.first
LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = counted.first) queued ON true
ORDER BY counted.queue_name
"""
FAILED = """
SELECT task_name, coalesce(args ->> 'subscription', ''), count(*),
       max((SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'failed'))
FROM procrastinate_jobs job WHERE status = 'failed' GROUP BY 1, 2 ORDER BY 1, 2
"""
OF_GROUP = """
SELECT id, queueing_lock FROM procrastinate_jobs
WHERE status = 'failed' AND task_name = %s AND coalesce(args ->> 'subscription', '') = %s
ORDER BY id FOR UPDATE SKIP LOCKED
"""
AWAITED = """
SELECT task_name, args FROM procrastinate_jobs
WHERE task_name = ANY(%s) AND status IN ('todo', 'doing') ORDER BY id
"""
LET_BE = "UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s"

# In a worker the app's own connector has connections of its own; jobs must be written by the one of the change.
_jobs = JobManager(DjangoConnector())


def enqueue(task: str, queue: str, *, lock: str | None = None, **arguments: str | int) -> None:
    """Queue one run of a task by its name; of jobs with one lock a single one runs at a time.

    RuntimeError outside a transaction: it must be bound to the change.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{task} was queued outside a transaction.")
    configure_task(name=task, queue=queue, lock=lock, job_manager=_jobs).defer(**arguments)


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


class Queue(NamedTuple):
    """What is due in one queue, and how long the oldest of it has waited."""

    name: str
    waiting: int
    doing: int
    oldest_seconds: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Jobs that failed for good: of one task, or deliveries of events to one subscription ("" for none)."""

    task: str
    subscription: str
    count: int
    at: datetime | None

    @property
    def name(self) -> str:
        return self.subscription or self.task


def queues(now: datetime) -> list[Queue]:
    """The queues in which something is due or being done, by name. One query."""
    with connection.cursor() as cursor:
        cursor.execute(QUEUES, {"now": now})
        return [Queue(*row) for row in cursor.fetchall()]


def awaited(*tasks: str) -> list[tuple[str, dict[str, str | int]]]:
    """(task, arguments) of what is queued or being done of these tasks, the oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(AWAITED, [list(tasks)])
        return [(task, loads(arguments)) for task, arguments in cursor.fetchall()]


def failed() -> list[Failed]:
    """What failed for good, by task and subscription. One query along an index of the failed alone."""
    with connection.cursor() as cursor:
        cursor.execute(FAILED)
        return [Failed(*row) for row in cursor.fetchall()]


@transaction.atomic
def settle_failed(*, task: str, subscription: str, is_tried: bool, actor: Actor, now: datetime) -> int:
    """Try the failed jobs of one group again, or let them be; how many. A job that already waits anew is let be."""
    actor.require(SETTLE_JOBS)
    with connection.cursor() as cursor:
        cursor.execute(OF_GROUP, [task, subscription])
        found = cursor.fetchall()
        for job, lock in found:
            cursor.execute(WAITS_ALREADY, [lock])
            cursor.execute(TAKE_UP if is_tried and not cursor.fetchone() else LET_BE, [job])
    if found:
        data = {"subscription": subscription, "jobs": [job for job, _ in found]}
        action = "try-again" if is_tried else "let-be"
        audit.record(subject=f"kernel.job/{task}", action=action, actor=actor, now=now, data=data)
    return len(found)
