from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils.translation import override

from citygrid.kernel.sheets.ports import SHEETS
from citygrid.kernel.tests.lamps import Lamp, Lamps, lamp


@pytest.fixture
def lamps(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The table of lamps with L-001 in it, its sheet registered, and English for the words."""
    monkeypatch.setitem(SHEETS._entries, "lamps", Lamps())
    with connection.schema_editor() as editor:
        editor.create_model(Lamp)
    Lamp.objects.create(code="L-001", values=lamp())
    with override("en"):
        yield
    with connection.schema_editor() as editor:
        editor.delete_model(Lamp)
