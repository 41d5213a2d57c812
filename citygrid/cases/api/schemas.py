from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, Strict

from citygrid.cases.choices import Lamp, Source
from citygrid.evidence.choices import MOST_AT_ONCE, MediaState, Role
from citygrid.geography.choices import Frame
from citygrid.geography.queries import MOST_METRES
from citygrid.kernel.api import BodyIn, BoxIn, Day, Instant, PageIn

Short = Annotated[str, Field(max_length=100)]
Text = Annotated[str, Field(max_length=5_000, pattern=r"^[^\x00]*$")]


class CaseNarrowedIn(Schema):
    """What cases are narrowed to."""

    state: Short = ""
    area_code: Annotated[str, Field(pattern=r"^\d{0,15}$")] = ""
    category_key: Short = ""
    component_id: Annotated[str, Field(pattern=r"^(\d{17})?$")] = ""
    unit_id: UUID | None = None
    source: Source | None = None
    lamp: Lamp | None = None
    words: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""
    is_open: bool | None = None
    opened_from: Day | None = None
    opened_until: Day | None = None


class WithinIn(Schema):
    """A shape (WKT, WGS-84 degrees, at most 100 corners): what lies in it, or within so many metres of it."""

    within: Annotated[str, Field(max_length=5_000)] = ""
    metres: Annotated[float, Field(ge=0, le=MOST_METRES, allow_inf_nan=False)] = 0


class CaseFilterIn(CaseNarrowedIn, BoxIn, WithinIn, PageIn):
    """What a list of cases is narrowed to, also by a box or a shape, and which page of it is wanted."""


class CaseOut(Schema):
    """A case as lists show it. Times are UTC; `lamp` is the state of its clock now."""

    id: UUID
    number: str
    state: str
    category_key: str
    category: str
    area_code: str
    address: str
    summary: str
    source: Source
    lamp: Lamp
    unit_id: UUID | None
    unit: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    on_time: bool | None
    lon: float | None
    lat: float | None


class StepOut(Schema):
    """One step of a case's history: who did what when, as which post, and the state after it."""

    seq: int
    action: str
    state: str
    axis: str
    at: datetime
    label: str
    is_automatic: bool
    data: dict[str, Any]


class StepTakenOut(Schema):
    """The case as it stood after a step that was sent again; what became of it since, the case itself says."""

    id: UUID
    number: str
    state: str
    head_seq: int


class PhotoOut(Schema):
    """A photo of the case or of its reports (files: /media), and how far it fits the place and its moment."""

    id: UUID
    role: Role
    state: MediaState
    attached_at: datetime
    distance_m: float | None
    minutes: float | None
    is_plausible: bool


class CaseDetailOut(CaseOut):
    """A case with its history; `head_seq` is the number of its last step.

    `component_id` is that of the component it is about, if that is known (/inventory/components).
    """

    component_id: str | None
    head_seq: int
    pending: str
    is_provisional: bool
    counts: dict[str, int]
    steps: list[StepOut]
    photos: list[PhotoOut]


class ActionOut(Schema):
    """An action this post may take now: what it needs, what it also takes, and the findings it may give."""

    code: str
    name_zh: str
    name_en: str
    needs: list[str]
    takes: list[str]
    findings: list[str]


class PhotoIn(BodyIn):
    """A photo that was handed in before, and what it shows."""

    id: UUID
    role: Role


class CorrectionIn(BodyIn):
    """What is right of a case: another category, another place (a position in a frame, or an area), another address,
    another component ("none": it is about none).

    What is left out stays as it was; with another category, the component is dropped unless one is named.
    """

    category_key: Short = ""
    lon: Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    frame: Frame = Frame.WGS84
    area_code: Annotated[str, Field(pattern=r"^(\d{6}(\d{3}){0,3})?$")] = ""
    address: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""
    component_id: Annotated[str, Field(pattern=r"^(\d{16,17}|none)?$")] = ""


class StepIn(BodyIn):
    """A step to take. With `expected_seq` it is taken only if nobody has acted since."""

    action: Short
    expected_seq: Annotated[int, Strict(), Field(ge=1, le=2**31 - 1)] | None = None
    reason: Text = ""
    note: Text = ""
    finding: Short = ""
    unit_id: UUID | None = None
    standard_id: UUID | None = None
    post_id: UUID | None = None
    crew_id: UUID | None = None
    task: Text = ""
    by_at: Instant | None = None
    case_id: UUID | None = None
    until_at: Instant | None = None
    correction: CorrectionIn | None = None
    photos: Annotated[list[PhotoIn], Field(max_length=MOST_AT_ONCE)] = []
