"""The pieces of live video, one file each, until they are a film; in a folder that web, worker and packager share."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings

from citygrid.evidence.media.storage import sync_folders


def folder(stream_id: UUID | str) -> Path:
    """Where everything of a stream lies."""
    return Path(settings.STREAMS_FOLDER) / str(stream_id)


def begin(stream_id: UUID) -> None:
    """An empty folder that is there after a crash."""
    made = folder(stream_id) / "pieces"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    sync_folders([made.parent, made.parent.parent])


def write(stream_id: UUID, number: int, content: bytes) -> None:
    """Write a piece; when this returns, it is there after a crash. One that no row tells of is written over."""
    place = path(stream_id, number)
    draft = place.with_suffix(".draft")
    with draft.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    sync_folders([place.parent])


def read(stream_id: UUID, number: int) -> bytes:
    """The content of a piece. OSError when it is gone."""
    return path(stream_id, number).read_bytes()


def join(stream_id: UUID, pieces: Iterable[tuple[int, str]], whole: Path) -> None:
    """Write pieces (number, SHA-256) into one file, in their order. OSError when one is gone or has changed."""
    with whole.open("xb") as file:
        for number, digest in pieces:
            content = read(stream_id, number)
            if hashlib.sha256(content).hexdigest() != digest:
                raise OSError(f"piece {number} of {stream_id} is not what was received")
            file.write(content)


def delete(stream_id: UUID) -> None:
    """Delete the pieces, and what a crash left of joining them; what is gone already is no error."""
    for inside in ("pieces", *(path.name for path in folder(stream_id).glob("join-*"))):
        shutil.rmtree(folder(stream_id) / inside, ignore_errors=True)


def path(stream_id: UUID, number: int) -> Path:
    """Where a piece lies."""
    return folder(stream_id) / "pieces" / f"{number:06d}"
