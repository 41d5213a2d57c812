"""Live video: numbered pieces that may be sent again, and who may watch."""

from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import get_language
from ninja import Header, Path, Router, Status
from pydantic import Field

from citygrid.evidence import models, permissions, queries, services
from citygrid.evidence.api.schemas import NextOut, StreamEndIn, StreamIn, StreamOut, StreamPlaceIn, ViewOut
from citygrid.evidence.rules import MOST_PIECES
from citygrid.geography import queries as geography
from citygrid.kernel import clock
from citygrid.kernel.api import PROBLEM_CODES, Permitted, Problem, leads_to, responses
from citygrid.kernel.web import SIGNED_IN

PIECE = {"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
Number = Annotated[int, Field(ge=0, lt=MOST_PIECES)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
SENDER = Permitted(permissions.SEND_STREAM)
FOLLOWING = {"stream_id": "$response.body#/id"}

router = Router(tags=["streams"])


@router.post(
    "",
    response=responses(StreamOut, 201),
    auth=SENDER,
    openapi_extra=leads_to(201, read_stream=FOLLOWING, end_stream=FOLLOWING, move_stream=FOLLOWING),
)
def begin_stream(request: Any, given: StreamIn) -> Status[Any]:
    """Begin live video under an id the phone made; the same id again is the same stream.

    An account sends one at a time: what it had not ended, ends.
    """
    told = given.dict()
    stream = services.begin_stream(stream_id=told.pop("id"), **told, actor=request.auth, now=clock.now())
    return Status(201, _stream(stream))


@router.get("", response=responses(list[StreamOut]), auth=Permitted(SIGNED_IN))
def read_streams(request: Any) -> list[dict[str, Any]]:
    """What is live and may be watched by this post, with its own, the newest first."""
    found = queries.live_streams(request.auth)
    places = geography.place_names({one.area_code for one in found}, get_language() or "zh-hans")
    return [_stream(one, places.get(one.area_code, "")) for one in found]


@router.get("/{stream_id}", response=responses(StreamOut), auth=Permitted(SIGNED_IN))
def read_stream(request: Any, stream_id: UUID) -> dict[str, Any]:
    """A stream of one's own, or one this post may watch; `media` is the film it became."""
    return _stream(queries.stream(stream_id, request.auth))


@router.put(
    "/{stream_id}/pieces/{number}",
    response={200: NextOut, frozenset({*PROBLEM_CODES, 460}): Problem},
    auth=SENDER,
    openapi_extra=PIECE,
)
def send_piece(
    request: Any, stream_id: UUID, number: Path[Number], sha256: Digest = Header(alias="Citygrid-Sha256")
) -> models.LiveStream:
    """Send a piece of one's own stream as it is, at most 4 MiB; the answer means that it is on the disk for good.

    Pieces come in any order, from number 0, and may be sent again. Another piece under a number that has arrived is
    refused (409), one that does not hash to the header too (460).
    """
    return services.receive_piece(
        stream_id=stream_id, number=number, content=request.body, sha256=sha256, actor=request.auth, now=clock.now()
    )


@router.post("/{stream_id}/place", response=responses(StreamOut), auth=SENDER)
def move_stream(request: Any, stream_id: UUID, given: StreamPlaceIn) -> dict[str, Any]:
    """Say where the phone is now. Where it was is not kept."""
    return _stream(services.move_stream(stream_id=stream_id, actor=request.auth, now=clock.now(), **given.dict()))


@router.post("/{stream_id}/end", response=responses(StreamOut), auth=SENDER)
def end_stream(request: Any, stream_id: UUID, given: StreamEndIn) -> dict[str, Any]:
    """Say how many pieces there are in all. Those that are missing may still come; then it becomes a film."""
    found = services.end_stream(stream_id=stream_id, count=given.pieces, actor=request.auth, now=clock.now())
    return _stream(found)


@router.post("/{stream_id}/views", response=responses(ViewOut, 201), auth=Permitted(permissions.WATCH_STREAM))
def view_stream(request: Any, stream_id: UUID) -> Status[Any]:
    """Open a live stream to watch it. This is on record; `playlist` (HLS) is for the session of this post alone."""
    token = services.open_view(stream_id=stream_id, actor=request.auth, now=clock.now())
    return Status(201, {"playlist": f"/streams/{token}/live.m3u8"})


def _stream(found: models.LiveStream, place: str | None = None) -> dict[str, Any]:
    names = ("id", "state", "next", "pieces", "mime_type", "note", "began_at", "heard_at", "ended_at", "refusal")
    if place is None:
        place = geography.place_name(found.area_code, get_language() or "zh-hans") if found.area_code else ""
    return {
        **{name: getattr(found, name) for name in (*names, "area_code")},
        "lon": found.location.x,
        "lat": found.location.y,
        "place": place,
        "who": f"{found.post.title} {found.account.display_name}",
        "zone": found.in_zone.name if found.in_zone else "",
        "media": found.media_id,
    }
