"""What is done from the command page: a picture that is seen live becomes a report, or a case at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citygrid.cases import permissions as case_permissions
from citygrid.cases.choices import Source
from citygrid.catalogue import queries as catalogue
from citygrid.evidence import queries as evidence
from citygrid.evidence import services as evidence_services
from citygrid.evidence.permissions import WATCH_STREAM
from citygrid.geography import queries as geography
from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.kernel.actor import Actor
from citygrid.workflow import queries as workflow


@dataclass(frozen=True, slots=True)
class Made:
    """The report that a picture became, and the number of its case, if it is one already."""

    report_id: UUID
    receipt: str
    case_number: str


@transaction.atomic
def report_stream(
    *, stream_id: UUID, picture: bytes, category_key: str, key: str, actor: Actor, now: datetime, note: str = ""
) -> Made:
    """Report what a live stream shows: its picture (JPEG) as the photo, where its phone is, in this category.

    It is a case at once where the procedure of its category lets this post begin one. The film that the stream
    becomes is shown with the report. The same key again is the same report. NotFound (404), and the refusals of
    photos and reports.
    """
    actor.require(WATCH_STREAM)
    stream = evidence.stream(stream_id, actor)
    is_inside = geography.locate(stream.location, on=timezone.localdate(now)) is not None
    photo = evidence_services.receive_photo(content=picture, filename="live.jpg", actor=actor, now=now)
    seen = _("Seen live: %(who)s.") % {"who": stream.post.title}
    report = intake_services.ReportIn(
        description=f"{note.strip()} {seen}".strip(),
        channel=Source.VIDEO,
        lon=stream.location.x if is_inside else None,
        lat=stream.location.y if is_inside else None,
        area_code="" if is_inside else stream.area_code,
        category_key=category_key,
        photos=(photo.pk,),
    )
    receipt = intake_services.receive_report(report=report, key=key, actor=actor, now=now)
    number = receipt.case_number
    if receipt.is_first and _may_begin(category_key, actor):
        case = intake_services.accept_report(report_id=receipt.report_id, actor=actor, now=now)
        number = case.number
    evidence_services.show_stream_with(
        stream_id=stream_id, owner_kind=intake.PHOTO_OWNER, owner_id=receipt.report_id, actor=actor, now=now
    )
    return Made(receipt.report_id, receipt.receipt, number)


def _may_begin(category_key: str, actor: Actor) -> bool:
    found = catalogue.categories([category_key]).get(category_key)
    if found is None or not actor.may(case_permissions.OPEN):
        return False
    return bool(workflow.beginnings(workflow.procedure(found.procedure), actor))
