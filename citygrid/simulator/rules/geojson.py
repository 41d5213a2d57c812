"""The drawing as GeoJSON documents, as they would be read from files."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from citygrid.simulator.rules.names import Name


def collection(
    codes: Sequence[str],
    named: Iterable[Name],
    shapes: Sequence[BaseGeometry],
    said: Iterable[Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """A FeatureCollection with a code and names for each shape, and what else it says."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": zh, "name_en": en, **more},
            "geometry": mapping(shape),
        }
        for code, shape, (zh, en), more in zip(codes, shapes, named, said or repeat({}), strict=False)
    ]
    return {"type": "FeatureCollection", "features": _as_lists(features)}


def _as_lists(value: Any) -> Any:
    """Lists, as they come out of a file, where shapely gives tuples."""
    if isinstance(value, dict):
        return {key: _as_lists(part) for key, part in value.items()}
    return [_as_lists(part) for part in value] if isinstance(value, list | tuple) else value
