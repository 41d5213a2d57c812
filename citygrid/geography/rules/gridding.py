"""Cutting unit grids from a community: about 100 m x 100 m, numbered west to east, then north to south.

Unit-grid codes are the community's 12 digits and a number of three (DB11/T 2157-2023); about 10,000 m2 each.
All lines are noded together once, so neighbouring cells share every point of their common edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon

from citygrid.geography.rules.metric import in_metres, metres_per_degree, middle_latitude

SIDE_M = 100.0
MOST_CELLS = 999  # three digits, from 001
SLIVER_SHARE = 0.3  # a piece below this share of a full cell joins the neighbour with the longest common edge


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit grid to be: its 15-digit code and its outline in WGS-84 degrees."""

    code: str
    outline: Polygon


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the community inside one square of the net; row 0 is the northernmost."""

    row: int
    column: int
    outline: Polygon
    area_m2: float

    @property
    def order(self) -> tuple[int, int, float, float]:
        west, _, _, north = self.outline.bounds
        return self.row, self.column, west, -north


def cut_cells(community_code: str, community: Polygon | MultiPolygon, *, side_m: float = SIDE_M) -> list[Cell]:
    """Cut a valid community outline (WGS-84 degrees) into cells of about `side_m` metres that tile it exactly.

    A community that would need more than 999 cells gets larger ones. ValueError when the outline is empty or invalid.
    """
    if community.is_empty or not community.is_valid:
        raise ValueError("The community needs a valid outline.")
    area_m2 = in_metres(community, middle_latitude(community)).area
    side_m = max(side_m, sqrt(area_m2 / MOST_CELLS))
    while len(cells := _cells(community, side_m)) > MOST_CELLS:
        side_m *= 1.05
    return [Cell(f"{community_code}{number:03d}", outline) for number, outline in enumerate(cells, start=1)]


def _cells(community: Polygon | MultiPolygon, side_m: float) -> list[Polygon]:
    pieces = _cut(community, side_m)
    groups = _join_slivers(pieces, SLIVER_SHARE * side_m**2)
    ordered = sorted(groups, key=lambda group: group[0].order)
    return [_union(group) for group in ordered]


def _cut(community: Polygon | MultiPolygon, side_m: float) -> list[_Piece]:
    """All pieces of the community by squares of a net that fits its bounding box."""
    west, south, east, north = community.bounds
    lat = middle_latitude(community)
    per_lon, per_lat = metres_per_degree(lat)
    columns = max(1, round((east - west) * per_lon / side_m))
    rows = max(1, round((north - south) * per_lat / side_m))
    lons, lats = np.linspace(west, east, columns + 1), np.linspace(north, south, rows + 1)
    lines = [((lon, south), (lon, north)) for lon in lons[1:-1]] + [((west, at), (east, at)) for at in lats[1:-1]]
    noded = shapely.union_all([community.boundary, *map(LineString, lines)])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inner = shapely.point_on_surface(faces)
    inside = shapely.intersects(community, inner)
    faces, inner = faces[inside], inner[inside]
    row = np.clip(np.searchsorted(-lats, -shapely.get_y(inner)) - 1, 0, rows - 1)
    column = np.clip(np.searchsorted(lons, shapely.get_x(inner)) - 1, 0, columns - 1)
    areas = shapely.area(faces) * per_lon * per_lat
    return [_Piece(int(r), int(c), face, float(a)) for r, c, face, a in zip(row, column, faces, areas, strict=True)]


def _join_slivers(pieces: Sequence[_Piece], least_m2: float) -> list[list[_Piece]]:
    """Groups of pieces that make one cell each, the largest piece first in each group.

    The smallest group joins first, again and again, until all are large enough or have no neighbour.
    """
    borders = _borders([piece.outline for piece in pieces])
    groups = {number: [piece] for number, piece in enumerate(pieces)}
    size = {number: piece.area_m2 for number, piece in enumerate(pieces)}
    waiting = {number for number, area in size.items() if area < least_m2 and borders[number]}
    while waiting:
        small = min(waiting, key=lambda number: (size[number], number))
        host = max(borders[small], key=lambda number: (borders[small][number], -number))
        waiting -= {small, host}
        groups[host] += groups.pop(small)
        size[host] += size.pop(small)
        _move_borders(borders, small, host)
        if size[host] < least_m2 and borders[host]:
            waiting.add(host)
    return [sorted(group, key=lambda piece: -piece.area_m2) for group in groups.values()]


def _borders(outlines: Sequence[Polygon]) -> list[dict[int, float]]:
    """For each outline: its neighbours and the length of the common edge."""
    borders: list[dict[int, float]] = [{} for _ in outlines]
    left, right = shapely.STRtree(outlines).query(outlines, predicate="touches")
    faces = np.array(outlines, dtype=object)
    lengths = shapely.length(shapely.intersection(faces[left], faces[right]))
    for a, b, length in zip(left.tolist(), right.tolist(), lengths.tolist(), strict=True):
        if length > 0:
            borders[a][b] = length
    return borders


def _move_borders(borders: list[dict[int, float]], small: int, host: int) -> None:
    for other, length in borders[small].items():
        del borders[other][small]
        if other != host:
            borders[host][other] = borders[other][host] = borders[host].get(other, 0.0) + length
    borders[small] = {}


def _union(group: Sequence[_Piece]) -> Polygon:
    """One outline of pieces that share edges; no new point is computed, so the tiling stays exact."""
    if len(group) == 1:
        return group[0].outline
    return shapely.get_parts(shapely.coverage_union_all([piece.outline for piece in group]))[0]
