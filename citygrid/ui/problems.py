"""What is refused or breaks is told: as a problem to a program, as a part to HTMX, as a page to everybody else."""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from citygrid.kernel.api import problem, waiting
from citygrid.kernel.errors import AddressUnknown, BodyTooBig, Broken, Closed, Refusal, Unavailable, Unreadable
from citygrid.kernel.web import API_ROOT, LIVE_ROOT
from citygrid.ui.htmx import is_htmx

HEADINGS = {
    400: _("This request cannot be read"),
    403: _("This is not open to you"),
    404: _("There is no such page"),
    405: _("This page does not work that way"),
    409: _("Somebody was faster"),
    413: _("This is too much at once"),
    429: _("Too fast"),
    500: _("Something broke on our side"),
    503: _("The platform cannot answer just now"),
}
ALONE = (500, 503)  # their page needs neither the database nor the files of the front end
RETRY_SECONDS = 30
FAULTS: tuple[tuple[tuple[type[Exception], ...], type[Refusal]], ...] = (
    ((OperationalError, InterfaceError), Unavailable),
    ((DataError, OverflowError), Unreadable),  # a text with NUL, a number or day out of range: no column holds them
)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to a refused request, in the language of the request."""
    if is_program(request):
        answer = problem(refusal)
    else:
        told = {
            "heading": HEADINGS.get(refusal.status, HEADINGS[400]),
            "happened": str(refusal),
            "kept": str(refusal.kept),
            "todo": refusal.advice,
            "code": refusal.code,
        }
        page = "500.html" if refusal.status in ALONE else "ui/problem.html"
        answer = render(request, "ui/_problem.html" if is_htmx(request) else page, told, status=refusal.status)
    if refusal.status == Unavailable.status:
        answer["Retry-After"] = str(RETRY_SECONDS)
    return waiting(refusal, answer)


def is_program(request: HttpRequest) -> bool:
    """Whether a program asks: below the API, for a stream, or by preferring JSON."""
    prefers = request.get_preferred_type(["text/html", "application/json"])
    return request.path.startswith((API_ROOT, LIVE_ROOT)) or prefers == "application/json"


# What Django itself refuses, and what nobody expected (handler400 ... handler500 of the addresses).


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A body that is too big, a host that is not ours, a form that cannot be parsed."""
    return refused(request, BodyTooBig() if isinstance(exception, RequestDataTooBig) else Unreadable())


def closed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page that Django itself does not open."""
    return refused(request, Closed())


def unknown(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere."""
    return refused(request, AddressUnknown())


def broken(request: HttpRequest, *args: Any) -> HttpResponse:
    """A fault of ours; or the database that is gone, cannot keep up, or took too long; or what it cannot hold."""
    error = sys.exc_info()[1]
    told = next((refusal for faults, refusal in FAULTS if isinstance(error, faults)), Broken)
    return refused(request, told())
