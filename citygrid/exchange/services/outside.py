"""What outside applications send: reports, and news about them."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from citygrid.evidence import permissions as evidence_permissions
from citygrid.exchange import errors, queries
from citygrid.exchange.models import Application, OutsideReport, OutsideUpdate
from citygrid.intake import permissions as intake_permissions
from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, Axis, Reach
from citygrid.kernel.chain import canonical
from citygrid.kernel.ids import receipt_code

AGAIN = timedelta(hours=1)  # within which the same words from one application are one report
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(%s)"
GRANTED = frozenset({intake_permissions.RECEIVE, evidence_permissions.RECEIVE})


@dataclass(frozen=True)
class RequestIn:
    """A service request as it came in; a place in WGS-84, or an area code, with an address."""

    description: str
    category_key: str
    lon: float | None = None
    lat: float | None = None
    area_code: str = ""
    address: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UpdateIn:
    """What an application tells about a report of its own, under an id of its choice."""

    reference: str
    update_id: str
    description: str
    told_at: datetime
    status: str = ""


def actor_of(application: Application) -> Actor:
    """An application acts for itself: it may hand in reports and photos of its area, and see nothing."""
    return Actor(
        role="application",
        axis=Axis.SUPERVISION,
        reach=Reach(areas=(application.area_code,)),
        permissions=GRANTED,
        label=f"Open311 {application.name}",
    )


@transaction.atomic
def receive_request(*, request: RequestIn, application: Application, is_test: bool, now: datetime) -> str:
    """Store a report for good; the reference by which its application asks for it.

    The same request of the same application within an hour is the same report, also when both come at once. A test is
    checked like any other and leaves nothing behind. OutsideArea, and the refusals of `intake.receive_report`.
    """
    body_hash = hashlib.sha256(canonical({**asdict(request), "application": str(application.pk)})).digest()
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [int.from_bytes(body_hash[:8], signed=True)])
    earlier = OutsideReport.objects.filter(
        application=application, body_hash=body_hash, received_at__gt=now - AGAIN
    ).first()
    if earlier:
        return earlier.reference
    reference, actor = receipt_code().replace("-", ""), actor_of(application)
    report_id = _report(request, reference, application, actor, now)
    OutsideReport.objects.create(
        reference=reference, application=application, report_id=report_id, body_hash=body_hash, received_at=now
    )
    if is_test:
        transaction.set_rollback(True)
    return reference


def _report(request: RequestIn, reference: str, application: Application, actor: Actor, now: datetime) -> UUID:
    report = intake_services.ReportIn(**asdict(request), channel=application.speaks)
    receipt = intake_services.receive_report(report=report, key=reference, actor=actor, now=now)
    if not actor.reach.covers_area(intake.status_by_id(receipt.report_id).area_code):
        raise errors.OutsideArea(area=application.area_code)
    return receipt.report_id


@transaction.atomic
def receive_update(*, update: UpdateIn, application: Application, is_test: bool, now: datetime) -> str:
    """Keep what an application tells about a report of its own; its id. The same id again changes nothing.

    RequestUnknown (404) for a report of another application.
    """
    outside = queries.own_report(update.reference, application)
    if outside is None:
        raise errors.RequestUnknown(name=update.reference)
    _kept, is_new = OutsideUpdate.objects.get_or_create(
        application=application,
        update_id=update.update_id,
        defaults={
            "outside": outside,
            "status": update.status,
            "description": update.description,
            "told_at": update.told_at,
            "received_at": now,
        },
    )
    if is_new:
        subject = f"intake.report/{outside.report_id}"
        data = {"application": str(application.pk), "update_id": update.update_id}
        audit.record(subject=subject, action="told-by-application", actor=actor_of(application), now=now, data=data)
    if is_test:
        transaction.set_rollback(True)
    return update.update_id
