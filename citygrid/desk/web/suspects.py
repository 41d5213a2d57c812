"""The cases a report may be about, as lines: beside the form while it is taken down, and where it is decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from citygrid.cases import permissions
from citygrid.desk.web.words import state_of
from citygrid.dispatch import queries as dispatch
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame
from citygrid.intake import queries as intake
from citygrid.kernel.actor import Actor

MOST, LOOKED_AT = 5, 20  # lines that are shown, and that they are chosen from


@dataclass(frozen=True)
class Line:
    """A case with its state and what speaks for it, in words."""

    case: Any
    state: str
    reasons: str
    may_be_it: bool
    is_likely: bool


def of_report(actor: Actor, report: Any, now: datetime, has_photos: bool) -> dict[str, Any]:
    """Context of the cases near a report: open ones however unlikely, ended ones that it may be about."""
    alike = intake.cases_with_its_photo(report) if has_photos else ()
    said = report.location and dispatch.Said(report.location, report.category_id or "", report.description, alike)
    near = [line for line in _lines(actor, said, now, 0.0, LOOKED_AT) if line.case.is_open or line.may_be_it]
    return {"near": near[:MOST], "near_m": int(dispatch.NEAR_M)}


def of_sketch(actor: Actor, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Context of the cases that a report in the making is likely enough to be about; {} while it has no place."""
    if given["lon"] is None or given["lat"] is None:
        return {}
    lon, lat = geography.to_wgs84(given["lon"], given["lat"], Frame(given["frame"]))
    said = dispatch.Said(Point(lon, lat, srid=4326), given["category"], given["description"])
    return {"near": _lines(actor, said, now, dispatch.SHOWN)}


def _lines(actor: Actor, said: dispatch.Said | None, now: datetime, least: float, count: int = MOST) -> list[Line]:
    if said is None or not actor.may(permissions.VIEW):
        return []
    found = dispatch.suspects(actor, said, now, least=least, count=count)
    return [_line(one) for one in found]


def _line(one: dispatch.Suspect) -> Line:
    reasons = _(", ").join(one.reasons)
    return Line(one.case, state_of(one.case), reasons, one.chance >= dispatch.SHOWN, one.is_likely)
