"""Stamps: files in the state folder whose time says when something was last done well.

A backup script can leave one with `touch` alone; the platform's own proofs leave theirs here.
"""

import os
from datetime import UTC, datetime

from django.conf import settings

BACKUP, HISTORY, AUDIT = "backup", "history-proof", "audit-proof"


def leave(name: str, now: datetime) -> None:
    """Note that it was done."""
    settings.STAMPS_FOLDER.mkdir(parents=True, exist_ok=True)
    stamp = settings.STAMPS_FOLDER / name
    stamp.touch()
    os.utime(stamp, (now.timestamp(), now.timestamp()))


def last(name: str) -> datetime | None:
    """When it was last done; None: never."""
    try:
        return datetime.fromtimestamp((settings.STAMPS_FOLDER / name).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
