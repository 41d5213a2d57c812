"""Answers with the file of a photo: somebody else made it, so a browser is told to trust it with nothing."""

from typing import Any
from uuid import UUID

from django.http import FileResponse

from citygrid.evidence.media.store import EXTENSIONS

COPY_SECONDS = 3600


def copy(file: Any, media_id: UUID) -> FileResponse:
    """The public copy or the thumbnail, to be shown."""
    answer = FileResponse(file, content_type="image/jpeg", filename=f"{media_id}.jpg")
    return _guarded(answer, f"private, max-age={COPY_SECONDS}")


def original(file: Any, media_id: UUID, file_format: str) -> FileResponse:
    """The original as it was handed in, to be saved, never shown."""
    name, kind = f"{media_id}.{EXTENSIONS[file_format]}", f"image/{file_format.lower()}"
    return _guarded(FileResponse(file, content_type=kind, as_attachment=True, filename=name), "private, no-store")


def _guarded(answer: FileResponse, cache: str) -> FileResponse:
    """No script may run in it, no other site may embed it, no proxy may keep it."""
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = cache
    return answer
