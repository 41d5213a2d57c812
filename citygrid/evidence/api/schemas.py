from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema
from pydantic import Field as Bounded
from pydantic import Strict

from citygrid.evidence.choices import MOST_BOXES, Format, Hidden, Kind, MediaState, Role, StreamState
from citygrid.evidence.rules import MOST_PIECES
from citygrid.geography.choices import Frame
from citygrid.kernel.api import BodyIn, Latitude, Longitude

VideoType = Annotated[str, Bounded(max_length=100, pattern=r"^video/(webm|mp4)(;[\x20-\x7e]*)?$")]
Note = Annotated[str, Bounded(max_length=300, pattern=r"^[^\x00]*$")]
Pieces = Annotated[int, Strict(), Bounded(ge=0, le=MOST_PIECES)]
Share = Annotated[float, Strict(), Bounded(ge=0, le=1, allow_inf_nan=False)]


class UseOut(Schema):
    """Where a photo is shown, and how far the camera's position and clock fit that place and moment.

    `minutes` is positive when the photo is older; both are null where the photo does not say. `is_plausible`: nothing
    that is known contradicts.
    """

    owner_kind: str
    owner_id: UUID
    role: Role
    attached_at: datetime
    distance_m: float | None
    minutes: float | None
    is_plausible: bool


class MediaOut(Schema):
    """What was handed in. It is served once it is ready; when it is refused, `refusal` is the stable code.

    `seconds` is the length of a recording or a film, null while it is not known; width and height are of pictures.
    """

    id: UUID
    kind: Kind
    state: MediaState
    format: Format
    sha256: str
    size: int
    width: int
    height: int
    seconds: float | None
    taken_at: datetime | None
    received_at: datetime
    refusal: str
    refusal_words: str
    uses: list[UseOut]


class UploadOut(Schema):
    """A file on its way. `offset` bytes have arrived for good; `media` is what it became, once it is whole."""

    id: UUID
    filename: str
    length: int
    offset: int
    sha256: str
    expires_at: datetime
    media: UUID | None = Field(alias="media_id")


class StreamPlaceIn(BodyIn):
    """Where the phone is, in a frame."""

    lon: Annotated[Longitude, Strict()]
    lat: Annotated[Latitude, Strict()]
    frame: Frame = Frame.WGS84


class StreamIn(StreamPlaceIn):
    """Live video that begins: an id the phone made, the type its recorder tells ("video/webm;codecs=vp8,opus")."""

    id: UUID
    mime_type: VideoType
    note: Note = ""


class StreamEndIn(BodyIn):
    """How many pieces there are in all."""

    pieces: Pieces


class NextOut(Schema):
    """How far a stream has come: the first number that is missing."""

    next: int
    state: StreamState


class StreamOut(NextOut):
    """A live stream: where its phone was last (WGS-84 degrees), who sends it, since when, when its last piece came.

    `zone`: the first forbidden zone its phone was in; "" for none. `pieces`: how many there are in all,
    once that is known. `media`: the film it became. `refusal`: why it is none.
    """

    id: UUID
    pieces: int | None
    mime_type: str
    note: str
    began_at: datetime
    heard_at: datetime
    ended_at: datetime | None
    refusal: str
    area_code: str
    lon: float
    lat: float
    place: str
    who: str
    zone: str
    media: UUID | None


class ViewOut(Schema):
    """Where a player finds the playlist of a live stream (HLS)."""

    playlist: str


class PartIn(BodyIn):
    """A part of a picture that stands upright: its left and upper edge, width and height in parts of the whole."""

    kind: Hidden
    left: Share
    top: Share
    width: Share
    height: Share


class PartOut(Schema):
    """A part of a picture that is hidden, or that a detector would hide."""

    kind: Hidden
    left: float
    top: float
    width: float
    height: float


class RedactionIn(BodyIn):
    """All parts that the copies shall hide from now on; none where there is nothing to hide."""

    boxes: Annotated[list[PartIn], Bounded(max_length=MOST_BOXES)]


class RedactionOut(Schema):
    """What was decided: the parts hidden since then. `number` counts from 1; the highest is in force."""

    number: int
    decided_at: datetime
    boxes: list[PartOut]
