from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from citygrid.geography.choices import Frame
from citygrid.inventory.choices import Change, State
from citygrid.inventory.queries import FARTHEST_M
from citygrid.inventory.services import LONGEST_REASON
from citygrid.kernel.api import BodyIn, BoxIn, Latitude, Longitude, PageIn

ComponentId = Annotated[str, Field(pattern=r"^\d{16,17}$")]
CategoryKey = Annotated[str, Field(max_length=80, pattern=r"^[\w./-]*$")]


class ComponentFilterIn(BoxIn, PageIn):
    """What a list of components is narrowed to."""

    category_key: CategoryKey = ""
    area_code: Annotated[str, Field(pattern=r"^\d{0,15}$")] = ""
    state: State | None = None
    maintainer_id: UUID | None = None
    words: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""


class NearIn(Schema):
    """A position in a coordinate frame, a category or major, and how far to look."""

    lon: Longitude
    lat: Latitude
    frame: Frame = Frame.WGS84
    category_key: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w./-]+$")]
    within: Annotated[float, Field(gt=0, le=FARTHEST_M, allow_inf_nan=False)] = 50.0
    count: Annotated[int, Field(ge=1, le=20)] = 5


class ComponentOut(Schema):
    """A component as lists show it; its position is WGS 84."""

    id: str
    name: str
    category_key: str
    category: str
    state: State
    area_code: str
    lon: float
    lat: float


class NearOut(ComponentOut):
    distance_m: float


class ComponentDetailOut(ComponentOut):
    """A component with its 18 attributes, by name, in the words of the standard."""

    alias_code: str
    attributes: dict[str, str]


class ChangeOut(Schema):
    """One entry of a component's history: each changed field with what it was and what it became."""

    at: datetime
    kind: Change
    changes: dict[str, Any]
    reason: str
    source: str
    label: str
    is_automatic: bool


class StateIn(BodyIn):
    """The state a component is found in, and why it is noted."""

    state: State
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, pattern=r"^[^\x00]*$")]
