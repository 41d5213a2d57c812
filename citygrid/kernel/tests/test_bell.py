"""The bell on a real channel: another connection listens."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction

from citygrid.kernel import bell

Heard = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def heard(transactional_db: None) -> Iterator[Heard]:
    """What was rung since the last time."""
    connection.ensure_connection()
    given: dict[str, Any] = {**connection.get_connection_params(), "cursor_factory": None, "context": None}
    kept = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    with psycopg.connect(**kept, autocommit=True) as line:
        for topic in bell.TOPICS:
            line.execute(f"LISTEN {topic}")
        yield lambda: [(told.channel, told.payload) for told in line.notifies(timeout=0.2)]


def test_bell_rings_after_the_commit_and_once(heard: Heard) -> None:
    with transaction.atomic():
        bell.ring(bell.CASES, "one")
        with transaction.atomic():
            bell.ring(bell.CASES, "two", "one")
        bell.ring(bell.NOTICES, "three")
        assert heard() == []
    assert heard() == [(bell.CASES, "one two"), (bell.NOTICES, "three")]


def test_each_transaction_rings_for_itself(heard: Heard) -> None:
    for name in ("one", "two"):
        with transaction.atomic():
            bell.ring(bell.REPORTS, name)
    assert heard() == [(bell.REPORTS, "one"), (bell.REPORTS, "two")]


def test_bell_is_silent_after_a_rollback(heard: Heard) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bell.ring(bell.CASES, "one")
        raise ZeroDivisionError
    assert heard() == []


def test_savepoint_that_is_taken_back_takes_nothing_else_along(heard: Heard) -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            bell.ring(bell.CASES, "lost")
            raise ZeroDivisionError
        bell.ring(bell.CASES, "kept")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            bell.ring(bell.CASES, "for nothing")
            raise ZeroDivisionError
    assert heard() == [(bell.CASES, "kept for nothing")]


def test_many_ids_are_told_in_texts_that_notify_takes(heard: Heard) -> None:
    ids = [str(uuid4()) for _ in range(1_000)]
    with transaction.atomic():
        bell.ring(bell.CASES, *ids)
    told = [payload for _, payload in heard()]
    assert [each for payload in told for each in payload.split()] == ids
    assert len(told) == 5 and max(map(len, told)) < 8_000


def test_bell_outside_a_transaction_is_a_fault(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        bell.ring(bell.CASES, "one")


def test_change_stands_when_the_bell_cannot_ring(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "NOTIFY", "SELECT nothing_of_this_name(%s, %s)")
    with transaction.atomic():
        bell.ring(bell.CASES, "one")
    assert heard() == []


def test_bell_for_nothing_is_silent(heard: Heard, caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        bell.ring(bell.CASES)
    assert heard() == [] and not caplog.records
