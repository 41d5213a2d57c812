"""Layers as files: GeoJSON, GeoPackage and zipped Shapefile, in a coordinate system of choice."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapefile
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from citygrid.geography.choices import Frame
from citygrid.geography.rules.coordinates import points_from_wgs84

KINDS = {"Point": "points", "LineString": "lines", "Polygon": "areas"}
TEXT_BYTES = 254  # of a text in a .dbf
NAME_BYTES = 10
COLUMN_BYTES = 120
WGS84 = CRS.from_epsg(4326)
Transform = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Row:
    """A feature to write: geometry in WGS-84 degrees, and its properties in order."""

    geometry: BaseGeometry
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _System:
    """The system of a file: None for GCJ-02 and BD-09, which no register of systems has."""

    crs: CRS | None
    transform: Transform


def write_file(form: str, name: str, rows: Sequence[Row], system: str) -> bytes:
    """A file of one of the `FORMATS`; `system` is a `Frame` or "EPSG:4548". CRSError for one that is not known."""
    about = _system(system)
    placed = [Row(shapely.transform(row.geometry, about.transform), row.properties) for row in rows]
    return FORMATS[form](name, placed, about.crs)


def _system(name: str) -> _System:
    if name in (Frame.GCJ02, Frame.BD09):
        return _System(None, lambda points: points_from_wgs84(points, Frame(name)))
    crs = {Frame.WGS84.value: WGS84, Frame.CGCS2000.value: CRS.from_epsg(4490)}.get(name) or CRS.from_user_input(name)
    if crs.to_epsg() in (4326, 4490):  # equal within centimetres, so taken as equal
        return _System(crs, lambda points: points)
    convert = Transformer.from_crs(WGS84, crs, always_xy=True)
    return _System(crs, lambda points: np.column_stack(convert.transform(points[:, 0], points[:, 1])))


def _geojson(name: str, rows: Sequence[Row], crs: CRS | None) -> bytes:
    """RFC 7946; another system than WGS-84 is named by the `crs` member of the standard's draft of 2008."""
    features = [
        {"type": "Feature", "properties": dict(row.properties), "geometry": shapely.geometry.mapping(row.geometry)}
        for row in rows
    ]
    head: dict[str, Any] = {"type": "FeatureCollection", "name": name}
    if crs is not None and crs != WGS84:
        head["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs.to_epsg()}"}}
    return json.dumps({**head, "features": features}, ensure_ascii=False, separators=(",", ":")).encode()


_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL PRIMARY KEY, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL);
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL);
"""
_ADD_SYSTEM = "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)"
_ADD_CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_COLUMN = "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', ?, 0, 0)"
_SQL_TYPES: dict[type, str] = {int: "INTEGER", float: "REAL"}


def _geopackage(name: str, rows: Sequence[Row], crs: CRS | None) -> bytes:
    """OGC 12-128r19, version 1.3: one table of features. GCJ-02 and BD-09 are "undefined geographic"."""
    srs = int(crs.to_epsg() or 0) if crs else 0
    with TemporaryDirectory(prefix="layer-") as folder:
        path = Path(folder) / "layer.gpkg"
        connection = sqlite3.connect(path)
        connection.executescript("PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;" + _TABLES)
        for each in {WGS84, crs or WGS84}:
            about = [each.name, each.to_epsg(), "EPSG", each.to_epsg(), each.to_wkt("WKT1_GDAL"), None]
            connection.execute(_ADD_SYSTEM, about)
        _fill(connection, _quoted(name), name, rows, srs)
        connection.commit()
        connection.close()
        return path.read_bytes()


def _fill(connection: sqlite3.Connection, table: str, name: str, rows: Sequence[Row], srs: int) -> None:
    columns = _columns(rows)
    bounds = shapely.total_bounds([row.geometry for row in rows]).tolist() if rows else [None] * 4
    contents = [name, "features", name, *bounds, srs]
    connection.execute(_ADD_CONTENTS, contents)
    connection.execute(_ADD_COLUMN, [name, srs])
    names = {column: _quoted(own) for column, own in _named(columns, COLUMN_BYTES, ("fid", "geom")).items()}
    typed = "".join(f", {names[column]} {_SQL_TYPES.get(kind, 'TEXT')}" for column, kind in columns.items())
    connection.execute(f"CREATE TABLE {table} (fid INTEGER PRIMARY KEY AUTOINCREMENT, geom GEOMETRY{typed})")
    marks = ", ".join("?" * (len(columns) + 1))
    named = ", ".join(["geom", *names.values()])
    connection.executemany(
        f"INSERT INTO {table} ({named}) VALUES ({marks})",  # noqa: S608 - quoted names
        ([_blob(row.geometry, srs), *(_flat(row.properties.get(column)) for column in columns)] for row in rows),
    )


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _blob(geometry: BaseGeometry, srs: int) -> bytes:
    return b"GP\0\1" + srs.to_bytes(4, "little", signed=True) + bytes(shapely.to_wkb(geometry, byte_order=1))


def _columns(rows: Iterable[Row]) -> dict[str, type]:
    """All properties in order of appearance, with the type their values share; text where they share none."""
    found: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.properties.items():
            found.setdefault(name, set()).update([] if value is None else [type(value)])
    numbers = {name: kinds for name, kinds in found.items() if kinds and kinds <= {int, float}}
    return {name: (float if float in numbers[name] else int) if name in numbers else str for name in found}


def _flat(value: Any) -> Any:
    """A property as one cell."""
    if value is None or isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    return json.dumps(value, ensure_ascii=False)


def _shapefile(name: str, rows: Sequence[Row], crs: CRS | None) -> bytes:
    """A zip archive; a Shapefile holds one kind of shape, so a mixed layer becomes one for each.

    Names of fields are cut to 10 bytes and texts to 254: the format has no room for more.
    """
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(KINDS[row.geometry.geom_type.removeprefix("Multi")], []).append(row)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, some in (kinds or {"areas": []}).items():
            stem = f"{name}-{kind}" if len(kinds) > 1 else name
            for suffix, content in _parts(some, kind).items():
                archive.writestr(f"{stem}.{suffix}", content)
            archive.writestr(f"{stem}.cpg", "UTF-8")
            if crs is not None:
                archive.writestr(f"{stem}.prj", crs.to_wkt("WKT1_ESRI"))
    return out.getvalue()


_SHAPE_TYPES = {"points": shapefile.MULTIPOINT, "lines": shapefile.POLYLINE, "areas": shapefile.POLYGON}


def _parts(rows: Sequence[Row], kind: str) -> dict[str, bytes]:
    parts = {suffix: io.BytesIO() for suffix in ("shp", "shx", "dbf")}
    is_point = kind == "points" and all(row.geometry.geom_type == "Point" for row in rows)
    shape_type = shapefile.POINT if is_point else _SHAPE_TYPES[kind]
    with shapefile.Writer(shapeType=shape_type, encoding="utf-8", **parts) as writer:
        columns = _columns(rows) or {"code": str}  # the format needs one
        names = _named(columns, NAME_BYTES)
        for column, typed in columns.items():
            writer.field(names[column], *{int: ("N", 18, 0), float: ("F", 24, 10)}.get(typed, ("C", TEXT_BYTES)))
        for row in rows:
            geometry = row.geometry if is_point or kind != "points" else _multipoint(row.geometry)
            writer.shape(json.loads(json.dumps(shapely.geometry.mapping(geometry))))  # it takes lists only
            writer.record(*(_cell(row.properties.get(column), typed) for column, typed in columns.items()))
    return {suffix: part.getvalue() for suffix, part in parts.items()}


def _multipoint(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.MultiPoint(shapely.get_coordinates(geometry)) if geometry.geom_type == "Point" else geometry


def _named(columns: Iterable[str], most: int, taken: Iterable[str] = ()) -> dict[str, str]:
    """A name for each property in at most so many bytes, each once whatever its capitals."""
    found: dict[str, str] = {}
    known = set(taken)
    for column in columns:
        name, count = _cut(column, most), 1
        while name.lower() in known:
            count += 1
            name = f"{_cut(column, most - len(str(count)))}{count}"
        known.add(name.lower())
        found[column] = name
    return found


def _cell(value: Any, kind: type) -> Any:
    if kind is not str:
        return value
    return "" if value is None else _cut(str(_flat(value)), TEXT_BYTES)


def _cut(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8, without half a character at its end."""
    return text.encode()[:most].decode("utf-8", "ignore")


FORMATS: dict[str, Callable[[str, Sequence[Row], CRS | None], bytes]] = {
    "geojson": _geojson,
    "gpkg": _geopackage,
    "shp.zip": _shapefile,
}
