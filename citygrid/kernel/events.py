"""Events: what a module announces for the modules above it. A subscription is a job in the same transaction.

A crash loses no event (the job is committed with the change) and repeats none (its delivery is recorded in the
transaction of its effects).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

import orjson
from django.db import connection, connections, transaction
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from citygrid.kernel.ids import uuid7
from citygrid.kernel.models import Delivery

RETRIES = 12  # after 2, 4, 8 ... seconds: the last one comes two hours after the event
TASK, QUEUE = "kernel.deliver", "events"
NEXT = """
SELECT id, args FROM procrastinate_jobs
WHERE queue_name = %s AND status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
DONE = "SELECT procrastinate_finish_job_v1(%s, 'succeeded', false)"

# In a worker the app's own connector has connections of its own; jobs must be written by the one of the change.
_jobs = JobManager(DjangoConnector())


@dataclass(frozen=True)
class Event:
    """Base of all events: frozen dataclasses in the past tense, with UUID, str, int, bool and datetime fields."""


E = TypeVar("E", bound=Event)
Handler = Callable[[Any], None]

_handlers: dict[str, tuple[type[Event], Handler]] = {}
_names_by_event: dict[type[Event], list[str]] = {}


def subscribe(event_type: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Have the decorated function called once for every event of the type, in a job, in a transaction of its own."""

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        name = f"{handler.__module__}.{handler.__qualname__}"
        if name in _handlers:
            raise ValueError(f"{name} is subscribed already.")
        _handlers[name] = (event_type, handler)
        _names_by_event.setdefault(event_type, []).append(name)
        return handler

    return register


def subscriptions() -> dict[str, str]:
    """Handler name to event name, for the documentation and its test."""
    return {name: event_type.__qualname__ for name, (event_type, _) in _handlers.items()}


def announce(event: Event) -> None:
    """Enqueue one delivery per subscription. RuntimeError outside a transaction: it must be bound to the change."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{type(event).__name__} was announced outside a transaction.")
    names = _names_by_event.get(type(event), [])
    if names:
        payload = orjson.loads(orjson.dumps(asdict(event)))
        event_id = str(uuid7())
        deliveries = [{"subscription": name, "event_id": event_id, "payload": payload} for name in names]
        configure_task(name=TASK, queue=QUEUE, job_manager=_jobs).batch_defer(*deliveries)


@app.task(name=TASK, queue=QUEUE, retry=RetryStrategy(max_attempts=RETRIES, exponential_wait=2))
def deliver(*, subscription: str, event_id: str, payload: dict[str, Any]) -> None:
    """Hand one event to one subscription; a second delivery of the same event does nothing."""
    event_type, handler = _handlers[subscription]
    with transaction.atomic():
        _, is_first = Delivery.objects.get_or_create(event_id=UUID(event_id), subscription=subscription)
        if is_first:
            handler(_restore(event_type, payload))


def run_pending_jobs(at_once: int = 1) -> None:
    """Run every job that is due now, in this process, so many at once, and return. For the demo, commands and tests.

    Periodic jobs are left to the worker process.
    """
    runner = App(connector=app.connector.get_worker_connector())  # type: ignore[attr-defined]
    runner.tasks = app.tasks
    runner.run_worker(
        wait=False,
        listen_notify=False,
        install_signal_handlers=False,
        concurrency=at_once,
        task_middleware=[_closing_connections],
    )


def deliver_here() -> int:
    """Deliver the events that wait, in this thread and over its connection; returns how many.

    For plays and drills, where starting a worker for a few events costs more than the events. Workers beside it are
    not disturbed. A delivery that fails raises, and stays with its job.
    """
    count = 0
    while _deliver_next():
        count += 1
    return count


@transaction.atomic
def _deliver_next() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [QUEUE])
        found = cursor.fetchone()
        if found is None:
            return False
        deliver.func(**orjson.loads(found[1]))
        cursor.execute(DONE, [found[0]])
    return True


def _closing_connections(run: Callable[[], Any], context: Any, worker: Any) -> Any:
    try:
        return run()
    finally:
        connections.close_all()  # of the thread that ran the job


def _restore(event_type: type[Event], payload: dict[str, Any]) -> Event:
    hints = get_type_hints(event_type)
    return event_type(**{f.name: _value(hints[f.name], payload[f.name]) for f in fields(event_type)})


def _value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if "UUID" in str(hint):
        return UUID(value)
    return datetime.fromisoformat(value) if "datetime" in str(hint) else value
