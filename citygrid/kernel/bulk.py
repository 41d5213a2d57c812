"""The fast ways in: COPY for many rows of one table, one statement for a row of each of several tables."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import orjson
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, models
from psycopg import sql


def analyze(model: type[models.Model]) -> None:
    """Let the planner count a table that grew at a stroke; autovacuum would come to it a minute later."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(model._meta.db_table)))


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


def write_together(*new: models.Model, changed: models.Model | None = None, fields: tuple[str, ...] = ()) -> None:
    """Write new rows, mostly of several tables, and some fields of a changed one, in one statement.

    It is put together once a process. What the database fills in (numbers counted up, defaults, generated columns) is
    not read back; signals are not sent.
    """
    statement, columns = _statement(tuple(type(row) for row in new), type(changed) if changed else None, fields)
    rows = [changed, *new] if changed else list(new)
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for row, named in zip(rows, columns, strict=True)
        for field in named
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@cache
def _statement(
    tables: tuple[type[models.Model], ...], changed: type[models.Model] | None, names: tuple[str, ...]
) -> tuple[str, list[list[Any]]]:
    """The statement, and of each row the fields whose values it takes."""
    columns: list[list[Any]] = [[f for f in table._meta.concrete_fields if not _is_filled_in(f)] for table in tables]
    parts = [_insert(table, fields) for table, fields in zip(tables, columns, strict=True)]
    if changed:
        named: list[Any] = [*(changed._meta.get_field(name) for name in names), changed._meta.pk]
        columns.insert(0, named)
        parts.insert(0, _update(changed, named))
    before = ", ".join(f"row_{n} AS ({part})" for n, part in enumerate(parts[:-1]))
    return (f"WITH {before} " if before else "") + parts[-1], columns


# The names are those of our models.


def _insert(table: type[models.Model], fields: Sequence[Any]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return f'INSERT INTO "{table._meta.db_table}" ({columns}) VALUES ({", ".join(["%s"] * len(fields))})'  # noqa: S608


def _update(table: type[models.Model], fields: Sequence[Any]) -> str:
    *changed, key = (f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{table._meta.db_table}" SET {", ".join(changed)} WHERE {key}'  # noqa: S608


def _is_filled_in(field: Any) -> bool:
    return isinstance(field, models.AutoField) or field.generated or field.has_db_default()


def _plain(value: Any, is_json: bool) -> Any:
    if is_json and value is not None:
        return orjson.dumps(value).decode()
    if isinstance(value, GEOSGeometry):
        return value.hexewkb.decode()
    return str(value) if isinstance(value, models.Choices) else value
