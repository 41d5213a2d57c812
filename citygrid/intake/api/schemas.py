from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field, Strict

from citygrid.cases.choices import Source
from citygrid.evidence.choices import MOST_AT_ONCE
from citygrid.geography.choices import Frame
from citygrid.intake.choices import Flaw, ReportAction, ReportState
from citygrid.kernel.api import BodyIn

Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Seq = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)] | None
Line = Annotated[str, Field(max_length=120)]


class ContactIn(BodyIn):
    """Who reports, if they want to be reached. Stored encrypted, shown masked."""

    name: Line = ""
    phone: Line = ""
    email: Line = ""


class HandledIn(BodyIn):
    """What the sender did on the spot, and ids of photos that show it afterwards, handed in before."""

    note: Annotated[str, Field(min_length=1, max_length=1_000, pattern=r"^[^\x00]*$")]
    photos: Annotated[list[UUID], Field(max_length=MOST_AT_ONCE)] = []


class ReportIn(BodyIn):
    """A report: words, and a place as a position in a frame or as an area code; ids of photos handed in before.

    `handled`: what its sender has done about it already.
    """

    description: Annotated[str, Field(min_length=1, max_length=5_000)]
    channel: Source = Source.FIELD
    lon: Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    frame: Frame = Frame.WGS84
    area_code: Annotated[str, Field(pattern=r"^(\d{6}(\d{3}){0,3})?$")] = ""
    address: Annotated[str, Field(max_length=300)] = ""
    category_key: Annotated[str, Field(max_length=120)] = ""
    contact: ContactIn = ContactIn()
    photos: Annotated[list[UUID], Field(max_length=MOST_AT_ONCE)] = []
    handled: HandledIn | None = None


class ReceiptOut(Schema):
    """The report is stored for good. `is_first` is false when the same key had sent it before.

    `case_number`: of the case it became at once, where its sender has handled it.
    """

    report_id: UUID
    receipt: str
    is_first: bool
    case_number: str


class ReportCorrectionIn(BodyIn):
    """What is right of a report, and why: another category, another place (a position or an area), another address.

    What is left out stays as it was. With `expected_seq` it is corrected only if nobody has acted since.
    """

    category_key: Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")] = ""
    lon: Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    frame: Frame = Frame.WGS84
    area_code: Annotated[str, Field(pattern=r"^(\d{6}(\d{3}){0,3})?$")] = ""
    address: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""
    reason: Reason
    expected_seq: Seq = None


class UnjoinIn(BodyIn):
    """Why a report does not belong to the case it was joined to, and the case it is joined to instead, if any."""

    reason: Reason
    case_id: UUID | None = None
    expected_seq: Seq = None


class ChangedOut(Schema):
    """One thing that was corrected, in words; empty where it was not known.

    `what`: category, area, location or address; of the case also its component, by identifier.
    """

    what: str
    was: str
    now: str


class FlawOut(Schema):
    """What was found to be wrong with the report, and what to do better next time, in words."""

    kind: Flaw
    name: str
    advice: str


class HappenedOut(Schema):
    """One thing that was done with the report."""

    action: ReportAction
    at: datetime
    reason: str
    case_number: str
    changes: list[ChangedOut]
    flaws: list[FlawOut]


class StatusOut(Schema):
    """What became of a report, for whoever holds the receipt."""

    receipt: str
    state: ReportState
    received_at: datetime
    reason: str
    case_number: str
    case_state: str
    history: list[HappenedOut]


class FocusOut(Schema):
    """What a post is to look for: a category in an area, mostly on these weekdays (1 is Monday) and at these times.

    `hours`: at which times of day of three hours begin; 6 is from 6 to 9 o'clock, in the time zone of the district.
    """

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
