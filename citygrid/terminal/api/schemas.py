from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field, Strict

from citygrid.cases.choices import Lamp
from citygrid.kernel.api import BodyIn, Instant, Latitude, Longitude
from citygrid.terminal.choices import MOST_AT_ONCE, CodeKind


class StandingOut(Schema):
    """Whose copy a phone keeps. A copy made under another `epoch` is thrown away; what waits to be sent is not.

    `version` is that of the contract: it is raised when a copy of before can no longer be read.
    """

    account_id: UUID
    post_id: UUID
    epoch: str
    version: int


class PostActedAsOut(Schema):
    """The post that acts, and its unit, by name."""

    id: UUID
    name: str
    unit: str


class NamedCodeOut(Schema):
    code: str
    name: str


class TaskActionOut(Schema):
    """An action this post may take now, and usual reasons where it asks for one."""

    code: str
    name: str
    needs: list[str]
    takes: list[str]
    findings: list[NamedCodeOut]
    reasons: list[str]


class WorkOut(Schema):
    """What the post has to do on the case, where it is a crew, and until when."""

    task: str
    by_at: datetime


class TaskOut(Schema):
    """A case that waits for this post. `summary` is cut at 500 characters; `stage` and `asked` are words.

    `due_at` is the deadline of the case, `task_due_at` that of a task of one post (verify, check). `head_seq` is what
    a step sends back as `expected_seq`. `before_photos`: ids (files: /media), the oldest first.
    """

    case_id: UUID
    number: str
    category_key: str
    category: str
    summary: str
    address: str
    area_code: str
    area: str
    lon: float | None
    lat: float | None
    opened_at: datetime
    due_at: datetime | None
    task_due_at: datetime | None
    lamp: Lamp
    state: str
    stage: str
    asked: str
    head_seq: int
    work: WorkOut | None
    actions: list[TaskActionOut]
    before_photos: list[UUID]


class ToLookForOut(Schema):
    """What to look for today: a category in an area, on weekdays from 1 (Monday), at times of three hours."""

    id: UUID
    category_key: str
    category: str
    area_code: str
    area: str
    weekdays: list[int]
    hours: list[int]
    note: str
    from_date: date
    until_date: date


class ToldOut(Schema):
    """A notice in words; the link names what it is about: "case" and its number."""

    id: UUID
    template: str
    name: str
    text: str
    link_kind: str
    link_id: str
    created_at: datetime
    read_at: datetime | None


class NewsOut(Schema):
    """How many notices are unread, counted up to 100, and the last 20."""

    unread: int
    newest: list[ToldOut]


class HomeOut(StandingOut):
    """All that a phone keeps to work without a network; `counts` are of what waits: all, red, yellow, by state."""

    post: PostActedAsOut
    roles: list[str]
    tasks: list[TaskOut]
    focus: list[ToLookForOut]
    notices: NewsOut
    counts: dict[str, int]


class LeafOut(Schema):
    """A category to report in; `initials` of its Chinese name as they are typed, `can_fix`: it may be on the spot."""

    key: str
    name: str
    major: str
    initials: str
    can_fix: bool


class CaseFoundOut(Schema):
    """A case that a code leads to; `stage` is its state in words."""

    case_id: UUID
    number: str
    category: str
    state: str
    stage: str
    opened_at: datetime
    is_open: bool


class CodeOut(Schema):
    """What a code stands for. A receipt has neither category nor place; outlines of areas: /geography/areas."""

    kind: CodeKind
    code: str
    name: str
    category_key: str
    area_code: str
    lon: float | None
    lat: float | None
    cases: list[CaseFoundOut]


class DeviceIn(BodyIn):
    """A device, under an id it made itself, by the name its owner knows it under."""

    id: UUID
    name: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""


class DeviceOut(Schema):
    """A device that an account works with; revoked, nothing is taken from it any more."""

    id: UUID
    name: str
    agent: str
    enrolled_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None


class PatrolIn(BodyIn):
    """The start of a patrol under an id the phone made, at a moment of its clock; without an area, the post's."""

    id: UUID
    started_at: Instant
    area_code: Annotated[str, Field(pattern=r"^(\d{6}(\d{3}){0,3})?$")] = ""


class PatrolEndIn(BodyIn):
    """The end of a patrol, at a moment of the phone's clock."""

    ended_at: Instant


class PositionIn(BodyIn):
    """Where the phone was (WGS-84) at a moment of its clock, and how exactly it knows, in metres."""

    at: Instant
    lon: Annotated[Longitude, Strict()]
    lat: Annotated[Latitude, Strict()]
    accuracy: Annotated[float, Strict(), Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class PositionsIn(BodyIn):
    """Positions of a patrol, at most 500; `sent_at` is what the phone calls now."""

    positions: Annotated[list[PositionIn], Field(max_length=MOST_AT_ONCE)]
    sent_at: Instant | None = None


class KeptOut(Schema):
    """What became of positions: new, known before, not taken; and the way so far, in metres."""

    kept: int
    known: int
    refused: int
    metres: int


class PatrolOut(Schema):
    """One of one's own patrols. Times are the phone's; `is_doubtful`: its clock was wrong at times.

    `is_forgotten`: it ended by itself. `track_kept_until`: when its positions are removed; None: they were.
    """

    id: UUID
    area_code: str
    started_at: datetime
    ended_at: datetime | None
    is_forgotten: bool
    is_doubtful: bool
    minutes: int | None
    metres: int
    positions: int
    reports: int
    track_kept_until: datetime | None


class PositionOut(Schema):
    at: datetime
    lon: float
    lat: float
    accuracy: float


class PatrolWithTrackOut(PatrolOut):
    """One of one's own patrols with its positions, as long as they are kept."""

    track: list[PositionOut]


class OnPatrolOut(Schema):
    """How often, how long and how far a post was on patrol on a day."""

    post: str
    patrols: int
    minutes: int
    metres: int
