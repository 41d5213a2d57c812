"""Is a GeoJSON file fit to become areas, grids, features or lanes? Every finding names the feature and the fault.

Reading follows RFC 7946 (longitude first, closed rings of four or more positions); an old `crs` member is accepted
when it names a frame in degrees. Nothing here writes; nothing is repaired silently.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from citygrid.geography.choices import Fault, Frame
from citygrid.geography.rules.coordinates import CHINA, points_to_wgs84
from citygrid.geography.rules.metric import in_metres, middle_latitude
from citygrid.geography.rules.zones import faults_of

AREA_TYPES = frozenset({"Polygon", "MultiPolygon"})
LINE_TYPES = frozenset({"LineString", "MultiLineString"})
ANY_TYPES = AREA_TYPES | LINE_TYPES | {"Point", "MultiPoint"}
DEGREE_FRAMES = ("CRS84", "4326", "4490")
RING_POSITIONS = 4
LONGEST_CODE = 50
LONGEST_NAME = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
Bounds = tuple[float, float, float, float]
Outlines = Mapping[str, BaseGeometry]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault; `feature` counts from 1 (0: the file itself), `detail` says where, which or how much."""

    feature: int
    code: str
    fault: Fault
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A feature that can be used: geometry in WGS-84 degrees, without a third dimension."""

    feature: int
    code: str
    name_zh: str
    name_en: str
    geometry: BaseGeometry
    properties: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a file: its frame, the fields of code and names, and what is expected of each feature.

    `code_length` None accepts any code of up to 50 characters; features are expected to meet `region`
    (west, south, east, north). Where `is_zoned`, each says its rule and hours (`rules.zones`).
    """

    frame: Frame = Frame.WGS84
    code_field: str = "code"
    name_field: str = "name"
    name_en_field: str = "name_en"
    geometry_types: frozenset[str] = AREA_TYPES
    code_length: int | None = None
    code_prefix: str = ""
    needs_name: bool = True
    region: Bounds = CHINA
    is_zoned: bool = False


def read(document: Any, reading: Reading) -> tuple[list[Shape], list[Finding]]:
    """The usable features of a parsed GeoJSON document, and what is wrong with the others, in file order."""
    problem = _document_problem(document)
    if problem:
        return [], [Finding(0, "", Fault.UNREADABLE, problem)]
    features = document["features"] if document["type"] == "FeatureCollection" else [document]
    shapes: list[Shape] = []
    findings: list[Finding] = []
    seen: set[str] = set()
    for number, feature in enumerate(features, start=1):
        faults, found = _read_feature(number, feature, reading, seen)
        findings += faults
        if found and not faults:
            shapes.append(found)
    return shapes, findings


def _document_problem(document: Any) -> str:
    if not isinstance(document, Mapping) or document.get("type") not in ("FeatureCollection", "Feature"):
        return "neither a FeatureCollection nor a Feature"
    if document["type"] == "FeatureCollection" and not isinstance(document.get("features"), list):
        return "a FeatureCollection without features"
    if document.get("features") == []:
        return "no features"
    crs = document.get("crs")
    if crs and not any(known in str(crs) for known in DEGREE_FRAMES):
        return f"coordinates in {crs}"
    return ""


def _read_feature(number: int, feature: Any, reading: Reading, seen: set[str]) -> tuple[list[Finding], Shape | None]:
    feature = feature if isinstance(feature, Mapping) else {}
    properties = feature.get("properties") or {}
    code = _text(properties, reading.code_field)
    name_zh, name_en = _text(properties, reading.name_field), _text(properties, reading.name_en_field)
    findings = [Finding(number, code, fault) for fault in _label_faults(code, name_zh or name_en, reading, seen)]
    findings += [Finding(number, code, fault) for fault in _text_faults(properties, name_zh, name_en)]
    if reading.is_zoned:
        findings += [Finding(number, code, fault, detail) for fault, detail in faults_of(properties)]
    seen.add(code)
    fault, detail = geometry_fault(feature.get("geometry"), reading.geometry_types, reading.region)
    if fault:
        return [*findings, Finding(number, code, fault, detail)], None
    geometry = shapely.force_2d(shape(feature["geometry"]))
    geometry = shapely.transform(geometry, lambda points: points_to_wgs84(points, reading.frame))
    return findings, Shape(number, code, name_zh or name_en, name_en, geometry, properties)


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    return "" if value is None else str(value).strip()


def _label_faults(code: str, name: str, reading: Reading, seen: set[str]) -> Iterator[Fault]:
    if reading.code_length is None:
        has_form = 0 < len(code) <= LONGEST_CODE and not CONTROL.search(code)
    else:
        has_form = len(code) == reading.code_length and code.isascii() and code.isdigit()
    if not has_form or not code.startswith(reading.code_prefix):
        yield Fault.BAD_CODE
    elif code in seen:
        yield Fault.DUPLICATE_CODE
    if reading.needs_name and not name:
        yield Fault.NO_NAME


def _text_faults(properties: Any, *names: str) -> Iterator[Fault]:
    if any(len(name) > LONGEST_NAME for name in names):
        yield Fault.TOO_LONG
    if _has_nul(properties) or any(map(CONTROL.search, names)):
        yield Fault.BAD_TEXT


def _has_nul(value: Any) -> bool:
    """Whether a text in it holds the one character that no column of the database takes."""
    if isinstance(value, Mapping):
        return any(_has_nul(key) or _has_nul(inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\0" in value


def geometry_fault(geometry: Any, types: frozenset[str], region: Bounds = CHINA) -> tuple[Fault | None, str]:
    """The first fault of a GeoJSON geometry and where it is, or (None, "")."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in types:
        return Fault.NO_GEOMETRY, ""
    positions = list(_positions(geometry.get("coordinates")))
    if not positions:
        return Fault.NO_GEOMETRY, ""
    for position in positions:
        if not _is_finite(position):
            return Fault.NOT_A_NUMBER, str(position)
    fault, detail = _range_fault(np.array([position[:2] for position in positions], dtype=float), region)
    return (fault, detail) if fault else _form_fault(geometry)


def _positions(coordinates: Any) -> Iterator[list[Any]]:
    """The innermost lists, whatever the nesting; anything that is not a list counts as a broken position."""
    if not isinstance(coordinates, list):
        yield [coordinates]
    elif coordinates and not any(isinstance(inner, list) for inner in coordinates):
        yield coordinates
    else:
        for inner in coordinates:
            yield from _positions(inner)


def _is_finite(position: list[Any]) -> bool:
    # A bool is an int to Python but not a coordinate.
    numbers = [value for value in position if isinstance(value, int | float) and not isinstance(value, bool)]
    return len(position) >= 2 and len(numbers) == len(position) and all(map(isfinite, numbers))


def _range_fault(points: NDArray[np.float64], region: Bounds) -> tuple[Fault | None, str]:
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    detail = f"{west:.6f} {south:.6f}"
    on_globe = max(-west, east) <= 180 and max(-south, north) <= 90
    swapped_on_globe = max(-south, north) <= 180 and max(-west, east) <= 90
    swapped_at_home = _meet((south, west, north, east), region) and not _meet((west, south, east, north), region)
    if swapped_on_globe and (swapped_at_home or not on_globe):
        return Fault.SWAPPED, detail
    return (None, "") if on_globe else (Fault.OUT_OF_RANGE, detail)


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _form_fault(geometry: Mapping[str, Any]) -> tuple[Fault | None, str]:
    try:
        for ring in _rings(geometry):
            if len(ring) < RING_POSITIONS or ring[0] != ring[-1]:
                return Fault.UNCLOSED, str(ring[0])
        figure = shape(dict(geometry))
    except (shapely.errors.ShapelyError, ValueError, TypeError, IndexError) as error:
        return Fault.NO_GEOMETRY, str(error)  # nested too deep or too shallow for its type
    if figure.is_empty:
        return Fault.NO_GEOMETRY, ""
    return (None, "") if figure.is_valid else (Fault.SELF_CROSSING, shapely.is_valid_reason(figure))


def _rings(geometry: Mapping[str, Any]) -> list[Any]:
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        return list(coordinates)
    return [ring for polygon in coordinates for ring in polygon] if geometry["type"] == "MultiPolygon" else []


def check_tiling(
    shapes: list[Shape],
    siblings: Mapping[str, BaseGeometry],
    parents: Mapping[str, BaseGeometry],
    *,
    tolerance_m: float,
) -> list[Finding]:
    """Overlaps among the shapes and with their siblings, and shapes that reach outside their parent.

    siblings: areas of the same level by code; a shape of the same code takes its place.
    parents: the area above by the code of the shape below it. Strips narrower than `tolerance_m` metres pass.
    """
    findings = [
        Finding(one.feature, one.code, Fault.OUTSIDE_PARENT, measure(rest))
        for one in shapes
        if one.code in parents and is_wide(rest := one.geometry.difference(parents[one.code]), tolerance_m)
    ]
    return sorted(findings + list(_overlaps(shapes, siblings, tolerance_m)), key=lambda finding: finding.feature)


def _overlaps(shapes: list[Shape], siblings: Outlines, tolerance_m: float) -> Iterator[Finding]:
    given = {one.code for one in shapes}
    there = [(code, geometry) for code, geometry in siblings.items() if code not in given]
    everything = [(one.code, one.geometry) for one in shapes] + there
    tree = shapely.STRtree([geometry for _, geometry in everything])
    for number, one in enumerate(shapes):
        for other in sorted(tree.query(one.geometry, predicate="intersects").tolist()):
            code, geometry = everything[other]
            if other > number and is_wide(common := one.geometry.intersection(geometry), tolerance_m):
                yield Finding(one.feature, one.code, Fault.OVERLAPPING, f"{code}, {measure(common)}")


def is_wide(region: BaseGeometry, tolerance_m: float) -> bool:
    """Whether a region is somewhere wider than the tolerance."""
    if region.is_empty or region.area == 0:
        return False
    return not in_metres(region, middle_latitude(region)).buffer(-tolerance_m / 2).is_empty


def measure(region: BaseGeometry) -> str:
    return f"{in_metres(region, middle_latitude(region)).area:.1f} m2"
