from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, Strict

from citygrid.dispatch.api.schemas import Short
from citygrid.dispatch.choices import Conclusion, ModelState, Outcome, Target
from citygrid.kernel.api import BodyIn, Day


class ShareOut(Schema):
    """A share `right` of `of`, and what it may really be: Wilson's interval, 95 %; 0 to 1 where there is nothing."""

    right: int
    of: int
    low: float
    high: float


class TallyOut(Schema):
    """Cases decided automatically: how many, how many were sent, and of those whose end is known, the right ones."""

    decided: int
    sent: int
    coverage: float
    precision: ShareOut


class ConcludedOut(Schema):
    """How often automatic dispatch came to a conclusion."""

    conclusion: Conclusion
    cases: int


class WatchedOut(Schema):
    """A category of which cases were sent by themselves, and what that says of the promise.

    Neither kept nor broken: too few cases to say. `weeks`: how many were looked at.
    """

    category_key: str
    precision: ShareOut
    weeks: int
    is_kept: bool
    is_broken: bool


class BouncedOut(Schema):
    """Cases sent to one unit that another one has now or handled."""

    sent_to: UUID
    now_with: UUID
    cases: int


class UnitLimitOut(Schema):
    """How much a unit takes by itself: most open cases, days away (both included)."""

    unit_id: UUID
    most_open: int | None
    away_from_date: date | None
    away_until_date: date | None


class AwaitedReplayOut(Schema):
    """A replay that is under way or waits for its turn."""

    sha256: str
    since: date
    until: date


class AutomationOut(Schema):
    """How automatic dispatch is doing: the last 7 days with their conclusions, each of the last 12 weeks (the newest
    first), what is watched, what went on to other units in 12 weeks, and what training and replays wait.
    """

    promise: float
    last_days: TallyOut
    weeks: list[TallyOut]
    conclusions: list[ConcludedOut]
    watched: list[WatchedOut]
    bounces: list[BouncedOut]
    limits: list[UnitLimitOut]
    awaited_trainings: list[Target]
    awaited_replays: list[AwaitedReplayOut]


class ModelOut(Schema):
    """A model learned from closed cases opened `since` to `until`, and how many these were."""

    sha256: str
    target: Target
    state: ModelState
    promise: float
    trained_at: datetime
    since: datetime
    until: datetime
    cases: int
    accuracy: float


class ReplayOut(Schema):
    """What a model would have made of the closed cases of some days; `figures` as `services.replay` tells them."""

    id: int
    at: datetime
    since_date: date
    until_date: date
    figures: dict[str, Any]


class RecordOut(Schema):
    """What a model answered since it was trained, on or in the shadow: of those known, how many it was right about."""

    answered: int
    sure: int
    precision: ShareOut


class ModelCardOut(ModelOut):
    """A model with its card (`trades`, `calibration`, `confused` and figures), replays and record."""

    card: dict[str, Any]
    replays: list[ReplayOut]
    record: RecordOut


class ModelStateIn(BodyIn):
    """Whether a model answers, and whether that counts."""

    state: ModelState


class PromiseIn(BodyIn):
    """The share of right answers that is promised: one of those on the card."""

    promise: Annotated[float, Strict(), Field(gt=0, lt=1, allow_inf_nan=False)]


class ReplayIn(BodyIn):
    """Days, both included: at most a year, and 20,000 cases."""

    since: Day
    until: Day


class TrainingIn(BodyIn):
    """What the new model is to say."""

    target: Target


class ManualIn(BodyIn):
    """A category of which every case is to be left to a person, and why."""

    category_key: Annotated[Short, Field(min_length=1)]
    note: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""


class ManualOut(Schema):
    """A category that is dispatched by hand; `figures`: what broke the promise, null where a person took it out."""

    category_key: str
    since: datetime
    figures: dict[str, Any] | None
    note: str


class UnitLimitIn(BodyIn):
    """How much a unit is to take by itself. All left out: as much as comes."""

    most_open: Annotated[int, Strict(), Field(ge=0, le=100_000)] | None = None
    away_from_date: Day | None = None
    away_until_date: Day | None = None


class LikelyOut(Schema):
    """A label (id of a unit) that may be right, how likely, and the words that speak for it; "@..." names a column."""

    label: str
    share: float
    words: list[str]


class AnswerOut(Schema):
    """What a model said: its hash, how sure it was, from which confidence it is sent, and the likeliest labels."""

    model: str
    confidence: float
    threshold: float
    top: list[LikelyOut]


class DecisionOut(Schema):
    """What rules and models said of a case, and what automatic dispatch made of it ("": somebody only asked)."""

    id: int
    at: datetime
    outcome: Outcome
    unit_id: UUID | None
    conclusion: Conclusion | str
    sent_to_id: UUID | None
    answer: AnswerOut | None
    shadow: AnswerOut | None
    trace: dict[str, Any]
