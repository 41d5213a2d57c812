"""Jobs written with the change that needs them: a crash loses neither without the other."""

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

# In a worker the app's own connector has connections of its own; jobs must be written by the one of the change.
_jobs = JobManager(DjangoConnector())


def enqueue(task: str, queue: str, **arguments: str | int) -> None:
    """Queue one run of a task by its name. RuntimeError outside a transaction: it must be bound to the change."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{task} was queued outside a transaction.")
    configure_task(name=task, queue=queue, job_manager=_jobs).defer(**arguments)
