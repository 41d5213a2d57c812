"""What happens to a case happens to its reports: a step of their own says so, which their reporters see."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from citygrid.cases import queries as cases
from citygrid.intake import events, models
from citygrid.intake.choices import Flaw, ReportAction, ReportState
from citygrid.intake.rules import NOTHING_JUDGED, Judged, judge_matter
from citygrid.intake.services.history import append, first_said
from citygrid.kernel.actor import system_actor
from citygrid.kernel.events import announce

Told = type[events.ReportCorrected | events.ReportCaseVoided]
FOUND_NOTHING = "not_found"  # the finding of a verification by which nothing is there


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
    judge = _by_correction if action == ReportAction.CORRECT_CASE else _by_void
    for found in rows.filter(case=case_id).select_for_update().order_by("pk"):
        own = append(found, action, actor, step.at, (), **told, judged=judge(found, step))
        announce(event(report_id=found.pk, seq=own, at=now))


def _by_correction(found: models.Report, step: Any) -> Judged:
    """What the correction of a case says of the report it began with; of others that joined it, nothing."""
    if found.state != ReportState.ACCEPTED:
        return NOTHING_JUDGED
    return judge_matter(first_said(found), step.data["correction"]["now"])


def _by_void(found: models.Report, step: Any) -> Judged:
    """A void case of which nothing was found on the spot was reported without evidence."""
    return {Flaw.NO_EVIDENCE: True} if cases.last_finding(step.case_id) == FOUND_NOTHING else NOTHING_JUDGED
