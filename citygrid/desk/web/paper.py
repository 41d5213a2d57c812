"""The sheet of a case: what the case page says, on A4, to be signed and kept."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string

from citygrid.desk.web.photos import Group
from citygrid.desk.web.shell import Standing
from citygrid.evidence import queries as evidence
from citygrid.evidence.choices import Rendition
from citygrid.kernel.actor import Actor
from citygrid.ui import svgmap
from citygrid.ui.paper import as_data, pdf_of

MAP_SIZE = (640, 230)
MAP_STYLE = """
.map-area { fill: #eef1f5; stroke: #8593a3 }
.map-focus { fill: #d5e3f5; stroke: #1565c0; stroke-width: 2 }
.map-line, .map-scale { fill: none; stroke: #55606c; stroke-width: 1.5 }
.map-point { fill: #1565c0; stroke: #fff; stroke-width: 2 }
.map-label, .map-words { font-size: 12px; fill: #333 }
.map-label { text-anchor: middle }
"""
MOST_PHOTOS = 4  # of each kind: before, after, of the scene


def case_sheet(file: dict[str, Any], about: Standing) -> bytes:
    """The PDF of what `views.cases.file_of` tells of a case, in the language and time zone of the page."""
    assert about.actor is not None  # noqa: S101 - a case has a reader
    shown = {
        "drawn_map": _drawn(file["map"]),
        "pictures": list(_pictures(file["photos"], about.actor)),
        "maker": about.actor.label,
        "now": about.now,
    }
    return pdf_of(render_to_string("desk/case_sheet.html", {**file, **shown}))


def _drawn(found: dict[str, Any] | None) -> str:
    """The small map as a picture; "" where no position is known."""
    if found is None:
        return ""
    features, (width, height) = svgmap.features_of(found["areas"]), MAP_SIZE
    frame = svgmap.Frame(svgmap.extent_of(features, found["point"], found["around_m"]), width, height)
    inside = svgmap.drawing(features, found["point"], frame)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><style>{MAP_STYLE}</style>'
    return as_data(f"{head}{inside}</svg>".encode(), "image/svg+xml")


def _pictures(groups: Iterable[Group], actor: Actor) -> Iterable[tuple[str, list[tuple[str, Any, str]]]]:
    """Title of each group of photos; of its first ones the picture, when it was handed in, and how long a film is."""
    for group in groups:
        shown = [one for one in group.photos if not one.missing and one.photo.media.thumbnail][:MOST_PHOTOS]
        if shown:
            yield group.title, [(_picture(one.photo, actor), one.photo.attached_at, one.length) for one in shown]


def _picture(photo: evidence.Photo, actor: Actor) -> str:
    with evidence.open_copy(photo.media.pk, Rendition.THUMBNAIL, actor) as file:
        return as_data(file.read(), "image/jpeg")
