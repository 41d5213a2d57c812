"""Sheets as downloads and uploads: names, types, bounds."""

from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from citygrid.kernel.sheets.writing import XLSX

TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


def download(content: bytes, form: str, name: str) -> HttpResponse:
    """A file to be saved, never shown, and kept by nobody on the way; `name` is without its ending."""
    headers = {
        "Content-Disposition": content_disposition_header(True, f"{name}.{form}") or "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=TYPES[form], headers=headers)


def bounded(upload: Any) -> bytes:
    """What was sent, at most a byte more than is accepted: enough for the reader to say that it is too large."""
    content: bytes = upload.read(settings.SHEET_MOST_BYTES + 1)
    return content


def stem(file_name: str) -> str:
    """The name of a file without its folder and its ending."""
    return PurePath(file_name).stem or "file"
