"""The flat sheet the district is drawn on, in metres (x east, y north), before it is bent.

A river and a railway divide the sheet; the quarters are halved again and again into streets, and these into
communities. All lines are noded together before faces are made of them, so neighbours share every point of their
border.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, hypot, radians, sin
from random import Random
from typing import TypeVar

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from citygrid.simulator.rules.sizes import Size

STEP_M = 60.0  # distance of the points of a line before it is bent
OVERSHOOT_M = 2.0  # a border is drawn this much too long at both ends, so that it surely meets the next
FAR_M = 30_000.0
TRIED = 64  # places a border is tried at; the area before it is known between them
G = TypeVar("G", bound=BaseGeometry)
Box = tuple[tuple[float, float], float, float, float]  # middle, direction of the longer side, length, breadth
# The outline as shares of width and height.
CORNERS = (
    *((0.04, 0.1), (0.0, 0.62), (0.09, 0.97), (0.42, 1.01), (0.78, 0.97), (0.95, 0.98), (1.01, 0.55)),
    *((0.96, 0.16), (0.8, 0.0), (0.47, 0.03), (0.2, -0.01)),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Faces by street and community, river, railway, and the borders between streets and between communities."""

    faces: list[list[Polygon]]
    outline: Polygon
    river: LineString
    railway: LineString
    main: list[LineString]
    side: list[LineString]


def draw_sheet(rng: Random, size: Size) -> Sheet:
    """The sheet of this size."""
    outline = _outline(rng, size)
    width, height = size.width_m, size.height_m
    river_at, railway_at = width * rng.uniform(0.31, 0.36), height * rng.uniform(0.47, 0.53)
    sway = width * 0.025
    river = _smooth([(river_at + rng.uniform(-sway, sway), height * n / 6) for n in range(-1, 8)])
    railway = LineString(
        [(river_at - 300, railway_at - 60), (width * 0.65, railway_at), (width * 1.1, railway_at + 130)]
    )
    west, east = sorted(_halves(outline, river), key=lambda piece: piece.centroid.x)
    south, north = sorted(_halves(east, railway), key=lambda piece: piece.centroid.y)
    main: list[LineString] = []
    side: list[LineString] = []
    streets = [
        street
        for quarter, counts in zip((west, north, south), size.quarters, strict=True)
        for street in _divided(rng, quarter, counts, main)
    ]
    weights = [[1] * count for count in size.communities_of]
    weights[size.park][0] = size.park_weight
    pieces = [_divided(rng, street, of_street, side) for street, of_street in zip(streets, weights, strict=True)]
    faces = _faces([outline.exterior, river, railway, *main, *side], pieces)
    railway = one_of(LineString, railway.intersection(east.buffer(OVERSHOOT_M)))
    return Sheet(faces, outline, river, railway, main, side)


def one_of(kind: type[G], geometry: BaseGeometry) -> G:
    """The geometry, which must be of this kind: a seed that draws another is of no use."""
    if not isinstance(geometry, kind):
        raise TypeError(f"{geometry.geom_type} where a {kind.__name__} was drawn")
    return geometry


def longest(geometry: BaseGeometry) -> LineString:
    """The longest part of a line that was cut; an empty line where nothing is left."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "LineString"]
    return max(parts, key=lambda part: part.length, default=LineString())


def lengthened(line: LineString, first_m: float, last_m: float) -> LineString:
    """A line drawn on straight by so many metres before its first and after its last point."""
    points = list(line.coords)
    start, end = _beyond(points[1], points[0], first_m), _beyond(points[-2], points[-1], last_m)
    return LineString([start, *points[1:-1], end])


def axes(piece: BaseGeometry) -> Box:
    """The least box around a piece: its middle, the direction of its longer side, and its length and breadth."""
    box = one_of(Polygon, piece.minimum_rotated_rectangle)
    corners = box.exterior.coords
    sides = [(corners[n + 1][0] - corners[n][0], corners[n + 1][1] - corners[n][1]) for n in range(2)]
    long, short = sorted(sides, key=lambda side: -hypot(*side))
    dx, dy = long if long > (0, 0) else (-long[0], -long[1])
    return (box.centroid.x, box.centroid.y), atan2(dy, dx), hypot(*long), hypot(*short)


def _outline(rng: Random, size: Size) -> Polygon:
    jitter = 0.015
    corners = [
        ((x + rng.uniform(-jitter, jitter)) * size.width_m, (y + rng.uniform(-jitter, jitter)) * size.height_m)
        for x, y in CORNERS
    ]
    return Polygon(_smooth([*corners, corners[0], corners[1]]).coords)


def _smooth(corners: list[tuple[float, float]]) -> LineString:
    """A line with its corners cut, twice (Chaikin)."""
    for _ in range(2):
        pairs = list(pairwise(corners))
        cut = [((3 * a + c) / 4, (3 * b + d) / 4, (a + 3 * c) / 4, (b + 3 * d) / 4) for (a, b), (c, d) in pairs]
        corners = [point for a, b, c, d in cut for point in ((a, b), (c, d))]
    return LineString(corners)


def _halves(piece: Polygon, line: LineString) -> list[Polygon]:
    return [one_of(Polygon, half) for half in split(piece, line).geoms]


def _divided(rng: Random, piece: Polygon, weights: Sequence[int], borders: list[LineString]) -> list[Polygon]:
    """A piece for each weight, about as large, by borders across the longer side; these are added to the list."""
    if len(weights) == 1:
        return [piece]
    first, second = weights[: len(weights) // 2], weights[len(weights) // 2 :]
    line, halves = _border(rng, piece, sum(first) / sum(weights) + rng.uniform(-0.04, 0.04))
    borders.append(line)
    return _divided(rng, halves[0], first, borders) + _divided(rng, halves[1], second, borders)


def _border(rng: Random, piece: Polygon, share: float) -> tuple[LineString, list[Polygon]]:
    """A border across the longer side that leaves about `share` of the area before it, and the two halves."""
    (x, y), angle, along, _ = axes(piece)
    angle += radians(rng.uniform(-7, 7))
    ux, uy = cos(angle), sin(angle)
    places = np.linspace(-0.6 * along, 0.6 * along, TRIED)
    before = [_strip(x + ux * at, y + uy * at, ux, uy) for at in places]
    at = float(np.interp(share * piece.area, shapely.area(shapely.intersection(piece, before)), places))
    x, y = x + ux * at, y + uy * at
    across = LineString([(x + uy * FAR_M, y - ux * FAR_M), (x - uy * FAR_M, y + ux * FAR_M)])
    line = lengthened(longest(across.intersection(piece)), OVERSHOOT_M, OVERSHOOT_M)
    halves = sorted(_halves(piece, line), key=lambda half: half.centroid.x * ux + half.centroid.y * uy)
    return line, [halves[0], one_of(Polygon, shapely.union_all(halves[1:]))]


def _strip(x: float, y: float, ux: float, uy: float) -> Polygon:
    """All that lies before the line through a point across a direction."""
    ax, ay, bx, by = x + uy * FAR_M, y - ux * FAR_M, x - uy * FAR_M, y + ux * FAR_M
    return Polygon([(ax, ay), (bx, by), (bx - ux * FAR_M, by - uy * FAR_M), (ax - ux * FAR_M, ay - uy * FAR_M)])


def _beyond(before: tuple[float, ...], point: tuple[float, ...], metres: float) -> tuple[float, float]:
    (ax, ay), (bx, by) = before, point
    scale = metres / hypot(bx - ax, by - ay)
    return bx + (bx - ax) * scale, by + (by - ay) * scale


def _faces(lines: Sequence[BaseGeometry], pieces: list[list[Polygon]]) -> list[list[Polygon]]:
    """The faces between the noded lines, joined to the piece each lies in; in order by street and community."""
    noded = shapely.union_all([shapely.segmentize(line, STEP_M) for line in lines])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    flat = [(n, piece) for n, street in enumerate(pieces) for piece in street]
    tree = shapely.STRtree([piece for _, piece in flat])
    inside, of = tree.query(shapely.point_on_surface(faces), predicate="within")
    joined: dict[int, list[Polygon]] = defaultdict(list)
    for face, piece in zip(inside.tolist(), of.tolist(), strict=True):
        joined[piece].append(faces[face])
    result: list[list[Polygon]] = [[] for _ in pieces]
    for piece, parts in joined.items():
        result[flat[piece][0]].append(one_of(Polygon, shapely.coverage_union_all(parts)))
    return [sorted(street, key=lambda face: (-round(face.centroid.y / 500), face.centroid.x)) for street in result]
