"""What the services of this module share."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from citygrid.evidence import models
from citygrid.evidence.choices import Kind
from citygrid.evidence.media import store
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.jobs import enqueue

PROCESS_TASK, QUEUE, FILM_LOCK = "evidence.process", "evidence", "evidence.film"


@contextmanager
def alone_with(digest: str) -> Iterator[None]:
    """A transaction during which nobody else receives or deletes files of this content."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"evidence/{digest}"])
        yield


def record(media: models.Media, action: str, actor: Actor, now: datetime, data: dict[str, Any]) -> None:
    audit.record(subject=f"evidence.media/{media.pk}", action=action, actor=actor, now=now, data=data)


def to_process(media: models.Media) -> None:
    """The job that makes the copies."""
    lock = FILM_LOCK if media.kind == Kind.VIDEO else None  # a long job: the other workers' hands stay free
    enqueue(PROCESS_TASK, QUEUE, lock=lock, media_id=str(media.pk))


def delete_files(digest: str, names: Iterable[str]) -> None:
    """Delete files of a photo, unless another photo of the same content needs them."""
    with alone_with(digest):
        same = models.Media.objects.filter(sha256=digest).values_list("original", "public", "thumbnail", "poster")
        for name in set(names).difference(*same):
            store.delete(name)
