from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field, Strict

from citygrid.cases.choices import Source
from citygrid.dispatch.choices import TrialEffect
from citygrid.geography.choices import Frame
from citygrid.kernel.api import MOST_ROWS, BodyIn, Day, Latitude, Longitude

Short = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]


class ProposedRuleIn(BodyIn):
    """A rule as it might be: the unit, and what it is narrowed to. What is left out does not narrow."""

    unit_id: UUID
    category_key: Short = ""
    area_code: Annotated[str, Field(pattern=r"^(\d{6}(\d{3}){0,3})?$")] = ""
    layer_code: Short = ""
    feature_code: Short = ""
    problem_type: Short = ""


class TrialIn(BodyIn):
    """Other rules, and the days (both included) whose cases are looked at: at most a year, and 10,000 cases.

    They are compared with the rules in force on the day `on`, on the places valid that day; default: today.
    """

    since: Day
    until: Day
    on: Day | None = None
    added: Annotated[list[ProposedRuleIn], Field(max_length=MOST_ROWS)] = []
    ended: Annotated[list[Annotated[int, Strict(), Field(ge=1, le=2**63 - 1)]], Field(max_length=MOST_ROWS)] = []


class TriedCaseOut(Schema):
    """A case of which the verdict changes, and the unit that has it or had it last."""

    id: UUID
    number: str
    unit_id: UUID | None


class GroupOut(Schema):
    """Cases of one category of which the verdict changes alike: from unit to unit, none where a person decides.

    `handled_so`: how many of them the unit `after` handled. `cases` names the newest 20, where the post may see cases.
    """

    effect: TrialEffect
    category_key: str
    before: UUID | None
    after: UUID | None
    count: int
    handled_so: int
    cases: list[TriedCaseOut]


class TrialCountsOut(Schema):
    """Cases by what becomes of them: as before, to another unit, by themselves now, not sure any more."""

    same: int
    moved: int
    settled: int
    unsettled: int


class TrialOut(Schema):
    """How many cases would be as before, go elsewhere, go by themselves, or need a person; and which.

    `agreed_before` and `agreed_after`: of how many cases the rules name the unit that handled it. `is_cut`: there were
    more cases than are looked at; these are the newest. `on`: the day whose rules and places were taken.
    """

    cases: int
    counts: TrialCountsOut
    agreed_before: int
    agreed_after: int
    is_cut: bool
    on: date
    groups: list[GroupOut]


class SaidIn(BodyIn):
    """A report that is not sent yet: where, in which category, in which words; how many cases at most."""

    lon: Annotated[Longitude, Strict()]
    lat: Annotated[Latitude, Strict()]
    frame: Frame = Frame.WGS84
    category_key: Short = ""
    text: Annotated[str, Field(max_length=600, pattern=r"^[^\x00]*$")] = ""
    count: Annotated[int, Strict(), Field(ge=1, le=20)] = 5


class SuspectOut(Schema):
    """A case the report may be about. `chance`: that it is; `reasons`: what speaks for it, in words."""

    id: UUID
    number: str
    category_key: str
    summary: str
    is_open: bool
    opened_at: datetime
    chance: float
    is_likely: bool
    reasons: list[str]


class WordsIn(BodyIn):
    """What is known of a report that has no category yet; the place helps where it is known."""

    text: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
    channel: Source = Source.FIELD
    area_code: Annotated[str, Field(pattern=r"^(\d{6}(\d{3}){0,3})?$")] = ""
    lon: Annotated[Longitude, Strict()] | None = None
    lat: Annotated[Latitude, Strict()] | None = None
    frame: Frame = Frame.WGS84
    has_photo: Annotated[bool, Strict()] = False


class LikelyCategoryOut(Schema):
    """A category and how likely it is. `is_sure`: the promised precision is kept; `reasons`: words, or @columns."""

    category_key: str
    share: float
    is_sure: bool
    reasons: list[str]
