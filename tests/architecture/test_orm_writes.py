"""Writes happen in services: a channel that writes past them skips the rules, the lock, the audit and the events."""

import ast

import pytest

from tools.source import PACKAGE, may_write, orm_writes, parsed, product_files

WRITES = [
    "case.save()",
    "case.save(update_fields=['state'])",
    "case.delete()",
    "Case.objects.create(number='1')",
    "Case.objects.filter(pk=1).delete()",
    "Case.objects.filter(pk=1).update(state='closed')",
    "rows.update(**values)",
    "unit.cases.create(number='1')",
    "Case.objects.bulk_create(rows)",
    "Case.objects.get_or_create(number='1')",
    "form.save()",
    "copy_rows(Case, fields, rows)",
    "bulk.copy_rows(Case, fields, rows)",
    "cursor.execute('UPDATE cases_case SET state = %s', [state])",
    "cursor.execute('insert into cases_case values (1)')",
]
HARMLESS = [
    "values.update(other)",
    "values.update({'a': 1})",
    "names.update(['a'])",
    "digest.update(b'x')",
    "workbook.save(path)",
    "cache.delete('key')",
    "services.create(name='a')",
    "cursor.execute('SELECT 1')",
    "create(name='a')",
]


@pytest.mark.parametrize("code", WRITES)
def test_write_is_recognised(code: str) -> None:
    assert list(orm_writes(ast.parse(code)))


@pytest.mark.parametrize("code", HARMLESS)
def test_what_only_looks_like_a_write_is_let_pass(code: str) -> None:
    assert not list(orm_writes(ast.parse(code)))


def test_only_services_and_models_write() -> None:
    found = [
        f"{path.relative_to(PACKAGE.parent)}:{call.lineno}: {ast.unparse(call)[:80]}"
        for path in product_files()
        if not may_write(path)
        for call in orm_writes(parsed(path))
    ]
    assert found == []
