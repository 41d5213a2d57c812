"""What time does to cases by itself: deferred ones resume, provisional deadlines are recomputed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from citygrid.cases import models
from citygrid.cases.rules import fold
from citygrid.cases.services.life import take_steps
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, Axis, system_actor
from citygrid.kernel.calendars import calendar_for
from citygrid.workflow import queries as workflow


@dataclass(frozen=True)
class MovedDeadline:
    """A deadline that a newly published calendar moved."""

    number: str
    was: datetime
    now: datetime


def resume_due(*, now: datetime) -> int:
    """Resume the deferred cases whose end date has passed; returns how many."""
    due = models.Case.objects.unscoped(reason="deferred cases resume by themselves everywhere")
    ids = list(due.filter(state="hung", until_at__lte=now).values_list("pk", flat=True))
    actor = system_actor("Automatic resumption", axis=Axis.COMMAND)
    return sum(result.refusal is None for result in take_steps(case_ids=ids, action="resume", actor=actor, now=now))


@transaction.atomic
def recompute_provisional(*, actor: Actor, now: datetime) -> list[MovedDeadline]:
    """Recompute open deadlines that were provisional, on the calendar in force now; lists each that moved."""
    rows = models.Case.objects.unscoped(reason="a calendar concerns all cases").select_for_update()
    moved = [_recomputed(case, actor, now) for case in rows.filter(is_provisional=True, is_open=True)]
    return [one for one in moved if one is not None]


def _recomputed(case: models.Case, actor: Actor, now: datetime) -> MovedDeadline | None:
    was, past = case.due_at, [step.as_past() for step in case.steps.order_by("seq")]
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    case.take_over(fold(past, procedure, calendar_for(case.calendar)))
    case.save(update_fields=["due_at", "warn_at", "is_provisional", "node_due_at"])
    if was is None or case.due_at is None or was == case.due_at:
        return None
    data = {"was": was.isoformat(), "now": case.due_at.isoformat()}
    audit.record(subject=_subject(case.pk), action="recompute_deadline", actor=actor, now=now, data=data)
    return MovedDeadline(case.number, was, case.due_at)


def _subject(case_id: UUID) -> str:
    return f"cases.case/{case_id}"
