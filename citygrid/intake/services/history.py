"""What all verbs of a report share: its row, locked for who may decide on it, and its history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from citygrid.geography import queries as geography
from citygrid.intake import errors, models, permissions
from citygrid.intake.choices import ReportAction, ReportState
from citygrid.intake.rules import NOTHING_JUDGED, Judged, standing
from citygrid.kernel import audit, bell
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import write_together
from citygrid.kernel.errors import NotFound
from citygrid.kernel.models import AuditEntry


def undecided(report_id: UUID, actor: Actor, now: datetime) -> models.Report:
    found = locked(report_id, actor)
    require_undecided(found, now)
    return found


def locked(report_id: UUID, actor: Actor, expected_seq: int | None = None) -> models.Report:
    actor.require(permissions.VIEW)
    found: models.Report | None = models.Report.objects.locked(report_id, actor)
    if found is None:
        raise NotFound(what=_("report"))
    if expected_seq is not None and expected_seq != found.head_seq:
        raise _moved(found)
    return found


def _moved(found: models.Report) -> errors.ReportMoved:
    last = found.steps.filter(seq=found.head_seq).first()
    if last is None:
        return errors.ReportMoved(label="–", action="–", at="–")
    at = last.at.astimezone(ZoneInfo(geography.time_zone_of(found.district_code)))
    return errors.ReportMoved(label=last.label, action=ReportAction(last.action).label, at=f"{at:%Y-%m-%d %H:%M:%S}")


def require_undecided(found: models.Report, now: datetime) -> None:
    if found.state != ReportState.RECEIVED:
        raise errors.AlreadyTriaged(state=ReportState(found.state).label)
    if now < found.received_at:
        raise errors.BeforeReceived()


def append(
    found: models.Report,
    action: ReportAction,
    actor: Actor,
    now: datetime,
    fields: tuple[str, ...],
    *,
    case_id: UUID | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    judged: Judged = NOTHING_JUDGED,
) -> int:
    """Write the row's fields, the step and its audit entry in one statement; returns the number of the step.

    `judged`: what the step says of the flaws of the report. The screens are told once it is committed.
    """
    bell.ring(bell.REPORTS, found.pk)
    found.head_seq += 1
    found.flaws = standing(found.flaws, judged)
    step = models.ReportStep(
        report=found,
        seq=found.head_seq,
        action=action,
        at=now,
        account_id=actor.account_id,
        label=actor.label,
        reason=reason,
        case_id=case_id,
        data=data or {},
        flaws=found.flaws,
    )
    told = {"case_id": str(case_id) if case_id else "", "reason": reason, "flaws": found.flaws, **(data or {})}
    known = {name: value for name, value in told.items() if value}
    entry = audit_entry(found, str(action), actor, now, known)
    write_together(step, entry, changed=found, fields=(*fields, "head_seq", "flaws"))
    return found.head_seq


def matter(found: models.Report) -> dict[str, Any]:
    """What a report is about, under the same words as of a case (`cases.services.Correction`)."""
    location = list(found.location.coords) if found.location else None
    return {
        "category": found.category_id,
        "area": found.area_code,
        "location": location,
        "address": found.address,
    }


def first_said(found: models.Report) -> dict[str, Any]:
    """What a report was about as it came in, before anybody corrected it. One query, if anything was done with it."""
    said = matter(found)
    corrections = found.steps.filter(action=ReportAction.CORRECT) if found.head_seq else ()
    for step in sorted(corrections, key=lambda step: -step.seq):
        said |= step.data["was"]
    return said


def audit_entry(found: models.Report, action: str, actor: Actor, now: datetime, data: dict[str, Any]) -> AuditEntry:
    return audit.entry(subject=f"intake.report/{found.pk}", action=action, actor=actor, now=now, data=data)
