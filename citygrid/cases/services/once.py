"""Steps sent more than once: a phone repeats what it got no answer to."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from citygrid.cases import models, permissions
from citygrid.cases.rules import Given
from citygrid.cases.services.life import take_step
from citygrid.evidence import queries as evidence
from citygrid.kernel.actor import Actor
from citygrid.kernel.idempotency import once


@dataclass(frozen=True, slots=True)
class StepTaken:
    """The case as it stood after a step; `case` itself for the call that took it, None for those that repeat it."""

    id: UUID
    number: str
    state: str
    head_seq: int
    case: models.Case | None = None


def take_step_once(
    *,
    key: str,
    case_id: UUID,
    action: str,
    actor: Actor,
    now: datetime,
    given: Given,
    expected_seq: int | None = None,
) -> StepTaken:
    """Take one step as `take_step` does, and only once under a key of the account.

    The same key and step again gives the first answer, whatever became of the case since; the same key with another
    step is refused (KeyReused, 409). Photos count by their content. `expected_seq` is a condition and no part of the
    step: who was refused for it may send the same again on the history they have seen by then.
    """
    actor.require(permissions.ACT)
    taken: list[models.Case] = []

    def take() -> dict[str, Any]:
        case = take_step(case_id=case_id, action=action, actor=actor, now=now, given=given, expected_seq=expected_seq)
        taken.append(case)
        return {"id": str(case.pk), "number": case.number, "state": case.state, "head_seq": case.head_seq}

    scope = f"cases/{actor.account_id or actor.label}"
    body = {"case": case_id, "action": action, **_content(given)}
    answer, is_first = once(scope=scope, key=key, body=body, now=now, answer=take)
    return StepTaken(**{**answer, "id": UUID(answer["id"])}, case=taken[0] if is_first else None)


def _content(given: Given) -> dict[str, Any]:
    """What makes two steps the same: everything that is given, photos by their content."""
    return {**asdict(given), "photos": {str(role): evidence.digests(ids) for role, ids in given.photos.items()}}
