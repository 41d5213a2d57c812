"""COPY: the fast way in for many rows of one table."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, models
from psycopg import sql


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows (values in the order of `fields`, as the model's fields hold them) by COPY; return how many."""
    columns = [sql.Identifier(_column(model, name)) for name in fields]
    table = sql.Identifier(model._meta.db_table)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, sql.SQL(", ").join(columns))
    count = 0
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_plain(value) for value in row])
            count += 1
    return count


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    return str(getattr(field, "column", name))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    if isinstance(value, GEOSGeometry):
        return value.hexewkb.decode()
    return str(value) if isinstance(value, models.Choices) else value
