"""One case, and what can be done with it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citygrid.access import queries as access
from citygrid.cases import models, permissions
from citygrid.cases.choices import Lamp
from citygrid.evidence.registry import Seen
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.workflow import queries as workflow

PHOTO_OWNER = "cases.case"


def case(case_id: UUID, actor: Actor) -> models.Case:
    """The case with its category, unit and standard; NotFound (404) when the post does not see it."""
    return _one(actor, pk=case_id)


def as_seen(case_id: UUID, actor: Actor) -> Seen | None:
    """Where a case lies, for the photos it owns; None when the post does not see it."""
    if not actor.may(permissions.VIEW):
        return None
    places = list(models.Case.objects.visible_to(actor).filter(pk=case_id).values_list("location", flat=True))
    return Seen(places[0]) if places else None


def case_by_number(number: str, actor: Actor) -> models.Case:
    """The case of this number; NotFound (404) when the post does not see it."""
    return _one(actor, number=number)


def actions_for(case: models.Case, actor: Actor, now: datetime) -> list[workflow.Action]:
    """The actions this post may take on the case now, in the order of the procedure."""
    if not actor.may(permissions.ACT):
        return []
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    return workflow.offers(procedure, situation_of(case, now), actor)


def charge_of(case: models.Case, action: str) -> access.Charge:
    """What a unit is charged with by an action: a post that the state after it waits for must be there to take it."""
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    after = procedure.states[procedure.action(action).target or case.state]
    return access.Charge(after.waits_for, case.area_code, case.category_id)


def situation_of(case: models.Case, now: datetime) -> workflow.Situation:
    """What the procedure's engine must know of the case."""
    is_overdue = case.due_at is not None and now > case.due_at
    return workflow.Situation(
        state=case.state,
        pending=case.pending,
        counts=case.counts,
        is_overdue=is_overdue,
        assignee=case.assignee_id,
        work=frozenset(map(UUID, case.work or {})),
    )


def lamp_of(case: Any, now: datetime) -> Lamp:
    """Green to 80 % of the limit, yellow to the deadline, red after it; while handled, as it was when handled.

    Where no clock runs, it shows the limit of the state. `case` is a record or a row of `lines`.
    """
    if case.due_at is None:
        return Lamp.PAUSED if case.clock else Lamp.NONE
    at = (case.handled_at if case.clock else None) or case.closed_at or now
    if at > case.due_at:
        return Lamp.RED
    return Lamp.YELLOW if case.warn_at is not None and at >= case.warn_at else Lamp.GREEN


def _one(actor: Actor, **key: object) -> models.Case:
    actor.require(permissions.VIEW)
    rows = models.Case.objects.visible_to(actor).select_related("category__parent", "unit", "standard", "assignee")
    found = rows.filter(**key).first()
    if found is None:
        raise NotFound(what=_("case"))
    return found
