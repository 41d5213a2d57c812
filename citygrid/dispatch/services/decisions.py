"""Who handles a case: rules and models are asked, what they say is stored, and what is sure is carried out."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.cases import services as case_services
from citygrid.dispatch.choices import SENT, Conclusion, ModelState, Target
from citygrid.dispatch.models import Decision, ManualCategory, UnitLimit
from citygrid.dispatch.permissions import MANAGE_AUTOMATION, VIEW_RULES
from citygrid.dispatch.queries import answer, in_charge, judge, told_of
from citygrid.dispatch.queries.verdicts import Judgement
from citygrid.dispatch.rules import Answer, Receiver, Situation, Verdict, choose, hindrance
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, Axis, system_actor
from citygrid.kernel.errors import Conflict

if TYPE_CHECKING:
    from citygrid.cases.models import Case

DISPATCH = "dispatch"  # the action of the procedure that charges a unit with a case
AUTOMATIC = system_actor("Automatic dispatch", axis=Axis.COMMAND)
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Said:
    """What rules and models say of a case: the model that is on, and the one in the shadow."""

    judgement: Judgement
    answer: Answer | None
    shadow: Answer | None


@transaction.atomic
def decide(*, case_id: UUID, actor: Actor, now: datetime) -> Decision:
    """Ask who handles the case and store the answers with their traces; nothing is sent. Raises NotFound."""
    actor.require(VIEW_RULES)
    case = cases.case(case_id, actor)
    return _store(case, _ask(case, now), actor, now)


@dataclass(frozen=True, slots=True)
class PastDecision:
    """What automatic dispatch made of a case whose history is recorded: the unit it sent to, or None."""

    case_id: UUID
    at: datetime
    situation: Situation
    verdict: Verdict
    sent_to: UUID | None


@transaction.atomic
def record_decisions(*, decisions: Sequence[PastDecision], actor: Actor, now: datetime) -> None:
    """Store decisions of the past, by rules alone, with one note in the audit trail."""
    actor.require(MANAGE_AUTOMATION)
    rows = [
        Decision(
            case_id=one.case_id,
            at=one.at,
            outcome=one.verdict.outcome,
            unit_id=one.verdict.unit_id,
            label=AUTOMATIC.label,
            is_automatic=True,
            trace=Judgement(one.situation, one.verdict, {}).as_data(),
            conclusion=choose(one.verdict.outcome, one.sent_to, None)[0],
            sent_to_id=one.sent_to,
        )
        for one in decisions
    ]
    Decision.objects.bulk_create(rows, batch_size=1_000)
    audit.record(subject="dispatch.decision", action="record", actor=actor, now=now, data={"decisions": len(rows)})


def dispatch_filed(*, case_id: UUID, now: datetime) -> Decision | None:
    """Decide about a filed case and send it when it is sure to whom.

    None instead of a decision: a dispatcher was faster, or the case was dispatched before (whoever sends it again
    knows why it came back).
    """
    case = cases.case(case_id, AUTOMATIC)
    if case.dispatched_at or DISPATCH not in {offer.code for offer in cases.actions_for(case, AUTOMATIC, now)}:
        return None
    # A savepoint: when a dispatcher takes the case in between, the decision goes with the step that was refused.
    try:
        with transaction.atomic():
            said = _ask(case, now)
            conclusion, unit_id = _conclude(case, said, now)
            decision = _store(case, said, AUTOMATIC, now, conclusion, unit_id)
            if unit_id:
                given = case_services.Given(unit_id=unit_id)
                case_services.take_step(case_id=case_id, action=DISPATCH, given=given, actor=AUTOMATIC, now=now)
            return decision
    except Conflict as refusal:
        logger.info("case %s moved while it was being dispatched: %s", case_id, refusal.code)
        return None


def _ask(case: "Case", now: datetime) -> _Said:
    models = in_charge(Target.UNIT)
    told = told_of(case)
    said = {state: answer(row, told) for state, row in models.items()}
    return _Said(judge(case, now), said.get(ModelState.ON), said.get(ModelState.SHADOW))


def _conclude(case: "Case", said: _Said, now: datetime) -> tuple[Conclusion, UUID | None]:
    """What automatic dispatch makes of what was said, and the unit it sends to, if it does."""
    conclusion, unit_id = choose(said.judgement.verdict.outcome, said.judgement.verdict.unit_id, said.answer)
    if unit_id is None or conclusion not in SENT:
        return conclusion, None
    hindered = hindrance(
        is_on=settings.AUTO_DISPATCH,
        is_manual=ManualCategory.objects.filter(category=case.category_id, until__isnull=True).exists(),
        receiver=_receiver(unit_id, case, now),
    )
    return (hindered, None) if hindered else (conclusion, unit_id)


def _receiver(unit_id: UUID, case: "Case", now: datetime) -> Receiver | None:
    """How the unit stands to the case; None where there is no such unit any more."""
    found = access.unit_for(unit_id, cases.charge_of(case, DISPATCH))
    if found is None:
        return None
    limit = UnitLimit.objects.filter(unit=unit_id).first()
    return Receiver(
        is_active=found.unit.is_active,
        can_take=found.can_take,
        is_away=bool(limit and limit.is_away(localdate(now))),
        is_full=bool(limit and limit.most_open is not None and cases.open_of_unit(unit_id) >= limit.most_open),
    )


def _store(
    case: "Case",
    said: _Said,
    actor: Actor,
    now: datetime,
    conclusion: Conclusion | None = None,
    sent_to: UUID | None = None,
) -> Decision:
    decision = Decision.objects.create(
        case=case,
        at=now,
        outcome=said.judgement.verdict.outcome,
        unit=said.judgement.unit,
        label=actor.label,
        is_automatic=actor.is_automatic,
        trace=said.judgement.as_data(),
        answer=said.answer.as_data() if said.answer else None,
        shadow=said.shadow.as_data() if said.shadow else None,
        conclusion=conclusion or "",
        sent_to_id=sent_to,
    )
    told = {"conclusion": str(conclusion)} if conclusion else {}
    data = {"outcome": str(decision.outcome), "decision": decision.pk, **told}
    audit.record(subject=f"cases.case/{case.pk}", action="decide", actor=actor, now=now, data=data)
    return decision
