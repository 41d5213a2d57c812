"""Idempotency keys: the same request sent again gets the first answer, and changes nothing."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from citygrid.kernel.chain import canonical
from citygrid.kernel.errors import KeyReused, Refusal

CLAIM = """
INSERT INTO kernel_idempotencykey (scope, key, body_hash, answer, used_at) VALUES (%s, %s, %s, %s::jsonb, %s)
ON CONFLICT (scope, key) DO NOTHING
"""
# A rollback makes the driver forget its prepared statements: a key that is used is found before anything is done.
USED = "SELECT body_hash, answer::text FROM kernel_idempotencykey WHERE scope = %s AND key = %s"


def once(
    *, scope: str, key: str, body: Mapping[str, Any], now: datetime, answer: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """The answer to this key and body, and whether this call was the first.

    The key is claimed last, with the answer, so that it is written once. Of two calls at the same time the second one
    waits there for the first one's transaction, and what it did itself is rolled back; what it is refused by then (its
    photos are given away already) does not matter either. The same key with another body raises KeyReused (409).
    """
    body_hash = hashlib.sha256(canonical(body)).digest()
    earlier = _used(scope, key)
    if earlier is None:
        try:
            with transaction.atomic():
                given = answer()
                if _claim(scope, key, body_hash, given, now):
                    return given, True
                transaction.set_rollback(True)
        except (Refusal, IntegrityError):
            if _used(scope, key) is None:
                raise
        earlier = _used(scope, key)
    hash_then, answer_then = earlier or (b"", None)
    if bytes(hash_then) != body_hash:
        raise KeyReused()
    return orjson.loads(answer_then or "{}"), False


def answered(scope: str, key: str) -> dict[str, Any] | None:
    """What this key was answered with before, if it was used."""
    earlier = _used(scope, key)
    return orjson.loads(earlier[1]) if earlier else None


def _claim(scope: str, key: str, body_hash: bytes, given: dict[str, Any], now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [scope, key, body_hash, orjson.dumps(given).decode(), now])
        return cursor.rowcount == 1


def _used(scope: str, key: str) -> tuple[bytes, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(USED, [scope, key])
        found: tuple[bytes, str] | None = cursor.fetchone()
        return found
