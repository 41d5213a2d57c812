"""Lives of cases, light enough to read a million of them: for modules that count what happened."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from django.db import connection

CASES = """
SELECT id, district_code, area_code, category_id, component_id, procedure, procedure_version, calendar, source,
    CASE WHEN clock IS NOT NULL THEN due_at END,
    EXISTS (SELECT 1 FROM cases_caselink link WHERE link.source_id = cases_case.id AND link.kind = 'part')
FROM cases_case WHERE id = ANY(%s) ORDER BY id
"""
STEPS = """
SELECT case_id, seq, action, state, at, post_id, data ->> 'unit_id', (data ->> 'on_time')::boolean,
    (data ->> 'due_at')::timestamptz
FROM cases_step WHERE case_id = ANY(%s) ORDER BY case_id, seq
"""
NEXT = "SELECT id FROM cases_case WHERE id > %s AND (%s::uuid IS NULL OR id <= %s) ORDER BY id LIMIT %s"
FIRST = UUID(int=0)


class Taken(NamedTuple):
    """A step: the unit it names, and the verdict with its deadline where it gave one; else None."""

    seq: int
    action: str
    state: str
    at: datetime
    post_id: UUID | None
    unit_id: UUID | None
    on_time: bool | None
    due_at: datetime | None


class Life(NamedTuple):
    """What a case is about now, the deadline of its clock (None: none runs), and all its steps in order."""

    id: UUID
    district_code: str
    area_code: str
    category_key: str
    component_id: str | None
    procedure: str
    procedure_version: int
    calendar: str
    source: str
    due_at: datetime | None
    is_part: bool
    steps: tuple[Taken, ...]


def lives(ids: Sequence[UUID]) -> Iterator[Life]:
    """The lives of these cases, wherever they lie, by id: for counting alone, nobody is shown them. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(STEPS, [list(ids)])
        steps = {
            case: tuple(_taken(row) for row in rows) for case, rows in groupby(cursor.fetchall(), key=itemgetter(0))
        }
        cursor.execute(CASES, [list(ids)])
        return iter([Life._make((*row, steps.get(row[0], ()))) for row in cursor.fetchall()])


def following(after: UUID | None, count: int, until: UUID | None = None) -> list[UUID]:
    """The ids of the next so many cases after one, up to and with `until`; of the first ones after None."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [after or FIRST, until, until, count])
        return [row[0] for row in cursor.fetchall()]


def _taken(row: tuple[object, ...]) -> Taken:
    _case, *facts, unit, on_time, due_at = row
    return Taken._make((*facts, UUID(unit) if isinstance(unit, str) else None, on_time, due_at))
