from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from citygrid.kernel import clock, slow
from citygrid.kernel.models import SlowRequest


def answer(seconds: float, monkeypatch: pytest.MonkeyPatch) -> slow.SlowMiddleware:
    """A platform on which every page takes so many seconds."""
    time = [100.0]
    monkeypatch.setattr(slow, "monotonic", lambda: time[0])

    def respond(request: HttpRequest) -> HttpResponse:
        time[0] += seconds
        request.resolver_match = resolve(request.path)
        return HttpResponse(status=203)

    return slow.SlowMiddleware(respond)


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "noted"), [(0.9, 0), (1.1, 1), (10.1, 3)])
def test_slow_requests_are_noted_once_in_ten_seconds_without_what_was_asked(
    seconds: float, noted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    middleware = answer(seconds, monkeypatch)
    for _ in range(3):
        assert middleware(RequestFactory().get("/search/?q=somebody")).status_code == 203
    rows = SlowRequest.objects.values_list("method", "route", "status")
    assert list(rows) == [("GET", "search/", 203)] * noted


@pytest.mark.django_db
def test_pages_of_a_day_are_told_and_those_of_a_week_ago_forgotten() -> None:
    now = clock.now()
    for hours, seconds in ((1, 2.0), (2, 3.0), (30, 9.0), (24 * 8, 9.0)):
        at = now - timedelta(hours=hours)
        SlowRequest.objects.create(at=at, route="map/", method="GET", status=200, seconds=seconds)
    assert slow.pages(now) == [slow.Page("GET", "map/", 2, 3.0, now - timedelta(hours=1))]
    assert slow.forget(now=now) == 1


@pytest.mark.django_db(transaction=True)
def test_who_asked_gets_the_answer_where_nothing_can_be_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    middleware = answer(5.0, monkeypatch)

    def refuse(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        assert middleware(RequestFactory().get("/search/")).status_code == 203
    assert not SlowRequest.objects.exists()
