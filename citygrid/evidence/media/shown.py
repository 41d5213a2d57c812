"""What is shown of live video: a playlist and parts of it (HLS, RFC 8216), as the packager wrote them."""

import re
from pathlib import Path
from uuid import UUID

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
