"""What the page across a room shows, gathered from the modules below for the post that looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language

from citygrid.cases import permissions as case_permissions
from citygrid.cases import queries as cases
from citygrid.command import rules
from citygrid.evidence import permissions as evidence_permissions
from citygrid.evidence import queries as evidence
from citygrid.geography import queries as geography
from citygrid.geography.choices import Level
from citygrid.geography.errors import UnknownPlace
from citygrid.intake import permissions as intake_permissions
from citygrid.intake import queries as intake
from citygrid.kernel.actor import Actor
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.words import in_language

MOST_REPORTS, MOST_MARKS, MOST_STREETS, MOST_ZONES = 300, 12, 8, 200
MOST_OVERDUE = 9_999
SUMS = ("now", "before", "marked")
LIVE_FOR = timedelta(hours=3)  # how long a report stays on the map
NEW_FOR = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Mark:
    """A report or a live picture from a forbidden zone: where and when, and who decides what it is. No person."""

    kind: str
    id: str
    at: datetime
    area_code: str
    zone: geography.KeptZone
    category: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """The evening as this post sees it; parts that it may not see are empty or None."""

    marks: Sequence[Mark] = ()
    streets: Sequence[intake.StreetCount] = ()
    now_count: int | None = None
    before_count: int | None = None
    marked_count: int | None = None
    overdue: int | None = None
    reports: Sequence[intake.Spotted] = ()
    streams: Sequence[Any] = ()
    zones: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    extent: Any = None


def state(actor: Actor, now: datetime, zone: ZoneInfo) -> State:
    """All that the page shows, in a number of queries that does not grow with the city."""
    local, extent = now.astimezone(zone), extent_of(actor.reach.areas)
    night, before = rules.night_of(local), rules.night_before(local)
    sees_reports, watches = actor.may(intake_permissions.VIEW), actor.may(evidence_permissions.WATCH_STREAM)
    counts = intake.by_street(actor, night, before) if sees_reports else []
    marked = intake.spotted(actor, night[0], count=MOST_MARKS, is_marked=True) if sees_reports else []
    filmed = evidence.marked_streams(actor, night[0], count=MOST_MARKS) if watches else []
    reports = intake.spotted(actor, now - LIVE_FOR, count=MOST_REPORTS) if sees_reports else []
    streams = evidence.live_streams(actor) if watches else []
    marks = sorted([*_of_reports(marked), *_of_streams(filmed)], key=lambda one: one.at, reverse=True)[:MOST_MARKS]
    codes = {*(one.area_code for one in marks), *(one.area_code for one in streams)}
    sums = {name: sum(getattr(one, name) for one in counts) if sees_reports else None for name in SUMS}
    return State(
        marks=marks,
        streets=[one for one in counts if one.street][:MOST_STREETS],
        now_count=sums["now"],
        before_count=sums["before"],
        marked_count=sums["marked"],
        overdue=_overdue(actor, now),
        reports=reports,
        streams=streams,
        zones=geography.zones(extent, local, count=MOST_ZONES),
        places=dict(geography.place_names(codes, get_language() or "zh-hans")),
        extent=extent,
    )


def zone_of(actor: Actor) -> ZoneInfo:
    """The time zone of the post's first area; the platform's own where none is known."""
    code = next((code for code in actor.reach.areas if code), "")
    return _zone_of(code)


@kept_a_moment
def _zone_of(code: str) -> ZoneInfo:
    try:
        return ZoneInfo(geography.time_zone_of(code))
    except UnknownPlace:
        return ZoneInfo(timezone.get_default_timezone_name())


@kept_a_moment
def extent_of(codes: tuple[str, ...]) -> Any:
    """The sides of these areas together, in degrees; None where none is known."""
    return geography.extent(codes)


@kept_a_moment
def street_names(codes: tuple[str, ...]) -> dict[str, str]:
    """The streets below these areas by code, each by its own name."""
    return {area.code: area.name for code in codes for area in geography.areas_below(code, Level.STREET)}


def _overdue(actor: Actor, now: datetime) -> int | None:
    if not actor.may(case_permissions.VIEW):
        return None
    return cases.total(actor, cases.CaseFilter(lamp="red"), now, MOST_OVERDUE)


def _of_reports(found: Iterable[intake.Spotted]) -> Iterable[Mark]:
    for one in found:
        if one.zone:
            category = in_language(one.category_zh, one.category_en)
            yield Mark("report", str(one.id), one.at, one.area_code, one.zone, category)


def _of_streams(found: Iterable[Any]) -> Iterable[Mark]:
    return (Mark("stream", str(one.pk), one.marked_at, one.area_code, one.in_zone) for one in found)
