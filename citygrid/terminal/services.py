"""Patrols: begun and ended by who makes them. Positions belong to the shift, and are removed when they are old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils.translation import gettext as _

from citygrid.intake import queries as intake
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.terminal import errors, permissions, rules
from citygrid.terminal.choices import MOST_POSITIONS
from citygrid.terminal.models import Patrol, PatrolTrack

BATCH = 500  # patrols whose positions are removed in one transaction
SURE_M = 50  # positions less exact than this are no part of the way
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('terminal_patrol' || %s))"
# The sum of geodesic distances between one position and the next.
METRES = """
SELECT coalesce(sum(ST_Distance(location::geography, before::geography)), 0) FROM (
    SELECT location, lag(location) OVER (ORDER BY at) AS before
    FROM terminal_patroltrack WHERE patrol_id = %s AND accuracy_m <= %s
) AS way
"""


@dataclass(frozen=True, slots=True)
class PositionIn:
    """Where a phone was (WGS-84 degrees) at a moment of its own clock, and how exactly it knows, in metres."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a batch: positions that are new, that were known, and that were not taken; the way so far."""

    kept: int
    known: int
    refused: int
    metres: int


def kept_for() -> timedelta:
    """How long positions are kept after the start of their patrol."""
    return timedelta(days=settings.PATROL_RETENTION_DAYS)


@transaction.atomic
def start_patrol(
    *, patrol_id: UUID, started_at: datetime, actor: Actor, now: datetime, area_code: str = ""
) -> tuple[Patrol, bool]:
    """Begin a patrol under an id the phone made, at a moment of its clock; also whether this was the first such call.

    An account is on one patrol at a time: one that was not ended ends with the start of the next, in whatever order
    they come. TimesUnfit, AreaUnfit (400); PatrolTaken (409) for the id of another account's.
    """
    actor.require(permissions.USE)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [str(actor.account_id)])
    found = Patrol.objects.unscoped(reason="an id is unique everywhere").filter(pk=patrol_id).first()
    if found:
        if found.account_id != actor.account_id:
            raise errors.PatrolTaken()
        return found, False
    if not now - kept_for() < started_at <= now + rules.EARLIEST_START:
        raise errors.TimesUnfit()
    area_code = area_code or next(iter(actor.reach.areas), "")
    if not actor.reach.covers_area(area_code):
        raise errors.AreaUnfit()
    who: dict[str, Any] = {"account_id": actor.account_id, "post_id": actor.post_id, "area_code": area_code}
    made = Patrol(pk=patrol_id, started_at=started_at, received_at=now, **who)
    left = Patrol.objects.visible_to(actor).select_for_update().filter(ended_at=None).first()
    if left:
        earlier, later = sorted((left, made), key=lambda one: one.started_at)
        _close(earlier, min(later.started_at, rules.last_moment(earlier.started_at, None)), is_forgotten=True)
        _measure(left)
        left.save()
    made.save(force_insert=True)
    _record(made, "start", actor, now)
    return made, True


@transaction.atomic
def add_positions(
    *, patrol_id: UUID, positions: Sequence[PositionIn], actor: Actor, now: datetime, sent_at: datetime | None = None
) -> Kept:
    """Add positions to one's own patrol. Those of a moment that is known change nothing.

    Not taken are those before its start or after its end, those of a patrol whose positions were removed, and those
    beyond 20,000. `sent_at`: what the phone calls now (without it, the last position says it); where that is not our
    now, the positions are marked. NotFound (404).
    """
    actor.require(permissions.USE)
    patrol = _locked(patrol_id, actor)
    until = rules.last_moment(patrol.started_at, patrol.ended_at)
    room = 0 if patrol.track_removed_at else MOST_POSITIONS - patrol.positions
    inside = {one.at: one for one in positions if patrol.started_at <= one.at <= until}
    known = set(_track(patrol).filter(at__in=inside).values_list("at", flat=True))
    new = [one for at, one in inside.items() if at not in known][:room]
    doubtful = bool(positions) and rules.is_doubtful(sent_at or max(one.at for one in positions), now)
    PatrolTrack.objects.bulk_create(_row(patrol, one, now, doubtful) for one in new)
    patrol.is_doubtful = patrol.is_doubtful or (doubtful and bool(new))
    _measure(patrol)
    patrol.save()
    repeated = sum(1 for one in positions if one.at in known or (one.at in inside and one is not inside[one.at]))
    return Kept(len(new), repeated, len(positions) - len(new) - repeated, patrol.metres)


@transaction.atomic
def end_patrol(*, patrol_id: UUID, ended_at: datetime, actor: Actor, now: datetime) -> Patrol:
    """End one's own patrol at a moment of the phone's clock; positions after it are removed. The first end stands.

    One that ended by itself may be given its true end, if that was earlier. TimesUnfit (400) where it lies before the
    start; an end after twelve hours is that after twelve hours. NotFound (404).
    """
    actor.require(permissions.USE)
    patrol = _locked(patrol_id, actor)
    until = rules.last_moment(patrol.started_at, patrol.ended_at)
    if ended_at < patrol.started_at:
        raise errors.TimesUnfit()
    if patrol.ended_at and not (patrol.is_forgotten and ended_at < until):
        return patrol
    _close(patrol, min(ended_at, until), is_forgotten=False)
    _measure(patrol)
    patrol.save()
    _record(patrol, "end", actor, now)
    return patrol


@transaction.atomic
def end_forgotten(*, actor: Actor, now: datetime) -> int:
    """End the patrols that nobody ended for twelve hours, at that moment; how many."""
    rows = Patrol.objects.unscoped(reason="patrols of everybody end").select_for_update(skip_locked=True)
    left = list(rows.filter(ended_at=None, started_at__lte=now - rules.LONGEST_PATROL))
    for patrol in left:
        _close(patrol, rules.last_moment(patrol.started_at, None), is_forgotten=True)
        patrol.save()
        _record(patrol, "end", actor, now)
    return len(left)


def forget_tracks(*, actor: Actor, now: datetime) -> int:
    """Remove the positions of patrols that began long ago (`kept_for`), for good; sums stay. How many patrols."""
    forgotten = 0
    while batch := _forget_batch(actor, now):
        forgotten += batch
    return forgotten


@transaction.atomic
def _forget_batch(actor: Actor, now: datetime) -> int:
    rows = Patrol.objects.unscoped(reason="old positions of everybody are removed")
    old = rows.filter(track_removed_at=None, ended_at__isnull=False, started_at__lte=now - kept_for())
    ids = list(old.select_for_update().order_by("started_at").values_list("pk", flat=True)[:BATCH])
    if not ids:
        return 0
    track = PatrolTrack.objects.unscoped(reason="old positions of everybody are removed").filter(patrol__in=ids)
    data = {"patrols": len(ids), "positions": track.delete()[0]}
    rows.filter(pk__in=ids).update(track_removed_at=now)
    audit.record(subject="terminal.patrol/all", action="forget", actor=actor, now=now, data=data)
    return len(ids)


def _locked(patrol_id: UUID, actor: Actor) -> Patrol:
    found: Patrol | None = Patrol.objects.locked(patrol_id, actor)
    if found is None:
        raise NotFound(what=_("patrol"))
    return found


def _track(patrol: Patrol) -> Any:
    return PatrolTrack.objects.unscoped(reason="of a patrol that was found in scope").filter(patrol=patrol)


def _row(patrol: Patrol, given: PositionIn, now: datetime, doubtful: bool) -> PatrolTrack:
    return PatrolTrack(
        patrol=patrol,
        at=given.at,
        location=Point(given.lon, given.lat, srid=4326),
        accuracy_m=given.accuracy_m,
        received_at=now,
        is_doubtful=doubtful,
    )


def _measure(patrol: Patrol) -> None:
    """Sum up the way, as long as there is one."""
    if patrol.track_removed_at is None:
        patrol.positions = _track(patrol).count()
        with connection.cursor() as cursor:
            cursor.execute(METRES, [patrol.pk, SURE_M])
            patrol.metres = round(cursor.fetchone()[0])


def _close(patrol: Patrol, at: datetime, *, is_forgotten: bool) -> None:
    """End it in the row; positions after that are no part of the shift, and are removed."""
    patrol.ended_at, patrol.is_forgotten = at, is_forgotten
    patrol.reports = intake.sent_count(patrol.account_id, patrol.started_at, at)
    _track(patrol).filter(at__gt=at).delete()


def _record(patrol: Patrol, action: str, actor: Actor, now: datetime) -> None:
    """Times alone: the audit trail is kept for good, positions are not."""
    at = patrol.started_at if action == "start" else patrol.ended_at
    data = {"at": at.isoformat() if at else ""}
    audit.record(subject=f"terminal.patrol/{patrol.pk}", action=action, actor=actor, now=now, data=data)
