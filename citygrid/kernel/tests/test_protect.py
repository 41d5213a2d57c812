import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.state import ProjectState

from citygrid.kernel.protect import append_only

pytestmark = pytest.mark.django_db

CHANGES = ["UPDATE diary SET line = 'b'", "DELETE FROM diary", "TRUNCATE diary"]


@pytest.fixture
def diary() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE diary (line text)")
    with connection.schema_editor() as editor:
        append_only("diary").database_forwards("kernel", editor, ProjectState(), ProjectState())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO diary VALUES ('a')")


@pytest.mark.parametrize("change", CHANGES)
def test_protected_table_refuses_every_change(diary: None, change: str) -> None:
    with pytest.raises(IntegrityError, match="history is appended, never edited"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(change)
    with connection.cursor() as cursor:
        cursor.execute("SELECT line FROM diary")
        assert cursor.fetchall() == [("a",)]


def test_protection_is_taken_back_by_the_migration_that_gave_it(diary: None) -> None:
    with connection.schema_editor() as editor:
        append_only("diary").database_backwards("kernel", editor, ProjectState(), ProjectState())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE diary SET line = 'b'")
        assert cursor.rowcount == 1
