"""Headers of the tus protocol, version 1.0.0 (tus.io): metadata of an upload and the checksum of a chunk."""

import hashlib
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from citygrid.evidence import errors

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
ALGORITHMS: dict[str, Callable[[], Any]] = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha-256": hashlib.sha256,
}
SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a chunk must hash to."""

    algorithm: str
    digest: bytes


def metadata(header: str) -> dict[str, str]:
    """Keys and decoded values of an Upload-Metadata header; MetadataUnreadable (400) names what is none."""
    found = {}
    for pair in filter(None, header.split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = b64decode(value.strip(), validate=True).decode()
        except ValueError as broken:  # binascii.Error and UnicodeDecodeError are among them
            raise errors.MetadataUnreadable(name=key) from broken
    return found


def promised(header: str) -> tuple[str, str]:
    """File name and SHA-256 (hexadecimal; "" for no promise) of an Upload-Metadata header."""
    told = metadata(header)
    filename, digest = told.get("filename", ""), told.get("sha256", "").lower()
    if not filename or len(filename) > MOST_NAME or "\0" in filename:
        raise errors.MetadataUnreadable(name="filename")
    if digest and not SHA256.fullmatch(digest):
        raise errors.MetadataUnreadable(name="sha256")
    return filename, digest


def checksum(header: str) -> Checksum | None:
    """What an Upload-Checksum header demands; None for no header. ChecksumUnknown (400)."""
    if not header:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        digest = b64decode(value.strip(), validate=True)
    except ValueError as broken:
        raise errors.ChecksumUnknown() from broken
    if algorithm not in ALGORITHMS or len(digest) != ALGORITHMS[algorithm]().digest_size:
        raise errors.ChecksumUnknown()
    return Checksum(algorithm, digest)


def hasher(wanted: Checksum | None) -> Any:
    """A hash that takes the bytes of a chunk, by the algorithm that was chosen."""
    return ALGORITHMS[wanted.algorithm if wanted else "sha256"]()
