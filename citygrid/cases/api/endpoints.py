from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Header, Query, Router, Status

from citygrid.cases import models, permissions, queries, services
from citygrid.cases.api.schemas import (
    ActionOut,
    CaseDetailOut,
    CaseFilterIn,
    CaseNarrowedIn,
    CaseOut,
    StepIn,
    StepTakenOut,
)
from citygrid.evidence import queries as evidence
from citygrid.geography import queries as geography
from citygrid.geography.queries import Tile
from citygrid.kernel import clock
from citygrid.kernel.api import (
    PROBLEM_CODES,
    Key,
    PageIn,
    Permitted,
    Problem,
    boxed,
    json_answer,
    leads_to,
    responses,
    unless_known,
)
from citygrid.kernel.errors import NotFound
from citygrid.kernel.words import in_language

router = Router(tags=["cases"])
TILE = "application/vnd.mapbox-vector-tile"

FIRST = {"case_id": "$response.body#/0/id"}
SAME = {"case_id": "$request.path.case_id"}
FOUND = leads_to(read_case=FIRST, list_actions=FIRST)
MOVED = leads_to(201, read_case=SAME, list_actions=SAME)
OFFERED = leads_to(take_step={**SAME, "body": {"action": "$response.body#/0/code", "note": "done", "reason": "so"}})
READ = leads_to(
    list_actions=SAME, take_step={**SAME, "body": {"action": "take", "expected_seq": "$response.body#/head_seq"}}
)

SAME_FACTS = (
    *("id", "number", "state", "area_code", "address", "summary", "source", "unit_id"),
    *("opened_at", "due_at", "closed_at", "on_time"),
)


@router.get("", response=responses(list[CaseOut]), auth=Permitted(permissions.VIEW), openapi_extra=FOUND)
def list_cases(request: Any, wanted: Query[CaseFilterIn]) -> HttpResponse:
    """The cases this post sees, newest first."""
    now, given = clock.now(), boxed(wanted.dict())
    start, count = given.pop("start"), given.pop("count")
    shape, metres = given.pop("within"), given.pop("metres")
    given["within"] = geography.vicinity(shape, metres) if shape else None
    page = queries.cases(request.auth, queries.CaseFilter(**given), now, start=start, count=count)
    return _page(page, now)


@router.get("/waiting", response=responses(list[CaseOut]), auth=Permitted(permissions.VIEW), openapi_extra=FOUND)
def list_waiting(request: Any, page: Query[PageIn]) -> HttpResponse:
    """The cases whose next step is this post's, the earliest deadline first."""
    now = clock.now()
    return _page(queries.waiting(request.auth, now, start=page.start, count=page.count), now)


@router.get("/tiles/{zoom}/{x}/{y}", response=responses(None), auth=Permitted(permissions.VIEW))
def read_case_tile(request: Any, zoom: int, x: int, y: int, wanted: Query[CaseNarrowedIn]) -> HttpResponse:
    """A Mapbox vector tile of the cases this post sees: points ("cases"), or counts where there are many ("cells")."""
    at = Tile(zoom, x, y)
    if not at.is_there:
        raise NotFound(what=_("map tile"))
    drawn = queries.tile(request.auth, at, queries.CaseFilter(**boxed(wanted.dict())), clock.now())
    return unless_known(request, HttpResponse(drawn, content_type=TILE))


@router.get("/{case_id}", response=responses(CaseDetailOut), auth=Permitted(permissions.VIEW), openapi_extra=READ)
def read_case(request: Any, case_id: UUID) -> dict[str, Any]:
    """A case with its history."""
    return _detail(queries.case(case_id, request.auth), request.auth)


@router.get(
    "/{case_id}/actions", response=responses(list[ActionOut]), auth=Permitted(permissions.VIEW), openapi_extra=OFFERED
)
def list_actions(request: Any, case_id: UUID) -> list[dict[str, Any]]:
    """The actions this post may take on the case now."""
    case = queries.case(case_id, request.auth)
    return [
        {
            "code": action.code,
            "name_zh": action.zh,
            "name_en": action.en,
            "needs": [*action.needs, *action.evidence],
            "takes": action.takes,
            "findings": list(action.findings),
        }
        for action in queries.actions_for(case, request.auth, clock.now())
    ]


@router.post(
    "/{case_id}/steps",
    response={201: CaseDetailOut, 200: StepTakenOut, PROBLEM_CODES: Problem},
    auth=Permitted(permissions.ACT),
    openapi_extra=MOVED,
)
def take_step(
    request: Any, case_id: UUID, step: StepIn, key: Key | None = Header(None, alias="Idempotency-Key")
) -> Status[Any]:
    """Take a step. When somebody was first, the refusal (409, `cases.case_moved`) says who did what.

    For programs it has `head_seq` and `state` of the case now, and `last`: action, label and moment of its last step.
    Who may have to repeat a step chooses a key (header Idempotency-Key) when the step is born: the same key and step
    again gets the first answer (200), also when `expected_seq` is old by then.
    """
    given = step.dict()
    action, expected = given.pop("action"), given.pop("expected_seq")
    photos = [(photo["role"], photo["id"]) for photo in given["photos"]]
    given["photos"] = {role: tuple(i for shown, i in photos if shown == role) for role, _id in photos}
    given["correction"] = services.Correction(**given["correction"]) if given["correction"] else None
    given |= {name: _aware(given[name]) for name in ("until_at", "by_at")}
    asked: dict[str, Any] = {
        "case_id": case_id,
        "action": action,
        "actor": request.auth,
        "now": clock.now(),
        "given": services.Given(**given),
        "expected_seq": expected,
    }
    if key is None:
        return Status(201, _detail(services.take_step(**asked), request.auth))
    taken = services.take_step_once(key=key, **asked)
    return Status(201, _detail(taken.case, request.auth)) if taken.case else Status(200, taken)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _page(page: QuerySet[models.Case], now: datetime) -> HttpResponse:
    """As the schema says, which a test checks: to check 50 cases each time would cost more than to read them."""
    return json_answer([_line(row, now) for row in queries.lines(page)])


def _line(row: Any, now: datetime) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in (*SAME_FACTS, "lon", "lat")},
        "category_key": row.category_id,
        "category": in_language(row.category__name_zh, row.category__name_en),
        "unit": in_language(row.unit__name_zh or "", row.unit__name_en or ""),
        "lamp": queries.lamp_of(row, now),
    }


def _case(case: models.Case, now: datetime) -> dict[str, Any]:
    lon, lat = case.location.coords if case.location else (None, None)
    return {
        **{name: getattr(case, name) for name in SAME_FACTS},
        "category_key": case.category_id,
        "category": case.category.name,
        "unit": case.unit.name if case.unit else "",
        "lamp": queries.lamp_of(case, now),
        "lon": lon,
        "lat": lat,
    }


def _detail(case: models.Case, actor: Any) -> dict[str, Any]:
    facts = {name: getattr(case, name) for name in ("component_id", "head_seq", "pending", "is_provisional", "counts")}
    shown = [_photo(photo) for photo in evidence.photos(queries.PHOTO_OWNER, case.pk, actor)]
    return {**_case(case, clock.now()), **facts, "steps": list(queries.steps(case.pk, actor)), "photos": shown}


def _photo(photo: evidence.Photo) -> dict[str, Any]:
    facts = {"role": photo.role, "attached_at": photo.attached_at, **asdict(photo.fit)}
    return {"id": photo.media.pk, "state": photo.media.state, **facts}
