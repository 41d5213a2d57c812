"""Keeping a case from the public, where what people wrote or show must not be seen by everybody."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citygrid.cases import errors, models, permissions
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.words import is_blank


@transaction.atomic
def withhold_case(*, case_id: UUID, reason: str, actor: Actor, now: datetime, is_withheld: bool = True) -> models.Case:
    """Keep a case from the public, or show it again; the reason is on record. ReasonMissing (400), NotFound (404)."""
    actor.require(permissions.WITHHOLD)
    if is_blank(reason):
        raise errors.ReasonMissing()
    case: models.Case | None = models.Case.objects.locked(case_id, actor)
    if case is None:
        raise NotFound(what=_("case"))
    if case.is_withheld != is_withheld:
        case.is_withheld = is_withheld
        case.save(update_fields=["is_withheld"])
        action = "withhold" if is_withheld else "show"
        audit.record(subject=f"cases.case/{case.pk}", action=action, actor=actor, now=now, data={"reason": reason})
    return case
