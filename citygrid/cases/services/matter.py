"""What a case is about: its category, its component and its place, and what a correction makes of them."""

from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.timezone import localdate

from citygrid.cases import errors, models
from citygrid.cases.choices import NO_COMPONENT
from citygrid.cases.rules import Correction
from citygrid.catalogue import queries as catalogue
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame
from citygrid.inventory import queries as inventory
from citygrid.inventory.choices import State
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound


def component_for(component_id: str, category_key: str, district_code: str, actor: Actor) -> str | None:
    """The 17 digits of the component that a case of this category and district is about; None where none is named.

    Those of the category are the same that `inventory.nearest` finds. ComponentUnknown (also when the post does not
    see it), ComponentUnfit, ComponentElsewhere (400).
    """
    if not component_id:
        return None
    try:
        found = inventory.component(component_id, actor)
    except NotFound as refusal:
        raise errors.ComponentUnknown() from refusal
    if found.state == State.REMOVED:
        raise errors.ComponentUnknown()
    if not found.category_id.startswith(category_key):
        raise errors.ComponentUnfit()
    if not found.area_code.startswith(district_code):
        raise errors.ComponentElsewhere()
    return found.pk


def correction_data(case: models.Case, given: Correction, actor: Actor, now: datetime) -> dict[str, Any]:
    """What a step records of a correction: {"was", "now"}, each with those of the matter's values that change.

    CategoryUnfit, PlaceUnknown, OtherDistrict, NothingCorrected (400), and those of `component_for`.
    """
    told = {**_category(case, given.category_key), **_place(case, given, now)}
    told |= _component(case, given.component_id, told.get("category", case.category_id), actor)
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


def _component(case: models.Case, component_id: str, category_key: str, actor: Actor) -> dict[str, Any]:
    """The component that is named, or none; with another category the one it was about is not its matter any more."""
    if component_id == NO_COMPONENT:
        return {"component": None}
    if component_id:
        return {"component": component_for(component_id, category_key, case.district_code, actor)}
    return {} if category_key == case.category_id else {"component": None}


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
