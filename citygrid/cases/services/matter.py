"""What a case is about: its category and its place, and what a correction makes of them."""

from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.timezone import localdate

from citygrid.cases import errors, models
from citygrid.cases.rules import Correction
from citygrid.catalogue import queries as catalogue
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame


def correction_data(case: models.Case, given: Correction, now: datetime) -> dict[str, Any]:
    """What a step records of a correction: {"was", "now"}, each with those of the matter's values that change.

    CategoryUnfit, PlaceUnknown, OtherDistrict, NothingCorrected (400).
    """
    told = {**_category(case, given.category_key), **_place(case, given, now)}
    if given.address.strip():
        told["address"] = given.address.strip()
    before = case.matter()
    changed = {name: value for name, value in told.items() if value != before[name]}
    if not changed:
        raise errors.NothingCorrected()
    return {"was": {name: before[name] for name in changed}, "now": changed}


def _category(case: models.Case, key: str) -> dict[str, Any]:
    if not key:
        return {}
    found = catalogue.categories([key]).get(key)
    if found is None or found.is_major or not found.is_active or found.procedure != case.procedure:
        raise errors.CategoryUnfit()
    return {"category": key}


def _place(case: models.Case, given: Correction, now: datetime) -> dict[str, Any]:
    """Area and position; a case stays in its district, whose number and calendar it has."""
    if given.has_position:
        place = _located(given, now)
    elif given.area_code:
        place = {"area": given.area_code, "location": None}
    else:
        return {}
    if not place["area"].startswith(case.district_code):
        raise errors.OtherDistrict()
    if not given.has_position and not geography.known_places([given.area_code]):
        raise errors.PlaceUnknown()
    return place


def _located(given: Correction, now: datetime) -> dict[str, Any]:
    if given.lon is None or given.lat is None:
        raise errors.PlaceUnknown()
    lon, lat = geography.to_wgs84(given.lon, given.lat, Frame(given.frame))
    place = geography.locate(Point(lon, lat, srid=4326), on=localdate(now))
    if place is None:
        raise errors.PlaceUnknown()
    return {"area": place.area_code, "location": [lon, lat]}
