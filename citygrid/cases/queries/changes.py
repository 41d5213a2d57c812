"""What the screens are told of cases that changed."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from citygrid.cases import models, permissions
from citygrid.cases.queries.lists import stages_for
from citygrid.kernel.actor import Actor


class Change(NamedTuple):
    """A case as it stands after a change: `seq` is that of its last step, `waits` whether the post must act now."""

    number: str
    seq: int
    state: str
    waits: bool


def changed(actor: Actor, ids: Sequence[UUID]) -> list[Change]:
    """Of these cases those the post sees, as they stand now; none without the permission to see cases. One query."""
    if not actor.may(permissions.VIEW):
        return []
    rows = models.Case.objects.visible_to(actor).filter(pk__in=ids)
    stages = set(stages_for(actor))
    return [
        Change(number, seq, state, stage in stages)
        for number, seq, state, stage in rows.values_list("number", "head_seq", "state", "stage")
    ]


def last_step_of_others(case_id: UUID, after: int, actor: Actor) -> models.Step | None:
    """The newest step after this one that another account (or the platform) took; None when there is none.

    For a case the caller has seen.
    """
    steps = models.Step.objects.filter(case=case_id, seq__gt=after)
    return steps.exclude(account__isnull=False, account=actor.account_id).order_by("-seq").first()
