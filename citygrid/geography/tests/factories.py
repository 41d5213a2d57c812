"""A made-up district of squares: two streets, two communities each, all sides on round degrees.

90000100x, from west to east: street 900001001 (communities 001 and 002), street 900001002 (001 and 002).
"""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib.gis.geos import Polygon

from citygrid.geography import services
from citygrid.geography.choices import GridKind, LayerKind, Level
from citygrid.geography.models import Area
from citygrid.kernel.actor import Actor, Axis, Reach, system_actor

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DISTRICT = "900001"
WEST, SOUTH = 116.30, 39.80
SIDE = 0.004  # degrees: about 342 m x 444 m
ACTOR = system_actor("tests")


def square(column: float, row: float = 0, width: float = 1, height: float = 1) -> list[list[list[float]]]:
    """Polygon coordinates in units of SIDE east and north of the district's corner."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    east, north = west + width * SIDE, south + height * SIDE
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def polygon(column: float, row: float = 0, width: float = 1, height: float = 1) -> Polygon:
    return Polygon(square(column, row, width, height)[0], srid=4326)


def feature(code: str, coordinates: Any, *, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, "name": f"区域{code}", "name_en": f"Area {code}", **properties},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def make_district(code: str = DISTRICT) -> Area:
    return services.define_district(
        code=code,
        name_zh="示例区",
        name_en="Sample District",
        geom=polygon(0, width=4),
        time_zone="Asia/Shanghai",
        calendar_key="natural",
        actor=ACTOR,
        now=NOW,
    )


def load(level: Level | GridKind, *features: Any, parent: str = DISTRICT, **target: Any) -> services.ImportReport:
    return services.import_areas(
        source=services.Source(document=collection(*features)),
        target=services.AreaTarget(level=level, parent=parent, **target),
        actor=ACTOR,
        now=NOW,
    )


def make_streets() -> None:
    make_district()
    streets = [feature("900001001", square(0, width=2)), feature("900001002", square(2, width=2))]
    assert load(Level.STREET, *streets).is_written


def make_communities() -> None:
    make_streets()
    codes = ["900001001001", "900001001002", "900001002001", "900001002002"]
    communities = [feature(code, square(column)) for column, code in enumerate(codes)]
    assert load(Level.COMMUNITY, *communities).is_written


def make_grids() -> None:
    make_communities()
    services.cut_unit_grids(below=DISTRICT, actor=ACTOR, now=NOW)


def clerk(*permissions: str, areas: tuple[str, ...] = (DISTRICT,)) -> Actor:
    return Actor(
        role="clerk",
        axis=Axis.SUPPORT,
        reach=Reach(areas=areas),
        permissions=frozenset(permissions),
        label="clerk",
    )


def forbid(actor: Actor, name_en: str = "No fireworks here", **hours: str) -> None:
    """A zone over the first column of squares in which something is forbidden; at all hours where none are given."""
    given: Any = {"actor": actor, "now": NOW}
    services.add_layer(code="fireworks", kind=LayerKind.ZONE, name_zh="烟花", name_en="Fireworks", **given)
    services.add_feature(
        layer_code="fireworks",
        code="F1",
        name_zh="禁放区",
        name_en=name_en,
        geom=polygon(0),
        valid_from_date=date(2020, 1, 1),
        attributes={"rule": "forbidden", **hours},
        **given,
    )
