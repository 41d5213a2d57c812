"""What a night is, and which alarm stands."""

from collections.abc import Iterable
from datetime import datetime, timedelta

NOON = 12
DAY = timedelta(days=1)


def night_of(now: datetime) -> tuple[datetime, datetime]:
    """From when until when the night of a moment lasts so far: nights begin at noon of the clock of `now`."""
    noon = now.replace(hour=NOON, minute=0, second=0, microsecond=0)
    return (noon if now >= noon else noon - DAY), now


def night_before(now: datetime) -> tuple[datetime, datetime]:
    """The same hours of the night before."""
    begins, ends = night_of(now)
    return begins - DAY, ends - DAY


def alarming(moments: Iterable[datetime], seen: datetime) -> list[datetime]:
    """Those that came after what was acknowledged, the newest first."""
    return sorted((at for at in moments if at > seen), reverse=True)
