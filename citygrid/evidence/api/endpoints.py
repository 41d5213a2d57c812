from dataclasses import asdict
from typing import Any
from uuid import UUID

from ninja import File, Router, Status
from ninja.files import UploadedFile

from citygrid.evidence import models, permissions, queries, services
from citygrid.evidence.api.schemas import MediaOut, PartOut, RedactionIn, RedactionOut
from citygrid.evidence.choices import Rendition
from citygrid.evidence.media import answer
from citygrid.evidence.registry import Box
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor
from citygrid.kernel.api import Permitted, responses
from citygrid.kernel.web import SIGNED_IN

router = Router(tags=["media"])


@router.post("", response=responses(MediaOut, 201), auth=Permitted(permissions.RECEIVE))
def receive_photo(request: Any, photo: File[UploadedFile]) -> Status[Any]:
    """Hand in a photo, or a recording or film no larger; the answer means that it is stored for good.

    Attach it by its id to a report or a step. Sent again before it belongs to anything, it is the same one. What
    belongs to nothing is removed after a week. Larger files come in pieces (`/uploads`).
    """
    found = services.receive_photo(content=photo, filename=photo.name or "", actor=request.auth, now=clock.now())
    return Status(201, _media(found, request.auth))


@router.get("/{media_id}", response=responses(MediaOut), auth=Permitted(SIGNED_IN))
def read_photo(request: Any, media_id: UUID) -> dict[str, Any]:
    """What is known of a photo that this post sees."""
    return _media(queries.media(media_id, request.auth), request.auth)


@router.get("/{media_id}/redactions", response=responses(list[RedactionOut]), auth=Permitted(permissions.REDACT))
def list_redactions(request: Any, media_id: UUID) -> list[models.Redaction]:
    """What the copies of a photo or film hide and hid before, the newest first."""
    return queries.redactions(queries.media(media_id, request.auth))


@router.post("/{media_id}/redactions", response=responses(RedactionOut, 201), auth=Permitted(permissions.REDACT))
def hide_parts(request: Any, media_id: UUID, given: RedactionIn) -> Status[Any]:
    """Hide these parts, and no others, in the copies; the old copies are gone at once, new ones follow by a job.

    A part of a film is hidden from its beginning to its end. The original stays as it is, for posts that may see it.
    """
    boxes = [Box(**box.model_dump()) for box in given.boxes]
    return Status(201, services.redact(media_id=media_id, boxes=boxes, actor=request.auth, now=clock.now()))


@router.get("/{media_id}/proposals", response=responses(list[PartOut]), auth=Permitted(permissions.REDACT))
def propose_parts(request: Any, media_id: UUID) -> Any:
    """What the detectors would hide: faces and number plates, often wrong both ways. It may take some seconds."""
    return queries.proposals(media_id, request.auth)


@router.get("/{media_id}/{rendition}", response=responses(None), auth=Permitted(SIGNED_IN))
def read_rendition(request: Any, media_id: UUID, rendition: Rendition) -> Any:
    """The file, or a part of it (Range): a copy without metadata, a still picture, or the original for posts that may.

    Copies are JPEG for a photo, MP4 for a film, M4A for a recording, which has no still picture.
    """
    if rendition == Rendition.ORIGINAL:
        found, name = services.open_original(media_id=media_id, actor=request.auth, now=clock.now())
        return answer.original(request, name, media_id, found.kind, found.format)
    found, name = queries.copy_of(media_id, rendition, request.auth)
    return answer.copy(request, name, media_id, found.kind, rendition)


def _media(found: models.Media, actor: Actor) -> dict[str, Any]:
    names = (
        *("id", "kind", "state", "format", "sha256", "size", "width", "height", "seconds"),
        *("taken_at", "received_at", "refusal"),
    )
    facts = {name: getattr(found, name) for name in names}
    return {
        **facts,
        "refusal_words": queries.refusal_words(found),
        "uses": [_use(p) for p in queries.uses(found, actor)],
    }


def _use(photo: queries.Photo) -> dict[str, Any]:
    names = ("owner_kind", "owner_id", "role", "attached_at")
    return {**{name: getattr(photo, name) for name in names}, **asdict(photo.fit)}
