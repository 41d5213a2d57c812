"""Reads of exchange: outside applications and what came from them."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from citygrid.exchange import permissions
from citygrid.exchange.models import Application, OutsideReport, OutsideUpdate
from citygrid.exchange.rules import key_hash
from citygrid.kernel.actor import Actor

MOST_OWN = 1_000


def application_of(key: str) -> Application | None:
    """The application whose key this is; None for an unknown or revoked one. One query."""
    if not key:
        return None
    rows = Application.objects.unscoped(reason="the key itself is the right")
    return rows.filter(key_hash=key_hash(key), revoked_at=None).first()


def applications(actor: Actor) -> QuerySet[Application]:
    """The applications this post administers, the newest first, with how many reports came and when the last did."""
    actor.require(permissions.MANAGE_APPLICATIONS)
    rows = Application.objects.visible_to(actor).select_related("issued_by")
    return rows.order_by("revoked_at", "-issued_at")


def counts_of(applications: Collection[Application]) -> dict[object, tuple[int, datetime]]:
    """How many reports came from each of these applications, and when the last one did. One query."""
    rows = OutsideReport.objects.filter(application__in=applications).values_list("application")
    return {key: (number, last) for key, number, last in rows.annotate(Count("pk"), Max("received_at"))}


def updates_told(applications: Collection[Application], count: int = 50) -> list[OutsideUpdate]:
    """What these applications told last about their reports."""
    rows = OutsideUpdate.objects.filter(application__in=applications)
    return list(rows.select_related("application", "outside").order_by("-received_at")[:count])


def own_report(reference: str, application: Application) -> OutsideReport | None:
    """A report of this application by its reference."""
    return OutsideReport.objects.filter(reference=reference.upper(), application=application).first()


def outside_reports(references: Collection[str]) -> list[OutsideReport]:
    """Reports by the references their applications were told. A reference cannot be guessed."""
    wanted = [reference.upper() for reference in references]
    return list(OutsideReport.objects.filter(reference__in=wanted).order_by("-received_at"))


def own_reports(application: Application) -> list[OutsideReport]:
    """The newest reports of an application."""
    return list(OutsideReport.objects.filter(application=application).order_by("-received_at")[:MOST_OWN])
