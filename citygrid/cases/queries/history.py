"""The history of a case, and the proof that rows and steps agree."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from citygrid.cases import models, permissions
from citygrid.cases.rules import first_break, fold, matter
from citygrid.kernel.actor import Actor
from citygrid.kernel.calendars import calendar_for
from citygrid.workflow import queries as workflow

BATCH = 2_000


@dataclass
class Proof:
    """What `prove` found: cases looked at, and the numbers of those whose row or chain is wrong."""

    cases: int = 0
    steps: int = 0
    mismatched: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def steps(case_id: UUID, actor: Actor) -> QuerySet[models.Step]:
    """The steps of a case the post sees, in order (none when it does not see it), with account and post."""
    actor.require(permissions.VIEW)
    seen = models.Case.objects.visible_to(actor).filter(pk=case_id)
    return models.Step.objects.filter(case__in=seen).select_related("account", "post__organisation").order_by("seq")


def step(case_id: UUID, seq: int) -> models.Step:
    """A step of which a module above was told by an event."""
    return models.Step.objects.get(case=case_id, seq=seq)


def last_finding(case_id: UUID) -> str:
    """What the last step of a case that found something found; "" where none did. One query."""
    findings = models.Step.objects.filter(case=case_id, data__has_key="finding").order_by("-seq")
    return next((finding for finding in findings.values_list("data__finding", flat=True) if finding), "")


def returned_by(case: models.Case, steps: Iterable[models.Step]) -> dict[UUID, str]:
    """The units that gave the case back, by its steps in order, with the reason each gave last."""
    procedure = workflow.procedure(case.procedure, case.procedure_version)
    found: dict[UUID, str] = {}
    unit_id, reason = "", ""
    for step in steps:
        unit_id, reason = step.data.get("unit_id", unit_id), step.data.get("reason", reason)
        if procedure.action(step.action).announces == "returned" and unit_id:
            found[UUID(unit_id)] = reason
    return found


def first_dispatches(actor: Actor) -> dict[UUID, tuple[bool, str]]:
    """Of every case the post sees that was dispatched: whether the platform did it first, and to which unit's id."""
    actor.require(permissions.VIEW)
    seen = models.Case.objects.visible_to(actor).filter(dispatched_at__isnull=False).order_by()
    first = models.Step.objects.filter(case__in=seen, action="dispatch").order_by("case_id", "seq").distinct("case_id")
    rows = first.values_list("case_id", "is_automatic", "data__unit_id")
    return {case_id: (is_automatic, unit_id) for case_id, is_automatic, unit_id in rows}


@dataclass(frozen=True, slots=True)
class Done:
    """The cases an account did something to: how many, and how many of them always within their limit."""

    cases: int
    on_time: int


def done_since(actor: Actor, since: datetime) -> Done:
    """What this account did as this post since a moment. One query of its own steps."""
    mine = models.Step.objects.filter(account=actor.account_id, post=actor.post_id, at__gte=since)
    late = Count("case", distinct=True, filter=Q(at__gt=F("case__due_at")))
    counted = mine.aggregate(cases=Count("case", distinct=True), late=late)
    return Done(counted["cases"], counted["cases"] - counted["late"])


def happened(actor: Actor, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """The steps taken on the cases this post sees from `since` to before `until`: names of actions, how often each.

    The most frequent first. One query, by the time of steps.
    """
    actor.require(permissions.VIEW)
    seen = models.Case.objects.visible_to(actor)
    rows = models.Step.objects.filter(at__gte=since, at__lt=until, case__in=seen).order_by()
    counted = rows.values_list("case__procedure", "case__procedure_version", "action").annotate(Count("id"))
    totals: Counter[str] = Counter()
    for code, version, action, count in counted:
        totals[str(workflow.procedure(code, version).action(action).name)] += count
    return totals.most_common()


def prove(actor: Actor) -> Iterator[Proof]:
    """Fold every case again and check its chain; yields the growing proof after each batch of 2,000 cases."""
    actor.require(permissions.VERIFY_HISTORY)
    proof, last = Proof(), None
    while batch := _next_batch(last):
        _prove_batch(batch, proof)
        last = batch[-1].pk
        yield proof


def _next_batch(last: UUID | None) -> list[models.Case]:
    rows = models.Case.objects.unscoped(reason="history is proved for all cases").order_by("pk")
    return list(rows.filter(pk__gt=last)[:BATCH] if last else rows[:BATCH])


def _prove_batch(batch: list[models.Case], proof: Proof) -> None:
    rows = models.Step.objects.filter(case__in=[case.pk for case in batch]).order_by("case_id", "seq")
    by_case = {case_id: list(found) for case_id, found in groupby(rows, key=lambda step: step.case_id)}
    for case in batch:
        found = by_case.get(case.pk, [])
        past = [step.as_past() for step in found]
        proof.cases += 1
        proof.steps += len(found)
        hashes = [bytes(step.hash) for step in found]
        if not hashes or first_break(case.pk, past, hashes) or hashes[-1] != bytes(case.head_hash):
            proof.broken.append(case.number)
        procedure = workflow.procedure(case.procedure, case.procedure_version)
        is_fold = fold(past, procedure, calendar_for(case.calendar)) == case.as_state()
        if not is_fold or {**case.matter(), **matter(past)} != case.matter():
            proof.mismatched.append(case.number)
