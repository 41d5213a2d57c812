"""What time does to cases by itself: deferred ones resume, deadlines move with the calendar."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Prefetch, Q

from citygrid.cases import models
from citygrid.cases.rules import CaseState, fold
from citygrid.cases.services.life import take_steps
from citygrid.kernel import audit, jobs
from citygrid.kernel.actor import Actor, Axis, system_actor
from citygrid.kernel.calendars import calendar_for, change_day
from citygrid.kernel.daytable import DayRow
from citygrid.kernel.permissions import MANAGE_CALENDARS
from citygrid.kernel.workcalendar import WorkingCalendar
from citygrid.workflow import queries as workflow

CALENDAR = system_actor("Change of the calendar", axis=Axis.SUPPORT)
FOLLOWED = 500  # cases of one transaction


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
    found = list(rows.filter(is_provisional=True, is_open=True))
    calendars = {key: calendar_for(key) for key in {case.calendar for case in found}}
    moved = [_recomputed(case, calendars[case.calendar], actor, now) for case in found]
    return [one for one in moved if one is not None]


def moved_by(*, calendar: WorkingCalendar, day: date, actor: Actor) -> list[MovedDeadline]:
    """The open deadlines that another calendar of this key would move, of those not before the day. Two queries.

    It writes nothing: to see what a change of that day does.
    """
    actor.require(MANAGE_CALENDARS)
    return [
        one
        for case in _open_from(calendar.key, calendar.zone, day)
        if (one := _moved(case, _refolded(case, calendar)))
    ]


@transaction.atomic
def change_calendar_day(*, key: str, day: date, row: DayRow | None, actor: Actor, now: datetime) -> tuple[int, int]:
    """Change a day of a calendar (`kernel.calendars.change_day`), and have the open deadlines after it follow.

    The number of the version in force, and how many cases a job looks at. Verdicts stay. NotFound, DayTableError.
    """
    version = change_day(key=key, day=day, row=row, actor=actor, now=now)
    _have_followed(key, day)
    return version.number, _open_from(key, ZoneInfo(version.zone), day).count()


@transaction.atomic
def follow_calendar(*, key: str, day: date, after: str, now: datetime) -> list[MovedDeadline]:
    """Recompute the open deadlines from a changed day on, FOLLOWED cases at a time, by the calendar in force now.

    From the case after the id `after` ("": from the first); the next ones are another job. A case opened since is by
    the new calendar already.
    """
    calendar = calendar_for(key)
    rows = _open_from(key, calendar.zone, day).order_by("pk").select_for_update(of=("self",))
    found = list((rows.filter(pk__gt=after) if after else rows)[:FOLLOWED])
    moved = [_recomputed(case, calendar, CALENDAR, now) for case in found]
    if len(found) == FOLLOWED:
        _have_followed(key, day, str(found[-1].pk))
    return [one for one in moved if one is not None]


def _have_followed(key: str, day: date, after: str = "") -> None:
    jobs.enqueue("cases.follow_calendar", "clocks", key=key, day=day.isoformat(), after=after)


def _open_from(key: str, zone: tzinfo, day: date) -> Any:
    """Open cases of a calendar with a deadline on the day or later, the earliest first, with their steps."""
    start = datetime.combine(day, time.min, tzinfo=zone)
    rows = models.Case.objects.unscoped(reason="a calendar concerns all cases")
    wanted = Q(due_at__gte=start) | Q(node_due_at__gte=start)
    ordered = Prefetch("steps", models.Step.objects.order_by("seq"))
    return rows.filter(wanted, is_open=True, calendar=key).order_by("due_at", "pk").prefetch_related(ordered)


def _refolded(case: models.Case, calendar: WorkingCalendar) -> CaseState:
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    return fold([step.as_past() for step in sorted(case.steps.all(), key=lambda step: step.seq)], procedure, calendar)


def _moved(case: models.Case, state: CaseState) -> MovedDeadline | None:
    """What becomes of its deadline, or of that of its state; None where neither is another."""
    for was, becomes in ((case.due_at, state.due_at), (case.node_due_at, state.node_due_at)):
        if was and becomes and was != becomes:
            return MovedDeadline(case.number, was, becomes)
    return None


def _recomputed(case: models.Case, calendar: WorkingCalendar, actor: Actor, now: datetime) -> MovedDeadline | None:
    state = _refolded(case, calendar)
    moved = _moved(case, state)
    case.take_over(state)
    case.save(update_fields=["due_at", "warn_at", "is_provisional", "node_due_at"])
    if moved:
        data = {"was": moved.was.isoformat(), "now": moved.now.isoformat()}
        audit.record(subject=_subject(case.pk), action="recompute_deadline", actor=actor, now=now, data=data)
    return moved


def _subject(case_id: UUID) -> str:
    return f"cases.case/{case_id}"
