"""A folder that keeps evidence: a file is there whole or not at all, and once it is there it stays after a crash."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from citygrid.kernel.ids import uuid7

DRAFT = ".draft"


@deconstructible(path="citygrid.evidence.media.storage.DurableFolder")
class DurableFolder(FileSystemStorage):
    """Names are made from content, so a file that is written again is the same file: it replaces the old one."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{uuid7()}{DRAFT}")
        try:
            with draft.open("xb") as file:
                os.fchmod(file.fileno(), 0o600)
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        sync_folders(path.parents[: name.count("/") + 1])
        return name


def sync_folders(folders: Iterable[Path]) -> None:
    """Make new names in these folders last: without it a crash may lose a file whose content was written."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
