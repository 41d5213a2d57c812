"""Around every request: headers that bound what a page may do, and words for what is refused."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from citygrid.kernel.errors import MethodNotAllowed, Refusal
from citygrid.kernel.web import stream_address
from citygrid.ui.problems import refused

HEADERS = {
    # Scripts come from files of ours only. Styles may stand in a page: pictures of procedures carry their own.
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {live}; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def plays_from_memory(response: HttpResponse) -> HttpResponse:
    """The page plays what a script of ours holds in memory (`blob:`): live video, or what was just recorded."""
    if not settings.DEBUG:
        response.headers["Content-Security-Policy"] = f"{HEADERS['Content-Security-Policy']}; media-src 'self' blob:"
    return response


class HeadersMiddleware:
    """Adds the headers of `HEADERS` to every answer that does not say otherwise itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with its headers; the server of the front end's developers needs scripts from elsewhere."""
        response = self.get_response(request)
        if not settings.DEBUG:
            live = _origin(stream_address(request))  # news come from here, or from another port of this host
            for name, value in HEADERS.items():
                response.headers[name] = response.headers.get(name, value).replace(" {live}", live)
        return response


def _origin(address: str) -> str:
    """The origin of an address for a list of a policy, with a space before it; "" of one of ours, or none."""
    parts = urlsplit(address)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""


class RefusalMiddleware:
    """Answers a `Refusal`, and a method an address does not take, with its own status and words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; refusals arrive in process_exception."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        told = refused(request, MethodNotAllowed(method=request.method))
        told["Allow"] = response["Allow"]
        return told

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Tell a refusal; any other exception goes on to become a 500."""
        return refused(request, exception) if isinstance(exception, Refusal) else None
