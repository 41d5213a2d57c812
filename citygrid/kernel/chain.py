"""Hash chains: each record is bound to the one before it, so that nothing can be changed or taken out unseen."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

START = bytes(32)


def canonical(record: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys; datetimes in UTC with microseconds, UUIDs as text. TypeError on anything else."""
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def link(previous: bytes, record: Mapping[str, Any]) -> bytes:
    """The 32-byte SHA-256 that binds `record` to the hash before it."""
    return hashlib.sha256(previous + canonical(record)).digest()
