"""Keeping the counters: the cases that changed, or all of them anew. Both go by one fold (`rules.facts`)."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from citygrid.cases import queries as cases
from citygrid.evaluation import models
from citygrid.evaluation.rules.facts import FACTS, MOMENTS, stages
from citygrid.geography import queries as geography
from citygrid.kernel.bulk import analyze, copy_rows
from citygrid.kernel.calendars import calendar_for
from citygrid.kernel.workcalendar import WorkingCalendar
from citygrid.workflow import queries as workflow

AT_ONCE = 2_000
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('evaluation_stage'))"
ALONE, NOT_ALONE = (f"SELECT pg_advisory_{word}(hashtext('evaluation_stage'))" for word in ("lock", "unlock"))
BOUNDS = "SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY id) FROM cases_case"
TAKEN = (
    "DELETE FROM evaluation_stale WHERE id IN (SELECT id FROM evaluation_stale ORDER BY id LIMIT %s) RETURNING case_id"
)
DROP = "DELETE FROM evaluation_stage WHERE case_id = ANY(%s)"
FIELDS = (
    *("case", "seq", "kind", "district_code", "area_code", "category", "component", "unit", "post"),
    *(f"{moment}_on" for moment in MOMENTS),
    "due_at",
    *FACTS,
)


def count_changed() -> int:
    """Count the cases anew that changed since the last time, however they did; returns how many.

    Each batch is a transaction: what is taken from the notes is counted, or stays noted.
    """
    count = 0
    while some := _count_some():
        count += some
    return count


@transaction.atomic
def _count_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        cursor.execute(TAKEN, [AT_ONCE])
        ids = sorted({row[0] for row in cursor.fetchall()})
        if ids:
            cursor.execute(DROP, [ids])
    write(ids)
    return len(ids)


def recount(*, processes: int = 1) -> int:
    """Count all cases from nothing; returns how many. Cases that change meanwhile stay noted for `count_changed`.

    In one process it is one transaction. Several share the work by ranges of ids, each batch a transaction of its own:
    until they are done, pages show a part of the figures.
    """
    with transaction.atomic() if processes == 1 else _alone():
        with connection.cursor() as cursor:
            if processes == 1:
                cursor.execute(ONE_AT_A_TIME)
            cursor.execute("DELETE FROM evaluation_stale")
            cursor.execute("TRUNCATE evaluation_stage")
            cursor.execute(BOUNDS, [[part / processes for part in range(1, processes)]])
            bounds = [None, *(cursor.fetchone()[0] or []), None]
        ranges = list(pairwise(bounds))
        count = count_range(*ranges[0]) if processes == 1 else _share(ranges)
    analyze(models.Stage)
    return count


def count_range(after: UUID | None, until: UUID | None) -> int:
    """Count the cases after an id up to and with another (None: no bound), of which there are no rows."""
    count = 0
    while ids := cases.following(after, AT_ONCE, until):
        with transaction.atomic():
            write(ids)
        count, after = count + len(ids), ids[-1]
    return count


@contextmanager
def _alone() -> Iterator[None]:
    """Nothing else is counted meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        try:
            yield
        finally:
            cursor.execute(NOT_ALONE)


def _share(ranges: Sequence[tuple[UUID | None, UUID | None]]) -> int:
    """Each range in a process of its own, with a connection of its own."""
    with ProcessPoolExecutor(len(ranges), get_context("fork"), initializer=_begin) as pool:
        return sum(pool.map(count_range, *zip(*ranges, strict=True)))


def _begin() -> None:
    """The connection of the parent is not the child's: it is forgotten, not closed."""
    connections[DEFAULT_DB_ALIAS].connection = None


def write(ids: Sequence[UUID]) -> None:
    """Write the rows of these cases, of which there are none."""
    calendars = cache(calendar_for)  # each is asked for once a batch
    if ids:
        copy_rows(models.Stage, FIELDS, [row for life in cases.lives(ids) for row in _rows(life, calendars)])


def _rows(life: cases.Life, calendars: Callable[[str], WorkingCalendar]) -> Iterator[list[Any]]:
    zone = _zone(life.district_code)
    head = [life.district_code, life.area_code, life.category_key, life.component_id]
    procedure = workflow.procedure(life.procedure, life.procedure_version)
    for row in stages(life, procedure, calendars(life.calendar)):
        days = [_day(row.moments.get(moment), zone) for moment in MOMENTS]
        whose = [row.unit_id, row.post_id]
        facts = [int(fact in row.facts) for fact in FACTS]
        yield [life.id, row.seq, row.kind, *head, *whose, *days, row.moments.get("due"), *facts]


def _day(at: datetime | None, zone: ZoneInfo) -> Any:
    return at.astimezone(zone).date() if at else None


@cache
def _zone(district_code: str) -> ZoneInfo:
    return ZoneInfo(geography.time_zone_of(district_code))
