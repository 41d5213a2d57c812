from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import get_language
from ninja import Header, Path, Router, Status
from pydantic import Field

from citygrid.cases.services import Correction
from citygrid.catalogue import queries as catalogue
from citygrid.geography import queries as geography
from citygrid.intake import permissions, queries, services
from citygrid.intake.api.schemas import FocusOut, ReceiptOut, ReportCorrectionIn, ReportIn, StatusOut, UnjoinIn
from citygrid.intake.choices import ADVICE, ReportAction
from citygrid.kernel import clock
from citygrid.kernel.api import PROBLEM_CODES, Key, Permitted, Problem, leads_to, responses

router = Router(tags=["reports"])

ReceiptCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4}(-[0-9A-Za-z]{4}){2}$")]


@router.post(
    "",
    response={201: ReceiptOut, 200: ReceiptOut, PROBLEM_CODES: Problem},
    auth=Permitted(permissions.RECEIVE),
    openapi_extra=leads_to(201, read_status={"receipt": "$response.body#/receipt"}),
)
def receive_report(request: Any, report: ReportIn, key: Key = Header(alias="Idempotency-Key")) -> Status[Any]:
    """Send a report. The answer means that it is stored for good.

    Choose the key (header Idempotency-Key) when the report is born, and repeat both until there is an answer: the
    same key and report again gets the first answer (200).

    With `handled` it says that its sender has dealt with it on the spot: it is a case at once, where the procedure of
    its category lets this post say so (else 409, `intake.not_handled_here`).
    """
    given = report.dict()
    handled = given.pop("handled")
    given["photos"] = tuple(given["photos"])
    asked: dict[str, Any] = {
        "report": services.ReportIn(**given),
        "key": key,
        "actor": request.auth,
        "now": clock.now(),
    }
    if handled:
        done = services.HandledIn(handled["note"], tuple(handled["photos"]))
        receipt = services.receive_handled(handled=done, **asked)
    else:
        receipt = services.receive_report(**asked)
    return Status(201 if receipt.is_first else 200, receipt)


@router.get("/focus", response=responses(list[FocusOut]), auth=Permitted(permissions.VIEW))
def read_focus(request: Any) -> list[dict[str, Any]]:
    """What this post is to look for today, where and when, the most pressing first."""
    found = queries.to_look_for(request.auth, clock.now())
    names = catalogue.categories({one.category_key for one in found})
    places = geography.place_names({one.area_code for one in found}, get_language() or "zh-hans")
    return [{**asdict(one), "category": names[one.category_key].name, "area": places[one.area_code]} for one in found]


@router.get("/{receipt}", response=responses(StatusOut), auth=None)
def read_status(request: Any, receipt: Path[ReceiptCode]) -> dict[str, Any]:
    """What became of a report. The receipt is the key: it cannot be guessed, so nobody else is asked for."""
    return _status(queries.status_of(receipt))


@router.post("/{report_id}/corrections", response=responses(StatusOut, 201), auth=Permitted(permissions.TRIAGE))
def correct_report(request: Any, report_id: UUID, right: ReportCorrectionIn) -> Status[Any]:
    """Correct category, place or address of a report that waits for a decision; its reporter sees the reason."""
    given = right.dict()
    services.correct_report(
        report_id=report_id,
        reason=given.pop("reason"),
        expected_seq=given.pop("expected_seq"),
        correction=Correction(**given),
        actor=request.auth,
        now=clock.now(),
    )
    return Status(201, _status(queries.status_by_id(report_id)))


@router.post("/{report_id}/unjoin", response=responses(StatusOut, 201), auth=Permitted(permissions.TRIAGE))
def unjoin_report(request: Any, report_id: UUID, given: UnjoinIn) -> Status[Any]:
    """Take a report out of a case it was joined to by mistake: it waits for a decision, or is joined to another."""
    services.unjoin_report(report_id=report_id, actor=request.auth, now=clock.now(), **given.dict())
    return Status(201, _status(queries.status_by_id(report_id)))


def _status(report: Any) -> dict[str, Any]:
    history = [_happened(one) for one in queries.history(report)]
    voided = (one["reason"] for one in reversed(history) if one["action"] == ReportAction.VOID_CASE)
    return {
        "receipt": report.receipt,
        "state": report.state,
        "received_at": report.received_at,
        "reason": report.reason or next(voided, ""),
        "case_number": report.case.number if report.case else "",
        "case_state": report.case.state if report.case else "",
        "history": history,
    }


def _happened(one: queries.Happened) -> dict[str, Any]:
    """Without who did it: whoever holds a receipt is told what and why."""
    facts = {name: getattr(one.step, name) for name in ("action", "at", "reason")}
    flaws = [{"kind": flaw, "name": str(flaw.label), "advice": str(ADVICE[flaw])} for flaw in one.flaws]
    changes = [change._asdict() for change in one.changes]
    return {**facts, "case_number": one.case_number, "changes": changes, "flaws": flaws}
