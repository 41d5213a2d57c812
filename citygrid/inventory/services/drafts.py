"""What rows come to: components as they would be, what changes, and what is wrong once everything is looked up."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from django.contrib.gis.geos import Point
from django.db.models import Q

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.catalogue.choices import Kind
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame
from citygrid.inventory import rules
from citygrid.inventory.choices import Fault
from citygrid.inventory.models import Component
from citygrid.inventory.rules import PARTIES, Cells, Wrong
from citygrid.kernel.actor import Actor

if TYPE_CHECKING:
    from citygrid.access.models import Organisation

SCHEME = "gbt47678.5-2026"
CENTIMETRE = 7  # decimals of a degree within which a place is the same
FIELD_OF = {
    "component_name": "name_zh",
    "component_name_en": "name_en",
    "component_state": "state",
    **{
        name: name
        for name in ("alias_code", "initial_date", "change_date", "data_source", "remark")
        + tuple(f"{party}_{what}" for party in PARTIES for what in ("code", "name"))
    },
}
KEPT_WHEN_BLANK = (
    "component_name",
    "component_name_en",
    "component_state",
)  # a new one: the name of its category, intact
NEVER_BLANK = ("initial_date", "authority_code", "authority_name")
Spot = tuple[str, float, float]


@dataclass(slots=True)
class Draft:
    """A row judged: the component as it would be, what changes (field to [from, to]), and what is wrong."""

    component: Component
    is_new: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows refer to, looked up in as many queries for one row as for all."""

    actor: Actor
    today: date
    scheme: str
    by_id: Mapping[str, Component]
    by_alias: Mapping[str, Component]
    by_spot: Mapping[Spot, Component]
    categories: Mapping[str, catalogue.CategoryView]
    units: Mapping[str, "Organisation"]
    places: Mapping[tuple[float, float], geography.Place | None]


def draft_all(
    rows: Sequence[Cells], *, actor: Actor, today: date, scheme: str = SCHEME, frame: Frame = Frame.WGS84
) -> list[Draft]:
    """Judge rows that were read; components they name are locked. Coordinates are converted in place. 7 queries."""
    _unify(rows, frame)
    known = _look_up(rows, actor, today, scheme)
    drafts = [_draft(cells, known) for cells in rows]
    _refuse_twice(drafts)
    return drafts


def _unify(rows: Sequence[Cells], frame: Frame) -> None:
    """Bring longitudes and latitudes to WGS-84, and 16-digit identifiers to where they belong."""
    for cells in rows:
        if len(cells.values.get("component_id") or "") not in (0, rules.LENGTH):
            cells.values["alias_code"] = cells.values.pop("component_id")
    placed = [cells for cells in rows if _point(cells.values)]
    if frame is not Frame.WGS84 and placed:
        points = np.array([_point(cells.values) for cells in placed])
        for cells, (lon, lat) in zip(placed, geography.points_to_wgs84(points, frame).tolist(), strict=True):
            cells.values.update(longitude=lon, latitude=lat)


def _look_up(rows: Sequence[Cells], actor: Actor, today: date, scheme: str) -> Known:
    values = [cells.values for cells in rows]
    codes = {_category_code(value) for value in values} - {""}
    categories = catalogue.categories(f"{scheme}/{Kind.COMPONENT}/{code}" for code in codes)
    points = sorted({point for value in values if (point := _point(value))})
    there = _named(values) + _at_spots(values, list(categories))
    return Known(
        actor=actor,
        today=today,
        scheme=scheme,
        by_id={component.pk: component for component in there},
        by_alias={component.alias_code: component for component in there if component.alias_code},
        by_spot={_spot_of(component): component for component in there},
        categories={category.code: category for category in categories.values() if not category.is_major},
        units={key: unit for unit in access.units_for_choice() for key in (unit.code, unit.credit_code) if key},
        places=dict(zip(points, geography.locate_many(points, on=today), strict=True)),
    )


def _named(values: Sequence[Mapping[str, Any]]) -> list[Component]:
    ids = {value["component_id"] for value in values if value.get("component_id")}
    aliases = {value["alias_code"] for value in values if value.get("alias_code")}
    rows = Component.objects.unscoped(reason="a code is taken, whoever may see it").select_for_update()
    return list(rows.filter(Q(pk__in=ids) | Q(alias_code__in=aliases)).order_by("pk")) if ids or aliases else []


def _at_spots(values: Sequence[Mapping[str, Any]], categories: Sequence[str]) -> list[Component]:
    """Rows without a code are taken for what stands exactly there, so that a file can be imported again."""
    if all(value.get("component_id") or value.get("alias_code") for value in values):
        return []
    rows = Component.objects.unscoped(reason="a place is taken, whoever may see it").select_for_update()
    return list(rows.filter(category__in=categories).order_by("pk"))


def _draft(cells: Cells, known: Known) -> Draft:
    values = {**cells.values, **_names_of_units(cells.values, known)}
    found = _match(values, known)
    draft = Draft(copy(found) if found else Component(), is_new=found is None, wrong=list(cells.wrong))
    if draft.is_new:
        told = {wrong.column for wrong in draft.wrong}
        draft.wrong += [wrong for wrong in rules.missing(values) if wrong.column not in told]
    else:
        blank = [name for name in NEVER_BLANK if name in values and not values[name]]
        draft.wrong += [Wrong(name, Fault.MISSING) for name in blank]
    draft.wrong += [*_category_faults(values, draft, known), *_place_faults(values, draft, known)]
    draft.wrong += _alias_faults(values, draft, known)
    if not draft.wrong:
        _fill(draft, values, known)
        draft.wrong += rules.date_faults(vars(draft.component), known.today)
        draft.changes = _changes(found, draft.component)
    return draft


def _match(values: Mapping[str, Any], known: Known) -> Component | None:
    if identifier := values.get("component_id"):
        return known.by_id.get(identifier)
    if alias := values.get("alias_code"):
        return known.by_alias.get(alias)
    point = _point(values)
    return known.by_spot.get((_category_code(values), *_rounded(*point))) if point else None


def _category_faults(values: Mapping[str, Any], draft: Draft, known: Known) -> list[Wrong]:
    code = _category_code(values)
    own = draft.component.pk[6:11] if draft.component.pk else (values.get("component_id") or "")[6:11]
    if own and code != own and values.get("category"):
        return [Wrong("category", Fault.OTHER_CATEGORY, own)]
    if draft.is_new and code and (code not in known.categories or not known.categories[code].is_active):
        return [Wrong("category" if values.get("category") else "component_id", Fault.UNKNOWN_CATEGORY, code)]
    return []


def _place_faults(values: Mapping[str, Any], draft: Draft, known: Known) -> list[Wrong]:
    point, area_code = _point(values), draft.component.area_code
    if point:
        place = known.places[point]
        if place is None:
            return [Wrong("longitude", Fault.OUTSIDE, f"{point[0]}, {point[1]}")]
        area_code = place.area_code
    if not area_code:
        return []
    reach = known.actor.reach
    faults = [
        Wrong(name, Fault.ELSEWHERE, area_code)
        for name in ("unit_grid_id", "community_code", "street_code")
        if values.get(name) and not area_code.startswith(values[name])
    ]
    own = draft.component.pk or values.get("component_id") or area_code
    if own[:6] != area_code[:6]:
        faults.append(Wrong("component_id", Fault.OTHER_DISTRICT, area_code[:6]))
    if not all(reach.covers_area(code) for code in (area_code, draft.component.area_code) if code):
        faults.append(Wrong("longitude", Fault.OUT_OF_REACH, area_code))
    return faults


def _alias_faults(values: Mapping[str, Any], draft: Draft, known: Known) -> list[Wrong]:
    alias = values.get("alias_code")
    holder = known.by_alias.get(alias) if alias else None
    taken = holder is not None and holder.pk != (draft.component.pk or "")
    return [Wrong("alias_code", Fault.TAKEN, holder.pk)] if taken and holder else []


def _fill(draft: Draft, values: Mapping[str, Any], known: Known) -> None:
    """Put the values into the component; what is absent stays as it is."""
    component, category = draft.component, known.categories.get(_category_code(values))
    if draft.is_new and category:
        component.pk = values.get("component_id") or ""
        component.category_id = category.key
        is_named_alike = values.get("component_name") in (None, "", category.name_zh)
        component.name_zh, component.name_en = category.name_zh[:30], category.name_en[:100] if is_named_alike else ""
    for name, field_name in FIELD_OF.items():
        if name in values and (values[name] or name not in KEPT_WHEN_BLANK):
            setattr(component, field_name, values[name])
    for party in PARTIES:
        unit = known.units.get(getattr(component, f"{party}_code"))
        setattr(component, f"{party}_id", unit.pk if unit else None)
    point = _point(values)
    place = known.places[point] if point else None
    if point and place and (draft.is_new or _rounded(*component.location.coords) != _rounded(*point)):
        component.location, component.area_code = Point(*point, srid=4326), place.area_code


def _names_of_units(values: Mapping[str, Any], known: Known) -> dict[str, str]:
    """The names of units that are given by code only."""
    codes = {party: str(values.get(f"{party}_code") or "") for party in PARTIES if not values.get(f"{party}_name")}
    return {f"{party}_name": known.units[code].name_zh[:100] for party, code in codes.items() if code in known.units}


def _changes(before: Component | None, after: Component) -> dict[str, Any]:
    names = ("state", "location") if before is None else (*FIELD_OF.values(), "area_code", "location")
    pairs = {name: [_plain(getattr(before, name, None)), _plain(getattr(after, name))] for name in names}
    if before is None:
        return pairs
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _plain(value: Any) -> Any:
    if isinstance(value, Point):
        return list(value.coords)
    return value.isoformat() if isinstance(value, date) else value and str(value)


def _refuse_twice(drafts: Sequence[Draft]) -> None:
    """Within one file every code, and every place without a code, may come once: the later row is wrong."""
    seen: set[object] = set()
    for draft in drafts:
        if draft.wrong:
            continue
        component = draft.component
        keys = {("id", component.pk or _spot_of(component)), ("alias", component.alias_code or None)}
        if (keys - {("alias", None)}) & seen:
            column = "component_id" if component.pk else "longitude"
            draft.wrong.append(Wrong(column, Fault.TWICE, component.pk))
        seen |= keys - {("alias", None)}


def _category_code(values: Mapping[str, Any]) -> str:
    return values.get("category") or (values.get("component_id") or "")[6:11]


def _point(values: Mapping[str, Any]) -> tuple[float, float] | None:
    lon, lat = values.get("longitude"), values.get("latitude")
    return None if lon is None or lat is None else (lon, lat)


def _rounded(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, CENTIMETRE), round(lat, CENTIMETRE)


def _spot_of(component: Component) -> Spot:
    return (component.category_id.rpartition("/")[2], *_rounded(*component.location.coords))
