"""Reports in the small city of the cases' factories."""

from itertools import count
from typing import Any

from citygrid.cases.tests.factories import NOW, City
from citygrid.geography.tests.factories import SOUTH, WEST
from citygrid.intake import services
from citygrid.intake.services import Receipt, ReportIn
from citygrid.kernel.actor import Actor

_keys = count(1)
INSIDE = {"lon": WEST + 0.001, "lat": SOUTH + 0.001}


def report_in(**values: Any) -> ReportIn:
    """A broken cover in the first community, from a field supervisor."""
    return ReportIn(**{"description": "井盖破损", "channel": "field", **INSIDE, **values})


def receive(city: City, *, actor: Actor | None = None, now: Any = None, key: str = "", **values: Any) -> Receipt:
    """Receive a report as the supervisor of the city, under a key of its own."""
    return services.receive_report(
        report=report_in(**values),
        key=key or f"key-{next(_keys)}",
        actor=actor or city.actors["supervisor"],
        now=now or NOW,
    )
