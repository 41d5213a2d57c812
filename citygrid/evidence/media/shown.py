"""What is shown of live video: a playlist and parts of it (HLS, RFC 8216), as the packager wrote them."""

import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from citygrid.evidence.media import pieces
from citygrid.kernel.errors import NotFound

PLAYLIST, HEAD, PART = "live.m3u8", "head.mp4", "part%06d.m4s"
TYPES = {"m3u8": "application/vnd.apple.mpegurl", "mp4": "video/mp4", "m4s": "video/iso.segment"}
NAME = re.compile(r"live\.m3u8|head\.mp4|part\d{6}\.m4s")


def folder(stream_id: UUID) -> Path:
    """Where it lies."""
    return pieces.folder(stream_id) / "shown"


def read(stream_id: UUID, name: str) -> tuple[bytes, str]:
    """The content of one of its files and its type; NotFound (404)."""
    if not NAME.fullmatch(name):
        raise NotFound(what=_("live video"))
    try:
        return (folder(stream_id) / name).read_bytes(), TYPES[name.rpartition(".")[2]]
    except FileNotFoundError as gone:
        raise NotFound(what=_("live video")) from gone


def sweep(before: datetime, kept: Collection[UUID]) -> int:
    """Delete what was shown of streams other than these, last written before a moment; of how many."""
    root, swept = Path(settings.STREAMS_FOLDER), 0
    for one in root.iterdir() if root.is_dir() else ():
        inside = one / "shown"
        if one.name in map(str, kept) or not inside.is_dir() or inside.stat().st_mtime >= before.timestamp():
            continue
        shutil.rmtree(inside, ignore_errors=True)
        with suppress(OSError):  # its pieces are still there
            one.rmdir()
        swept += 1
    return swept
