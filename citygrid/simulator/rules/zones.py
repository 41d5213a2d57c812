"""Where fireworks are forbidden in the demo district, and where they are allowed: rules are this product's choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry

from citygrid.simulator.rules.bend import to_degrees, to_metres
from citygrid.simulator.rules.layers import Layer
from citygrid.simulator.rules.names import Name
from citygrid.simulator.rules.plan import Plan

FIREWORKS = Layer("fireworks", "烟花爆竹管控区", "Fireworks zones")
AROUND_PARK_M, INSIDE_PARK_M, AROUND_STATION_M = 500.0, -60.0, 300.0
GRAIN_DEGREES = 1e-7  # 1 cm


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """A zone in WGS-84 degrees, and what it says (`geography.rules.zones`)."""

    code: str
    name: Name
    shape: BaseGeometry
    said: Mapping[str, str] = field(default_factory=dict)


def zones(plan: Plan) -> list[DrawnZone]:
    """Forbidden around the park at all hours, allowed inside it; forbidden around the station at night."""
    park, station = to_metres(plan.park), to_metres(plan.station)
    night = {"rule": "forbidden", "from_hour": "20:00", "to_hour": "02:00"}
    return [
        DrawnZone(
            "X1",
            ("松月公园周边禁放区", "Around Songyue Park"),
            _within(plan, park, AROUND_PARK_M),
            {"rule": "forbidden"},
        ),
        DrawnZone(
            "X2",
            ("松月公园燃放点", "Songyue Park Ground"),
            _within(plan, park, INSIDE_PARK_M),
            {"rule": "allowed"},
        ),
        DrawnZone(
            "X3",
            ("云澜站夜间禁放区", "Around Yunlan Station at Night"),
            _within(plan, station, AROUND_STATION_M),
            night,
        ),
    ]


def _within(plan: Plan, shape: BaseGeometry, metres: float) -> BaseGeometry:
    """What lies within so many metres of a shape (inside it, if negative) and in the district, in degrees."""
    near = shape.buffer(metres).intersection(to_metres(plan.district))
    return shapely.set_precision(to_degrees(near), GRAIN_DEGREES)
