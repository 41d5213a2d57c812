"""Who sent a report, in clear."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from citygrid.intake import errors, models, permissions
from citygrid.intake.queries import Contact, report
from citygrid.intake.services.history import audit_entry
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import write_together
from citygrid.kernel.words import is_blank


def reveal_contact(*, report_id: UUID, reason: str, actor: Actor, now: datetime) -> Contact:
    """The reporter's contact data in clear. Who asked, and why, is on record before it is read."""
    actor.require(permissions.REVEAL)
    if is_blank(reason):
        raise errors.TextMissing()
    found = report(report_id, actor)
    with transaction.atomic():
        write_together(audit_entry(found, "reveal_contact", actor, now, {"reason": reason.strip()}))
    contact = models.ReportContact.objects.filter(report=found).first()
    return Contact(contact.name, contact.phone, contact.email) if contact else Contact("", "", "")
