"""The one place that reads the time. Channels, tasks and handlers call it and pass `now` down."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _standing.get() or datetime.now(UTC)


@contextmanager
def standing_at(at: datetime) -> Iterator[None]:
    """Within the block, the time is `at`, also for jobs run by `run_pending_jobs`: for the demo, drills and tests."""
    token = _standing.set(at)
    try:
        yield
    finally:
        _standing.reset(token)
