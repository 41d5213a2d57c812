"""The demo district: areas, grids, streets and lanes."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db import transaction

from citygrid.geography import queries as geography
from citygrid.geography import services as geography_services
from citygrid.geography.choices import CODE_LENGTH, GridKind, Level
from citygrid.geography.services import AreaTarget, GroupIn, ImportReport, Source
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Invalid
from citygrid.simulator.queries import district_exists
from citygrid.simulator.rules import names
from citygrid.simulator.rules.geojson import collection
from citygrid.simulator.rules.layers import avenue_names, lane_names
from citygrid.simulator.rules.people import CODE, community_codes, street_code
from citygrid.simulator.rules.plan import Plan, draw
from citygrid.simulator.rules.sizes import FULL, SIZES, Size, shared

TIME_ZONE, CALENDAR = "Asia/Shanghai", "cn"


@transaction.atomic
def build_district(*, seed: int, actor: Actor, now: datetime, size: Size = FULL) -> bool:
    """Define the district with its streets, communities, grids, avenues and lanes; False when it is there already."""
    if district_exists():
        return False
    plan = draw(seed, size)
    outline = Polygon(list(plan.district.exterior.coords), srid=4326)
    geography_services.define_district(
        code=CODE,
        name_zh=names.DISTRICT[0],
        name_en=names.DISTRICT[1],
        geom=outline,
        time_zone=TIME_ZONE,
        calendar_key=CALENDAR,
        actor=actor,
        now=now,
    )
    streets = [street_code(n) for n in range(len(plan.streets))]
    communities = [shape for street in plan.communities for shape in street]
    called = names.community_names(size.communities)
    _import_areas(Level.STREET, Source(document=collection(streets, names.STREETS, plan.streets)), actor, now)
    _import_areas(Level.COMMUNITY, Source(document=collection(community_codes(size), called, communities)), actor, now)
    geography_services.cut_unit_grids(below=CODE, side_m=size.unit_grid_m, actor=actor, now=now)
    geography_services.put_groups(groups=_groups(size), actor=actor, now=now)
    _add_lanes(plan, actor, now)
    return True


def size_there() -> Size:
    """The size of the district that is there, told by how many streets it has; full where there is none."""
    streets = len(geography.areas_below(CODE, Level.STREET))
    return next((size for size in SIZES if len(size.communities_of) == streets), FULL)


def _import_areas(level: Level, source: Source, actor: Actor, now: datetime) -> None:
    target = AreaTarget(level=level, parent=CODE, tolerance_m=0.1)
    require(geography_services.import_areas(source=source, target=target, actor=actor, now=now))


def _groups(size: Size) -> list[GroupIn]:
    """Duty and social-service grids of unit grids that follow one another in their community."""
    parts: dict[str, list[str]] = {code: [] for code in community_codes(size)}
    for grid in geography.unit_grids(CODE):
        parts[grid.code[: CODE_LENGTH[Level.COMMUNITY]]].append(grid.code)
    weights = [len(codes) for codes in parts.values()]
    return [
        GroupIn(f"{community}{kind.value[0].upper()}{n:02d}", kind, part)
        for kind, total in ((GridKind.DUTY, size.duty_grids), (GridKind.SOCIAL, size.social_grids))
        for (community, codes), count in zip(parts.items(), shared(total, weights), strict=True)
        for n, part in enumerate(_split(codes, count), start=1)
    ]


def _split(codes: Sequence[str], count: int) -> list[Sequence[str]]:
    """`count` runs of codes, as even as can be."""
    ends = [len(codes) * n // count for n in range(count + 1)]
    return [codes[start:end] for start, end in pairwise(ends)]


def _add_lanes(plan: Plan, actor: Actor, now: datetime) -> None:
    """Avenues are kept under the district, the 背街小巷 each under its community."""
    codes, lines = _codes("A", plan.avenues), [avenue.line for avenue in plan.avenues]
    source = Source(document=collection(codes, avenue_names(plan), lines))
    require(geography_services.import_lanes(source=source, area_code=CODE, actor=actor, now=now))
    lanes = [lanes for street in plan.lanes for lanes in street]
    for code, named, shapes in zip(community_codes(plan.size), lane_names(plan), lanes, strict=True):
        source = Source(document=collection(_codes("L", shapes), named, shapes))
        require(geography_services.import_lanes(source=source, area_code=code, actor=actor, now=now))


def _codes(letter: str, shapes: Sequence[Any]) -> list[str]:
    return [f"{letter}{n:03d}" for n in range(1, len(shapes) + 1)]


def require(report: ImportReport) -> None:
    """Invalid, with its findings, unless the import was written."""
    if not report.is_written:
        raise Invalid("; ".join(f"{one.code}: {one.fault.label} {one.detail}" for one in report.findings))
