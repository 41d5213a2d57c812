from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from citygrid.kernel.api import MOST_ROWS


class NoticeFilterIn(Schema):
    """Which page of the notices is wanted; `template` names one kind."""

    is_unread: bool = False
    template: Annotated[str, Field(max_length=60, pattern=r"^[a-z_]*$")] = ""
    start: Annotated[int, Field(ge=0, le=100_000)] = 0
    count: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 50


class NoticeOut(Schema):
    """A notice in the language of Accept-Language; the link names what it is about: "case" and its number."""

    id: UUID
    template: str
    name: str
    text: str
    link_kind: str
    link_id: str
    created_at: datetime
    read_at: datetime | None


class NoticesOut(Schema):
    """A page of notices, and how many are unread in all, counted up to 100."""

    unread: int
    notices: list[NoticeOut]
