"""COPY: the fast way in for many rows of one table."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, models
from psycopg import sql


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows (values in the order of `fields`, as the model's fields hold them) by COPY; return how many."""
    named = [model._meta.get_field(name) for name in fields]
    columns = [sql.Identifier(getattr(field, "column", field.name)) for field in named]
    is_json = [isinstance(field, models.JSONField) for field in named]
    table = sql.Identifier(model._meta.db_table)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, sql.SQL(", ").join(columns))
    count = 0
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_plain(*value) for value in zip(row, is_json, strict=True)])
            count += 1
    return count


def _plain(value: Any, is_json: bool) -> Any:
    if is_json and value is not None:
        return orjson.dumps(value).decode()
    if isinstance(value, GEOSGeometry):
        return value.hexewkb.decode()
    return str(value) if isinstance(value, models.Choices) else value
