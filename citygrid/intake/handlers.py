"""What reports plug in below: supervisors are told what became of theirs (one table); photos are seen with the report,
and shown with its case.
"""

from collections.abc import Callable
from uuid import UUID

from citygrid.access.queries import Holder
from citygrid.cases import queries as cases
from citygrid.cases.choices import Source
from citygrid.evidence.registry import owners, parts
from citygrid.geography import queries as geography
from citygrid.intake import events, models, queries
from citygrid.kernel.events import subscribe
from citygrid.notices import services as notices
from citygrid.notices.services import NoticeIn

Decided = events.ReportAccepted | events.ReportJoined | events.ReportRefused
TOLD: dict[type[Decided], str] = {  # event to template
    events.ReportAccepted: "report_accepted",
    events.ReportJoined: "report_joined",
    events.ReportRefused: "report_refused",
}


def _teller(template: str) -> Callable[[Decided], None]:
    def tell(event: Decided) -> None:
        rows = models.Report.objects.unscoped(reason="the platform tells who reported").select_related("case")
        report = rows.get(pk=event.report_id)
        if report.channel == Source.FIELD and report.received_by_id:
            notices.send(notice=_notice(report, template, report.received_by_id), now=event.at)

    tell.__qualname__ = f"tell_{template}"  # deliveries are recorded under it
    return tell


def _notice(report: models.Report, template: str, account_id: UUID) -> NoticeIn:
    code = report.area_code
    zh, en = (report.address or geography.place_names([code], of)[code] for of in ("zh-hans", "en"))
    number = report.case.number if report.case else ""
    return NoticeIn(
        template=template,
        params={"receipt": report.receipt, "place": {"zh": zh, "en": en}, "number": number, "reason": report.reason},
        key=f"{template}/{report.pk}",
        to=[Holder(account_id)],
        link=("report", str(report.pk)),
    )


for _event, _template in TOLD.items():
    subscribe(_event)(_teller(_template))

owners.register(queries.PHOTO_OWNER, queries.as_seen)
parts.register(cases.PHOTO_OWNER, queries.ids_of_case)
