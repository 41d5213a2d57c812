from typing import Any

from django.contrib.gis.geos import Point
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Path, Query, Router

from citygrid.geography import queries
from citygrid.geography.api.schemas import (
    AreaCode,
    AreaOut,
    LanesIn,
    LayerFeatureOut,
    LayerOut,
    OutlinesIn,
    PlaceOut,
    PointIn,
)
from citygrid.geography.choices import Level
from citygrid.geography.errors import NoPlaceThere
from citygrid.kernel import clock
from citygrid.kernel.api import MOST_ROWS, Day, Permitted, boxed, json_answer, leads_to, responses, unless_known
from citygrid.kernel.web import SIGNED_IN

router = Router(tags=["geography"], auth=Permitted(SIGNED_IN))


AREAS = leads_to(read_outline={"code": "$response.body#/0/code"})
LAYERS = leads_to(list_features={"code": "$response.body#/0/code"})


@router.get("/place", response=responses(PlaceOut))
def look_up_place(request: Any, at: Query[PointIn]) -> dict[str, Any]:
    """Where a position lies: district, street, community, grids, and the features of layers there."""
    lon, lat = queries.to_wgs84(at.lon, at.lat, at.frame)
    place = queries.locate(Point(lon, lat, srid=4326), on=timezone.localdate(clock.now()))
    if place is None:
        raise NoPlaceThere()
    name = queries.place_name(place.area_code, get_language() or "zh")
    codes = {level: getattr(place, level) for level in ("district", "street", "community", "unit_grid")}
    groups = {"duty_grid": place.duty_grid, "social_grid": place.social_grid}
    return {**codes, **groups, "area_code": place.area_code, "name": name, "features": place.features}


@router.get("/areas", response=responses(list[AreaOut]), openapi_extra=AREAS)
def list_areas(request: Any, level: Level, below: AreaCode | None = None) -> Any:
    """The areas of a level inside an area (everywhere when none is given), by code."""
    return queries.areas_below(below or "", level)[: MOST_ROWS * 10]


@router.get("/areas/outlines", response=responses(dict[str, Any]))
def list_outlines(request: Any, wanted: Query[OutlinesIn]) -> HttpResponse:
    """A GeoJSON FeatureCollection of the areas or unit grids of a level, at most 2,000, by code."""
    given = boxed(wanted.dict())
    found = queries.outlines(given["below"] or [""], given["level"], box=given.get("box"), count=MOST_ROWS * 10)
    return unless_known(request, json_answer(found))


@router.get("/areas/{code}/outline", response=responses(dict[str, Any]))
def read_outline(request: Any, code: Path[AreaCode]) -> dict[str, Any]:
    """The outline of an area or grid as a GeoJSON geometry."""
    return queries.outline(code)


@router.get("/lanes", response=responses(dict[str, Any]))
def list_lanes(request: Any, wanted: Query[LanesIn]) -> HttpResponse:
    """A GeoJSON FeatureCollection of the centre lines of lanes that touch a box, at most 2,000, by code."""
    found = queries.lanes(boxed(wanted.dict())["box"], count=MOST_ROWS * 10)
    return unless_known(request, json_answer(found))


@router.get("/layers", response=responses(list[LayerOut]), openapi_extra=LAYERS)
def list_layers(request: Any) -> Any:
    """All layers, the area layers first."""
    return queries.layers()


@router.get("/layers/{code}/features", response=responses(list[LayerFeatureOut]))
def list_features(request: Any, code: str, on: Day | None = None) -> list[dict[str, Any]]:
    """The features of a layer that are valid on a day (today when none is given), at most 2,000, by code."""
    names = ("code", "name_zh", "name_en", "responsible_unit_id", "valid_from_date", "valid_to_date", "attributes")
    found = queries.features_of(code, on=on or timezone.localdate(clock.now()))[: MOST_ROWS * 10]
    facts = [{name: getattr(one, name) for name in names} for one in found]
    return [{**told, "geometry": queries.exact_json(one.geom)} for told, one in zip(facts, found, strict=True)]
