"""What has arrived of the files that are still on their way: one file each, in a folder of this machine."""

import os
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from citygrid.evidence.media.storage import sync_folders


def begin(upload_id: UUID) -> None:
    """An empty file that is there after a crash."""
    file = path(upload_id)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    sync_folders([file.parent])


def write(upload_id: UUID, position: int, piece: bytes) -> None:
    """Put a piece at its place; when this returns, it is there after a crash. OSError when the file is gone."""
    handle = os.open(path(upload_id), os.O_WRONLY)
    try:
        while piece:
            written = os.pwrite(handle, piece, position)
            position, piece = position + written, piece[written:]
        os.fdatasync(handle)
    finally:
        os.close(handle)


def size(upload_id: UUID) -> int:
    """Bytes on the disk; -1 when the file is gone."""
    try:
        return path(upload_id).stat().st_size
    except FileNotFoundError:
        return -1


def delete(upload_id: UUID | str) -> None:
    """Delete the file; one that is gone already is no error."""
    path(upload_id).unlink(missing_ok=True)


def names(before: datetime) -> list[str]:
    """The names of the files last written before a moment; they are the ids of their uploads."""
    folder = Path(settings.UPLOADS_FOLDER)
    files = folder.iterdir() if folder.is_dir() else ()
    return sorted(file.name for file in files if file.stat().st_mtime < before.timestamp())


def path(upload_id: UUID | str) -> Path:
    """Where the file lies."""
    return Path(settings.UPLOADS_FOLDER) / str(upload_id)
