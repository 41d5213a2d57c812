"""Hash chains: each record is bound to the one before it, so that nothing can be changed or taken out unseen."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

START = bytes(32)


def canonical(record: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys; datetimes in UTC, whatever zone they were told in, UUIDs as text. TypeError otherwise."""
    return orjson.dumps(record, default=_moment, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        in_utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return in_utc.isoformat().removesuffix("+00:00") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def link(previous: bytes, record: Mapping[str, Any]) -> bytes:
    """The 32-byte SHA-256 that binds `record` to the hash before it."""
    return hashlib.sha256(previous + canonical(record)).digest()
