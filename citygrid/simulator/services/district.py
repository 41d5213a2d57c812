"""The demo district: areas, grids, streets and lanes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db import transaction
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from citygrid.geography import queries as geography
from citygrid.geography import services as geography_services
from citygrid.geography.choices import GridKind, Level
from citygrid.geography.services import AreaTarget, ImportReport, Source
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Invalid
from citygrid.simulator.queries import district_exists
from citygrid.simulator.rules import names
from citygrid.simulator.rules.people import CODE, community_codes, street_code
from citygrid.simulator.rules.plan import Plan, draw

TIME_ZONE, CALENDAR = "Asia/Shanghai", "cn"
UNIT_GRIDS_OF = {GridKind.DUTY: 14, GridKind.SOCIAL: 9}  # how many unit grids make one of these


@transaction.atomic
def build_district(*, seed: int, actor: Actor, now: datetime) -> bool:
    """Define the district with its streets, communities, grids, avenues and lanes; False when it is there already."""
    if district_exists():
        return False
    plan = draw(seed)
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
    _import_areas(Level.STREET, _collection(streets, names.STREETS, plan.streets), actor, now)
    _import_areas(Level.COMMUNITY, _collection(community_codes(), names.COMMUNITIES, communities), actor, now)
    geography_services.cut_unit_grids(below=CODE, actor=actor, now=now)
    for community in community_codes():
        _group(community, actor, now)
    _add_lanes(plan, actor, now)
    return True


def _import_areas(level: Level, source: Source, actor: Actor, now: datetime) -> None:
    target = AreaTarget(level=level, parent=CODE, tolerance_m=0.1)
    _require(geography_services.import_areas(source=source, target=target, actor=actor, now=now))


def _group(community: str, actor: Actor, now: datetime) -> None:
    """Duty and social-service grids of unit grids that follow one another."""
    codes = [grid.code for grid in geography.unit_grids(community)]
    for kind, count in UNIT_GRIDS_OF.items():
        for n, parts in enumerate(_chunks(codes, count), start=1):
            geography_services.group_unit_grids(
                code=f"{community}{kind.value[0].upper()}{n:02d}",
                kind=kind,
                unit_grid_codes=parts,
                actor=actor,
                now=now,
            )


def _chunks(codes: Sequence[str], count: int) -> list[Sequence[str]]:
    return [codes[start : start + count] for start in range(0, len(codes), count)]


def _add_lanes(plan: Plan, actor: Actor, now: datetime) -> None:
    avenues = [f"A{n:02d}" for n in range(1, len(plan.avenues) + 1)]
    source = _collection(avenues, names.AVENUES, plan.avenues)
    _require(geography_services.import_lanes(source=source, area_code=CODE, actor=actor, now=now))
    left = iter(names.lane_names())
    for code, lanes in zip(community_codes(), (lanes for street in plan.lanes for lanes in street), strict=True):
        source = _collection([f"L{n}" for n in range(1, len(lanes) + 1)], left, lanes)
        _require(geography_services.import_lanes(source=source, area_code=code, actor=actor, now=now))


def _collection(codes: Sequence[str], named: Iterable[names.Name], shapes: Sequence[BaseGeometry]) -> Source:
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": zh, "name_en": en},
            "geometry": mapping(shape),
        }
        for code, shape, (zh, en) in zip(codes, shapes, named, strict=False)
    ]
    return Source(document={"type": "FeatureCollection", "features": _as_lists(features)})


def _as_lists(value: Any) -> Any:
    """GeoJSON as it is read from a file: lists, where shapely gives tuples."""
    if isinstance(value, dict):
        return {key: _as_lists(part) for key, part in value.items()}
    return [_as_lists(part) for part in value] if isinstance(value, list | tuple) else value


def _require(report: ImportReport) -> None:
    if not report.is_written:
        raise Invalid("; ".join(f"{one.code}: {one.fault.label} {one.detail}" for one in report.findings))
