"""Drafts of layers, for the editor of the desk and for programs that keep layers."""

from typing import Any
from uuid import UUID

import shapely
from ninja import Path, Query, Status

from citygrid.geography import permissions, queries, services
from citygrid.geography.api.draft_schemas import (
    ConfirmIn,
    DraftIn,
    DraftOut,
    LayerCode,
    MergeIn,
    OutlineOut,
    PublicationOut,
    PublishIn,
    RevisionIn,
    SplitIn,
    SplitOut,
)
from citygrid.geography.api.endpoints import router
from citygrid.geography.choices import ADVICE, Effect
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor
from citygrid.kernel.api import Permitted, responses

KEEPS = Permitted(permissions.DEFINE_LAYERS)


@router.get("/layers/{code}/draft", response=responses(DraftOut), auth=KEEPS)
def read_draft(request: Any, code: Path[LayerCode]) -> dict[str, Any]:
    """The draft of a layer, and what is wrong with the layer as it would become."""
    return _draft(code, request.auth)


@router.put("/layers/{code}/draft", response=responses(DraftOut), auth=KEEPS)
def save_draft(request: Any, code: Path[LayerCode], draft: DraftIn) -> dict[str, Any]:
    """Change the draft, or begin one with revision 0. 409 when somebody else saved meanwhile."""
    services.save_draft(
        layer_code=code,
        expected=draft.revision,
        from_date=draft.from_date,
        put=[services.FeatureIn(**one.dict()) for one in draft.put],
        removed=draft.removed,
        restored=draft.restored,
        actor=request.auth,
        now=clock.now(),
    )
    return _draft(code, request.auth)


@router.delete("/layers/{code}/draft", response=responses(None, 204), auth=KEEPS)
def throw_draft_away(request: Any, code: Path[LayerCode], given: Query[RevisionIn]) -> Status[None]:
    """Throw the draft away."""
    services.throw_away(layer_code=code, expected=given.revision, actor=request.auth, now=clock.now())
    return Status(204, None)


@router.post("/layers/{code}/draft/confirm", response=responses(DraftOut), auth=KEEPS)
def confirm_draft(request: Any, code: Path[LayerCode], given: ConfirmIn) -> dict[str, Any]:
    """Say that the draft still holds after the layer itself was changed."""
    services.confirm_draft(layer_code=code, expected=given.revision, actor=request.auth, now=clock.now())
    return _draft(code, request.auth)


@router.post("/layers/{code}/draft/publish", response=responses(PublicationOut, 201), auth=KEEPS)
def publish_draft(request: Any, code: Path[LayerCode], given: PublishIn) -> Status[Any]:
    """Let the draft hold from its day on. 409 when it is faulty, or the layer was changed meanwhile (naming who)."""
    published = services.publish_draft(
        layer_code=code, expected=given.revision, note=given.note, actor=request.auth, now=clock.now()
    )
    return Status(201, published)


@router.get("/layers/{code}/publications", response=responses(list[PublicationOut]), auth=KEEPS)
def list_publications(request: Any, code: Path[LayerCode]) -> Any:
    """The latest 20 publications of a layer, newest first."""
    return queries.publications_of(queries.layer(code).code)


@router.post("/publications/{publication_id}/undo", response=responses(PublicationOut), auth=KEEPS)
def undo_publication(request: Any, publication_id: UUID) -> Any:
    """Change the layer back to what it was before. 409 once it was changed again."""
    return services.undo_publication(publication_id=publication_id, actor=request.auth, now=clock.now())


@router.post("/outlines/split", response=responses(SplitOut), auth=KEEPS)
def split_outline(request: Any, given: SplitIn) -> dict[str, Any]:
    """The parts of an outline on both sides of a line; neighbours get the points where the cut begins and ends."""
    parts, neighbours = services.split_outline(given.geometry, given.line, given.neighbours)
    return {"parts": parts, "neighbours": neighbours}


@router.post("/outlines/merge", response=responses(OutlineOut), auth=KEEPS)
def merge_outlines(request: Any, given: MergeIn) -> dict[str, Any]:
    """One outline of several that lie side by side."""
    return {"geometry": services.merge_outlines(given.geometries)}


def _draft(code: str, actor: Actor) -> dict[str, Any]:
    state = queries.draft_state(code)
    names = ("from_date", "revision", "origin", "begun_at", "begun_by", "changed_at", "changed_by")
    return {
        **{name: getattr(state.draft, name) for name in names},
        "layer": code,
        "is_outdated": state.is_outdated,
        "counts": state.counts,
        "features": [_feature(one) for one in state.entries],
        "faults": [_fault(one) for one in queries.faults_of_draft(state, actor)],
    }


def _feature(one: queries.DraftEntry) -> dict[str, Any]:
    drafted, geom = one.after, one.after.geom if one.effect != Effect.REMOVED else one.before and one.before.geom
    names = ("code", "name_zh", "name_en", "responsible_unit_id", "valid_to_date", "attributes")
    return {
        **{name: getattr(drafted, name) for name in names},
        "effect": one.effect,
        "geometry": queries.exact_json(geom) if geom else None,
    }


def _fault(spot: queries.Spot) -> dict[str, Any]:
    return {
        "code": spot.code,
        "fault": spot.fault,
        "what": str(spot.fault.label),
        "detail": spot.detail,
        "do": str(ADVICE[spot.fault]),
        "box": spot.region.bounds,
        "region": shapely.geometry.mapping(spot.region),
    }
