from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection
from django.db.backends.base.base import BaseDatabaseWrapper


@pytest.fixture
def kept() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own that may be ended."""
    other = connection.copy("default")
    other.connect()
    yield other
    other.close()


@pytest.mark.django_db
def test_idle_connection_is_usable_and_one_whose_session_was_ended_is_not(kept: BaseDatabaseWrapper) -> None:
    assert kept.is_usable()
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = cursor.fetchone()[0]
    assert kept.is_usable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [session])
        assert cursor.fetchone()[0]
    assert not kept.is_usable()
    kept.close()
    assert not kept.is_usable()


@pytest.mark.django_db
def test_connection_in_a_failed_transaction_is_not_usable_until_that_ends(kept: BaseDatabaseWrapper) -> None:
    kept.set_autocommit(False)
    with pytest.raises(ProgrammingError), kept.cursor() as cursor:
        cursor.execute("SELECT nothing")
    assert not kept.is_usable()
    kept.rollback()
    assert kept.is_usable()
