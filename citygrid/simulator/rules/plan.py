"""The plan of the demo district: streets and communities that tile it exactly, avenues, lanes and features.

All is drawn in metres on a flat sheet (x east, y north): a river and a railway divide the district into three streets,
which are halved again and again until the communities are there. All lines are noded together before faces are made of
them, so neighbours share every point of their border; then one smooth function bends the sheet, each point the same
way for all, so that no avenue is straight and the borders still agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from random import Random
from typing import TypeVar

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

WEST, SOUTH = 109.52, 38.86  # where the sheet lies: open country, so that nobody's streets are covered
WIDTH, HEIGHT = 3_600.0, 2_700.0
G = TypeVar("G", bound=BaseGeometry)
COMMUNITIES_OF = (6, 7, 7)  # the streets: west of the river, north and south of the railway
STEP_M = 60.0  # distance of the points of a line before it is bent
OVERSHOOT_M = 2.0  # a border is drawn this much too long at both ends, so that it surely meets the next
RIVER_HALF_M, RAILWAY_HALF_M, ROAD_HALF_M = 18.0, 8.0, 9.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything in WGS-84 degrees. `communities[i]` are those of `streets[i]`, north to south, west to east."""

    district: Polygon
    streets: tuple[BaseGeometry, ...]
    communities: tuple[tuple[Polygon, ...], ...]
    avenues: tuple[LineString, ...]
    lanes: tuple[tuple[tuple[LineString, ...], ...], ...]
    river: Polygon
    railway: LineString
    roads: tuple[BaseGeometry, ...]
    park: Polygon
    gardens: tuple[Polygon, ...]
    sites: tuple[Polygon, ...]
    frontages: tuple[BaseGeometry, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The drawing before it is bent: faces by street and community, and the borders that became avenues."""

    faces: list[list[Polygon]]
    river: LineString
    railway: LineString
    borders: list[LineString]


def draw(seed: int) -> Plan:
    """The plan of this seed; the same seed gives the same plan, to the last digit."""
    rng = Random(f"plan {seed}")  # noqa: S311 - a drawing, no secret
    sheet = _sheet(rng)
    bend = _Bend(rng)
    communities = tuple(tuple(bend.degrees(face) for face in faces) for faces in sheet.faces)
    streets = tuple(shapely.coverage_union_all(list(faces)) for faces in communities)
    district = _one(Polygon, shapely.coverage_union_all(list(streets)))
    bent = [[bend.metres(face) for face in faces] for faces in sheet.faces]
    avenues = [bend.metres(line) for line in sheet.borders]
    river, whole = bend.metres(sheet.river), shapely.union_all([face for faces in bent for face in faces])
    water = river.buffer(RIVER_HALF_M).intersection(whole)
    spots = [_blob(rng, face, share) for face, share in ((bent[1][2], 0.62), *((bent[i][-1], 0.3) for i in range(3)))]
    sites = [_block(face) for face in (bent[0][3], bent[2][4])]
    flat = [line.buffer(ROAD_HALF_M, cap_style="flat").difference(water) for line in avenues]
    inner = [line.buffer(3 * ROAD_HALF_M, cap_style="flat") for line in avenues[:3]]
    return Plan(
        district=district,
        streets=streets,
        communities=communities,
        avenues=tuple(map(_to_degrees, avenues)),
        lanes=tuple(tuple(tuple(map(_to_degrees, _lanes(rng, face, water))) for face in faces) for faces in bent),
        river=_to_degrees(_one(Polygon, water)),
        railway=_to_degrees(bend.metres(sheet.railway)),
        roads=tuple(_to_degrees(_solid(road)) for road in flat),
        park=_to_degrees(spots[0]),
        gardens=tuple(map(_to_degrees, spots[1:])),
        sites=tuple(map(_to_degrees, sites)),
        frontages=tuple(
            _to_degrees(_solid(wide.difference(road).intersection(whole)))
            for wide, road in zip(inner, flat, strict=False)
        ),
    )


def _sheet(rng: Random) -> _Sheet:
    outline = _outline(rng)
    river_at, railway_at = WIDTH * rng.uniform(0.31, 0.36), HEIGHT * rng.uniform(0.47, 0.53)
    river = _smooth([(river_at + rng.uniform(-90, 90), HEIGHT * n / 6) for n in range(-1, 8)])
    railway = LineString(
        [(river_at - 300, railway_at - 60), (WIDTH * 0.65, railway_at), (WIDTH * 1.1, railway_at + 130)]
    )
    west, east = sorted(_halves(outline, river), key=lambda piece: piece.centroid.x)
    south, north = sorted(_halves(east, railway), key=lambda piece: piece.centroid.y)
    borders: list[LineString] = []
    pieces = [
        _halved(rng, street, count, borders)
        for street, count in zip((west, north, south), COMMUNITIES_OF, strict=True)
    ]
    railway = _one(LineString, railway.intersection(east.buffer(OVERSHOOT_M)))
    faces = _faces([outline.exterior, river, railway, *borders], pieces)
    avenues = sorted((_one(LineString, line.intersection(outline)) for line in borders), key=lambda line: -line.length)
    return _Sheet(faces, river, railway, avenues)


def _one(kind: type[G], geometry: BaseGeometry) -> G:
    """The geometry, which must be of this kind: a seed that draws another is of no use."""
    if not isinstance(geometry, kind):
        raise TypeError(f"{geometry.geom_type} where a {kind.__name__} was drawn")
    return geometry


def _halves(piece: Polygon, line: LineString) -> list[Polygon]:
    return [_one(Polygon, half) for half in split(piece, line).geoms]


def _smooth(corners: list[tuple[float, float]]) -> LineString:
    """A line with its corners cut, twice (Chaikin)."""
    for _ in range(2):
        pairs = list(pairwise(corners))
        cut = [((3 * a + c) / 4, (3 * b + d) / 4, (a + 3 * c) / 4, (b + 3 * d) / 4) for (a, b), (c, d) in pairs]
        corners = [point for a, b, c, d in cut for point in ((a, b), (c, d))]
    return LineString(corners)


def _outline(rng: Random) -> Polygon:
    corners = [
        (0.04, 0.1),
        (0.0, 0.62),
        (0.09, 0.97),
        (0.42, 1.0),
        (0.78, 0.94),
        (0.97, 0.99),
        (1.0, 0.55),
        (0.93, 0.2),
    ]
    corners += [(0.8, 0.0), (0.47, 0.05), (0.2, 0.0)]
    jitter = 0.02
    return Polygon(
        [((x + rng.uniform(-jitter, jitter)) * WIDTH, (y + rng.uniform(-jitter, jitter)) * HEIGHT) for x, y in corners]
    )


def _halved(rng: Random, piece: Polygon, count: int, borders: list[LineString]) -> list[Polygon]:
    """`count` pieces of a piece, by borders across its longer side; the borders are added to the list."""
    if count == 1:
        return [piece]
    share = count // 2 / count
    line, halves = _border(rng, piece, share + rng.uniform(-0.05, 0.05))
    borders.append(line)
    first = _halved(rng, halves[0], count // 2, borders)
    return first + _halved(rng, halves[1], count - count // 2, borders)


def _border(rng: Random, piece: Polygon, share: float) -> tuple[LineString, list[Polygon]]:
    """A border across the longer side that leaves about `share` of the area before it, and the two halves."""
    box = _one(Polygon, piece.minimum_rotated_rectangle).exterior.coords
    sides = [(box[n + 1][0] - box[n][0], box[n + 1][1] - box[n][1]) for n in range(2)]
    dx, dy = max(sides, key=lambda side: hypot(*side))
    if (dx, dy) < (0, 0):
        dx, dy = -dx, -dy
    along, tilt = hypot(dx, dy), radians(rng.uniform(-9, 9))
    ux, uy = dx / along, dy / along
    vx, vy = -uy * cos(tilt) - ux * sin(tilt), ux * cos(tilt) - uy * sin(tilt)
    low, high = -along, along
    for _ in range(30):
        middle = (low + high) / 2
        x, y = piece.centroid.x + middle * ux, piece.centroid.y + middle * uy
        line = LineString([(x - 9_000 * vx, y - 9_000 * vy), (x + 9_000 * vx, y + 9_000 * vy)])
        halves = sorted(_halves(piece, line), key=lambda half: half.centroid.x * ux + half.centroid.y * uy)
        before = sum(h.area for h in halves if (h.centroid.x - x) * ux + (h.centroid.y - y) * uy < 0)
        low, high = (middle, high) if before < share * piece.area else (low, middle)
    inside = max(shapely.get_parts(line.intersection(piece)), key=lambda part: part.length)
    return _longer(inside), [halves[0], _one(Polygon, shapely.union_all(halves[1:]))]


def _longer(line: LineString) -> LineString:
    (ax, ay), (bx, by) = line.coords[0], line.coords[-1]
    scale = OVERSHOOT_M / line.length
    ox, oy = (bx - ax) * scale, (by - ay) * scale
    return LineString([(ax - ox, ay - oy), (bx + ox, by + oy)])


def _faces(lines: Sequence[BaseGeometry], pieces: list[list[Polygon]]) -> list[list[Polygon]]:
    """The faces between the noded lines, joined to the piece each lies in; in order by street and community."""
    noded = shapely.union_all([shapely.segmentize(line, STEP_M) for line in lines])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    result = []
    for street in pieces:
        joined = [
            _one(
                Polygon,
                shapely.coverage_union_all([face for face in faces if piece.contains(face.representative_point())]),
            )
            for piece in street
        ]
        result.append(sorted(joined, key=lambda face: (-round(face.centroid.y / 500), face.centroid.x)))
    return result


class _Bend:
    """Bends the sheet by some long waves and a turn; neighbours keep every common point."""

    def __init__(self, rng: Random) -> None:
        self.waves = [
            (
                rng.uniform(35, 60) / n,
                2 * pi * n / rng.uniform(2_400, 3_400),
                rng.uniform(0, 2 * pi),
                rng.uniform(0, pi),
            )
            for n in (1, 1, 2)
        ]
        self.turn = radians(rng.uniform(-9, -4))

    def metres(self, geometry: G) -> G:
        dense = shapely.segmentize(geometry, STEP_M) if geometry.geom_type == "LineString" else geometry
        return shapely.transform(dense, lambda points: np.array([self._point(x, y) for x, y in points]))

    def degrees(self, geometry: G) -> G:
        return _to_degrees(self.metres(geometry))

    def _point(self, x: float, y: float) -> tuple[float, float]:
        dx = sum(height * sin(rate * y + phase) for height, rate, phase, _ in self.waves)
        dy = sum(height * sin(rate * x + phase) for height, rate, _, phase in self.waves)
        x, y = x + dx, y + dy
        return x * cos(self.turn) - y * sin(self.turn), x * sin(self.turn) + y * cos(self.turn)


def _lanes(rng: Random, face: Polygon, water: BaseGeometry) -> list[LineString]:
    """Four lanes of a community: two along its longer side, two across, none in the water."""
    ground = face.buffer(-25).difference(water.buffer(10))
    box = _one(Polygon, face.minimum_rotated_rectangle).exterior.coords
    lanes = []
    for n, share in ((0, 0.33), (0, 0.68), (1, 0.3), (1, 0.62)):
        share += rng.uniform(-0.07, 0.07)
        (ax, ay), (bx, by), (cx, cy) = box[n], box[n + 1], box[n + 2]
        dx, dy = (cx - bx) * share, (cy - by) * share
        sag = rng.uniform(-14, 14)
        middle = ((ax + bx) / 2 + dx + sag, (ay + by) / 2 + dy + sag)
        line = shapely.segmentize(LineString([(ax + dx, ay + dy), middle, (bx + dx, by + dy)]), STEP_M)
        parts = shapely.get_parts(line.intersection(ground))
        lanes.append(max(parts, key=lambda part: part.length))
    return lanes


def _blob(rng: Random, face: Polygon, share: float) -> Polygon:
    """A round uneven spot in the middle of a face."""
    centre = face.representative_point()
    reach = share * face.exterior.distance(centre)
    ring = [reach * rng.uniform(0.8, 1.0) for _ in range(14)]
    corners = [(centre.x + r * cos(2 * pi * n / 14), centre.y + r * sin(2 * pi * n / 14)) for n, r in enumerate(ring)]
    return Polygon(corners).buffer(-reach / 6).buffer(reach / 6)


def _block(face: Polygon) -> Polygon:
    """A rectangle in the middle of a face, a fifth as long as the box around it."""
    centre = face.representative_point()
    box = face.minimum_rotated_rectangle
    moved = shapely.transform(
        box, lambda points: (points - [box.centroid.x, box.centroid.y]) * 0.2 + [centre.x, centre.y]
    )
    return _one(Polygon, moved.intersection(face))


def _solid(area: BaseGeometry) -> BaseGeometry:
    """An area without lines, points and needles thinner than half a metre, so that rounding leaves it valid."""
    return area.buffer(-0.25, join_style="mitre")


def _to_degrees(geometry: G) -> G:
    """From metres of the sheet to WGS-84 degrees, rounded to about a centimetre (equal points stay equal)."""
    per_lat, per_lon = 110_990.0, 111_320.0 * cos(radians(SOUTH))
    return shapely.transform(geometry, lambda points: np.round([WEST, SOUTH] + points / [per_lon, per_lat], 7))
