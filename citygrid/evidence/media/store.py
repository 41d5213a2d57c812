"""The evidence storage, by name: a folder of this machine or an S3 bucket, as the settings say."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

EXTENSIONS = {
    **{"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "WEBM": "webm", "OGG": "ogg"},
    **{"MP4": "mp4", "M4A": "m4a", "MOV": "mov", "MP3": "mp3", "WAV": "wav"},
}
CHUNK = 1 << 20


def name_of(rendition: str, digest: str, file_format: str = "JPEG", number: int = 0) -> str:
    """The name of a file, made from the SHA-256 of the original: "original/3f/3fa1....jpg".

    `number`: of the redaction a copy hides by, so that no older copy is ever taken for it.
    """
    version = f"-{number}" if number else ""
    return f"{rendition}/{digest[:2]}/{digest}{version}.{EXTENSIONS[file_format]}"


def keep(name: str, content: bytes) -> None:
    """Store a file for good: when this returns, it is there after a crash."""
    _storage().save(name, ContentFile(content))


def keep_file(name: str, path: Path) -> None:
    """Store the content of a file for good, read in pieces."""
    with path.open("rb") as file:
        _storage().save(name, File(file))


def copy_to(name: str, path: Path) -> str:
    """Copy a stored file to a path of this machine; SHA-256 of what was copied. OSError when it is gone."""
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for piece in pieces(name, 0, size(name)):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def size(name: str) -> int:
    """Bytes of a stored file. FileNotFoundError when it is gone."""
    return int(_storage().size(name))


def pieces(name: str, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from `start` up to `stop`, piece by piece; of a bucket, nothing else is asked for."""
    storage = _storage()
    if hasattr(storage, "bucket"):
        body = storage.bucket.Object(name).get(Range=f"bytes={start}-{stop - 1}")["Body"]
        yield from body.iter_chunks(CHUNK)
        return
    with storage.open(name, "rb") as file:
        file.seek(start)
        while start < stop and (piece := file.read(min(CHUNK, stop - start))):
            start += len(piece)
            yield piece


def open_file(name: str) -> "File[Any]":
    """The stored file, for reading. OSError (FileNotFoundError) when it is gone."""
    return _storage().open(name, "rb")


def read(name: str) -> bytes:
    """The content of a stored file. OSError when it is gone."""
    with open_file(name) as file:
        return bytes(file.read())


def exists(name: str) -> bool:
    """Whether a file of this name is stored."""
    return bool(_storage().exists(name))


def delete(name: str) -> None:
    """Delete a stored file; one that is gone already is no error."""
    _storage().delete(name)


def digest_of(name: str) -> str:
    """SHA-256 of a stored file in hexadecimal, read in pieces. OSError when it is gone."""
    digest = hashlib.sha256()
    with open_file(name) as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def names(before: datetime) -> Iterator[str]:
    """The names of all stored files that were written before a moment, drafts of a crash among them."""
    yield from _names_below("", before)


def _names_below(folder: str, before: datetime) -> Iterator[str]:
    storage = _storage()
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    for file in sorted(files):
        name = f"{folder}/{file}" if folder else file
        if storage.get_modified_time(name) < before:
            yield name
    for inner in sorted(folders):
        yield from _names_below(f"{folder}/{inner}" if folder else inner, before)


def _storage() -> Any:
    return storages["evidence"]
