"""A refusal anywhere below becomes a page that says what happened, what was kept and what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from citygrid.kernel.errors import Refusal
from citygrid.ui.htmx import is_htmx

PAGES = {400: "400.html", 403: "403.html", 404: "404.html", 409: "409.html"}


class RefusalMiddleware:
    """Answers a `Refusal` with its own status: a part for HTMX, JSON for a program, a page for everybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; refusals arrive in process_exception."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Tell a refusal; any other exception goes on to become a 500."""
        return refused(request, exception) if isinstance(exception, Refusal) else None


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to a refused request, in the language of the request."""
    told = {
        "happened": str(refusal),
        "kept": str(refusal.kept),
        "todo": refusal.advice,
        "code": refusal.code,
    }
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse(told, status=refusal.status)
    page = "ui/_problem.html" if is_htmx(request) else PAGES.get(refusal.status, "400.html")
    return render(request, page, told, status=refusal.status)
