"""What reports plug in below: supervisors are told what became of theirs (one table); photos are seen with the report,
and shown with its case. And what it publishes for posts to look for.
"""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import override

from citygrid.access import queries as access
from citygrid.access.queries import Holder
from citygrid.cases import queries as cases
from citygrid.cases.choices import Source
from citygrid.cases.events import CaseCorrected, CaseVoided
from citygrid.evidence.registry import owners, parts, public_parts
from citygrid.geography import queries as geography
from citygrid.intake import events, models, permissions, queries, services
from citygrid.intake.choices import ADVICE, THANKS, Flaw
from citygrid.intake.registry import publishers
from citygrid.kernel.events import subscribe
from citygrid.notices import services as notices
from citygrid.notices.services import NoticeIn

Decided = (
    events.ReportAccepted
    | events.ReportJoined
    | events.ReportRefused
    | events.ReportCorrected
    | events.ReportCaseVoided
    | events.ReportUnjoined
)
TOLD: dict[type[Decided], str] = {  # event to template
    events.ReportAccepted: "report_accepted",
    events.ReportJoined: "report_joined",
    events.ReportRefused: "report_refused",
    events.ReportCorrected: "report_corrected",
    events.ReportCaseVoided: "report_case_voided",
    events.ReportUnjoined: "report_unjoined",
}


def _teller(template: str) -> Callable[[Decided], None]:
    def tell(event: Decided) -> None:
        report = models.Report.objects.unscoped(reason="the platform tells who reported").get(pk=event.report_id)
        if report.channel == Source.FIELD and report.received_by_id:
            step = report.steps.select_related("case").get(seq=event.seq)
            notices.send(notice=_notice(report, step, template), now=event.at)

    tell.__qualname__ = f"tell_{template}"  # deliveries are recorded under it
    return tell


def _notice(report: models.Report, step: models.ReportStep, template: str) -> NoticeIn:
    flaws = queries.found_by(step)
    return NoticeIn(
        template=template,
        params={
            "receipt": report.receipt,
            "place": _place(report),
            "number": step.case.number if step.case else "",
            "reason": step.reason,
            "changes": {"zh": _changes(step, "zh-hans"), "en": _changes(step, "en")},
            "advice": {"zh": _advice(flaws, "zh-hans"), "en": _advice(flaws, "en")},
        },
        key=f"{template}/{report.pk}/{step.seq}",
        to=[Holder(report.received_by_id)] if report.received_by_id else [],
        link=("report", str(report.pk)),
    )


@subscribe(events.ReportMarked)
def raise_report(event: events.ReportMarked) -> None:
    """Those who decide reports there are told of one that came from a forbidden zone, once."""
    report = models.Report.objects.unscoped(reason="the platform tells who decides there").get(pk=event.report_id)
    to = access.holders_of(permissions.TRIAGE, event.at, area_code=report.area_code)
    notice = NoticeIn(
        template="report_in_zone",
        params={"place": _place(report), **geography.zone_words(report.zone or {})},
        key=f"report_in_zone/{report.pk}",
        to=[holder for holder in to if holder.account_id != report.received_by_id],
        link=("report", str(report.pk)),
    )
    notices.send(notice=notice, now=event.at)


def _place(report: models.Report) -> dict[str, str]:
    code = report.area_code
    zh, en = (report.address or geography.place_names([code], of)[code] for of in ("zh-hans", "en"))
    return {"zh": zh, "en": en}


def _changes(step: models.ReportStep, language: str) -> str:
    """What a correction changed: "before → after", one after the other."""
    if not step.data:
        return ""
    with override(language):
        told = cases.CorrectionWords([step.data]).of(step.data)
        unknown = _("not known")
        return _(", ").join(f"{one.was or unknown} → {one.now or unknown}" for one in told)


def _advice(flaws: Iterable[Flaw], language: str) -> str:
    """What to do better next time; thanks where nothing was wrong."""
    with override(language):
        told = [_("%(flaw)s: %(advice)s") % {"flaw": flaw.label, "advice": ADVICE[flaw]} for flaw in flaws]
        return " ".join(told) or str(THANKS)


@subscribe(CaseCorrected)
def note_case_correction(event: CaseCorrected) -> None:
    """Whoever reported what is now another matter is told."""
    services.note_case_correction(case_id=event.case_id, seq=event.seq, now=event.at)


@subscribe(CaseVoided)
def note_case_void(event: CaseVoided) -> None:
    """Whoever reported it is told why nothing more will be done."""
    services.note_case_void(case_id=event.case_id, seq=event.seq, now=event.at)


for _event, _template in TOLD.items():
    subscribe(_event)(_teller(_template))

owners.register(queries.PHOTO_OWNER, queries.as_seen)
parts.register(cases.PHOTO_OWNER, queries.ids_of_cases)
public_parts.register(cases.PHOTO_OWNER, queries.public_ids_of_cases)
publishers.register("focus", queries.published_for)
