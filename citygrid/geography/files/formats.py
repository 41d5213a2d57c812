"""GeoJSON, GeoPackage and zipped Shapefile, as the reader's process reads them: what a file says, not yet checked.

GeoPackage is SQLite (OGC 12-128r19), read by Python's own; Shapefile by pyshp. Both tell what is wrong with which
feature, which a library that repairs files on the way does not.
"""

import codecs
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import shapefile
import shapely

ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
TABLE = re.compile(r"[^\x00-\x1f\"]{1,100}$")
CHINESE_DBF = {0x4D: "gb18030", 0x4F: "big5", 0x7A: "gb18030", 0x78: "big5"}  # language drivers of dBase
GUESSES = ("utf-8", "gb18030")
MOST_ENTRIES = 500
LAST_FLAT = shapefile.MULTIPOINT  # the kinds of shapes above it have heights or measures
NUMBERED = re.compile(r"(?:EPSG:{1,2}[\d.]*:?|epsg/0/)(\d{4,6})$", re.IGNORECASE)


class RefusedError(Exception):
    """The file cannot be used as a whole: a code of `choices.FileFault`, and what it is about."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


class Read:
    """What a format gives: features as GeoJSON with coordinates of the file, its system, and what was noticed."""

    def __init__(self, features: list[dict[str, Any]], system: Any = None) -> None:
        self.features = features
        self.system = system  # a CRS, "EPSG:4490", a WKT, or None where the file does not say
        self.faults: list[tuple[int, str, str]] = []  # number from 1, code of `choices.Fault`, detail
        self.notes: dict[str, str] = {}  # what the sender should know, by code


def read_file(path: Path, asked: dict[str, Any]) -> Read:
    """The one layer of a file, or the one that is asked for. Refused."""
    with path.open("rb") as file:
        head = file.read(16)
    if head == b"SQLite format 3\0":
        return read_geopackage(path, asked["layer"])
    if head.startswith(b"PK"):
        return read_shapefile(path, asked["layer"], asked["unpacked"])
    return read_geojson(path)


def chosen(names: list[str], wanted: str) -> str:
    """The layer to read: the one that is named, or the only one."""
    if wanted and wanted not in names:
        raise RefusedError("no_such_layer", ", ".join(names)[:200])
    if len(names) > 1 and not wanted:
        raise RefusedError("several_layers", ", ".join(names)[:200])
    return wanted or names[0]


def numbered(name: str) -> str:
    """ "EPSG:4490" out of the ways in which files name it; CRS84 is WGS-84 with the longitude first."""
    if "CRS84" in name.upper():
        return "EPSG:4326"
    found = NUMBERED.search(name.strip())
    if not found:
        raise RefusedError("unknown_system", name[:80])
    return f"EPSG:{found[1]}"


def read_geojson(path: Path) -> Read:
    """RFC 7946; an old `crs` member is heeded."""
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RefusedError("not_utf8", str(error.start)) from error
    except ValueError as error:
        raise RefusedError("not_known", str(error)[:80]) from error
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if kind == "FeatureCollection" else [document]
    if kind not in ("FeatureCollection", "Feature") or not isinstance(features, list):
        raise RefusedError("no_collection")
    crs = document.get("crs")
    name = str((crs.get("properties") or {}).get("name", "")) if isinstance(crs, dict) else "EPSG:4326"
    kept = [one if isinstance(one, dict) else {} for one in features]
    for one in kept:
        one["properties"] = one.get("properties") if isinstance(one.get("properties"), dict) else {}
    return Read(kept, numbered(name))


def read_geopackage(path: Path, wanted: str) -> Read:
    """The rows of one table of features."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.text_factory = bytes
    connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY)
    try:
        tables = connection.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns").fetchall()
    except sqlite3.DatabaseError as error:
        raise RefusedError("no_geopackage", str(error)[:80]) from error
    layers = {name.decode(): (column.decode(), srs) for name, column, srs in tables}
    if not layers:
        raise RefusedError("no_geopackage")
    table = chosen(list(layers), wanted)
    column, srs = layers[table]
    if not TABLE.match(table):
        raise RefusedError("no_geopackage", repr(table)[:80])
    read = Read([], _system_of(connection, srs))
    rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the name has no quote in it
    names = [str(about[0]) for about in rows.description]
    for number, row in enumerate(rows, start=1):
        values = dict(zip(names, row, strict=True))
        blob = values.pop(column, None)
        values.pop("fid", None)  # the row's own number
        read.features.append(
            {
                "type": "Feature",
                "properties": _texts(read, number, values, "utf-8"),
                "geometry": _geometry(read, number, blob),
            }
        )
    return read


def _system_of(connection: sqlite3.Connection, srs: int) -> Any:
    row = connection.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?", [srs]
    ).fetchone()
    if row is None or srs in (-1, 0):
        return None
    organisation, number, definition = row
    return f"EPSG:{number}" if organisation.upper() == b"EPSG" else definition.decode()


def _geometry(read: Read, number: int, blob: Any) -> dict[str, Any] | None:
    """GeoJSON of a geometry blob: "GP", version, flags, system, an envelope, and well-known binary."""
    if blob is None:
        return None
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8:
        _broken(read, number, "no GeoPackage geometry")
        return None
    envelope = ENVELOPE_BYTES.get(blob[3] >> 1 & 7)
    if envelope is None or blob[3] & 0x20:
        _broken(read, number, "an extended geometry")
        return None
    try:
        found = shapely.from_wkb(blob[8 + envelope :])
    except shapely.errors.ShapelyError as error:
        is_ring = "LinearRing" in str(error)
        read.faults.append((number, "unclosed" if is_ring else "broken", str(error)[:80]))
        return None
    if found.is_empty:
        return None
    return dict(json.loads(json.dumps(shapely.geometry.mapping(found))))


def _broken(read: Read, number: int, detail: str) -> None:
    read.faults.append((number, "broken", detail))


def _texts(read: Read, number: int, values: dict[str, Any], encoding: str) -> dict[str, Any]:
    """Properties with their bytes decoded; what cannot be is a fault of the feature."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        try:
            found[name] = value.decode(encoding) if isinstance(value, bytes) else value
        except UnicodeDecodeError:
            read.faults.append((number, "bad_text", f"{name} ({encoding})"))
    return found


def read_shapefile(path: Path, wanted: str, most: int) -> Read:
    """The shapes and records of one Shapefile in a zip archive, whatever the folders in it."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise RefusedError("broken_zip", str(error)[:80]) from error
    parts = _parts(archive, most)
    names = sorted(stem for stem, files in parts.items() if "shp" in files)
    if not names:
        raise RefusedError("no_shapefile")
    files = parts[chosen(names, wanted)]
    if "dbf" not in files:
        raise RefusedError("part_missing", ".dbf")
    content = {suffix: _unpacked(archive, files[suffix], most) for suffix in files}
    return _shapes(content)


def _parts(archive: zipfile.ZipFile, most: int) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """The files of each Shapefile by suffix. Refused for archives that unpack to too much, or need a password."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and "__MACOSX" not in entry.filename]
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > most:
        raise RefusedError("too_large_unpacked", str(most >> 20))
    parts: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in entries:
        name = PurePosixPath(entry.filename)
        suffix = name.suffix[1:].lower()
        if suffix in ("shp", "dbf", "prj", "cpg"):
            if entry.flag_bits & 1:
                raise RefusedError("encrypted")
            parts.setdefault(name.stem, {})[suffix] = entry
    return parts


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    try:
        with archive.open(entry) as file:
            content = file.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise RefusedError("broken_zip", str(error)[:80]) from error
    if len(content) > most:
        raise RefusedError("too_large_unpacked", str(most >> 20))
    return content


def _shapes(content: dict[str, bytes]) -> Read:
    # Bytes that are not ASCII pass through the library untouched, and are decoded here, feature by feature.
    escaped = {"encoding": "ascii", "encodingErrors": "surrogateescape"}
    try:
        reader = shapefile.Reader(shp=io.BytesIO(content["shp"]), dbf=io.BytesIO(content["dbf"]), **escaped)
        names, rows = [field.name for field in reader.fields[1:]], [_record(reader, n) for n in range(len(reader))]
        shapes = [_shape(reader, n) for n in range(_shape_count(content["shp"]))]
    except (shapefile.ShapefileException, ValueError, KeyError, IndexError) as error:
        raise RefusedError("broken", str(error)[:80]) from error
    if len(rows) != len(shapes):
        raise RefusedError("parts_differ", f"{len(shapes)} / {len(rows)}")
    read = Read([], content["prj"].decode("utf-8", "replace").strip() if content.get("prj", b"").strip() else None)
    encoding = _encoding(content, rows)
    read.notes["encoding"] = encoding
    if reader.shapeType > LAST_FLAT:
        read.notes["height_dropped"] = str(sum(isinstance(shape, dict) for shape in shapes))
    for number, (shape, row) in enumerate(zip(shapes, rows, strict=True), start=1):
        if isinstance(shape, str):
            _broken(read, number, shape)
        values = {
            _decoded(name, encoding): value.encode("ascii", "surrogateescape") if isinstance(value, str) else value
            for name, value in zip(names, row or [], strict=False)
        }
        if row is None:
            _broken(read, number, "the record")
        geometry = shape if isinstance(shape, dict) else None
        properties = _texts(read, number, values, encoding)
        read.features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return read


def _shape_count(shp: bytes) -> int:
    """How many shapes the file holds, the last one perhaps cut off; a length of nothing would never end."""
    at = count = 100
    while at + 8 <= len(shp):
        length = int.from_bytes(shp[at + 4 : at + 8], "big", signed=True)
        if length < 2:
            raise RefusedError("broken", f"shape {count - 99}")
        at, count = at + 8 + 2 * length, count + 1
    return count - 100


def _shape(reader: shapefile.Reader, place: int) -> Any:
    """GeoJSON of a shape, None for an empty one, words for one that cannot be read."""

    def read() -> Any:
        shape = reader.shape(place)
        is_empty = shape is None or shape.shapeType == shapefile.NULL or not shape.points
        return None if is_empty else json.loads(json.dumps(shape.__geo_interface__))

    return _safely(read)


def _record(reader: shapefile.Reader, place: int) -> list[Any] | None:
    """The values of a record, None for one that cannot be read."""

    def read() -> Any:
        found = reader.record(place)
        return found and [value.isoformat() if hasattr(value, "isoformat") else value for value in found]

    found = _safely(read)
    return None if isinstance(found, str) else found


def _safely(read: Callable[[], Any]) -> Any:
    """What a part of a file reads as, or words for why it does not; whatever one does, the others are read."""
    try:
        return read()
    except Exception as error:  # noqa: BLE001 - foreign files are broken in every way there is
        return f"{type(error).__name__}: {error}"[:80]


def _encoding(content: dict[str, bytes], rows: list[Any]) -> str:
    """What the .cpg says, else the language driver of the .dbf, else the first guess that reads everything."""
    said = content.get("cpg", b"").decode("ascii", "replace").strip().upper().removeprefix("ANSI").strip()
    pages = {"65001": "utf-8", "936": "gb18030", "GBK": "gb18030", "GB2312": "gb18030", "950": "big5"}
    named = pages.get(said, f"cp{said}" if said.isdigit() else said)
    try:
        if named:
            return codecs.lookup(named).name
    except LookupError:
        pass
    if driver := CHINESE_DBF.get(content["dbf"][29]):
        return driver
    raw = b"\n".join(
        value.encode("ascii", "surrogateescape") for row in rows if row for value in row if isinstance(value, str)
    )
    return next((guess for guess in GUESSES if _reads(raw, guess)), GUESSES[-1])


def _reads(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(name: str, encoding: str) -> str:
    return name.encode("ascii", "surrogateescape").decode(encoding, "replace")
