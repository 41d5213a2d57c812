"""Files of layers, good and broken, made byte by byte where no writer would make them so."""

import io
import json
import sqlite3
import struct
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shapefile
import shapely

from citygrid.geography.files import Row, write_file
from citygrid.geography.tests.factories import collection, feature, square

NAN = float("nan")
SHAPES = 100  # bytes of a .shp before its first shape
RECTANGLE = 8 + 4 + 32 + 4 + 4 + 4 + 5 * 16  # bytes of a shape of five points
PRJ = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def rows(*columns: float, **properties: Any) -> list[Row]:
    """Squares of the made-up district, with codes P1, P2 ... and Chinese names."""
    return [
        Row(
            shapely.Polygon(square(column)[0]),
            {"code": f"P{n}", "name": f"绿地{n}号", "name_en": f"Green {n}", **properties},
        )
        for n, column in enumerate(columns, start=1)
    ]


def geojson(*features: Any, **members: Any) -> bytes:
    return json.dumps({**collection(*features), **members}, ensure_ascii=False).encode()


def with_second(coordinates: Any, kind: str = "Polygon", **properties: Any) -> bytes:
    """GeoJSON of two features, the second one as given."""
    return geojson(feature("P1", square(0)), feature("P2", coordinates, kind=kind, **properties))


def zipped(**parts: bytes) -> bytes:
    """A zip archive of `green.shp` and so on."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix, content in parts.items():
            archive.writestr(f"green.{suffix}", content)
    return out.getvalue()


def parts(*given: Row, encoding: str = "utf-8", prj: str = PRJ, cpg: str = "") -> dict[str, bytes]:
    """The files of a Shapefile of areas."""
    files = {suffix: io.BytesIO() for suffix in ("shp", "shx", "dbf")}
    with shapefile.Writer(shapeType=shapefile.POLYGON, encoding=encoding, **files) as writer:
        for name in ("code", "name"):
            writer.field(name, "C", 60)
        for row in given:
            writer.shape(shapely.geometry.mapping(row.geometry))
            writer.record(row.properties["code"], row.properties["name"])
    found = {suffix: file.getvalue() for suffix, file in files.items()}
    return {**found, **({"prj": prj.encode()} if prj else {}), **({"cpg": cpg.encode()} if cpg else {})}


def shapefile_with(shape: int, offset: int, *numbers: float) -> bytes:
    """Two squares, with numbers written over the shape of this number, so many bytes behind its head."""
    files = parts(*rows(0, 1))
    content = bytearray(files["shp"])
    at = SHAPES + (shape - 1) * RECTANGLE + 8 + offset
    content[at : at + 8 * len(numbers)] = struct.pack(f"<{len(numbers)}d", *numbers)
    return zipped(**{**files, "shp": bytes(content)})


def geopackage_with(statement: str, *values: Any, count: int = 2) -> bytes:
    """A good GeoPackage after one statement of SQL."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        path.write_bytes(write_file("gpkg", "green", rows(*range(count)), "wgs84"))
        with sqlite3.connect(path) as connection:
            connection.execute(statement, values)
        connection.close()
        return path.read_bytes()


def bomb(megabytes: int) -> bytes:
    """An archive of some kB that unpacks to so many megabytes."""
    return zipped(shp=b"\0" * (megabytes << 20), dbf=b"")
