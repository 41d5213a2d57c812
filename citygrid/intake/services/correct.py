"""The correction of a report that waits."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from citygrid.cases import errors as case_errors
from citygrid.cases.services import Correction
from citygrid.geography import queries as geography
from citygrid.intake import errors, events, models, permissions
from citygrid.intake.choices import ReportAction
from citygrid.intake.rules import judge_matter
from citygrid.intake.services.history import append, first_said, locked, matter, require_undecided
from citygrid.intake.services.receive import placed, usable_category, zone_at
from citygrid.kernel.actor import Actor
from citygrid.kernel.events import announce
from citygrid.kernel.words import is_blank

MATTER = ("category", "location", "frame", "address", "district_code", "area_code", "zone")


@transaction.atomic
def correct_report(
    *,
    report_id: UUID,
    correction: Correction,
    reason: str,
    actor: Actor,
    now: datetime,
    expected_seq: int | None = None,
) -> models.Report:
    """Correct category, place or address of a report that waits for a decision, with a reason its reporter sees.

    It has no component: that is chosen when it is accepted.
    What it said first stays in its history, and is judged by what is right. With `expected_seq`, only on the history
    the caller has seen. TextMissing, NothingCorrected, CategoryUnknown and those of places (400); ReportMoved,
    AlreadyTriaged (409).
    """
    actor.require(permissions.TRIAGE)
    if is_blank(reason):
        raise errors.TextMissing()
    found = locked(report_id, actor, expected_seq)
    require_undecided(found, now)
    said, before = first_said(found), matter(found)
    frame = _take_over(found, correction, now)
    after = matter(found)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        raise case_errors.NothingCorrected()
    found.frame = frame if "location" in changed else found.frame
    data = {"was": {name: before[name] for name in changed}, "now": {name: after[name] for name in changed}}
    judged = judge_matter(said, data["now"])
    seq = append(found, ReportAction.CORRECT, actor, now, MATTER, reason=reason.strip(), data=data, judged=judged)
    announce(events.ReportCorrected(report_id=found.pk, seq=seq, at=now))
    return found


def _take_over(found: models.Report, right: Correction, now: datetime) -> str:
    """Put what is right into the row; returns the frame of the position."""
    if right.category_key:
        found.category_id = usable_category(right.category_key).key
    if right.address.strip():
        found.address = right.address.strip()
    if not right.has_position and not right.area_code:
        return found.frame
    if not right.has_position and not geography.known_places([right.area_code]):
        raise case_errors.PlaceUnknown()
    if right.has_position and (right.lon is None or right.lat is None):
        raise case_errors.PlaceUnknown()
    found.district_code, found.area_code, found.location, has_zone = placed(right, now)
    found.zone = zone_at(found.location, found.received_at) if has_zone else None
    return right.frame if found.location else ""
