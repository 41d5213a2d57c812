"""Which requests took long: noted after the answer, at most one of a page in ten seconds by each process."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

from django.db import DatabaseError
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse

from citygrid.kernel import clock
from citygrid.kernel.models import SlowRequest

SECONDS = 1.0  # what a person still takes for an answer without a thought of waiting
APART = 10.0  # seconds between two notes of a page, so that a slow hour does not make itself slower
SHOWN = timedelta(days=1)
KEPT = timedelta(days=7)
MOST = 20  # pages that are told of

log = logging.getLogger(__name__)


class SlowMiddleware:
    """Notes what took more than a second. A note that cannot be written changes nothing for who asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.noted: dict[tuple[str, str], float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = monotonic()
        response = self.get_response(request)
        ended = monotonic()
        match = request.resolver_match
        page = (request.method or "", match.route if match else "")
        if match and ended - begun >= SECONDS and ended - self.noted.get(page, -APART) >= APART:
            self.noted[page] = ended
            self._note(page, response.status_code, ended - begun)
        return response

    def _note(self, page: tuple[str, str], status: int, seconds: float) -> None:
        method, route = page
        try:
            SlowRequest.objects.create(
                at=clock.now(), method=method[:10], route=route[:200], status=status, seconds=seconds
            )
        except DatabaseError:
            log.warning("slow: %s %s took %.1f s, which could not be noted", method, route, seconds)


class Page(NamedTuple):
    """What was slow about a page within a day: how many requests were noted, the slowest, and when the last came."""

    method: str
    route: str
    noted: int
    slowest: float
    at: datetime


def pages(now: datetime) -> list[Page]:
    """The pages with slow requests within a day, those of late first. One query."""
    rows = SlowRequest.objects.filter(at__gt=now - SHOWN).values_list("method", "route")
    found = rows.annotate(noted=Count("id"), slowest=Max("seconds"), last=Max("at"))
    return [Page(*row) for row in found.order_by("-last", "route", "method")[:MOST]]


def forget(*, now: datetime) -> int:
    """Drop what was noted a week ago; how many notes that were."""
    return SlowRequest.objects.filter(at__lt=now - KEPT).delete()[0]
