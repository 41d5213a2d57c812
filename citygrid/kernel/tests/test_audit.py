from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.core.signing import Signer
from django.db import IntegrityError, connection, transaction

from citygrid.kernel import audit, chain, tasks
from citygrid.kernel.models import AuditEntry, AuditHead, AuditSeal
from citygrid.kernel.tests.factories import NOW, make_actor, run_at_once

pytestmark = pytest.mark.django_db(transaction=True)

ENTRIES = 6


@pytest.fixture(autouse=True)
def heads_file(tmp_path: Path, settings: object) -> Path:
    settings.AUDIT_HEADS_FILE = tmp_path / "audit-heads.txt"  # type: ignore[attr-defined]
    return settings.AUDIT_HEADS_FILE  # type: ignore[attr-defined]


def record(number: int) -> None:
    audit.record(subject=f"kernel.note/{number}", action="write", actor=make_actor(), now=NOW, data={"n": number})


@pytest.fixture
def sealed() -> list[int]:
    """Six entries, sealed in two goes; their ids in order."""
    for number in range(ENTRIES):
        record(number)
        if number % 3 == 2:
            audit.seal(now=NOW)
    return list(AuditEntry.objects.order_by("id").values_list("id", flat=True))


def tamper(statement: str, *values: object) -> None:
    """A change by somebody who owns the database and turns its triggers off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount


@pytest.mark.parametrize("table", ["kernel_auditentry", "kernel_auditseal", "kernel_audithead"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_database_refuses_to_change_what_was_recorded(sealed: list[int], table: str, change: str) -> None:
    statement = change.format(table).replace(
        "SET id = id", "SET number = number" if "seal" in table else "SET id = id"
    )
    with pytest.raises(IntegrityError, match="history is appended"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert audit.verify() == audit.AuditReport(ENTRIES)


def test_whole_trail_is_sealed_in_order_and_verifies(sealed: list[int]) -> None:
    assert list(AuditSeal.objects.order_by("number").values_list("number", "entry_id")) == list(enumerate(sealed, 1))
    assert audit.verify() == audit.AuditReport(ENTRIES, "")
    assert audit.seal(now=NOW) == 0


def test_job_seals_what_came_since(sealed: list[int]) -> None:
    record(7)
    tasks.seal_audit(timestamp=0)
    assert audit.verify() == audit.AuditReport(ENTRIES + 1)


def test_command_counts_the_links_and_fails_on_the_first_fault(sealed: list[int]) -> None:
    out = StringIO()
    record(7)
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == f"{ENTRIES + 1} links hold\n"
    tamper(CHANGES["data"], sealed[3])
    with pytest.raises(CommandError, match=rf"3 links hold, then: entry {sealed[3]} \(link 4\) was changed"):
        call_command("verify_audit")


def test_entry_of_a_rolled_back_change_is_not_kept() -> None:
    with pytest.raises(OSError), transaction.atomic():
        record(1)
        raise OSError
    assert not AuditEntry.objects.exists()


CHANGES = {
    "subject": "UPDATE kernel_auditentry SET subject = 'kernel.note/9' WHERE id = %s",
    "actor": "UPDATE kernel_auditentry SET actor_label = 'nobody' WHERE id = %s",
    "moment": "UPDATE kernel_auditentry SET at = at + interval '1 second' WHERE id = %s",
    "data": "UPDATE kernel_auditentry SET data = '{}' WHERE id = %s",
    "automatic": "UPDATE kernel_auditentry SET is_automatic = true WHERE id = %s",
    "link": "UPDATE kernel_auditseal SET hash = '\\x00' WHERE entry_id = %s",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_changed_entry_is_named(sealed: list[int], change: str) -> None:
    tamper(change, sealed[3])
    assert audit.verify() == audit.AuditReport(3, f"entry {sealed[3]} (link 4) was changed")


def test_first_of_several_changed_entries_is_named(sealed: list[int]) -> None:
    for place in (4, 2, 5):
        tamper(CHANGES["data"], sealed[place])
    assert audit.verify().problem == f"entry {sealed[2]} (link 3) was changed"


def test_missing_link_is_named(sealed: list[int]) -> None:
    tamper("DELETE FROM kernel_auditseal WHERE number = 2")
    assert audit.verify() == audit.AuditReport(1, "link 2 or its entry is missing")


def test_removed_entry_is_named(sealed: list[int]) -> None:
    tamper("DELETE FROM kernel_auditentry WHERE id = %s", sealed[1])
    assert audit.verify() == audit.AuditReport(1, "link 2 or its entry is missing")


def test_entry_slipped_in_behind_the_chain_is_named(sealed: list[int]) -> None:
    copied = "subject, action, at, account_id, post_id, actor_label, is_automatic, data, txid"
    tamper(f"INSERT INTO kernel_auditentry ({copied}) SELECT {copied} FROM kernel_auditentry WHERE id = %s", sealed[0])
    slipped = AuditEntry.objects.latest("id")
    assert audit.verify() == audit.AuditReport(ENTRIES, f"entry {slipped.pk} was put in behind the chain")


def test_cut_tail_is_found_by_the_signed_head(sealed: list[int]) -> None:
    tamper("DELETE FROM kernel_auditseal WHERE number > 4")
    assert audit.verify() == audit.AuditReport(4, "the tail is cut: 6 links were signed, 4 are left")


def test_tail_cut_with_its_head_is_found_by_the_file_beside_the_database(sealed: list[int]) -> None:
    tamper("DELETE FROM kernel_auditseal WHERE number > 3")
    tamper("DELETE FROM kernel_auditentry WHERE id > %s", sealed[2])
    tamper("DELETE FROM kernel_audithead WHERE number > 3")
    assert audit.verify() == audit.AuditReport(3, "the tail is cut: 6 links were signed, 3 are left")


def test_whole_trail_taken_away_is_found(sealed: list[int]) -> None:
    for table in ("kernel_auditseal", "kernel_auditentry", "kernel_audithead"):
        tamper(f"DELETE FROM {table}")
    assert audit.verify() == audit.AuditReport(0, "the tail is cut: 6 links were signed, 0 are left")


def _rechain() -> None:
    """Somebody who changed an entry computes all links after it anew."""
    last = chain.START
    for seal in AuditSeal.objects.select_related("entry").order_by("number"):
        last = chain.link(last, audit._content(seal.entry))
        tamper("UPDATE kernel_auditseal SET hash = %s WHERE number = %s", last, seal.number)


def test_chain_computed_anew_contradicts_the_signed_heads(sealed: list[int]) -> None:
    tamper(CHANGES["data"], sealed[1])
    _rechain()
    assert audit.verify() == audit.AuditReport(2, "link 3 differs from its signed head")


def test_head_computed_anew_is_not_signed_by_this_platform(sealed: list[int], heads_file: Path) -> None:
    tamper(CHANGES["data"], sealed[4])
    _rechain()
    last = bytes(AuditSeal.objects.get(number=ENTRIES).hash)
    forged = Signer(key="another key", salt="audit").sign(f"{ENTRIES}.{last.hex()}")
    tamper("UPDATE kernel_audithead SET hash = %s, signature = %s WHERE number = %s", last, forged, ENTRIES)
    heads_file.unlink()
    assert audit.verify() == audit.AuditReport(ENTRIES, "head 6 is not signed by this platform")


def test_head_that_says_other_than_its_signature_is_found(sealed: list[int], heads_file: Path) -> None:
    tamper(CHANGES["data"], sealed[4])
    _rechain()
    tamper(
        "UPDATE kernel_audithead SET hash = (SELECT hash FROM kernel_auditseal WHERE number = 6) WHERE number = %s", 6
    )
    heads_file.unlink()
    assert audit.verify() == audit.AuditReport(ENTRIES, "head 6 is not signed by this platform")


def test_broken_line_in_the_file_of_heads_is_found(sealed: list[int], heads_file: Path) -> None:
    heads_file.write_text(heads_file.read_text() + "rubbish\n")
    assert audit.verify() == audit.AuditReport(ENTRIES, "head rubbish is not signed by this platform")


def test_entries_of_unfinished_transactions_wait_and_are_not_lost() -> None:
    has_written, may_end = Event(), Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                record(1)
                has_written.set()
                assert may_end.wait(60)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(slow)
        assert has_written.wait(60)
        record(2)
        assert audit.seal(now=NOW) == 0
        may_end.set()
        running.result()
    assert audit.seal(now=NOW) == 2
    assert audit.verify() == audit.AuditReport(2)


def test_sealing_at_once_links_every_entry_once() -> None:
    def work(number: int) -> None:
        record(number)
        audit.seal(now=NOW)

    run_at_once(work, 12)
    audit.seal(now=NOW)
    assert audit.verify() == audit.AuditReport(12)
    assert AuditSeal.objects.count() == 12


def test_batches_are_linked_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 4)
    run: Callable[[int], None] = record
    for number in range(10):
        run(number)
    assert audit.seal(now=NOW) == 10
    assert audit.verify() == audit.AuditReport(10)
    assert AuditHead.objects.count() == 1
