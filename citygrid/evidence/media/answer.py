"""Answers with the file of a medium: somebody else made it, so a browser is told to trust it with nothing."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response

from citygrid.evidence.choices import Kind, Rendition
from citygrid.evidence.media import store

COPIES = {Kind.PHOTO: ("image/jpeg", "jpg"), Kind.AUDIO: ("audio/mp4", "m4a"), Kind.VIDEO: ("video/mp4", "mp4")}
STILL = COPIES[Kind.PHOTO]
TYPES = {"MOV": "quicktime", "MP3": "mpeg"}  # where they differ from the name of the format
MOST = {Kind.PHOTO: "image", Kind.AUDIO: "audio", Kind.VIDEO: "video"}
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def copy(request: Any, name: str, media_id: UUID, kind: str, rendition: str) -> Any:
    """A copy or a still picture, to be shown; also a part of it, so that a player can seek.

    It is asked for anew each time (304 where it is the same): it may hide more by then.
    """
    content_type, extension = COPIES[Kind(kind)] if rendition == Rendition.PUBLIC else STILL
    answer = _answer(request, name, content_type)
    answer["Content-Disposition"] = f'inline; filename="{media_id}.{extension}"'
    return _guarded(answer, "private, no-cache")


def original(request: Any, name: str, media_id: UUID, kind: str, file_format: str) -> Any:
    """The original as it was handed in, to be saved, never shown."""
    content_type = f"{MOST[Kind(kind)]}/{TYPES.get(file_format, file_format.lower())}"
    answer = _answer(request, name, content_type)
    answer["Content-Disposition"] = f'attachment; filename="{media_id}.{store.EXTENSIONS[file_format]}"'
    return _guarded(answer, "private, no-store")


def _answer(request: Any, name: str, content_type: str) -> Any:
    """The file, or the one part of it that is asked for (RFC 9110, 14): 206, or 416 where there is no such part."""
    tag = f'"{name}"'
    if unchanged := get_conditional_response(request, etag=tag):
        return unchanged
    size = store.size(name)
    is_same = request.headers.get("If-Range", tag) == tag  # else the part was to be of another file
    part = _part(request.headers.get("Range", ""), size) if is_same else None
    start, stop = part or (0, size)
    if part and start >= stop:
        answer: Any = HttpResponse(status=416, content_type=content_type)
        answer["Content-Range"] = f"bytes */{size}"
    else:
        answer = StreamingHttpResponse(store.pieces(name, start, stop), content_type=content_type)
        answer["Content-Length"] = str(stop - start)
        if part:
            answer.status_code, answer["Content-Range"] = 206, f"bytes {start}-{stop - 1}/{size}"
    answer["Accept-Ranges"], answer["ETag"] = "bytes", tag
    return answer


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """Where the part begins and ends; None for what is no single range of bytes, which may be ignored."""
    found = RANGE.fullmatch(asked.replace(" ", ""))
    if found is None or found[1] == found[2] == "":
        return None
    first, last = found[1], found[2]
    if not first:
        return max(0, size - int(last)), size if int(last) else 0
    return int(first), min(size, int(last) + 1) if last else size


def _guarded(answer: Any, cache: str) -> Any:
    """No script may run in it, no other site may embed it, no proxy may keep it."""
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = cache
    return answer
