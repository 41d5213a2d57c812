"""What the services of this module share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from citygrid.evidence import models
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor


@contextmanager
def alone_with(digest: str) -> Iterator[None]:
    """A transaction during which nobody else receives or deletes files of this content."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"evidence/{digest}"])
        yield


def record(media: models.Media, action: str, actor: Actor, now: datetime, data: dict[str, Any]) -> None:
    audit.record(subject=f"evidence.media/{media.pk}", action=action, actor=actor, now=now, data=data)
