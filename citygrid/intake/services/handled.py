"""What somebody saw and dealt with on the spot: a report that is a case at once, for others to look at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from citygrid.evidence import queries as evidence
from citygrid.intake import errors, permissions
from citygrid.intake.queries import key_scope
from citygrid.intake.services.decide import accept_report
from citygrid.intake.services.receive import Receipt, ReportIn, require_usable, store, usable_category
from citygrid.kernel.actor import Actor
from citygrid.kernel.idempotency import once
from citygrid.workflow import queries as workflow


@dataclass(frozen=True, slots=True)
class HandledIn:
    """What was done on the spot, and the photos that show it afterwards (ids of photos that were received before)."""

    note: str
    photos: tuple[UUID, ...] = ()


def receive_handled(*, report: ReportIn, handled: HandledIn, key: str, actor: Actor, now: datetime) -> Receipt:
    """Store a report, and open its case by the action of its procedure that says it is dealt with already.

    All in one transaction, and once under a key, as `receive_report`. Which categories allow it is the procedure's
    business, and so is who looks at it then. Refusals: those of `receive_report` and of the action, NotHandledHere
    (409).
    """
    actor.require(permissions.RECEIVE)
    require_usable(report)

    def answer() -> dict[str, Any]:
        procedure = workflow.procedure(usable_category(report.category_key).procedure)
        action = workflow.done_at_once(procedure, actor)
        stored = store(report, actor, now)
        if action is None or not actor.reach.covers_area(stored["area_code"]):
            raise errors.NotHandledHere()
        case = accept_report(
            report_id=UUID(stored["report_id"]),
            actor=actor,
            now=now,
            action=action.code,
            note=handled.note.strip(),
            photos_after=handled.photos,
        )
        return {**stored, "case_number": case.number}

    told = {"note": handled.note, "photos": evidence.digests(handled.photos)}
    body = {**report.body(), "handled": told}
    given, is_first = once(scope=key_scope(actor), key=key, body=body, now=now, answer=answer)
    return Receipt(UUID(given["report_id"]), given["receipt"], is_first, given["case_number"])
