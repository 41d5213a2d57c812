"""Rows of a spreadsheet of components: judged without writing, and written once they were judged."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from citygrid.inventory import rules
from citygrid.inventory.permissions import MANAGE
from citygrid.inventory.rules import Row
from citygrid.inventory.services.drafts import SCHEME, Draft, draft_all
from citygrid.inventory.services.writing import lock_inventory, number, write
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Conflict


def judge_rows(*, rows: Sequence[Row], actor: Actor, now: datetime, scheme: str = SCHEME) -> list[Draft]:
    """What rows by column would come to; new ones have the number that they would get now. Nothing is written.

    Raises NumbersUsedUp.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        drafts = _drafts(rows, actor, now, scheme)
        number([draft.component for draft in drafts if draft.is_new and not draft.wrong])
        transaction.set_rollback(True)
    return drafts


@transaction.atomic
def put_rows(
    *, rows: Sequence[Row], are_new: Sequence[bool], reason: str, actor: Actor, now: datetime, scheme: str = SCHEME
) -> None:
    """Write rows that were judged, each with its identifier. Conflict when one is not any more what it was then."""
    actor.require(MANAGE)
    drafts = _drafts(rows, actor, now, scheme)
    if any(draft.wrong for draft in drafts) or [draft.is_new for draft in drafts] != list(are_new):
        raise Conflict
    write(drafts, actor=actor, now=now, today=localdate(now), reason=reason, source="")
    data = {"added": sum(are_new), "rows": len(drafts), "reason": reason}
    audit.record(subject="inventory.component", action="import", actor=actor, now=now, data=data)


def _drafts(rows: Sequence[Mapping[str, object]], actor: Actor, now: datetime, scheme: str) -> list[Draft]:
    lock_inventory()
    today = localdate(now)
    return draft_all([rules.read_cells(row, today=today) for row in rows], actor=actor, today=today, scheme=scheme)
