from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from citygrid.evidence.choices import Format, Kind, MediaState, Role


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
