"""What happens to a case happens to its reports: a step of their own says so, which their reporters see."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from citygrid.cases import queries as cases
from citygrid.intake import events, models
from citygrid.intake.choices import ReportAction
from citygrid.intake.services.history import append
from citygrid.kernel.actor import system_actor
from citygrid.kernel.events import announce

Told = type[events.ReportCorrected | events.ReportCaseVoided]


def note_case_correction(*, case_id: UUID, seq: int, now: datetime) -> None:
    """Put the correction of a case (its step `seq`) into the history of its reports."""
    _note(case_id, seq, ReportAction.CORRECT_CASE, events.ReportCorrected, now)


def note_case_void(*, case_id: UUID, seq: int, now: datetime) -> None:
    """Put it into the history of its reports that a case was declared void, and why."""
    _note(case_id, seq, ReportAction.VOID_CASE, events.ReportCaseVoided, now)


@transaction.atomic
def _note(case_id: UUID, seq: int, action: ReportAction, event: Told, now: datetime) -> None:
    step = cases.step(case_id, seq)
    rows = models.Report.objects.unscoped(reason="what happened to a case happened to its reports")
    actor = replace(system_actor(step.label), account_id=step.account_id, is_automatic=step.is_automatic)
    told = {"case_id": case_id, "reason": step.data["reason"], "data": step.data.get("correction", {})}
    for found in rows.filter(case=case_id).select_for_update().order_by("pk"):
        own = append(found, action, actor, step.at, (), **told)
        announce(event(report_id=found.pk, seq=own, at=now))
