"""Small still maps: GeoJSON areas and a point drawn to SVG by the server, so that a map needs no JavaScript.

Coordinates are WGS 84 degrees. Seen over a few kilometres the earth is flat enough for a plate carrée scaled by the
cosine of the middle latitude: the error is far below one pixel.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, log10, radians
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

METRES_PER_DEGREE = 111_320.0
LEAST_SPAN_M = 200.0
MARGIN = 0.06
ROLES = ("area", "line", "focus", "fault")  # from below

Extent = tuple[float, float, float, float]  # west, south, east, north
Json = Mapping[str, Any]


def features_of(areas: Json | Sequence[Json] | None) -> list[dict[str, Any]]:
    """Turn a FeatureCollection, Feature, geometry or a list of them into a list of GeoJSON features.

    The property `role` of a feature ("area", "focus", "fault") decides its look; `label` is written into it.
    """
    if areas is None:
        return []
    if not isinstance(areas, Mapping):
        return [feature for area in areas for feature in features_of(area)]
    if areas["type"] == "FeatureCollection":
        return features_of(areas["features"])
    if areas["type"] == "Feature":
        return [dict(areas)]
    return [{"type": "Feature", "properties": {}, "geometry": areas}]


def _positions(coordinates: Sequence[Any]) -> Iterator[Sequence[float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates
        return
    for part in coordinates:
        yield from _positions(part)


def _rings(geometry: Json) -> Iterable[Sequence[Sequence[float]]]:
    """All rings and lines of a geometry; points have none."""
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "MultiPolygon":
            return [ring for polygon in coordinates for ring in polygon]
        case "Polygon" | "MultiLineString":
            return coordinates
        case "LineString":
            return [coordinates]
    return []


def extent_of(features: Sequence[Json], point: tuple[float, float] | None, around_m: float | None) -> Extent:
    """What the map shows: `around_m` metres about the point, or else everything; never less than 200 m."""
    found: list[Sequence[float]] = [point] if point else []
    if not (point and around_m):
        found += [p for feature in features for p in _positions(feature["geometry"]["coordinates"])]
    if not found:
        raise ValueError("a map needs a point or an area")
    west, east = min(p[0] for p in found), max(p[0] for p in found)
    south, north = min(p[1] for p in found), max(p[1] for p in found)
    least = (2 * around_m if point and around_m else LEAST_SPAN_M) / METRES_PER_DEGREE
    wide = max((east - west) * (1 + 2 * MARGIN), least / cos(radians(south)))
    high = max((north - south) * (1 + 2 * MARGIN), least)
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


@dataclass(frozen=True)
class Frame:
    """Fits an extent into a picture of `width` x `height` pixels, north up, and places positions in it."""

    extent: Extent
    width: int
    height: int

    @property
    def stretch(self) -> float:
        """Length of a degree of longitude as a part of one of latitude, at the middle of the map."""
        return cos(radians((self.extent[1] + self.extent[3]) / 2))

    @property
    def scale(self) -> float:
        """Pixels for one degree of latitude."""
        west, south, east, north = self.extent
        return min(self.width / ((east - west) * self.stretch), self.height / (north - south))

    def place(self, position: Sequence[float]) -> tuple[float, float]:
        """Pixels from the upper left corner of (longitude, latitude)."""
        west, south, east, north = self.extent
        x = self.width / 2 + (position[0] - (west + east) / 2) * self.stretch * self.scale
        y = self.height / 2 - (position[1] - (south + north) / 2) * self.scale
        return round(x, 1), round(y, 1)

    def path(self, geometry: Json) -> str:
        """SVG path data of a geometry; holes stay open by the even-odd rule."""
        closing = "Z" if "Polygon" in geometry["type"] else ""
        lines = (" ".join("{} {}".format(*self.place(p)) for p in ring) for ring in _rings(geometry))
        return "".join(f"M{line}{closing}" for line in lines)

    def bar(self) -> tuple[int, float]:
        """Scale bar: the round number of metres (1, 2 or 5 x 10^n) next to a quarter of the width, and its pixels."""
        metre = self.scale / METRES_PER_DEGREE
        target = self.width / 4 / metre
        power = 10 ** int(log10(target))
        metres = max(step for step in (power, 2 * power, 5 * power) if step <= target)
        return metres, round(metres * metre, 1)


def _label(frame: Frame, feature: Json) -> SafeString:
    label = feature["properties"].get("label")
    corners = [frame.place(p) for p in _positions(feature["geometry"]["coordinates"])]
    if not label or not corners:
        return SafeString()
    x = (min(c[0] for c in corners) + max(c[0] for c in corners)) / 2
    y = (min(c[1] for c in corners) + max(c[1] for c in corners)) / 2
    return format_html('<text class="map-label" x="{}" y="{}">{}</text>', round(x, 1), round(y, 1), label)


def drawing(features: Sequence[Json], point: tuple[float, float] | None, frame: Frame) -> SafeString:
    """What stands inside the <svg>: areas, above them those in focus and faults, then labels, point and scale."""
    ordered = sorted(features, key=lambda feature: ROLES.index(_role(feature)))
    areas = format_html_join(
        "",
        '<path class="map-{}" fill-rule="evenodd" d="{}"/>',
        ((_role(feature), frame.path(feature["geometry"])) for feature in ordered),
    )
    labels = format_html_join("", "{}", ((_label(frame, feature),) for feature in ordered))
    pin = SafeString()
    if point:
        pin = format_html('<circle class="map-point" cx="{}" cy="{}" r="7"/>', *frame.place(point))
    metres, pixels = frame.bar()
    left, base = 10, frame.height - 10
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    scale = format_html(
        '<path class="map-scale" d="M{0} {1}v4h{2}v-4"/><text class="map-words" x="{0}" y="{3}">{4}</text>',
        left,
        base - 4,
        pixels,
        base - 8,
        words,
    )
    return areas + labels + pin + scale


def _role(feature: Json) -> str:
    if "Line" in feature["geometry"]["type"]:
        return "line"
    role = feature["properties"].get("role")
    return role if role in ROLES else "area"
