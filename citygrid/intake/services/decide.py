"""What becomes of a report: a case of its own, a part of another, or nothing; and the way back."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from citygrid.cases import queries as cases
from citygrid.cases import services as case_services
from citygrid.evidence.choices import Role
from citygrid.intake import errors, events, models, permissions
from citygrid.intake.choices import Flaw, ReportAction, ReportState
from citygrid.intake.rules import NOTHING_JUDGED, Judged, judge_matter
from citygrid.intake.services.history import append, first_said, locked, undecided
from citygrid.intake.services.receive import usable_category
from citygrid.kernel.actor import Actor
from citygrid.kernel.events import announce
from citygrid.kernel.words import is_blank

if TYPE_CHECKING:
    from citygrid.cases.models import Case

STATES = {  # what an action makes of a report
    ReportAction.ACCEPT: ReportState.ACCEPTED,
    ReportAction.JOIN: ReportState.JOINED,
    ReportAction.REFUSE: ReportState.REFUSED,
    ReportAction.UNJOIN: ReportState.RECEIVED,
}
DECIDED = ("state", "case", "reason", "decided_at")


@transaction.atomic
def accept_report(
    *,
    report_id: UUID,
    actor: Actor,
    now: datetime,
    category_key: str = "",
    component_id: str = "",
    action: str = "",
    note: str = "",
    photos_after: tuple[UUID, ...] = (),
) -> "Case":
    """Open a case for a report, in the category it came with or the one given here, about this component if any.

    The category's scheme names the procedure, and the procedure how this post begins; `action` chooses among more.
    Another category than the reporter gave is a correction. Who took the report down and may open cases needs no right
    to triage.
    """
    found = undecided(report_id, actor, now)
    if actor.account_id is None or found.received_by_id != actor.account_id:
        actor.require(permissions.TRIAGE)
    category = usable_category(category_key or found.category_id or "")
    opening = case_services.Opening(
        procedure=category.procedure,
        category_key=category.key,
        component_id=component_id,
        district_code=found.district_code,
        area_code=found.area_code,
        summary=found.description,
        source=found.channel,
        location=found.location,
        address=found.address,
        is_withheld=found.is_confidential,
    )
    shown: dict[str, tuple[UUID, ...]] = {Role.AFTER: photos_after} if photos_after else {}
    given = case_services.Given(note=note, photos=shown)
    case = case_services.open_case(opening=opening, actor=actor, now=now, action=action, given=given)
    judged, data = _other_category(found, category.key)
    seq = _decide(found, ReportAction.ACCEPT, actor, now, case_id=case.pk, judged=judged, data=data)
    announce(events.ReportAccepted(report_id=found.pk, case_id=case.pk, seq=seq, at=now))
    return case


def _other_category(found: models.Report, key: str) -> tuple[Judged, dict[str, Any]]:
    """What the category of the case says of the one that was reported, and the correction that this is, if any."""
    right = {"category": key}
    is_other = found.category_id not in (None, key)
    data = {"was": {"category": found.category_id}, "now": right} if is_other else {}
    return judge_matter(first_said(found), right), data


@transaction.atomic
def join_report(*, report_id: UUID, case_id: UUID, actor: Actor, now: datetime) -> models.Report:
    """Join a report to an open case that this post sees, instead of opening another."""
    actor.require(permissions.TRIAGE)
    case = cases.case(case_id, actor)
    if not case.is_open:
        raise errors.CaseNotOpen()
    found = undecided(report_id, actor, now)
    seq = _decide(found, ReportAction.JOIN, actor, now, case_id=case_id, judged={Flaw.REPEATED: True})
    announce(events.ReportJoined(report_id=found.pk, case_id=case_id, seq=seq, at=now))
    return found


@transaction.atomic
def unjoin_report(
    *,
    report_id: UUID,
    reason: str,
    actor: Actor,
    now: datetime,
    case_id: UUID | None = None,
    expected_seq: int | None = None,
) -> models.Report:
    """Take a report out of a case it was joined to by mistake: it waits for a decision again, or is joined to another.

    With `expected_seq`, only on the history the caller has seen. TextMissing (400); NotFound (404) when the post does
    not see the case; ReportMoved, NotJoined, SameCase (409), and those of joining.
    """
    actor.require(permissions.TRIAGE)
    if is_blank(reason):
        raise errors.TextMissing()
    found = locked(report_id, actor, expected_seq)
    left = found.case_id
    if found.state != ReportState.JOINED or left is None:
        raise errors.NotJoined(state=ReportState(found.state).label)
    if case_id == left:
        raise errors.SameCase()
    cases.case(left, actor)
    judged = {Flaw.REPEATED: False}
    seq = _decide(found, ReportAction.UNJOIN, actor, now, case_id=left, reason=reason.strip(), judged=judged)
    announce(events.ReportUnjoined(report_id=found.pk, case_id=left, seq=seq, at=now))
    return join_report(report_id=report_id, case_id=case_id, actor=actor, now=now) if case_id else found


@transaction.atomic
def refuse_report(*, report_id: UUID, reason: str, actor: Actor, now: datetime, flaw: str = "") -> models.Report:
    """Refuse a report with a reason that its reporter sees; `flaw`: what was wrong with it, where that is the reason.

    TextMissing, FlawUnknown (400).
    """
    actor.require(permissions.TRIAGE)
    if is_blank(reason):
        raise errors.TextMissing()
    if flaw and flaw not in Flaw.values:
        raise errors.FlawUnknown(flaw=flaw)
    found = undecided(report_id, actor, now)
    judged = {Flaw(flaw): True} if flaw else NOTHING_JUDGED
    seq = _decide(found, ReportAction.REFUSE, actor, now, reason=reason.strip(), judged=judged)
    announce(events.ReportRefused(report_id=found.pk, seq=seq, at=now))
    return found


def _decide(
    found: models.Report,
    action: ReportAction,
    actor: Actor,
    now: datetime,
    *,
    case_id: UUID | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    judged: Judged = NOTHING_JUDGED,
) -> int:
    """The decision, or its undoing, in the row and in the history; returns the number of the step."""
    is_decided = action != ReportAction.UNJOIN
    found.state, found.reason = STATES[action], reason if is_decided else ""
    found.case_id, found.decided_at = (case_id, now) if is_decided else (None, None)
    return append(found, action, actor, now, DECIDED, case_id=case_id, reason=reason, data=data, judged=judged)
