"""The tree of an index, its values, and its publication month by month."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Max

from citygrid.evaluation import errors, models, permissions, queries
from citygrid.evaluation.rules import indextree
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor

Place = tuple[str, str, date]  # key of the indicator, community, month


@dataclass(frozen=True, slots=True)
class ValueIn:
    """What an indicator came to in a community in a month (its first day)."""

    key: str
    area_code: str
    month: date
    value: float
    source: str = ""


@transaction.atomic
def keep_nodes(*, nodes: Sequence[Mapping[str, Any]], gone: Sequence[str], actor: Actor, now: datetime) -> None:
    """Add or change nodes, by their keys, and take others away. Published months keep the tree they had.

    Raises Invalid (`evaluation.no_tree`) where what comes out is no tree: nothing is written then.
    """
    actor.require(permissions.MANAGE_INDEX)
    models.IndexNode.objects.filter(key__in=gone).delete()
    for node in nodes:
        models.IndexNode.objects.update_or_create(key=node["key"], defaults=dict(node))
    lines = [queries.line(node) for node in models.IndexNode.objects.order_by("position")]
    faults = {key: fault for key, fault in indextree.faults_of(lines).items() if fault != "second_root"}
    if faults:
        key, fault = next(iter(faults.items()))
        raise errors.NoTree(key=key, fault=fault)
    data = {"kept": [node["key"] for node in nodes], "gone": list(gone)}
    audit.record(subject="evaluation.index", action="define", actor=actor, now=now, data=data)


@transaction.atomic
def keep_values(*, values: Sequence[ValueIn], gone: Sequence[Place], actor: Actor, now: datetime) -> None:
    """Add or change values of months, and take others away. What was published keeps the values it had."""
    actor.require(permissions.MANAGE_INDEX)
    for key, area, month in gone:
        models.IndexValue.objects.filter(key=key, area_code=area, month=month).delete()
    models.IndexValue.objects.bulk_create(
        [models.IndexValue(**asdict(value)) for value in values],
        update_conflicts=True,
        unique_fields=["month", "key", "area_code"],
        update_fields=["value", "source"],
    )
    months = sorted({value.month.isoformat() for value in values} | {month.isoformat() for *_, month in gone})
    data = {"kept": len(values), "gone": len(gone), "months": months}
    audit.record(subject="evaluation.index", action="values", actor=actor, now=now, data=data)


@transaction.atomic
def publish_index(*, root: str, month: date, reason: str = "", actor: Actor, now: datetime) -> models.IndexEdition:
    """Freeze an index of a month: its tree, what it was reckoned from, what came out, and the digest of the three.

    NoIndex (409) without a tree or any value; ReasonMissing (400) for a month that was published before. The
    number of the edition is unique: of two who publish at once, one is refused by the database and may try again.
    """
    actor.require(permissions.PUBLISH_INDEX)
    number = models.IndexEdition.objects.filter(root=root, month=month).aggregate(last=Max("number"))["last"] or 0
    if number and not reason.strip():
        raise errors.ReasonMissing()
    try:
        found = queries.reckoned_index(root, month, now)
    except ValueError as fault:
        raise errors.NoIndex(root=root) from fault
    if not any(row.rank for row in found.rows):
        raise errors.NoIndex(root=root)
    tree = indextree.as_data(found.tree)
    standings = {row.area_code: {k: v for k, v in asdict(row).items() if k != "area_code"} for row in found.rows}
    edition = models.IndexEdition.objects.create(
        root=root,
        month=month,
        number=number + 1,
        reason=reason.strip(),
        tree=tree,
        names=dict(found.names),
        given=found.given,
        found=standings,
        digest=digest(tree, found.given, standings),
        published_at=now,
        published_by=actor.label,
    )
    data = {"root": root, "month": month.isoformat(), "number": number + 1}
    data |= {"digest": edition.digest, "reason": reason.strip()}
    audit.record(subject="evaluation.index", action="publish", actor=actor, now=now, data=data)
    return edition


def digest(*parts: Any) -> str:
    """The SHA-256 of data, written as JSON with sorted keys and no spaces."""
    return sha256(json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()
