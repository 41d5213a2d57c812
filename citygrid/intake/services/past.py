"""Reports of the past: one bulk path, by COPY."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction

from citygrid.intake import models, permissions
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import copy_rows
from citygrid.kernel.ids import receipt_code, uuid7


@dataclass(frozen=True, slots=True)
class PastReport:
    """A report of the past, for the bulk path; `source_key` is its id in the system it came from.

    `post_id`: which saw it itself, of a report from the field; `flaws`: what was found to be wrong with it.
    """

    source_key: str
    channel: str
    state: str
    description: str
    category_key: str | None
    district_code: str
    area_code: str
    received_at: datetime
    case_id: UUID | None = None
    location: Point | None = None
    address: str = ""
    reason: str = ""
    received_by_id: UUID | None = None
    post_id: UUID | None = None
    flaws: list[str] = field(default_factory=list)
    is_confidential: bool = False


@transaction.atomic
def record_reports(*, reports: Iterable[PastReport], actor: Actor, now: datetime) -> int:
    """Write past reports by COPY, each decided already; returns how many."""
    actor.require(permissions.RECEIVE)
    past = [f for f in PastReport.__dataclass_fields__ if f != "category_key"]
    rows = ([uuid7(), receipt_code(), "", one.category_key, *(getattr(one, name) for name in past)] for one in reports)
    count = copy_rows(models.Report, ["id", "receipt", "frame", "category_id", *past], rows)
    audit.record(subject="intake.reports", action="record_reports", actor=actor, now=now, data={"reports": count})
    return count
