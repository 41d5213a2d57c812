"""The categories that closed cases suggest for a report, as lines: while it is taken down, and where it is decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.utils.timezone import localdate

from citygrid.catalogue import queries as catalogue
from citygrid.desk.web.answers import why_words
from citygrid.dispatch import queries as dispatch
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame
from citygrid.ui.formats import percent_words

LEAST = 0.05  # what is less likely is not offered


class Line(NamedTuple):
    """A category with how likely it is, and what speaks for it; a sure one is chosen already."""

    key: str
    name: str
    share: str
    why: str
    is_sure: bool


def of_sketch(given: Mapping[str, Any], now: datetime) -> list[Line]:
    """For a report that is being taken down; its photos are sent with it, so they are not known here."""
    where = None
    if given["lon"] is not None and given["lat"] is not None:
        lon, lat = geography.to_wgs84(given["lon"], given["lat"], Frame(given["frame"]))
        where = Point(lon, lat, srid=4326)
    place = geography.locate(where, on=localdate(now)) if where else None
    return _lines(given["description"], given["channel"], place.area_code if place else "", where, now, False)


def of_report(report: Any, has_photos: bool) -> list[Line]:
    """For a report that waits for a decision."""
    return _lines(
        report.description, report.channel, report.area_code, report.location, report.received_at, has_photos
    )


def sure(lines: Sequence[Line]) -> str:
    """The key of the category that is sure enough to be chosen already; "" where none is."""
    return next((line.key for line in lines if line.is_sure), "")


def _lines(text: str, channel: str, area_code: str, where: Point | None, at: datetime, has_photo: bool) -> list[Line]:
    lon, lat = (where.x, where.y) if where else (None, None)
    found = dispatch.likely_categories(dispatch.Told("", text, channel, area_code, lon, lat, at, has_photo))
    if found is None:
        return []
    likely = [one for one in found.top if one.share >= LEAST]
    names = catalogue.categories({one.label for one in likely})
    return [
        Line(
            one.label,
            names[one.label].name,
            percent_words(one.share),
            why_words(one.words),
            found.is_sure and one is found.top[0],
        )
        for one in likely
        if one.label in names and names[one.label].is_active
    ]
