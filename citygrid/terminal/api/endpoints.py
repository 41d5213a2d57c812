from datetime import UTC, datetime, time
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Status
from pydantic import Field

from citygrid.access import queries as access
from citygrid.access import services as access_services
from citygrid.kernel import clock
from citygrid.kernel.api import PROBLEM_CODES, Day, PageIn, Permitted, Problem, json_answer, responses, unless_known
from citygrid.terminal import errors, permissions, queries, rules, services
from citygrid.terminal.api.schemas import (
    CodeOut,
    DeviceIn,
    DeviceOut,
    HomeOut,
    KeptOut,
    LeafOut,
    OnPatrolOut,
    PatrolEndIn,
    PatrolIn,
    PatrolOut,
    PatrolWithTrackOut,
    PositionsIn,
    StandingOut,
)
from citygrid.terminal.choices import DEVICE_KEY

Code = Annotated[str, Field(min_length=1, max_length=60)]
FACTS = (
    *("id", "area_code", "started_at", "ended_at", "is_forgotten", "is_doubtful"),
    *("metres", "positions", "reports"),
)

router = Router(tags=["terminal"], auth=Permitted(permissions.USE))


@router.get("/home", response=responses(HomeOut))
def read_home(request: Any) -> HttpResponse:
    """All that a phone keeps to work without a network; 304 where it has it already (If-None-Match)."""
    return unless_known(request, json_answer(queries.home(request.auth, clock.now())))


@router.get("/categories", response=responses(list[LeafOut]))
def list_own_categories(request: Any) -> HttpResponse:
    """What this post may report, those of its own procedures first; 304 where the phone has them already."""
    return unless_known(request, json_answer(queries.categories(request.auth)))


@router.get("/epoch", response=responses(StandingOut))
def read_epoch(request: Any) -> Any:
    """Whether this device may still be used, and whose copy it should hold. Cheap: to be asked often."""
    return queries.standing(request.auth)


@router.get("/codes/{text}", response=responses(CodeOut))
def read_code(request: Any, text: Path[Code]) -> Any:
    """What a code stands for that was scanned or typed, and the cases it leads to that this post sees.

    A component (16 or 17 digits), a case by its number, a report by its receipt, an area or unit grid.
    """
    return queries.code(text, request.auth, clock.now())


@router.post("/devices", response=responses(DeviceOut))
def enroll_device(request: Any, given: DeviceIn) -> Any:
    """Enroll this device under an id it made itself, which it sends from then on (header Citygrid-Device).

    It may be sent again. A device that was revoked, or that of an account that was closed, is told so by every address
    (403, `terminal.revoked`): it wipes what it keeps.
    """
    found = access_services.enroll_device(
        device_id=given.id,
        name=given.name,
        agent=rules.agent_in_short(request.headers.get("User-Agent", "")),
        actor=request.auth,
        now=clock.now(),
    )
    if found.revoked_at:
        raise errors.Revoked()
    if not request.has_token:
        request.session[DEVICE_KEY] = str(found.pk)
    return found


@router.get("/devices", response=responses(list[DeviceOut]))
def list_devices(request: Any) -> Any:
    """The devices of this account, the one heard of last first."""
    return access.devices_of(request.auth.account_id)


@router.post("/patrols", response={201: PatrolOut, 200: PatrolOut, PROBLEM_CODES: Problem})
def start_patrol(request: Any, given: PatrolIn) -> Status[Any]:
    """Begin a patrol under an id the phone made; sent again it changes nothing (200)."""
    found, is_first = services.start_patrol(
        patrol_id=given.id,
        started_at=_aware(given.started_at),
        area_code=given.area_code,
        actor=request.auth,
        now=clock.now(),
    )
    return Status(201 if is_first else 200, _patrol(found))


@router.get("/patrols", response=responses(list[PatrolOut]))
def list_patrols(request: Any, page: Query[PageIn]) -> Any:
    """One's own patrols, the newest first."""
    return [_patrol(one) for one in queries.patrols(request.auth, start=page.start, count=page.count)]


@router.get("/patrols/sums", response=responses(list[OnPatrolOut]), auth=Permitted(permissions.OVERSEE_PATROLS))
def list_patrol_sums(request: Any, on: Day | None = None) -> Any:
    """How long and how far the posts in one's areas were on patrol on a day (today when none is given).

    Sums of posts alone, by title: no times, no places, no names, no order by figures.
    """
    day = on or timezone.localdate(clock.now())
    since, until = (timezone.make_aware(datetime.combine(day, end)) for end in (time.min, time.max))
    return queries.sums(request.auth, since, until)


@router.get("/patrols/{patrol_id}", response=responses(PatrolWithTrackOut))
def read_patrol(request: Any, patrol_id: UUID) -> HttpResponse:
    """One of one's own patrols with its positions, as long as they are kept."""
    found = queries.patrol(patrol_id, request.auth)
    track = [
        {"at": one.at, "lon": one.location.x, "lat": one.location.y, "accuracy": one.accuracy_m}
        for one in queries.track(patrol_id, request.auth)
    ]
    return json_answer({**_patrol(found), "track": track})


@router.post("/patrols/{patrol_id}/positions", response=responses(KeptOut))
def add_positions(request: Any, patrol_id: UUID, given: PositionsIn) -> Any:
    """Add at most 500 positions to one's own patrol. Those of a known moment change nothing.

    Those outside the shift are not taken, and counted. `sent_at` is what the phone calls now.
    """
    positions = [
        services.PositionIn(at=_aware(one.at), lon=one.lon, lat=one.lat, accuracy_m=one.accuracy)
        for one in given.positions
    ]
    return services.add_positions(
        patrol_id=patrol_id,
        positions=positions,
        sent_at=_aware(given.sent_at) if given.sent_at else None,
        actor=request.auth,
        now=clock.now(),
    )


@router.post("/patrols/{patrol_id}/end", response=responses(PatrolOut))
def end_patrol(request: Any, patrol_id: UUID, given: PatrolEndIn) -> Any:
    """End one's own patrol; the first end stands. Positions after it are removed."""
    ended_at = _aware(given.ended_at)
    return _patrol(services.end_patrol(patrol_id=patrol_id, ended_at=ended_at, actor=request.auth, now=clock.now()))


def _patrol(found: Any) -> dict[str, Any]:
    minutes = int((found.ended_at - found.started_at).total_seconds() // 60) if found.ended_at else None
    kept_until = None if found.track_removed_at else found.started_at + services.kept_for()
    return {**{name: getattr(found, name) for name in FACTS}, "minutes": minutes, "track_kept_until": kept_until}


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
