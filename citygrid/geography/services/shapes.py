"""Between the two geometry libraries: shapely (rules) and GEOS (database), and what every write checks first."""

from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiLineString, MultiPolygon
from django.db import connection
from shapely.geometry.base import BaseGeometry

from citygrid.geography.errors import UnusableGeometry
from citygrid.geography.queries import to_shapely as to_shapely
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotPermitted

SRID = 4326
GEOGRAPHY_LOCK = 0x67656F  # topology is checked against what is there, so one writer of areas at a time
MULTI = {"Polygon": MultiPolygon, "LineString": MultiLineString}


def require(actor: Actor, permission: str, area_code: str) -> None:
    """NotPermitted unless the post holds the permission and its jurisdiction holds the area."""
    actor.require(permission)
    if not actor.reach.covers_area(area_code):
        raise NotPermitted(permission=f"{permission} {area_code}")


def lock_geography() -> None:
    """Wait for other writers of areas and grids, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GEOGRAPHY_LOCK])


def to_geos(geometry: BaseGeometry, *, multi: bool = True) -> Any:
    """Shapely to GEOS in WGS-84, a single polygon or line as a collection of one."""
    geom = GEOSGeometry(memoryview(shapely.to_wkb(geometry)), srid=SRID)
    collection = MULTI.get(geom.geom_type) if multi else None
    return collection(geom, srid=SRID) if collection else geom


def checked(geom: GEOSGeometry) -> Any:
    """The geometry in WGS-84. Raises UnusableGeometry when it is empty, invalid, or in another system."""
    if geom.srid not in (None, SRID):
        raise UnusableGeometry(f"SRID {geom.srid}")
    if geom.empty or not geom.valid:
        raise UnusableGeometry("empty" if geom.empty else str(geom.valid_reason))
    return to_geos(to_shapely(geom))
