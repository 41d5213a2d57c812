"""Components for tests, in the unit grids of the geography factories."""

from datetime import date
from typing import Any

from citygrid.catalogue.tests import factories as catalogue
from citygrid.geography.tests import factories as geography
from citygrid.inventory import services
from citygrid.inventory.models import Component
from citygrid.inventory.permissions import MANAGE, VIEW
from citygrid.inventory.services import ComponentIn, ImportReport
from citygrid.kernel.actor import Actor, system_actor

NOW = geography.NOW
SCHEME = "test"
LON, LAT = geography.WEST + 0.001, geography.SOUTH + 0.001  # in the first community
STREET_WIDE = "900001001"
CLERK = system_actor("inventory tests")
CREDIT_CODE = "11110101000000000A"


def make_place() -> None:
    """Unit grids, and covers (01001) and lamps (01002) as categories."""
    geography.make_grids()
    catalogue.category("01001", "井盖", "Cover")
    catalogue.category("01002", "路灯", "Lamp")


def row(**values: Any) -> dict[str, Any]:
    """A good row of a file: a new cover in the first community."""
    return {
        "category": "01001",
        "longitude": LON,
        "latitude": LAT,
        "authority_code": CREDIT_CODE,
        "authority_name": "水务局",
        "initial_date": "20200102",
        **values,
    }


def add(actor: Actor = CLERK, scheme: str = SCHEME, **values: Any) -> Component:
    values = {**row(), "initial_date": date(2020, 1, 2), **values}
    return services.add_component(component=ComponentIn(**values), actor=actor, now=NOW, scheme=scheme)


def load(*rows: Any, actor: Actor = CLERK, **options: Any) -> ImportReport:
    return services.import_components(rows=rows, actor=actor, now=NOW, **{"scheme": SCHEME, **options})


def clerk(*areas: str) -> Actor:
    """A post that sees and manages components of these areas."""
    return geography.clerk(VIEW, MANAGE, areas=areas or (geography.DISTRICT,))
