"""What kernel's tests are made of: an actor, a moment, and threads that share nothing but the database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from citygrid.kernel.actor import Actor, Axis, Reach

T = TypeVar("T")

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
POST = UUID("018f0000-0000-7000-8000-000000000001")


def make_actor(**changes: Any) -> Actor:
    """A dispatcher of everywhere who may do nothing, changed as given."""
    usual = {
        "role": "dispatcher",
        "axis": Axis.COMMAND,
        "reach": Reach(areas=("",)),
        "permissions": frozenset(),
        "label": "Dispatcher Li",
        "post_id": POST,
    }
    return Actor(**{**usual, **changes})


def run_at_once(work: Callable[[int], T], count: int) -> list[T]:
    """`work(0..count-1)`, each in a thread with a connection of its own, all let go together; answers in order."""
    start = Barrier(count)

    def one(number: int) -> T:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
