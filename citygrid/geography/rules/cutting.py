"""Splitting and merging of outlines so that neighbours go on sharing every point of their border."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from shapely.ops import split as split_by

from citygrid.geography.errors import NotDivided, NotNeighbours

EDGE_DEGREES = 1e-9  # 0.1 mm: a point computed to lie on an edge misses it by rounding


def split(outline: BaseGeometry, line: BaseGeometry) -> list[BaseGeometry]:
    """The parts of a polygon on both sides of a line, the largest first. NotDivided when the line does not cross it.

    Parts share the points of the cut exactly; the cut's ends are `new_points` for whoever lies on the other side.
    """
    parts = [piece for part in shapely.get_parts(outline) for piece in split_by(part, line).geoms]
    if len(parts) <= len(shapely.get_parts(outline)):
        raise NotDivided()
    # Both sides compute the cut from the same intersection, so only their own outlines need each other's points.
    ends = new_points(outline, parts)
    return sorted((with_points(part, ends) for part in parts), key=lambda part: -part.area)


def merge(outlines: Sequence[BaseGeometry]) -> BaseGeometry:
    """One outline of several that share a border. NotNeighbours when they touch in points at most, or not at all."""
    points = shapely.get_coordinates(list(outlines))
    merged = shapely.union_all([with_points(outline, points) for outline in outlines])
    if not merged.is_valid or len(shapely.get_parts(merged)) >= sum(len(shapely.get_parts(one)) for one in outlines):
        raise NotNeighbours()
    return merged


def new_points(before: BaseGeometry, after: Sequence[BaseGeometry]) -> NDArray[np.float64]:
    """The positions on the outline of `before` that only `after` has: where a cut begins and ends."""
    known = {tuple(point) for point in shapely.get_coordinates(before).tolist()}
    found = {tuple(point) for part in after for point in shapely.get_coordinates(part).tolist()} - known
    edge = before.boundary
    return np.array([point for point in sorted(found) if edge.distance(shapely.Point(point)) < EDGE_DEGREES]).reshape(
        -1, 2
    )


def with_points(outline: BaseGeometry, points: NDArray[np.float64]) -> BaseGeometry:
    """The outline with those of the points as corners that lie on its edges; its shape stays the same."""
    near = points[shapely.distance(outline.boundary, shapely.points(points)) < EDGE_DEGREES] if len(points) else points
    if not len(near):
        return outline
    parts = []
    for part in shapely.get_parts(outline):
        shell, *holes = (_ring_with(np.asarray(ring.coords), near) for ring in (part.exterior, *part.interiors))
        parts.append(shapely.Polygon(shell, holes))
    return parts[0] if outline.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def _ring_with(ring: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = [ring[0]]
    for start, end in zip(ring[:-1], ring[1:], strict=True):
        along = end - start
        length = float(np.hypot(*along))
        share = (points - start) @ along / length**2 if length else np.zeros(len(points))
        across = along[0] * (points - start)[:, 1] - along[1] * (points - start)[:, 0]
        away = np.abs(across) / length if length else np.full(len(points), np.inf)
        apart = np.minimum(np.hypot(*(points - start).T), np.hypot(*(points - end).T)) > EDGE_DEGREES
        on_edge = (away < EDGE_DEGREES) & (share > 0) & (share < 1) & apart
        rows += [points[n] for n in np.nonzero(on_edge)[0][np.argsort(share[on_edge])]]
        rows.append(end)
    return np.array(rows)
