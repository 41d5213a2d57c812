"""A shape that somebody drew on a map, and how many metres around it count too."""

import re
from dataclasses import dataclass
from math import cos, radians

from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from citygrid.geography.choices import Fault, ShapeFault
from citygrid.geography.errors import UnusableGeometry

MOST_CORNERS = 100  # of an area: its first one, which ends it too, counted once
MOST_METRES = 5_000
LONGEST = 5_000  # characters
WIDEST = 5.0  # degrees: the shortest way along an edge is near the straight one
LEAST_METRES_OF_LATITUDE = 110_500  # of one degree, at the equator
SPARE = 1.02  # round ends of a rim have corners, which lie on the circle: between them it is narrower
STEEPEST = 89.0  # degrees: nearer to a pole, a degree of longitude is no width to reckon with

NUMBER = r"[-+]?\d{1,3}(?:\.\d{0,20})?"
WRITTEN = re.compile(
    rf"(POINT|LINESTRING|POLYGON) ?\(\(?({NUMBER} {NUMBER}(?:, ?{NUMBER} {NUMBER}){{0,{MOST_CORNERS}}})\)?\)"
)
KINDS = {"POINT": (1, 1), "LINESTRING": (2, MOST_CORNERS), "POLYGON": (4, MOST_CORNERS + 1)}  # least, most corners

Corners = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Vicinity:
    """What lies inside an area, or within so many metres of a point, a line or an area (WKT, WGS-84 degrees)."""

    wkt: str
    metres: float
    region: str  # an area that holds all that lies in it: quick to ask for before the metres are measured


def vicinity(text: str, metres: float) -> Vicinity:
    """Read a shape as an address holds it: POINT, LINESTRING or POLYGON of WKT, of at most 100 corners.

    Raises UnusableGeometry, which says what is wrong with it.
    """
    shape = _shape(text)
    if not 0 <= metres <= MOST_METRES or not (metres or isinstance(shape, Polygon)):
        raise UnusableGeometry(ShapeFault.NO_WIDTH.label)
    return Vicinity(shape.wkt, float(metres), _region(shape, metres).wkt)


def _shape(text: str) -> BaseGeometry:
    found = WRITTEN.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if not found:
        raise UnusableGeometry(ShapeFault.UNREADABLE.label)
    kind, corners = found[1], [_degrees(one) for one in found[2].split(",")]
    least, most = KINDS[kind]
    if len(corners) > most or (kind != "POLYGON" and len(corners) < least):
        raise UnusableGeometry(ShapeFault.UNREADABLE.label)
    if kind == "POLYGON" and (len(corners) < least or corners[0] != corners[-1]):
        raise UnusableGeometry(Fault.UNCLOSED.label)
    shape = _made(kind, corners)
    if not shape.is_valid:
        raise UnusableGeometry(Fault.SELF_CROSSING.label)
    west, south, east, north = shape.bounds
    if max(east - west, north - south) > WIDEST:
        raise UnusableGeometry(ShapeFault.TOO_WIDE.label)
    return shape


def _degrees(corner: str) -> tuple[float, float]:
    lon, lat = map(float, corner.split())
    if abs(lon) > 180 or abs(lat) > 90:
        raise UnusableGeometry(Fault.OUT_OF_RANGE.label)
    return lon, lat


def _made(kind: str, corners: Corners) -> BaseGeometry:
    if kind == "POINT":
        return Point(corners[0])
    return LineString(corners) if kind == "LINESTRING" else Polygon(corners)


def _region(shape: BaseGeometry, metres: float) -> BaseGeometry:
    """The shape with a rim that is nowhere narrower than the metres: degrees are shorter to the east."""
    _west, south, _east, north = shape.bounds
    up = max(metres, 1.0) / LEAST_METRES_OF_LATITUDE  # a rim of less is lost in rounding
    along = up / cos(radians(min(max(abs(south), abs(north)) + up, STEEPEST)))
    return shape.buffer(along * SPARE) if metres else shape
