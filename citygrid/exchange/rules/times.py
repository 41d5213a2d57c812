"""Times of another system as instants. No Django, no wall clock, no database."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1970, 2100


def read_time(value: Any, zone: ZoneInfo, formats: Iterable[str] = ()) -> datetime:
    """An aware datetime in UTC, in whole seconds, from a datetime, a date (its midnight) or text.

    Text is ISO 8601, or one of `formats` (strptime). Without an offset it is local time of `zone`. Raises ValueError
    for anything else and outside 1970-2100.
    """
    found = _datetime(value, formats)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"{found.year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    found = found.replace(microsecond=0)
    return to_instant(found, zone) if found.tzinfo is None else found.astimezone(UTC)


def to_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a naive local time; the order of local times is never turned round.

    A time that the change from summer time repeats is taken as its first occurrence (fold 0); one that the change to
    summer time skips is taken as the moment of the change.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first if first <= second else _change_between(second, first, zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second with the later offset, by halving."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        is_before = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset
        low, high = (middle, high) if is_before else (low, middle)
    return before + timedelta(seconds=high)


def _datetime(value: Any, formats: Iterable[str]) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no time")
    text = value.strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _by_format(text, formats)


def _by_format(text: str, formats: Iterable[str]) -> datetime:
    for form in formats:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no time")
