"""Whole page for a browser, one part of it for HTMX: the same view serves both."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def is_htmx(request: HttpRequest) -> bool:
    """True when HTMX asks for a part; going back in history it asks for the whole page."""
    return request.headers.get("HX-Request") == "true" and not request.headers.get("HX-History-Restore-Request")


def render_partial(
    request: HttpRequest, page: str, partial: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """Render template `partial` for HTMX and `page` for everybody else, with the same context."""
    template = partial if is_htmx(request) else page
    response = render(request, template, dict(context), status=status)
    # Caches must not give the part to somebody who asks for the page.
    patch_vary_headers(response, ["HX-Request"])
    return response
