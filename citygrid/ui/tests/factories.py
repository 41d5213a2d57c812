"""Things to draw."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.template import engines

from citygrid.ui.tables import Column, Empty, Table

NOW = datetime(2026, 11, 23, 6, 5, 33, tzinfo=UTC)
EMPTY = Empty("Nothing waits", "New ones come here.", "Show all", "/all")


def draw(source: str, request: HttpRequest | None = None, **context: Any) -> str:
    """Render template source with our tags loaded."""
    return engines["django"].from_string("{% load ui %}" + source).render(context, request)


def square(west: float, south: float, size: float, **properties: str) -> dict[str, Any]:
    """A GeoJSON feature: a square of `size` degrees."""
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def table(request: HttpRequest, items: list[tuple[str, int]]) -> Table:
    """Two columns: a name that can be sorted and leads somewhere, a figure that cannot."""
    columns = [
        Column("Name", lambda item: item[0], sort="name"),
        Column("Visits", lambda item: item[1], kind="number"),
    ]
    return Table.of(request, columns, items, caption="Things", empty=EMPTY, url=lambda item: f"/{item[0]}/")
