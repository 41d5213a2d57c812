from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citygrid.cases import queries as cases
from citygrid.evidence import queries as evidence
from citygrid.evidence.registry import Seen
from citygrid.intake import models, permissions
from citygrid.intake.choices import Flaw, ReportAction, ReportState
from citygrid.intake.rules import found_between, mask
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.idempotency import answered
from citygrid.kernel.scope import prefix_range

PHOTO_OWNER = "intake.report"


@dataclass(frozen=True)
class ReportFilter:
    """What a list of reports is narrowed to; empty fields do not narrow."""

    state: str = ""
    area_code: str = ""
    channel: str = ""
    words: str = ""
    received_from: date | None = None
    received_until: date | None = None
    is_own: bool = False  # those the account sent itself, wherever they lie
    post_id: UUID | None = None  # the post that saw it itself
    flaw: str = ""
    is_marked: bool = False  # those that came from a forbidden zone

    def condition(self) -> Q:
        """The filter as a condition on reports."""
        wanted = Q(**{name: value for name in ("state", "channel") if (value := getattr(self, name))})
        if self.received_from:
            wanted &= Q(received_at__date__gte=self.received_from)
        if self.received_until:
            wanted &= Q(received_at__date__lte=self.received_until)
        if self.post_id:
            wanted &= Q(post=self.post_id)
        if self.flaw:
            wanted &= Q(flaws__contains=[self.flaw])
        if self.is_marked:
            wanted &= Q(zone__isnull=False)
        for word in self.words.split():
            wanted &= Q(receipt__iexact=word) | Q(description__icontains=word) | Q(address__icontains=word)
        return wanted & prefix_range("area_code", self.area_code)


@dataclass(frozen=True)
class Contact:
    """Contact data, masked unless it came from `services.reveal_contact`."""

    name: str
    phone: str
    email: str


def reports(
    actor: Actor, wanted: ReportFilter, *, start: int = 0, count: int = 50, newest_first: bool = True
) -> QuerySet[models.Report]:
    """A page of the reports this post sees, with category, and case where it sees that too (else `case` is None)."""
    actor.require(permissions.VIEW)
    seen = models.Report.objects.sent_by(actor) if wanted.is_own else models.Report.objects.visible_to(actor)
    rows = seen.filter(wanted.condition()).select_related("category")
    rows = rows.prefetch_related(_case_for(actor))
    order = ("-received_at", "-id") if newest_first else ("received_at", "id")
    return rows.order_by(*order)[start : start + count]


def report(report_id: UUID, actor: Actor) -> models.Report:
    """One report with its category, and case where the post sees that.

    NotFound (404) unless it lies in the areas of the post, or its account sent it.
    """
    actor.require(permissions.VIEW)
    rows = models.Report.objects.readable_by(actor).select_related("category__scheme", "received_by")
    rows = rows.prefetch_related(_case_for(actor))
    found = rows.filter(pk=report_id).first()
    if found is None:
        raise NotFound(what=_("report"))
    return found


def key_scope(actor: Actor) -> str:
    """Whose keys of reports they are: two accounts may choose the same."""
    return f"intake/{actor.account_id or actor.label}"


def sent_before(key: str, actor: Actor) -> UUID | None:
    """The report that this account sent under a key."""
    answer = answered(key_scope(actor), key)
    return UUID(answer["report_id"]) if answer else None


def status_of(receipt: str) -> models.Report:
    """What became of a report, for whoever holds its receipt; NotFound (404) for a wrong one."""
    found = _with_case().filter(receipt=receipt.strip().upper()).first()
    if found is None:
        raise NotFound(what=_("receipt"))
    return found


def status_by_id(report_id: UUID) -> models.Report:
    """The same for who has just acted on the report."""
    return _with_case().get(pk=report_id)


def statuses_by_id(report_ids: Collection[UUID]) -> dict[UUID, models.Report]:
    """The same for many, with their categories, for who was told something by which they are known. One query."""
    return {found.pk: found for found in _with_case().select_related("category").filter(pk__in=report_ids)}


def _with_case() -> QuerySet[models.Report]:
    return models.Report.objects.unscoped(reason="the receipt is the key").select_related("case")


@dataclass(frozen=True)
class Happened:
    """One thing that was done with a report, to or from which case, what it changed in words, the flaws it found."""

    step: models.ReportStep
    case_number: str
    changes: list[cases.Changed]
    flaws: tuple[Flaw, ...]


def history(report: models.Report, actor: Actor | None = None) -> list[Happened]:
    """What was done with a report that the caller has seen, oldest first.

    A post is told of the cases it sees; without an actor, for who holds the receipt, of all.
    """
    rows = report.steps.select_related("account").order_by("seq")
    steps = list(rows.prefetch_related(_case_for(actor)) if actor else rows.select_related("case"))
    words = cases.CorrectionWords(step.data for step in steps if step.data)
    numbers = [step.case.number if step.case else "" for step in steps]
    changes = [words.of(step.data) if step.data else [] for step in steps]
    before: list[list[str]] = [[], *(step.flaws for step in steps)]
    flaws = [found_between(was, step.flaws) for was, step in zip(before, steps, strict=False)]
    return [Happened(*each) for each in zip(steps, numbers, changes, flaws, strict=True)]


def found_by(step: models.ReportStep) -> tuple[Flaw, ...]:
    """The flaws of its report that this step found. One query, if there are any."""
    if not step.flaws:
        return ()
    before = models.ReportStep.objects.filter(report=step.report_id, seq=step.seq - 1).values_list("flaws", flat=True)
    return found_between(before.first() or (), step.flaws)


def joins_of_case(case_id: UUID, actor: Actor) -> list[models.ReportStep]:
    """Which reports were joined to a case the caller has seen, or taken out of it, as far as the post sees them."""
    seen = models.Report.objects.visible_to(actor)
    joins = models.ReportStep.objects.filter(case=case_id, action__in=(ReportAction.JOIN, ReportAction.UNJOIN))
    return list(joins.filter(report__in=seen).select_related("report", "account").order_by("at", "pk"))


def waiting_count(actor: Actor) -> int:
    """How many reports wait for triage in the areas of this post; 0 for a post that does not triage."""
    if not actor.may(permissions.TRIAGE):
        return 0
    return models.Report.objects.visible_to(actor).filter(state=ReportState.RECEIVED).count()


def to_triage(actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """The state of those of these reports that the post sees, if it decides reports; else nothing. One query."""
    if not actor.may(permissions.TRIAGE):
        return {}
    return dict(models.Report.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "state"))


def is_visible(report_id: UUID, actor: Actor) -> bool:
    """Whether the post sees this report."""
    return actor.may(permissions.VIEW) and models.Report.objects.visible_to(actor).filter(pk=report_id).exists()


def reports_of_case(case_id: UUID, actor: Actor) -> QuerySet[models.Report]:
    """The reports behind a case that the post sees, as it sees the case, oldest first; none of a case it does not."""
    seen = cases.visible(actor).filter(pk=case_id)
    return models.Report.objects.visible_to(actor).filter(case__in=seen).order_by("received_at")


def others_of_reporter(case_id: UUID, actor: Actor) -> int:
    """How many other reports this post sees from the phones of those who reported a case; 0 unless it decides on them.

    A count and no more: what a person reported is listed nowhere. One query, of the keyed digests of phones.
    """
    if not actor.may(permissions.TRIAGE):
        return 0
    seen = models.Report.objects.visible_to(actor)
    phones = models.ReportContact.objects.filter(report__in=seen.filter(case=case_id)).exclude(phone_index="")
    others = seen.filter(contact__phone_index__in=phones.values("phone_index"))
    return others.exclude(case=case_id, case__isnull=False).count()


def _case_for(actor: Actor) -> Any:
    return Prefetch("case", cases.visible(actor))


def as_seen(report_id: UUID, actor: Actor) -> Seen | None:
    """Where a report lies, for the photos it owns; None when the post sees neither it nor the case it belongs to."""
    if actor.may(permissions.VIEW):
        own = models.Report.objects.readable_by(actor).filter(pk=report_id)
        if places := list(own.values_list("location", flat=True)):
            return Seen(places[0])
    rows = models.Report.objects.unscoped(reason="its case may be visible where it is not")
    found = rows.filter(pk=report_id, case__isnull=False).values_list("case_id", "location").first()
    return Seen(found[1]) if found and cases.as_seen(found[0], actor) else None


def ids_of_cases(case_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The reports behind cases that the caller has seen, each with its case. One query."""
    rows = models.Report.objects.unscoped(reason="the cases are visible, so are their reports")
    return dict(rows.filter(case__in=case_ids).order_by("received_at", "id").values_list("pk", "case_id"))


def public_ids_of_cases(case_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The reports behind public cases whose photos may be shown to everybody: none whose reporter asked to be kept."""
    rows = models.Report.objects.unscoped(reason="the cases are public, so are those of their reports that may be")
    rows = rows.filter(case__in=case_ids, is_confidential=False)
    return dict(rows.order_by("received_at", "id").values_list("pk", "case_id"))


def sent_count(account_id: UUID, since: datetime, until: datetime) -> int:
    """How many reports an account sent from `since` to `until`, for that account itself to be told. One query."""
    rows = models.Report.objects.unscoped(reason="a count of what the account sent itself")
    return rows.filter(received_by=account_id, received_at__range=(since, until)).count()


def cases_with_its_photo(report: models.Report) -> set[UUID]:
    """The cases that a photo of this report, which the caller has seen, was given with before. Two queries at most.

    A photo that is the same to the byte was sent twice by one person, or passed on.
    """
    owners = evidence.owners_of_same([report.pk])
    if not owners:
        return set()
    rows = models.Report.objects.unscoped(reason="ids of cases, which are looked up for the actor")
    return owners | set(rows.filter(pk__in=owners, case__isnull=False).values_list("case_id", flat=True))


def masked_contact(report: models.Report) -> Contact | None:
    """The reporter's contact data as it is shown by default, None when there is none."""
    found = models.ReportContact.objects.filter(report=report).first()
    return Contact(mask(found.name), mask(found.phone), mask(found.email)) if found else None


def known_source_keys(keys: Collection[str]) -> set[str]:
    """Which of these ids of another system were recorded before."""
    rows = models.Report.objects.unscoped(reason="ids of another system are unique everywhere")
    return {key for key in rows.filter(source_key__in=keys).values_list("source_key", flat=True) if key}
