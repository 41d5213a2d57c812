"""The components of the demo district, registered through the import of the inventory."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

import shapely
from django.db import transaction
from django.utils.timezone import localdate

from citygrid.inventory import queries as inventory
from citygrid.inventory import services as inventory_services
from citygrid.inventory.choices import STANDARD_WORDS, State
from citygrid.inventory.queries import ComponentFilter
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Invalid
from citygrid.simulator.rules.furniture import Standing, stand
from citygrid.simulator.rules.people import CODE, DEPARTMENTS, ROOT, credit_code, maintainer, units
from citygrid.simulator.rules.plan import draw
from citygrid.simulator.services.district import size_there
from citygrid.simulator.services.duties import SCHEME, kind_of_category

OTHERWISE = "urban_management"  # has what no kind of unit of the demo has
# In a thousand.
STATES = {State.INTACT: 965, State.DAMAGED: 25, State.LOST: 6, State.ABANDONED: 3, State.REMOVED: 1}
FIRST_YEAR, LAST_YEAR = 2009, 2025


@transaction.atomic
def build_inventory(*, seed: int, actor: Actor, now: datetime) -> bool:
    """Register the components; False when there are some already."""
    if inventory.components(actor, ComponentFilter(area_code=CODE)):
        return False
    size = size_there()
    plan, rng = draw(seed, size), Random(f"inventory {seed}")  # noqa: S311 - a drawing, no secret
    standing = stand(plan, rng)
    streets = shapely.STRtree(plan.streets).nearest(shapely.points([(lon, lat) for _, lon, lat in standing]))
    kinds = {
        key.rpartition("/")[2]: kind for key, kind in kind_of_category(localdate(now)).items() if "/component/" in key
    }
    codes = {unit.code: credit_code(number) for number, unit in enumerate(units(size), start=1)}
    rows = []
    for one, street in zip(standing, streets.tolist(), strict=True):
        kind = kinds.get(one[0], OTHERWISE)
        kind = kind if kind in {*DEPARTMENTS, "street"} else OTHERWISE
        office = f"{ROOT}-street-{street + 1}" if kind == "street" else f"{ROOT}-{kind}"
        rows.append(_row(rng, one, codes[office], codes[maintainer(kind, street, size)]))
    report = inventory_services.import_components(rows=rows, scheme=SCHEME, actor=actor, now=now)
    if not report.is_written:
        raise Invalid("; ".join(f"{one.row} {one.column}: {one.words}" for one in report.findings[:10]))
    return True


def _row(rng: Random, standing: Standing, owner: str, keeper: str) -> Mapping[str, object]:
    category, lon, lat = standing
    (state,) = rng.choices(list(STATES), list(STATES.values()))
    return {
        "category": category,
        "longitude": lon,
        "latitude": lat,
        "authority_code": owner,
        "owner_code": owner,
        "maintainer_code": keeper,
        "component_state": STANDARD_WORDS[state],
        "initial_date": f"{rng.randint(FIRST_YEAR, LAST_YEAR)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}",
        "data_source": "实测",
    }
