"""Outlines cut and joined for an editor. Nothing is stored."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from citygrid.geography.errors import UnusableGeometry
from citygrid.geography.rules import cutting
from citygrid.geography.rules.validation import AREA_TYPES, LINE_TYPES, geometry_fault

Geometry = Mapping[str, Any]


def split_outline(
    geometry: Geometry, line: Geometry, neighbours: Sequence[Geometry]
) -> tuple[list[dict[str, Any]], list[dict[str, Any] | None]]:
    """GeoJSON of the parts, and of the neighbours that got a point of the cut (None for the others).

    Raises UnusableGeometry, NotDivided.
    """
    outline = _read(geometry, AREA_TYPES)
    beside = [_read(one, AREA_TYPES) for one in neighbours]
    parts = cutting.split(outline, _read(line, LINE_TYPES))
    ends = cutting.new_points(outline, parts)
    shared = [cutting.with_points(one, ends) for one in beside]
    changed = [
        None if shapely.get_num_coordinates(after) == shapely.get_num_coordinates(before) else _written(after)
        for before, after in zip(beside, shared, strict=True)
    ]
    return [_written(part) for part in parts], changed


def merge_outlines(geometries: Sequence[Geometry]) -> dict[str, Any]:
    """GeoJSON of one outline of several that share a border. Raises UnusableGeometry, NotNeighbours."""
    return _written(cutting.merge([_read(one, AREA_TYPES) for one in geometries]))


def _read(geometry: Geometry, types: frozenset[str]) -> BaseGeometry:
    fault, detail = geometry_fault(geometry, types)
    if fault:
        raise UnusableGeometry(f"{fault.label} {detail}".strip())
    return shapely.force_2d(shapely.geometry.shape(dict(geometry)))


def _written(geometry: BaseGeometry) -> dict[str, Any]:
    return dict(orjson.loads(orjson.dumps(shapely.geometry.mapping(geometry))))
