"""Idempotency keys: the same request sent again gets the first answer, and changes nothing."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from citygrid.kernel.chain import canonical
from citygrid.kernel.errors import KeyReused
from citygrid.kernel.models import IdempotencyKey

CLAIM = """
INSERT INTO kernel_idempotencykey (scope, key, body_hash, used_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (scope, key) DO NOTHING
"""
ANSWER = "UPDATE kernel_idempotencykey SET answer = %s::jsonb WHERE scope = %s AND key = %s"


def once(
    *, scope: str, key: str, body: Mapping[str, Any], now: datetime, answer: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """The answer to this key and body, and whether this call was the first.

    A second call waits for the first one's transaction. The same key with another body raises KeyReused (409).
    """
    body_hash = hashlib.sha256(canonical(body)).digest()
    with transaction.atomic():
        if _claim(scope, key, body_hash, now):
            given = answer()
            with connection.cursor() as cursor:
                cursor.execute(ANSWER, [orjson.dumps(given).decode(), scope, key])
            return given, True
        earlier = IdempotencyKey.objects.get(scope=scope, key=key)
    if bytes(earlier.body_hash) != body_hash:
        raise KeyReused()
    return dict(earlier.answer or {}), False


def _claim(scope: str, key: str, body_hash: bytes, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [scope, key, body_hash, now])
        return cursor.rowcount == 1
