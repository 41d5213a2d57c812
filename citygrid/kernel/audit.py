"""The audit trail: appended in each change's transaction, chained afterwards by a single appender, signed, verified.

Chaining inline would serialise every write of the platform behind one row. Instead `seal` follows the table in
commit order: entries of transactions that are all finished are linked, and the new head is signed.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import connection, transaction

from citygrid.kernel import chain
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import write_together
from citygrid.kernel.models import AuditEntry, AuditHead, AuditSeal

APPENDER_LOCK = 0x617564  # one appender at a time
BATCH = 5_000

# Snapshots count the transactions of all databases of the server; those of another one concern nobody here.
OLDEST_RUNNING = """
SELECT coalesce(min(running::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
FROM pg_snapshot_xip(pg_current_snapshot()) AS running
WHERE NOT EXISTS (
    SELECT FROM pg_stat_activity WHERE backend_xid = running::xid AND datname <> current_database()
)
"""


def record(*, subject: str, action: str, actor: Actor, now: datetime, data: dict[str, Any] | None = None) -> None:
    """Append an entry about `subject` ("cases.case/<id>"). Call it inside the transaction of the change."""
    write_together(entry(subject=subject, action=action, actor=actor, now=now, data=data))


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Append many entries (made by `entry`) at once, inside the transaction of their changes."""
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)


def entry(*, subject: str, action: str, actor: Actor, now: datetime, data: dict[str, Any] | None = None) -> AuditEntry:
    """The entry that `record` appends, for those who write it together with the change (`bulk.write_together`)."""
    return AuditEntry(
        subject=subject,
        action=action,
        at=now,
        account_id=actor.account_id,
        post_id=actor.post_id,
        actor_label=actor.label,
        is_automatic=actor.is_automatic,
        data=data or {},
    )


def last_changes(kinds: Collection[str], ignoring: Collection[str] = ()) -> dict[str, AuditEntry]:
    """The newest entry about records of each kind ("access.account"), of other actions than these. One query."""
    wanted = [
        AuditEntry.objects.filter(subject__startswith=kind).exclude(action__in=ignoring).order_by("-id")[:1]
        for kind in kinds
    ]
    found = wanted[0].union(*wanted[1:], all=True) if wanted else []
    return {entry.subject.partition("/")[0]: entry for entry in found}


@transaction.atomic
def seal(*, now: datetime) -> int:
    """Link all entries of finished transactions, sign the new head, and return how many were linked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPENDER_LOCK])
        cursor.execute(OLDEST_RUNNING)
        before_txid = cursor.fetchone()[0]
    head = AuditHead.objects.order_by("-number").first()
    number, last = (head.number, bytes(head.hash)) if head else (0, chain.START)
    linked = 0
    entries = AuditEntry.objects.filter(txid__lt=before_txid, txid__gte=head.before_txid if head else 0)
    for batch in _batches(entries.order_by("txid", "id")):
        seals = []
        for entry in batch:
            number, last = number + 1, chain.link(last, _content(entry))
            seals.append(AuditSeal(number=number, entry=entry, hash=last))
        AuditSeal.objects.bulk_create(seals)
        linked += len(seals)
    if linked:
        _sign_head(number, last, before_txid, now)
    return linked


@dataclass(frozen=True)
class AuditReport:
    """What a verification found: how many links hold, and the first thing that is wrong ("" when nothing is)."""

    links: int
    problem: str = ""


def verify() -> AuditReport:
    """Recompute the whole chain; name the first entry that was changed, taken out or put in, and a tail cut off."""
    heads, unsigned = _heads()
    number, last = 0, chain.START
    for link in AuditSeal.objects.select_related("entry").order_by("number").iterator(chunk_size=BATCH):
        expected = chain.link(last, _content(link.entry))
        if link.number != number + 1:
            return AuditReport(number, f"link {number + 1} or its entry is missing")
        if expected != bytes(link.hash):
            return AuditReport(number, f"entry {link.entry_id} (link {link.number}) was changed")
        if heads.get(link.number, expected) != expected:
            return AuditReport(number, f"link {link.number} differs from its signed head")
        number, last = link.number, expected
    return AuditReport(number, unsigned or _tail_problem(max(heads, default=0), number) or _unsealed_problem())


def _heads() -> tuple[dict[int, bytes], str]:
    """The signed heads, number to hash, of the table and of the file beside the database; and what is not signed."""
    stored = ((_statement(head.number, bytes(head.hash)), head.signature) for head in AuditHead.objects.iterator())
    written = ((line.rpartition(":")[0], line) for line in _written_heads())
    heads, unsigned = {}, ""
    for statement, signature in itertools.chain(stored, written):
        if _is_signed(statement, signature):
            number, _, digest = statement.partition(".")
            heads[int(number)] = bytes.fromhex(digest)
        else:
            unsigned = unsigned or f"head {statement.partition('.')[0] or signature} is not signed by this platform"
    return heads, unsigned


def _statement(number: int, last: bytes) -> str:
    return f"{number}.{last.hex()}"


def _is_signed(statement: str, signature: str) -> bool:
    try:
        return Signer(salt="audit").unsign(signature) == statement
    except BadSignature:
        return False


def _tail_problem(signed: int, left: int) -> str:
    return f"the tail is cut: {signed} links were signed, {left} are left" if signed > left else ""


def _unsealed_problem() -> str:
    head = AuditHead.objects.order_by("-number").first()
    if not head:
        return ""
    slipped_in = AuditEntry.objects.filter(txid__lt=head.before_txid, seal__isnull=True).order_by("id").first()
    return f"entry {slipped_in.pk} was put in behind the chain" if slipped_in else ""


def _sign_head(number: int, last: bytes, before_txid: int, now: datetime) -> None:
    signature = Signer(salt="audit").sign(_statement(number, last))
    AuditHead.objects.create(at=now, before_txid=before_txid, number=number, hash=last, signature=signature)
    # Only what is committed may be claimed outside.
    transaction.on_commit(partial(_write_beside, signature))


def _write_beside(signature: str) -> None:
    with Path(settings.AUDIT_HEADS_FILE).open("a") as heads:
        heads.write(signature + "\n")


def _written_heads() -> list[str]:
    path = Path(settings.AUDIT_HEADS_FILE)
    return path.read_text().splitlines() if path.exists() else []


def _batches(entries: Any) -> Iterator[list[AuditEntry]]:
    batch: list[AuditEntry] = []
    for entry in entries.iterator(chunk_size=BATCH):
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _content(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "subject": entry.subject,
        "action": entry.action,
        "at": entry.at,
        "account_id": entry.account_id,
        "post_id": entry.post_id,
        "actor_label": entry.actor_label,
        "is_automatic": entry.is_automatic,
        "data": entry.data,
        "txid": entry.txid,
    }
