"""Automatic dispatch for programs: how it is doing, what is left to people, models, and what was decided on a case."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Path, Query, Status
from pydantic import Field

from citygrid.dispatch import permissions, queries, services
from citygrid.dispatch.api import automation_schemas as schemas
from citygrid.dispatch.api.endpoints import router
from citygrid.dispatch.api.schemas import Short
from citygrid.kernel import clock
from citygrid.kernel.api import Permitted, responses

SEE, MANAGE = Permitted(permissions.VIEW_RULES), Permitted(permissions.MANAGE_AUTOMATION)
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@router.get("/automation", response=responses(schemas.AutomationOut), auth=SEE)
def read_automation(request: Any) -> dict[str, Any]:
    """What automatic dispatch did, what became of that, and what stands in its way."""
    actor, now = request.auth, clock.now()
    since, awaited = now - queries.WEEK, queries.awaited(actor)
    return {
        "promise": queries.promised(),
        "last_days": queries.tally(actor, since, now),
        "weeks": queries.by_week(actor, now),
        "conclusions": [
            {"conclusion": said, "cases": count} for said, count in queries.by_conclusion(actor, since, now).items()
        ],
        "watched": [_watched(key, one) for key, one in queries.watched(now).items()],
        "bounces": queries.bounces(actor, now - queries.WEEKS * queries.WEEK, now),
        "limits": queries.unit_limits(actor),
        "awaited_trainings": sorted(awaited.trainings),
        "awaited_replays": awaited.replays,
    }


@router.get("/models", response=responses(list[schemas.ModelOut]), auth=SEE)
def list_models(request: Any) -> list[dict[str, Any]]:
    """All models: by what they say, those that answer first."""
    return [_model(row) for row in queries.learned_models(request.auth)]


@router.get("/models/{sha256}", response=responses(schemas.ModelCardOut), auth=SEE)
def read_model(request: Any, sha256: Path[Sha256]) -> dict[str, Any]:
    """A model with its card: how well it judged cases that it had not seen, and what each promise costs."""
    return _card(queries.learned_model(sha256, request.auth), request.auth)


@router.post("/models/{sha256}/state", response=responses(schemas.ModelOut), auth=MANAGE)
def switch_model(request: Any, sha256: Path[Sha256], given: schemas.ModelStateIn) -> dict[str, Any]:
    """Switch it on, off or into the shadow; the one that was there goes off. 409 for one that was not replayed."""
    return _model(services.switch(sha256=sha256, state=given.state, actor=request.auth, now=clock.now()))


@router.post("/models/{sha256}/promise", response=responses(schemas.ModelOut), auth=MANAGE)
def promise_precision(request: Any, sha256: Path[Sha256], given: schemas.PromiseIn) -> dict[str, Any]:
    """Promise a share of right ones among those it sends by itself."""
    return _model(services.promise(sha256=sha256, share=given.promise, actor=request.auth, now=clock.now()))


@router.post("/models/{sha256}/replays", response=responses(None, 202), auth=MANAGE)
def ask_replay(request: Any, sha256: Path[Sha256], given: schemas.ReplayIn) -> Status[None]:
    """Have it replayed on the closed cases of some days; a minute later its card has the figures."""
    services.ask_replay(sha256=sha256, **given.dict(), actor=request.auth, now=clock.now())
    return Status(202, None)


@router.post("/trainings", response=responses(None, 202), auth=MANAGE)
def ask_training(request: Any, given: schemas.TrainingIn) -> Status[None]:
    """Have a model learned, into the shadow: minutes."""
    services.ask_training(target=given.target, actor=request.auth, now=clock.now())
    return Status(202, None)


@router.get("/manual-categories", response=responses(list[schemas.ManualOut]), auth=SEE)
def list_manual_categories(request: Any) -> list[dict[str, Any]]:
    """The categories of which every case is left to a person, the newest first."""
    return [_manual(row) for row in queries.manual_categories(request.auth)]


@router.post("/manual-categories", response=responses(schemas.ManualOut, 201), auth=MANAGE)
def take_out_category(request: Any, given: schemas.ManualIn) -> Status[Any]:
    """Leave a category to people until it is put back."""
    return Status(201, _manual(services.take_out(**given.dict(), actor=request.auth, now=clock.now())))


@router.delete("/manual-categories", response=responses(None, 204), auth=MANAGE)
def put_back_category(request: Any, category_key: Query[Short]) -> Status[None]:
    """Let a category be sent by itself again; what was sent before is not held against it."""
    services.put_back(category_key=category_key, actor=request.auth, now=clock.now())
    return Status(204, None)


@router.put("/limits/{unit_id}", response=responses(schemas.UnitLimitOut), auth=MANAGE)
def limit_unit(request: Any, unit_id: UUID, given: schemas.UnitLimitIn) -> dict[str, Any]:
    """Set how much a unit takes by itself."""
    limit = services.LimitIn(**given.dict())
    services.limit_unit(unit_id=unit_id, limit=limit, actor=request.auth, now=clock.now())
    return {"unit_id": unit_id, **given.dict()}


@router.get("/decisions", response=responses(list[schemas.DecisionOut]), auth=SEE)
def list_decisions(request: Any, case: UUID) -> list[Any]:
    """What was decided on a case, oldest first; empty where the post sees no such case."""
    return queries.decisions_of(case, request.auth)


def _watched(key: str, found: Any) -> dict[str, Any]:
    told = {name: getattr(found, name) for name in ("weeks", "is_kept", "is_broken")}
    return {"category_key": key, "precision": found.interval, **told}


def _model(row: Any) -> dict[str, Any]:
    names = ("sha256", "target", "state", "promise", "trained_at", "since", "until", "cases")
    return {**{name: getattr(row, name) for name in names}, "accuracy": row.card["accuracy"]}


def _card(row: Any, actor: Any) -> dict[str, Any]:
    record = queries.record_of(row, actor, clock.now())
    replays = sorted(row.replays.all(), key=lambda one: one.at, reverse=True)
    return {**_model(row), "card": row.card, "replays": replays, "record": record}


def _manual(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("since", "figures", "note")}
    return {"category_key": row.category_id, **told}
