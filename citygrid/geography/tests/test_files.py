"""Layers as files: what is read is what was written; what is broken is named by its feature."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
import shapefile
import shapely
from django.contrib.gis.gdal import DataSource
from pyproj import CRS

from citygrid.geography.choices import Fault, FileFault, FileNote, Frame
from citygrid.geography.errors import UnusableFile
from citygrid.geography.files import FORMATS, Limits, Row, open_file, write_file
from citygrid.geography.rules.validation import ANY_TYPES, AREA_TYPES
from citygrid.geography.services import open_source
from citygrid.geography.tests.factories import WEST, feature, square
from citygrid.geography.tests.layer_files import (
    NAN,
    PRJ,
    bomb,
    geojson,
    geopackage_with,
    parts,
    rows,
    shapefile_with,
    with_second,
    zipped,
)
from citygrid.kernel.errors import Invalid

BOW = [[[116.30, 39.80], [116.31, 39.81], [116.31, 39.80], [116.30, 39.81], [116.30, 39.80]]]
DISTRICT_BOX = (WEST, 39.80, WEST + 0.016, 39.804)
SYSTEMS = ["wgs84", "cgcs2000", "EPSG:4548", "EPSG:3857", "gcj02", "bd09"]
OLD_ZIP = parts(*rows(0, 1))
NOWHERE = {"type": "name", "properties": {"name": "EPSG:99999"}}
ONE_CHINESE = [
    Row(shapely.Polygon(square(n)[0]), {"code": f"P{n + 1}", "name": name}) for n, name in enumerate(("Park", "绿地"))
]
EXTENDED = "X'47500021E6100000' || substr(geom, 9)"  # the flag of a geometry that is not of the standard


def found(content: bytes, **options):
    """Feature and fault of everything that is wrong with a file of areas."""
    findings = open_source(content, **options).read(geometry_types=AREA_TYPES, region=DISTRICT_BOX)[1]
    return [(one.feature, one.fault) for one in findings]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("form", FORMATS)
def test_file_is_read_as_it_was_written(form: str, system: str) -> None:
    with_hole = shapely.Polygon(square(0)[0]).difference(shapely.Point(WEST + 0.002, 39.802).buffer(0.001))
    two = shapely.MultiPolygon([shapely.Polygon(square(1)[0]), shapely.Polygon(square(3)[0])])
    given = [
        Row(with_hole, {"code": "G1", "name": "南馆公园", "name_en": "Nanguan Park", "trees": 412, "share": 0.25}),
        Row(two, {"code": "G2", "name": "“二环”绿带、北段", "name_en": "", "trees": None, "share": 1}),
    ]
    said = system if system in (Frame.GCJ02, Frame.BD09) else ""  # what no file can say
    source = open_source(write_file(form, "green", given, system), system=said)
    shapes, findings = source.read(geometry_types=AREA_TYPES)
    assert findings == []
    for shape, row in zip(shapes, given, strict=True):
        assert shapely.normalize(shape.geometry).equals_exact(shapely.normalize(row.geometry), 1e-7)
        assert [shape.code, shape.name_zh, shape.name_en] == [row.properties[n] for n in ("code", "name", "name_en")]
    assert [shape.properties["trees"] for shape in shapes] == [412, None]
    assert [float(shape.properties["share"]) for shape in shapes] == [0.25, 1]


@pytest.mark.parametrize("form", FORMATS)
def test_points_and_lines_are_read_as_they_were_written(form: str) -> None:
    for geometry in (
        shapely.Point(116.3, 39.8),
        shapely.MultiPoint([(116.3, 39.8), (116.31, 39.8)]),
        shapely.LineString([(116.3, 39.8), (116.31, 39.81)]),
        shapely.MultiLineString([[(116.3, 39.8), (116.31, 39.81)], [(116.32, 39.8), (116.33, 39.81)]]),
    ):
        content = write_file(form, "x", [Row(geometry, {"code": "1", "name": "名"})], "wgs84")
        assert open_source(content).read(geometry_types=ANY_TYPES)[0][0].geometry.equals_exact(geometry, 1e-12)


def test_mixed_layer_becomes_a_shapefile_for_each_kind() -> None:
    given = [Row(shapely.Point(116.3, 39.8), {"code": "1"}), *rows(0)]
    content = write_file("shp.zip", "mix", given, "wgs84")
    names = {name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.endswith(".shp")}
    assert names == {"mix-points.shp", "mix-areas.shp"}
    assert len(open_file(content, layer="mix-points").features) == 1


def test_columns_of_a_shapefile_keep_apart_when_cut() -> None:
    names = ["description_long_1", "description_long_2", "责任单位名称", "责任单位电话"]
    content = write_file("shp.zip", "x", [Row(shapely.Point(1, 1), dict(zip(names, "abcd", strict=True)))], "wgs84")
    assert list(open_file(content).features[0]["properties"].values()) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("encoding", "cpg"), [("gbk", "GBK"), ("gbk", "936"), ("gbk", ""), ("utf-8", ""), ("big5", "950")]
)
def test_chinese_names_are_read_in_the_encoding_of_the_file(encoding: str, cpg: str) -> None:
    given = [Row(shapely.Polygon(square(0)[0]), {"code": "1", "name": "街道綠化帶"})]
    source = open_source(zipped(**parts(*given, encoding=encoding, cpg=cpg)))
    assert source.read()[0][0].name_zh == "街道綠化帶"


def test_language_driver_of_a_dbf_names_its_encoding() -> None:
    files = parts(*rows(0), encoding="gbk")
    dbf = bytearray(files["dbf"])
    dbf[29] = 0x4D
    source = open_source(zipped(**{**files, "dbf": bytes(dbf)}))
    assert (source.read()[0][0].name_zh, source.notes[FileNote.ENCODING]) == ("绿地1号", "gb18030")


def test_heights_are_dropped_and_counted() -> None:
    raised = [[[*position, 44.0] for position in square(0)[0]]]
    files = {suffix: io.BytesIO() for suffix in ("shp", "shx", "dbf")}
    with shapefile.Writer(shapeType=shapefile.POLYGONZ, **files) as writer:
        writer.field("code", "C", 10)
        writer.polyz(raised)
        writer.record("P1")
    for content in (
        geojson(feature("P0", square(1)), feature("P1", raised)),
        zipped(**{suffix: file.getvalue() for suffix, file in files.items()}, prj=PRJ.encode()),
    ):
        source = open_source(content)
        assert source.notes[FileNote.HEIGHT_DROPPED] == "1"
        assert not any(one.geometry.has_z for one in source.read(needs_name=False)[0])


@pytest.mark.parametrize("system", [4326, 4490, 4548])
@pytest.mark.parametrize("form", FORMATS)
def test_other_programs_read_what_was_written(form: str, system: int, tmp_path: Path) -> None:
    """The other program is GDAL, which QGIS and its like stand on."""
    given = [*rows(0, 2), Row(shapely.Polygon(square(3)[0]).union(shapely.Polygon(square(1)[0])), {"code": "P3"})]
    path = tmp_path / f"green.{form}"
    path.write_bytes(write_file(form, "green", given, f"EPSG:{system}"))
    if form == "shp.zip":
        zipfile.ZipFile(path).extractall(tmp_path)
        path = tmp_path / "green.shp"
    (layer,) = DataSource(str(path), encoding="utf-8")
    assert CRS.from_wkt(layer.srs.wkt).to_epsg(min_confidence=50) == system
    assert [one.get("code") for one in layer] == ["P1", "P2", "P3"]
    assert [one.get("name") or "" for one in layer] == ["绿地1号", "绿地2号", ""]
    expected = [shapely.from_wkb(bytes(one.geom.wkb)).area for one in layer]
    opened = open_file((tmp_path / f"green.{form}").read_bytes(), system="degrees")
    assert [shapely.geometry.shape(one["geometry"]).area for one in opened.features] == pytest.approx(expected)


def test_system_without_exact_parameters_is_said() -> None:
    source = open_source(write_file("gpkg", "x", rows(0), "EPSG:2384"))  # Xian 1980
    assert source.notes == {FileNote.INEXACT: "Xian 1980 / 3-degree Gauss-Kruger CM 117E"}


UNUSABLE = {
    "nothing": (b"", FileFault.NOT_KNOWN),
    "text": (b"\x00\x01\x02", FileFault.NOT_KNOWN),
    "cut_json": (with_second(square(1))[:-20], FileFault.NOT_KNOWN),
    "gbk_json": (with_second(square(1)).decode().encode("gbk"), FileFault.NOT_UTF8),
    "other_json": (b'{"type": "Topology"}', FileFault.NO_COLLECTION),
    "list": (b"[]", FileFault.NO_COLLECTION),
    "deep_json": (b"[" * 200_000, FileFault.TOO_COSTLY),
    "no_features": (geojson(), FileFault.EMPTY),
    "metres_of_nowhere": (geojson(feature("P1", square(1)), crs=NOWHERE), FileFault.UNKNOWN_SYSTEM),
    "sqlite": (b"SQLite format 3\0" + b"\0" * 2000, FileFault.NO_GEOPACKAGE),
    "cut_geopackage": (geopackage_with("VACUUM")[:5000], FileFault.NO_GEOPACKAGE),
    "geopackage_without_layers": (geopackage_with("DELETE FROM gpkg_geometry_columns"), FileFault.NO_GEOPACKAGE),
    "geopackage_of_two_layers": (
        geopackage_with("INSERT INTO gpkg_geometry_columns VALUES ('b', 'geom', 'GEOMETRY', 4326, 0, 0)"),
        FileFault.SEVERAL_LAYERS,
    ),
    "geopackage_without_system": (geopackage_with("UPDATE gpkg_geometry_columns SET srs_id = 0"), FileFault.NO_SYSTEM),
    "cut_zip": (zipped(**OLD_ZIP)[:-30], FileFault.BROKEN_ZIP),
    "zip_of_letters": (zipped(txt=b"hello"), FileFault.NO_SHAPEFILE),
    "no_dbf": (zipped(shp=OLD_ZIP["shp"]), FileFault.PART_MISSING),
    "no_prj": (zipped(shp=OLD_ZIP["shp"], dbf=OLD_ZIP["dbf"]), FileFault.NO_SYSTEM),
    "odd_prj": (zipped(**{**OLD_ZIP, "prj": b"LOCAL GRID OF 1954"}), FileFault.UNKNOWN_SYSTEM),
    "one_record_less": (zipped(**{**OLD_ZIP, "dbf": parts(*rows(0))["dbf"]}), FileFault.PARTS_DIFFER),
    "endless": (zipped(**{**OLD_ZIP, "shp": OLD_ZIP["shp"][:100] + struct.pack(">2i", 1, -4) * 9}), FileFault.BROKEN),
    "empty_dbf": (zipped(**{**OLD_ZIP, "dbf": b""}), FileFault.BROKEN),
    "bomb": (bomb(300), FileFault.TOO_LARGE_UNPACKED),
    "too_many": (geojson(*[feature("P", [1, 1], kind="Point")] * 20_001), FileFault.TOO_MANY_FEATURES),
    "too_fine": (geojson(feature("P", [[1, 1]] * 500_001, kind="MultiPoint")), FileFault.TOO_MANY_POSITIONS),
    "too_large": (b" " * ((20 << 20) + 1), FileFault.TOO_LARGE),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_file_that_cannot_be_used_is_refused_with_its_reason(name: str) -> None:
    content, kind = UNUSABLE[name]
    with pytest.raises(UnusableFile) as refused:
        open_source(content)
    assert refused.value.kind == kind
    assert str(kind.label) in str(refused.value) and refused.value.advice


def test_file_that_needs_a_password_is_refused() -> None:
    content = bytearray(zipped(**OLD_ZIP))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    with pytest.raises(UnusableFile) as refused:
        open_source(bytes(content))
    assert refused.value.kind == FileFault.ENCRYPTED


BROKEN_FEATURES = {
    "no_geometry": (geojson(feature("P1", square(0)), {**feature("P2", []), "geometry": None}), Fault.NO_GEOMETRY),
    "empty_geometry": (with_second([]), Fault.NO_GEOMETRY),
    "a_line": (with_second(square(1)[0], "LineString"), Fault.NO_GEOMETRY),
    "a_collection": (with_second([], "GeometryCollection"), Fault.NO_GEOMETRY),
    "nesting": (with_second(square(1)[0]), Fault.UNCLOSED),
    "nan": (with_second([[[NAN, 39.8], *square(1)[0][1:]]]), Fault.NOT_A_NUMBER),
    "words": (with_second([[["116.3", "39.8"], *square(1)[0][1:]]]), Fault.NOT_A_NUMBER),
    "swapped": (with_second([[[lat, lon] for lon, lat in square(1)[0]]]), Fault.SWAPPED),
    "metres": (with_second([[[x * 1e5, y * 1e5] for x, y in square(1)[0]]]), Fault.OUT_OF_RANGE),
    "open_ring": (with_second([square(1)[0][:-1]]), Fault.UNCLOSED),
    "bow": (with_second(BOW), Fault.SELF_CROSSING),
    "same_code": (geojson(feature("P1", square(0)), feature("P1", square(1))), Fault.DUPLICATE_CODE),
    "no_code": (geojson(feature("P1", square(0)), feature("", square(1))), Fault.BAD_CODE),
    "long_code": (geojson(feature("P1", square(0)), feature("x" * 51, square(1))), Fault.BAD_CODE),
    "no_name": (with_second(square(1), name="", name_en=""), Fault.NO_NAME),
    "long_name": (with_second(square(1), name="长" * 201), Fault.TOO_LONG),
    "nul": (with_second(square(1), note=["a\0b"]), Fault.BAD_TEXT),
    "odd_feature": (geojson(feature("P1", square(0)), "nothing"), Fault.BAD_CODE),
    "shp_nan": (shapefile_with(2, 48, NAN, 39.8), Fault.NOT_A_NUMBER),
    "shp_open": (shapefile_with(2, 48 + 64, 116.305, 39.8), Fault.UNCLOSED),
    "shp_crossing": (shapefile_with(2, 48 + 16, 116.3041, 39.7, 116.309, 39.9), Fault.SELF_CROSSING),
    "shp_cut": (zipped(**{**OLD_ZIP, "shp": OLD_ZIP["shp"][:-40]}), Fault.BROKEN),
    "gbk_in_utf8": (zipped(**parts(*ONE_CHINESE, encoding="gbk", cpg="UTF-8")), Fault.BAD_TEXT),
    "blob": (geopackage_with("UPDATE green SET geom = X'00112233445566778899' WHERE fid = 2"), Fault.BROKEN),
    "cut_blob": (geopackage_with("UPDATE green SET geom = substr(geom, 1, 40) WHERE fid = 2"), Fault.BROKEN),
    "null_blob": (geopackage_with("UPDATE green SET geom = NULL WHERE fid = 2"), Fault.NO_GEOMETRY),
    "extended": (geopackage_with(f"UPDATE green SET geom = {EXTENDED} WHERE fid = 2"), Fault.BROKEN),
    "bad_bytes": (geopackage_with("UPDATE green SET name = CAST(X'C2CC' AS TEXT) WHERE fid = 2"), Fault.BAD_TEXT),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_FEATURES)
def test_broken_feature_is_named_by_its_number(name: str) -> None:
    content, fault = BROKEN_FEATURES[name]
    faults = found(content)
    assert (2, fault) in faults
    assert {feature for feature, _ in faults} == {2}


def test_position_outside_its_system_is_named() -> None:
    far = [1e30, 1e30]
    assert (2, Fault.OUT_OF_RANGE) in found(with_second([[far, *square(1)[0][1:-1], far]]), system="EPSG:4548")


def test_wrong_frame_in_metres_is_named() -> None:
    assert found(write_file("geojson", "x", rows(0), "EPSG:4548"), system="wgs84") == [(1, Fault.OUT_OF_RANGE)]


@pytest.mark.parametrize("typed", ["4548", "epsg:4548", " EPSG: 4548 "])
def test_system_is_known_by_its_number(typed: str) -> None:
    content = zipped(**parts(*rows(0), prj=""))
    with pytest.raises(UnusableFile):
        open_source(content)
    (shape,), _ = open_source(content, system=typed).read()
    assert shape.geometry.bounds[1] < 0.1  # degrees, read as metres from the equator


@pytest.mark.parametrize("typed", ["beijing", "EPSG:1", "+proj=longlat", "EPSG:４５４８"])
def test_system_that_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        open_source(geojson(feature("P1", square(0))), system=typed)


def test_view_of_a_geopackage_cannot_reach_out() -> None:
    content = geopackage_with("CREATE VIEW other AS SELECT 1 AS fid, readfile('/etc/hostname') AS geom")
    content = content.replace(b"greengeom", b"othergeom")
    with pytest.raises(UnusableFile):
        open_source(content)


def test_reading_is_bounded_in_memory_and_time() -> None:
    content = geojson(*[feature(f"P{n}", square(n)) for n in range(3000)])
    for limits in (Limits(memory=64 << 20), Limits(processor_seconds=0)):
        assert open_file(content, limits=limits).refusal in ("too_costly", "broken")
    assert open_file(content).refusal == ""


def test_reading_twenty_thousand_features_takes_seconds() -> None:
    content = write_file("gpkg", "x", rows(*range(20_000)), "EPSG:4548")
    assert len(open_file(content).features) == 20_000
