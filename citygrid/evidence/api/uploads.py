"""Files in pieces, by the tus protocol 1.0.0 (tus.io): a cut line costs no more than the piece that was on its way."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.http import http_date
from ninja import Header, Router
from ninja.decorators import decorate_view
from pydantic import Field

from citygrid.evidence import errors, models, permissions, services
from citygrid.evidence.api.schemas import UploadOut
from citygrid.evidence.choices import Kind
from citygrid.evidence.rules import tus
from citygrid.kernel import clock
from citygrid.kernel.api import PROBLEM_CODES, Permitted, Problem, problem

CHUNK_TYPE = "application/offset+octet-stream"
STEP = 64 << 10  # bytes read at once: so much of a piece that is cut may be lost
CHUNK = {"requestBody": {"content": {CHUNK_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
FREE_OF_VERSION = ("OPTIONS", "GET")  # the one asks for it, the other is not of the protocol
UPLOAD_CODES = frozenset({*PROBLEM_CODES, 410, 412, 423, 460})
Length = Annotated[int, Field(ge=0, le=1 << 50)]
Version = Literal["1.0.0"]
Words = Annotated[str, Field(max_length=2000)]
MEMBER = Permitted(permissions.RECEIVE)

router = Router(tags=["uploads"])


def answers(success: Any, status: int) -> dict[Any, Any]:
    """The `response` of an endpoint here: its answer, and what resumable uploads may be refused with."""
    return {status: success, UPLOAD_CODES: Problem}


def resumable(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Every answer names the version it speaks, a refusal too. A call in another version comes no further (412)."""

    @wraps(run)
    def told(request: HttpRequest, **values: Any) -> HttpResponse:
        is_spoken = request.method in FREE_OF_VERSION or request.headers.get("Tus-Resumable") == tus.VERSION
        answer = run(request, **values) if is_spoken else problem(errors.TusVersionUnknown())
        answer["Tus-Resumable"], answer["Cache-Control"] = tus.VERSION, "no-store"
        if not is_spoken:
            answer["Tus-Version"] = tus.VERSION
        return answer

    return told


@router.api_operation(["OPTIONS"], "", response=answers(None, 204), auth=MEMBER)
@decorate_view(resumable)
def read_upload_options(request: Any) -> HttpResponse:
    """What resumable uploads can do here: versions, extensions, hashes and the largest file, in headers."""
    return HttpResponse(
        status=204,
        headers={
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
            "Tus-Max-Size": str(max(map(services.most_bytes, Kind))),
        },
    )


@router.post("", response=answers(None, 201), auth=MEMBER, openapi_extra=CHUNK)
@decorate_view(resumable)
def begin_upload(
    request: Any,
    length: Length = Header(alias="Upload-Length"),
    metadata: Words = Header("", alias="Upload-Metadata"),
    version: Version = Header(alias="Tus-Resumable"),
    checksum: Words = Header("", alias="Upload-Checksum"),
) -> HttpResponse:
    """Announce a file: its length in bytes, and in Upload-Metadata its `filename` and, if known, `sha256` (in hex).

    The header Location leads to the upload; it is kept for a day after its last piece. The first piece may come along,
    as application/offset+octet-stream.
    """
    filename, sha256 = tus.promised(metadata)
    now = clock.now()
    upload = services.begin_upload(length=length, filename=filename, sha256=sha256, actor=request.auth, now=now)
    if request.content_type == CHUNK_TYPE:
        upload = _receive(request, upload.pk, 0, checksum)
    answer = _told(upload, 201)
    answer["Location"] = f"{request.path.rstrip('/')}/{upload.pk}"
    return answer


@router.api_operation(["HEAD"], "/{upload_id}", response=answers(None, 200), auth=MEMBER)
@decorate_view(resumable)
def read_upload_offset(
    request: Any, upload_id: UUID, version: Version = Header(alias="Tus-Resumable")
) -> HttpResponse:
    """How many bytes have arrived for good (Upload-Offset), and of which medium they are now (Citygrid-Media)."""
    return _told(services.look_up_upload(upload_id=upload_id, actor=request.auth, now=clock.now()), 200)


@router.get("/{upload_id}", response=answers(UploadOut, 200), auth=MEMBER)
@decorate_view(resumable)
def read_upload(request: Any, upload_id: UUID) -> models.Upload:
    """What is known of an upload of one's own, as JSON."""
    return services.look_up_upload(upload_id=upload_id, actor=request.auth, now=clock.now())


@router.patch("/{upload_id}", response=answers(None, 204), auth=MEMBER, openapi_extra=CHUNK)
@decorate_view(resumable)
def send_chunk(
    request: Any,
    upload_id: UUID,
    offset: Length = Header(alias="Upload-Offset"),
    version: Version = Header(alias="Tus-Resumable"),
    checksum: Words = Header("", alias="Upload-Checksum"),
) -> HttpResponse:
    """Send the next piece, as application/offset+octet-stream; Upload-Offset in the answer says what is kept for good.

    What arrived of a piece that was cut is kept. The answer to the last piece names the medium (Citygrid-Media). A
    file that does not hash to its promise is refused (460) and dropped, one that is no evidence too (400, 415).
    """
    if request.content_type != CHUNK_TYPE:
        raise errors.ChunkTypeUnknown()
    return _told(_receive(request, upload_id, offset, checksum), 204)


@router.delete("/{upload_id}", response=answers(None, 204), auth=MEMBER)
@decorate_view(resumable)
def drop_upload(request: Any, upload_id: UUID, version: Version = Header(alias="Tus-Resumable")) -> HttpResponse:
    """Give an upload up: what arrived is removed. A medium it became stays."""
    services.drop_upload(upload_id=upload_id, actor=request.auth, now=clock.now())
    return HttpResponse(status=204)


def _receive(request: Any, upload_id: UUID, offset: int, checksum: str) -> models.Upload:
    return services.receive_chunk(
        upload_id=upload_id,
        offset=offset,
        length=int(request.META.get("CONTENT_LENGTH") or 0),
        pieces=_pieces(request),
        checksum=tus.checksum(checksum),
        actor=request.auth,
        now=clock.now(),
    )


def _pieces(request: Any) -> Iterator[bytes]:
    """The body as it comes, to its end or to where it was cut."""
    try:
        while piece := request.read(STEP):
            yield piece
    except UnreadablePostError:
        return


def _told(upload: models.Upload, status: int) -> HttpResponse:
    headers = {
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.length),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
    }
    if upload.media_id:
        headers["Citygrid-Media"] = str(upload.media_id)
    return HttpResponse(status=status, headers=headers)
