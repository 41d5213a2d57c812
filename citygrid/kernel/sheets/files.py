"""Sheets as they are sent: names and bounds."""

from pathlib import PurePath
from typing import Any

from django.conf import settings


def bounded(upload: Any) -> bytes:
    """What was sent, at most a byte more than is accepted: enough for the reader to say that it is too large."""
    content: bytes = upload.read(settings.SHEET_MOST_BYTES + 1)
    return content


def stem(file_name: str) -> str:
    """The name of a file without its folder and its ending."""
    return PurePath(file_name).stem or "file"
