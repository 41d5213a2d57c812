"""Tags of every page: `{% load ui %}`."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxSelectMultiple, RadioSelect
from django.templatetags.static import static
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from citygrid.ui import cells, charts, formats, svgmap

register = template.Library()

CLASS_BY_INPUT = {"select": "form-select", "checkbox": "form-check-input", "range": "form-range"}


@cache
def icon_names() -> frozenset[str]:
    """Names the sprite holds."""
    return frozenset(json.loads((Path(__file__).parent.parent / "icons.json").read_text()))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Tabler icon of the sprite; hidden from screen readers unless it has a `label`.

    Raises ValueError for a name that is not in icons.json.
    """
    if name not in icon_names():
        raise ValueError(f"no icon {name!r}: add it to citygrid/ui/icons.json")
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"/></svg>', spoken, static("dist/icons.svg"), name)


register.simple_tag(cells.lamp)
register.filter(cells.when)


@register.filter
def duration(length: timedelta) -> str:
    """A span in plain words: "1 h 20 min"."""
    return formats.duration_words(length)


@register.simple_tag
def time_left(due_at: datetime, now: datetime) -> SafeString:
    """How far a deadline is, exact on hover: "1 h 20 min left", "2 h overdue"."""
    return cells.moment(due_at, formats.time_left_words(due_at, now))


@register.filter
def number(value: formats.Number | None) -> str:
    """Thousands in English, 万 above 10,000 in Chinese; a dash for None."""
    return formats.number_words(value)


@register.filter
def styled(field: BoundField) -> SafeString:
    """The widget of a field with the classes of our look; groups of choices are styled as a list."""
    widget = field.field.widget
    own = CLASS_BY_INPUT.get(getattr(widget, "input_type", ""), "form-control")
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        own = "choices"
    wrong = " is-invalid" if field.errors else ""
    return field.as_widget(attrs={"class": f"{own}{wrong} {widget.attrs.get('class', '')}".strip()})


@register.filter
def percent(share: float | None) -> str:
    """A share in percent, to a tenth; a dash for None."""
    return formats.percent_words(share)


register.simple_tag(charts.calibration)


@register.simple_tag
def map_svg(
    areas: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None,
    point: tuple[float, float] | None = None,
    label: str = "",
    around_m: float | None = None,
    width: int = 480,
    height: int = 320,
    is_picked: bool = False,
) -> SafeString:
    """A small map of GeoJSON areas and a (longitude, latitude) point, WGS 84; the script makes it movable.

    `around_m` shows that many metres about the point, otherwise all is shown. See svgmap.features_of for areas.
    `is_picked`: the script lets one point at the position that the form around it asks for (lon, lat, frame).
    """
    features = svgmap.features_of(areas)
    extent = svgmap.extent_of(features, point, around_m)
    shown = [*features]
    if point:
        shown.append({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": list(point)}})
    data = {
        "features": {"type": "FeatureCollection", "features": shown},
        "extent": extent,
        "words": {"zoomIn": gettext("Zoom in"), "zoomOut": gettext("Zoom out")},
        "pick": _pick_words() if is_picked else None,
    }
    return format_html(
        '<div class="map-snippet" data-island="map-snippet">'
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>{}</div>',
        width,
        height,
        label or gettext("Map"),
        svgmap.drawing(features, point, svgmap.Frame(extent, width, height)),
        json_script(data),
    )


def _pick_words() -> dict[str, Any]:
    words = {
        "here": gettext("Where I am"),
        "how": gettext("Click on the map, drag the pin, or move the map with the arrow keys and press Enter."),
        "refused": gettext("This device does not say where it is. Click on the map instead."),
    }
    return {"lon": "lon", "lat": "lat", "frame": "frame", "words": words}
