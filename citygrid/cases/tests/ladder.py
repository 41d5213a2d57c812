"""The four levels of the social-event ladder, and events on it."""

from datetime import datetime, timedelta
from typing import Any

from citygrid.access.tests import factories as access
from citygrid.cases import services
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import COMMUNITY, NOW, City
from citygrid.catalogue.services import CategoryIn, SchemeIn, define_categories, define_scheme
from citygrid.geography.tests.factories import DISTRICT
from citygrid.kernel.actor import system_actor

CLERK = system_actor("ladder tests")
SCHEME = SchemeIn("social", "社会事件", "Social events", procedure="social-event")
CATEGORY = "social/matter/01001"
AREAS = {
    "grid_worker": COMMUNITY + "001",
    "community_officer": COMMUNITY,
    "street_officer": COMMUNITY[:9],
    "district_officer": DISTRICT,
}


def make_ladder(city: City) -> City:
    """A scheme whose cases follow the ladder, and an actor for each level."""
    define_scheme(scheme=SCHEME, actor=CLERK, now=NOW)
    category = CategoryIn("matter", "01001", "邻里纠纷", "Dispute between neighbours")
    define_categories(scheme_code=SCHEME.code, categories=[category], actor=CLERK, now=NOW)
    for role, area in AREAS.items():
        city.actors[role] = access.make_actor(role, areas=[area], unit=city.other_unit)
    return city


def open_event(city: City, role: str = "acceptor", now: datetime = NOW, **values: Any) -> Case:
    """A social event in the first unit grid, begun as the procedure lets this role begin."""
    facts = {"procedure": "social-event", "category_key": CATEGORY, "area_code": AREAS["grid_worker"], **values}
    return services.open_case(opening=city.opening(**facts), actor=city.actors[role], now=now)


def climb(city: City, case: Case, *lines: str, start: datetime = NOW) -> Case:
    """Steps "role action" or "role action finding", ten minutes apart."""
    for place, line in enumerate(lines, start=1):
        role, action, *finding = line.split()
        words = {"unit_id": city.unit.pk} if action == "call_department" else {}
        given = Given(reason="because", note="done", finding=finding[0] if finding else "", **words)
        at = start + place * timedelta(minutes=10)
        case = city.take(case, f"{role} {action}", at=at, given=given)
    return case
