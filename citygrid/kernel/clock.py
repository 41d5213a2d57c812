"""The one place that reads the time. Channels, tasks and handlers call it and pass `now` down."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
