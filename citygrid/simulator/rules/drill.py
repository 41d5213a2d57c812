"""An evening around the borders of zones: where people stand, and where the drawing says that it is forbidden.

What the platform marks is compared with this: it knows the drawing, not the platform's rules or its database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from citygrid.simulator.rules.bend import to_degrees, to_metres
from citygrid.simulator.rules.zones import DrawnZone

NEAREST_M, FARTHEST_M = 0.5, 40.0  # how far from a border somebody stands
TRIES = 1_000


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Somebody stands there; `zones` are the codes of the zones of the drawing around it."""

    lon: float
    lat: float
    zones: frozenset[str]


def standpoints(drawn: Sequence[DrawnZone], district: BaseGeometry, count: int, rng: Random) -> list[Standpoint]:
    """So many places inside the district, by turns close to the borders of all zones, on both sides of them."""
    outlines = [to_metres(zone.shape) for zone in drawn]
    within = to_metres(district).buffer(-1)
    found: list[Standpoint] = []
    for turn in range(count * TRIES):
        if len(found) == count:
            break
        border = outlines[turn % len(outlines)].boundary
        foot = border.interpolate(rng.random(), normalized=True)
        point = Point(foot.x + _off(rng), foot.y + _off(rng))
        if within.contains(point) and min(point.distance(one.boundary) for one in outlines) >= NEAREST_M:
            place = to_degrees(point)
            around = frozenset(
                zone.code for zone, one in zip(drawn, outlines, strict=True) if shapely.contains(one, point)
            )
            found.append(Standpoint(place.x, place.y, around))
    return found


def _off(rng: Random) -> float:
    return rng.choice((-1, 1)) * rng.uniform(0, FARTHEST_M)


def is_forbidden(place: Standpoint, drawn: Sequence[DrawnZone], hour: int) -> bool:
    """Whether the drawing forbids it there at an hour of the day: hours of the demo begin and end with an hour."""
    holding = [zone.said["rule"] for zone in drawn if zone.code in place.zones and hour in _hours(zone)]
    return bool(holding) and "allowed" not in holding


def _hours(zone: DrawnZone) -> list[int]:
    if "from_hour" not in zone.said:
        return list(range(24))
    begins, ends = (int(zone.said[name][:2]) for name in ("from_hour", "to_hour"))
    return [hour % 24 for hour in range(begins, ends if ends > begins else ends + 24)]
