"""Reads of the inventory, always for an actor."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import cos, radians
from typing import Any
from uuid import UUID

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import Distance as Metres
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citygrid.geography import queries as geography
from citygrid.geography.choices import Level
from citygrid.inventory import permissions
from citygrid.inventory.choices import STANDARD_WORDS, DataSource, State
from citygrid.inventory.models import Component, ComponentChange
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.scope import prefix_range

LEAST_METRES_OF_LATITUDE = 110_500  # of one degree, at the equator
FARTHEST_M = 500.0
MOST_IN_BOX = 2_000
NUMBER_DIGITS = 6  # of an identifier, the last: the number within district and kind

Box = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True, slots=True)
class ComponentFilter:
    """What a list is narrowed to; empty fields do not narrow. `category_key` may be a major's.

    `box` is (west, south, east, north) in WGS-84 degrees.
    """

    category_key: str = ""
    area_code: str = ""
    state: str = ""
    maintainer_id: UUID | None = None
    words: str = ""
    box: Box | None = None

    def condition(self) -> Q:
        """The filter as a condition on components."""
        exact = {"state": self.state, "maintainer": self.maintainer_id}
        wanted = Q(**{name: value for name, value in exact.items() if value})
        wanted &= prefix_range("area_code", self.area_code) & prefix_range("category_id", self.category_key)
        if self.box:
            wanted &= Q(location__intersects=Polygon.from_bbox(self.box))  # && alone is rounded
        for word in self.words.split():
            names = Q(name_zh__icontains=word) | Q(name_en__icontains=word) | Q(remark__icontains=word)
            wanted &= names | Q(pk__startswith=word) | Q(alias_code=word)
        return wanted


def component(component_id: str, actor: Actor) -> Component:
    """A component by its 17 digits, or the 16 of earlier standards; NotFound (404) when the post does not see it."""
    key = {"alias_code" if len(component_id) == 16 else "pk": component_id}
    found = _visible(actor).filter(**key).first()
    if found is None:
        raise NotFound(what=_("component"))
    return found


def spoken(ids: Collection[str]) -> dict[str, str]:
    """Components as one says them, by identifier: name and the number within their kind, "污水井盖 42 号". One query.

    For whoever is told of a record that names them: no more is said than what stands in the street.
    """
    rows = Component.objects.unscoped(reason="the name of what a record is about").filter(pk__in=ids)
    told = _("%(name)s no. %(number)s")
    return {row.pk: told % {"name": row.name, "number": int(row.pk[-NUMBER_DIGITS:])} for row in rows}


def components(
    actor: Actor, wanted: ComponentFilter | None = None, *, start: int = 0, count: int = 50
) -> QuerySet[Component]:
    """A page of the components this post sees, by identifier, with their categories."""
    rows = _visible(actor).filter(wanted.condition()) if wanted else _visible(actor)
    return rows.order_by("pk")[start : start + count]


def count(actor: Actor, wanted: ComponentFilter | None = None) -> int:
    """How many components of the filter this post sees."""
    rows = _visible(actor).filter(wanted.condition()) if wanted else _visible(actor)
    return rows.order_by().count()


def nearest(actor: Actor, point: Point, category_key: str, *, within_m: float = 50.0, limit: int = 5) -> QuerySet[Any]:
    """Components of a category (or major) near a WGS-84 point, nearest first; at most 500 m away; none removed.

    Each has `distance` (metres, `.m`). A degree box of the radius goes before, so that the spatial index is used;
    the order is by true metres, which the index alone would not give in degrees.
    """
    within_m = min(within_m, FARTHEST_M)
    north = within_m / LEAST_METRES_OF_LATITUDE
    east = north / max(cos(radians(point.y)), 0.01)
    box = Polygon.from_bbox((point.x - east, point.y - north, point.x + east, point.y + north))
    rows = _visible(actor).filter(prefix_range("category_id", category_key), location__bboverlaps=box)
    rows = rows.exclude(state=State.REMOVED).annotate(distance=Distance("location", point, spheroid=True))
    return rows.filter(distance__lte=Metres(m=within_m)).order_by("distance", "pk")[:limit]


def in_box(actor: Actor, box: Box, *, category_key: str = "", limit: int = MOST_IN_BOX) -> QuerySet[Component]:
    """Components in (west, south, east, north) degrees, by identifier; at most 2,000."""
    return components(actor, ComponentFilter(category_key=category_key, box=box), count=min(limit, MOST_IN_BOX))


def history(component_id: str, actor: Actor) -> list[ComponentChange]:
    """What happened to a component, oldest first. NotFound (404) when the post does not see it."""
    return list(ComponentChange.objects.filter(component=component(component_id, actor)).order_by("id"))


def attributes(found: Iterable[Component]) -> list[dict[str, str]]:
    """The 18 attributes of each component by our column names, in the order and the words of the standard.

    Two queries per district among them.
    """
    rows = list(found)
    names = area_names(row.area_code for row in rows)
    return [_attributes(row, names) for row in rows]


def area_names(codes: Iterable[str]) -> dict[str, str]:
    """The Chinese names of the streets and communities of the districts that these areas are in."""
    names: dict[str, str] = {}
    for district in sorted({code[:6] for code in codes if code}):
        areas = (area for level in (Level.STREET, Level.COMMUNITY) for area in geography.areas_below(district, level))
        names.update({area.code: area.name_zh for area in areas})
    return names


def all_components(actor: Actor) -> QuerySet[Component]:
    """Every component this post sees, by identifier."""
    actor.require(permissions.VIEW)
    return Component.objects.visible_to(actor).order_by("pk")


def _visible(actor: Actor) -> Any:
    actor.require(permissions.VIEW)
    return Component.objects.visible_to(actor).select_related("category")


def _attributes(row: Component, names: dict[str, str]) -> dict[str, str]:
    street, community, grid = (
        row.area_code[:length] if len(row.area_code) >= length else "" for length in (9, 12, 15)
    )
    return {
        "component_id": row.pk,
        "component_name": row.name_zh,
        "authority_code": row.authority_code,
        "authority_name": row.authority_name,
        "owner_code": row.owner_code,
        "owner_name": row.owner_name,
        "maintainer_code": row.maintainer_code,
        "maintainer_name": row.maintainer_name,
        "unit_grid_id": grid,
        "component_state": STANDARD_WORDS[State(row.state)],
        "initial_date": f"{row.initial_date:%Y%m%d}",
        "change_date": f"{row.change_date:%Y%m%d}" if row.change_date else "",
        "data_source": STANDARD_WORDS[DataSource(row.data_source)] if row.data_source else "",
        "remark": row.remark,
        "street_code": street,
        "street_name": names.get(street, ""),
        "community_code": community,
        "community_name": names.get(community, ""),
    }
