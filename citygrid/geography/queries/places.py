"""Areas, grids, layers and lanes: what lies where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.contrib.gis.db.models import MultiPolygonField
from django.contrib.gis.db.models.aggregates import Extent
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.gis.geos import Point, Polygon
from django.db import connection
from django.db.models import FloatField, Func, Q
from django.db.models.functions import Cast
from django.utils.translation import override

from citygrid.geography.choices import CODE_LENGTH, GridKind, LayerKind, Level
from citygrid.geography.errors import UnknownPlace
from citygrid.geography.models import Area, Feature, Grid, Lane, Layer
from citygrid.geography.rules.coordinates import from_wgs84, points_to_wgs84, to_wgs84
from citygrid.geography.rules.metric import metres_per_degree
from citygrid.geography.rules.tiles import CELL_STEPS, Tile
from citygrid.kernel.scope import any_prefix, prefix_range
from citygrid.kernel.words import in_language

__all__ = ["CELL_STEPS", "Tile", "from_wgs84", "points_to_wgs84", "to_wgs84"]  # of the rules, open to other modules

# 0.1 mm: a point computed to lie on an edge misses it by rounding; within this width both sides hold it.
EDGE_DEGREES = 1e-9

Box = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True, slots=True)
class FeatureHit:
    """A layer's feature at a point, and the organisation responsible there."""

    layer_code: str
    feature_id: UUID
    code: str
    name_zh: str
    name_en: str
    responsible_unit_id: UUID | None

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies: codes, or "" where no such area or grid is known, and the features there."""

    district: str
    street: str = ""
    community: str = ""
    unit_grid: str = ""
    duty_grid: str = ""
    social_grid: str = ""
    features: tuple[FeatureHit, ...] = ()
    has_zone: bool = False  # whether a version of a zone lies there, at whatever time: `forbidden_at` says more

    @property
    def area_code(self) -> str:
        """The most precise code known: unit grid, else community, street, district."""
        return self.unit_grid or self.community or self.street or self.district


_VALID = "{0}.valid_from_date <= %(on)s::date AND ({0}.valid_to_date IS NULL OR {0}.valid_to_date > %(on)s::date)"

# The narrowest area that holds the point decides; the wider ones are in its code, so a place never contradicts itself.
# array_agg rather than min(): min() tempts the planner to walk the code index instead of the spatial one.
_AREA_AT = f"""(
    SELECT (array_agg(area.code ORDER BY area.code))[1] FROM geography_area area
    WHERE area.level = '{{0}}' AND ST_DWithin(area.geom, point.at, {EDGE_DEGREES}) AND {_VALID.format("area")})"""  # noqa: S608
_PART_OF = (
    "(SELECT part.grid_id FROM geography_gridpart part WHERE part.unit_grid_id = spot.code AND part.kind = '{0}')"
)
_MANY = "unnest(%(lons)s::float8[], %(lats)s::float8[]) WITH ORDINALITY"
_ONE = "(VALUES (%(lon)s::float8, %(lat)s::float8, 1))"  # the planner knows that it is one: a plan is made once
_LOCATE = f"""
    WITH point AS (SELECT n, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS at FROM {{given}} AS given(lon, lat, n))
    SELECT spot.code, {_PART_OF.format("duty")}, {_PART_OF.format("social")}, (
        SELECT json_agg(json_build_array(feature.layer_id, feature.id, feature.code, feature.name_zh, feature.name_en,
                                         feature.responsible_unit_id) ORDER BY feature.layer_id, feature.code)
        FROM geography_feature feature
        WHERE ST_DWithin(feature.geom, point.at, {EDGE_DEGREES}) AND {_VALID.format("feature")}), EXISTS (
        SELECT 1 FROM geography_feature feature JOIN geography_layer layer ON layer.code = feature.layer_id
        WHERE layer.kind = '{LayerKind.ZONE}' AND ST_DWithin(feature.geom, point.at, {EDGE_DEGREES}))
    FROM point CROSS JOIN LATERAL (SELECT COALESCE(
        (SELECT (array_agg(grid.code ORDER BY grid.code))[1]
         FROM geography_grid grid JOIN geography_area area ON area.code = grid.community_id
         WHERE grid.kind = 'unit' AND ST_DWithin(grid.geom, point.at, {EDGE_DEGREES}) AND {_VALID.format("area")}),
        {_AREA_AT.format(Level.COMMUNITY)}, {_AREA_AT.format(Level.STREET)}, {_AREA_AT.format(Level.DISTRICT)}
    ) AS code OFFSET 0) spot
    ORDER BY point.n
"""  # noqa: S608 - put together from the constants above only
_LOCATE_ONE, _LOCATE_MANY = _LOCATE.format(given=_ONE), _LOCATE.format(given=_MANY)

_NEAREST_LANE = """
    WITH point AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS at)
    SELECT near.* FROM (
        SELECT lane.*, ST_Distance(lane.geom::geography, point.at::geography) AS metres
        FROM geography_lane lane, point WHERE ST_DWithin(lane.geom, point.at, %(within_degrees)s)) near
    WHERE near.metres <= %(within_m)s ORDER BY near.metres, near.code LIMIT 1
"""


def locate(point: Point, *, on: date) -> Place | None:
    """Where a point (WGS-84 degrees) lies on a day, or None outside every district. One query, about 0.5 ms.

    On a shared edge the area with the lowest code holds the point.
    """
    return _located(_LOCATE_ONE, {"lon": float(point.x), "lat": float(point.y), "on": on})[0]


def locate_many(points: Sequence[tuple[float, float]], *, on: date) -> list[Place | None]:
    """`locate` for many (longitude, latitude) pairs in one query; the answers are in the order of the points."""
    lons, lats = [float(lon) for lon, _ in points], [float(lat) for _, lat in points]
    return _located(_LOCATE_MANY, {"lons": lons, "lats": lats, "on": on})


def _located(statement: str, given: Mapping[str, Any]) -> list[Place | None]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [_place(*row) for row in cursor.fetchall()]


def _place(
    code: str | None, duty_grid: str | None, social_grid: str | None, hits: Any, has_zone: bool
) -> Place | None:
    if code is None:
        return None
    district, street, community, unit = (code[:n] if len(code) >= n else "" for n in CODE_LENGTH.values())
    rows = orjson.loads(hits) if isinstance(hits, str) else hits or []
    features = tuple(
        FeatureHit(layer, UUID(key), own, zh, en, UUID(unit) if unit else None)
        for layer, key, own, zh, en, unit in rows
    )
    return Place(district, street, community, unit, duty_grid or "", social_grid or "", features, has_zone)


def area(code: str) -> Area:
    """The area with this code; its outline is read when it is asked for. Raises UnknownPlace."""
    found = Area.objects.filter(pk=code).defer("geom").first()
    if found is None:
        raise UnknownPlace(place=code)
    return found


def areas_below(code: str, level: Level) -> list[Area]:
    """The areas of a level whose code begins with `code` ("": everywhere), by code, without their outlines."""
    return list(Area.objects.filter(prefix_range("code", code), level=level).defer("geom").order_by("code"))


def sizes(level: Level) -> dict[str, float]:
    """How many square kilometres each area of a level has, on the spheroid, by its code. One query."""
    size = Func(Cast("geom", MultiPolygonField(geography=True)), function="ST_Area", output_field=FloatField())
    return {code: metres / 1e6 for code, metres in Area.objects.filter(level=level).values_list("code", size)}


def district_of(code: str) -> Area:
    """The district that an area or grid code belongs to. Raises UnknownPlace."""
    return area(code[: CODE_LENGTH[Level.DISTRICT]])


def calendar_key_of(area_code: str) -> str:
    """Key of the working calendar in force there (kernel.calendars). Raises UnknownPlace."""
    return district_of(area_code).calendar_key


def time_zone_of(area_code: str) -> str:
    """IANA name of the time zone in force there. Raises UnknownPlace."""
    return district_of(area_code).time_zone


def outline(code: str) -> dict[str, Any]:
    """The outline of an area or grid as a GeoJSON geometry. Raises UnknownPlace."""
    for model in (Area, Grid):
        geometry = model.objects.filter(pk=code).values_list(AsGeoJSON("geom"), flat=True).first()
        if geometry is not None:
            return dict(orjson.loads(geometry))
    raise UnknownPlace(place=code)


def outlines(
    code: str | Sequence[str], level: Level | GridKind, *, box: Box | None = None, count: int | None = None
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the areas or grids of a level whose code begins with (one of) `code`.

    `box` leaves those that touch (west, south, east, north) degrees, `count` the first so many of them.
    """
    records: Any = Grid.objects.filter(kind=level) if level in GridKind.values else Area.objects.filter(level=level)
    names = ("code",) if level in GridKind.values else ("code", "name_zh", "name_en")
    wanted = any_prefix("code", [code] if isinstance(code, str) else code)
    if box:
        wanted &= Q(geom__bboverlaps=Polygon.from_bbox(box))
    rows = records.filter(wanted).order_by("code").values(*names, shape=AsGeoJSON("geom"))[:count]
    features = [
        {"type": "Feature", "id": row["code"], "geometry": orjson.loads(row.pop("shape")), "properties": row}
        for row in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def lanes(box: Box, *, count: int) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the lanes that touch a box (degrees), the first so many by code."""
    rows = Lane.objects.filter(geom__bboverlaps=Polygon.from_bbox(box)).order_by("code", "area_id")
    found = rows.values("code", "name_zh", "name_en", "area_id", shape=AsGeoJSON("geom"))[:count]
    features = [
        {
            "type": "Feature",
            "id": f"{row['area_id']}/{row['code']}",
            "geometry": orjson.loads(row["shape"]),
            "properties": {name: row[name] for name in ("code", "name_zh", "name_en")},
        }
        for row in found
    ]
    return {"type": "FeatureCollection", "features": features}


def extent(codes: Iterable[str]) -> Box | None:
    """West, south, east, north of these areas together ("": of every district); None where none is known."""
    known = {code[: CODE_LENGTH[Level.COMMUNITY]] for code in codes}
    areas = Area.objects.filter(level=Level.DISTRICT) if "" in known else Area.objects.filter(pk__in=known)
    found: Box | None = areas.aggregate(found=Extent("geom"))["found"]
    return found


def unit_grids(code: str) -> list[Grid]:
    """The unit grids whose code begins with `code`, by code."""
    return list(Grid.objects.filter(prefix_range("code", code), kind=GridKind.UNIT).order_by("code"))


def layers() -> list[Layer]:
    """All layers, the area layers first."""
    return list(Layer.objects.order_by("kind", "code"))


def features_of(layer_code: str, *, on: date) -> list[Feature]:
    """The features of a layer that are valid on a day, by code; UnknownPlace (404) where there is no such layer."""
    is_valid = Q(valid_from_date__lte=on) & (Q(valid_to_date=None) | Q(valid_to_date__gt=on))
    found = list(Feature.objects.filter(is_valid, layer=layer_code).order_by("code"))
    if not found and not Layer.objects.filter(code=layer_code).exists():
        raise UnknownPlace(place=layer_code)
    return found


def all_features(*, on: date) -> list[Feature]:
    """The features of all layers that are valid on a day, by layer and code, without their outlines."""
    is_valid = Q(valid_from_date__lte=on) & (Q(valid_to_date=None) | Q(valid_to_date__gt=on))
    return list(Feature.objects.filter(is_valid).defer("geom", "attributes").order_by("layer_id", "code"))


def known_places(codes: Iterable[str]) -> set[str]:
    """Those of the codes that an area or a unit grid has. Two queries."""
    wanted = set(codes)
    found: set[str] = set()
    for model in (Area, Grid):
        found.update(model.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    return found


def nearest_lane(point: Point, *, within_m: float = 50.0) -> Lane | None:
    """The street or lane whose centre line is nearest to a WGS-84 point, if within so many metres."""
    per_lon, per_lat = metres_per_degree(point.y)
    within_degrees = within_m / min(per_lon, per_lat)
    given = {"lon": point.x, "lat": point.y, "within_m": within_m, "within_degrees": within_degrees}
    return next(iter(Lane.objects.raw(_NEAREST_LANE, given)), None)


def place_name(area_code: str, language: str) -> str:
    """The full name of an area or unit grid: wide to narrow in Chinese, narrow to wide in English."""
    return place_names([area_code], language)[area_code]


def place_names(area_codes: Iterable[str], language: str) -> Mapping[str, str]:
    """`place_name` for many codes in one query, by code; an unknown level is left out."""
    codes = set(area_codes)
    lengths = [CODE_LENGTH[level] for level in Level]
    wanted = {code[:length] for code in codes for length in lengths if len(code) >= length}
    rows = Area.objects.filter(pk__in=wanted).values_list("code", "name_zh", "name_en")
    with override(language):
        names = {code: in_language(zh, en) for code, zh, en in rows}
    return {code: _full_name(code, names, lengths, language) for code in codes}


def _full_name(code: str, names: Mapping[str, str], lengths: Sequence[int], language: str) -> str:
    parts = [names[code[:length]] for length in lengths if len(code) >= length and code[:length] in names]
    if len(code) >= CODE_LENGTH[GridKind.UNIT]:
        parts.append(code[CODE_LENGTH[Level.COMMUNITY] :])
    return "".join(parts) if language.startswith("zh") else ", ".join(reversed(parts))
