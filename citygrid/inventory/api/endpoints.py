from typing import Any

from django.contrib.gis.geos import Point
from ninja import Path, Query, Router

from citygrid.geography import queries as geography
from citygrid.inventory import permissions, queries, services
from citygrid.inventory.api.schemas import (
    ChangeOut,
    ComponentDetailOut,
    ComponentFilterIn,
    ComponentId,
    ComponentOut,
    NearIn,
    NearOut,
    StateIn,
)
from citygrid.kernel import clock
from citygrid.kernel.api import Permitted, boxed, leads_to, responses

router = Router(tags=["inventory"])

FIRST = {"component_id": "$response.body#/0/id"}
SAME = {"component_id": "$request.path.component_id"}
FOUND = leads_to(read_component=FIRST, list_component_changes=FIRST)
READ = leads_to(
    list_component_changes=SAME, change_component_state={**SAME, "body": {"state": "damaged", "reason": "seen"}}
)


@router.get(
    "/components", response=responses(list[ComponentOut]), auth=Permitted(permissions.VIEW), openapi_extra=FOUND
)
def list_components(request: Any, wanted: Query[ComponentFilterIn]) -> list[dict[str, Any]]:
    """The components this post sees, by identifier; `category_key` may be a major's."""
    given = boxed(wanted.dict())
    start, count = given.pop("start"), given.pop("count")
    found = queries.components(request.auth, queries.ComponentFilter(**given), start=start, count=count)
    return [_component(one) for one in found]


@router.get(
    "/components/nearest", response=responses(list[NearOut]), auth=Permitted(permissions.VIEW), openapi_extra=FOUND
)
def list_nearest_components(request: Any, near: Query[NearIn]) -> list[dict[str, Any]]:
    """The components of a category near a position, the nearest first; none that was removed."""
    point = Point(*geography.to_wgs84(near.lon, near.lat, near.frame), srid=4326)
    found = queries.nearest(request.auth, point, near.category_key, within_m=near.within, limit=near.count)
    return [{**_component(one), "distance_m": round(one.distance.m, 1)} for one in found]


@router.get(
    "/components/{component_id}",
    response=responses(ComponentDetailOut),
    auth=Permitted(permissions.VIEW),
    openapi_extra=READ,
)
def read_component(request: Any, component_id: Path[ComponentId]) -> dict[str, Any]:
    """A component by its 17 digits, or the 16 of earlier standards."""
    return _detail(queries.component(component_id, request.auth))


@router.get(
    "/components/{component_id}/history", response=responses(list[ChangeOut]), auth=Permitted(permissions.VIEW)
)
def list_component_changes(request: Any, component_id: Path[ComponentId]) -> Any:
    """What happened to a component, oldest first."""
    return queries.history(component_id, request.auth)


@router.post(
    "/components/{component_id}/state", response=responses(ComponentDetailOut), auth=Permitted(permissions.MANAGE)
)
def change_component_state(request: Any, component_id: Path[ComponentId], body: StateIn) -> dict[str, Any]:
    """Note the state a component is found in. Nothing is written when it is in that state already."""
    found = queries.component(component_id, request.auth)
    services.change_state(
        component_id=found.pk, state=body.state, reason=body.reason, actor=request.auth, now=clock.now()
    )
    return _detail(queries.component(found.pk, request.auth))


def _component(found: Any) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in ("id", "name", "state", "area_code")},
        "category_key": found.category_id,
        "category": found.category.name,
        "lon": found.location.x,
        "lat": found.location.y,
    }


def _detail(found: Any) -> dict[str, Any]:
    return {**_component(found), "alias_code": found.alias_code, "attributes": queries.attributes([found])[0]}
