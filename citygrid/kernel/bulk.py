"""The fast ways in: COPY for many rows of one table, one statement for a row of each of several tables."""

from collections.abc import Iterable, Sequence
from functools import cache
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


def insert_together(*rows: models.Model) -> None:
    """Write new rows, mostly of several tables, in one statement that is put together once a process.

    What the database fills in (numbers counted up, defaults) is not read back; signals are not sent.
    """
    statement, fields = _insert_statement(tuple(type(row) for row in rows))
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for row, named in zip(rows, fields, strict=True)
        for field in named
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@cache
def _insert_statement(tables: tuple[type[models.Model], ...]) -> tuple[str, list[list[Any]]]:
    fields = [[f for f in table._meta.concrete_fields if not _is_filled_in(f)] for table in tables]
    inserts = []
    for table, named in zip(tables, fields, strict=True):
        columns = ", ".join(f'"{field.column}"' for field in named)
        values = ", ".join(["%s"] * len(named))
        inserts.append(f'INSERT INTO "{table._meta.db_table}" ({columns}) VALUES ({values})')  # noqa: S608 - our models
    before = ", ".join(f"row_{n} AS ({insert})" for n, insert in enumerate(inserts[:-1]))
    return (f"WITH {before} " if before else "") + inserts[-1], fields


def _is_filled_in(field: Any) -> bool:
    return isinstance(field, models.AutoField) or field.has_db_default()


def _plain(value: Any, is_json: bool) -> Any:
    if is_json and value is not None:
        return orjson.dumps(value).decode()
    if isinstance(value, GEOSGeometry):
        return value.hexewkb.decode()
    return str(value) if isinstance(value, models.Choices) else value
