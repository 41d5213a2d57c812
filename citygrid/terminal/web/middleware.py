"""What a device that was shut out sends is refused, and its session ends."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import auth
from django.http import HttpResponse

from citygrid.access import queries, services
from citygrid.kernel import clock
from citygrid.kernel.api import problem
from citygrid.kernel.web import API_ROOT
from citygrid.terminal.choices import DEVICE_KEY
from citygrid.terminal.errors import Revoked

HEADER = "Citygrid-Device"


class DeviceMiddleware:
    """Asks, for requests of devices alone, whether they may still be used: a query, and a write every five minutes.

    A program is told `terminal.revoked`, whatever it asked for; a page goes on as that of somebody signed out.
    """

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        devices = set(_devices(request))
        if devices and queries.is_shut_out(devices):
            auth.logout(request)
            request.actor = None
            if request.path.startswith(API_ROOT):
                return problem(Revoked())
        elif devices and request.actor:
            services.note_devices_seen(device_ids=devices, account_id=request.actor.account_id, now=clock.now())
        return self.get_response(request)


def _devices(request: Any) -> Iterator[UUID]:
    """The device that the request names, and the one that its session was enrolled with."""
    for told in (request.headers.get(HEADER), request.session.get(DEVICE_KEY)):
        try:
            yield UUID(told or "")
        except ValueError:
            continue
