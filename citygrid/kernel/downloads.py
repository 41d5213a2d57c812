"""Files that the platform makes for somebody to save."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}


def download(content: bytes, form: str, name: str) -> HttpResponse:
    """A file to be saved, never shown, and kept by nobody on the way; `name` is without its ending."""
    headers = {
        "Content-Disposition": content_disposition_header(True, f"{name}.{form}") or "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=TYPES[form], headers=headers)
