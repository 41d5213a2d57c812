from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Count, Exists, OuterRef, Q
from django.test.utils import CaptureQueriesContext, isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from citygrid.kernel.actor import Actor, Reach
from citygrid.kernel.models import Series
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, Unscoped, any_prefix, prefix_range
from citygrid.kernel.tests.factories import make_actor

codes = st.text("0123456789", min_size=0, max_size=6)


class NoteQuerySet(ScopedQuerySet):
    def scope_for(self, actor: Actor) -> Q:
        return any_prefix("code", actor.reach.areas)


with isolate_apps("citygrid.kernel"):

    class Note(ScopedModel):
        """A scoped record that only this test knows."""

        code = AreaCodeField()
        written_date = models.DateField(default=date(2026, 11, 23))
        objects = NoteQuerySet.as_manager()

        class Meta:
            app_label = "kernel"


@pytest.fixture
def notes(db: None) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    Note.objects.bulk_create(Note(code=code) for code in ("110101001", "110101002", "110102001"))


READS: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "length": len,
    "truth": bool,
    "in": lambda rows: Note(pk=1) in rows,
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:2]),
    "get": lambda rows: rows.get(code="110101001"),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "latest": lambda rows: rows.latest("pk"),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(Note(pk=1)),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values("code")),
    "values_list": lambda rows: list(rows.values_list("code", flat=True)),
    "dates": lambda rows: list(rows.dates("written_date", "day")),
    "explain": lambda rows: rows.explain(),
    "filter, order": lambda rows: list(rows.filter(code="1").exclude(pk=0).order_by("code").distinct()),
    "update": lambda rows: rows.update(code="9"),
    "delete": lambda rows: rows.delete(),
    "raw delete": lambda rows: rows._raw_delete("default"),
    "subquery": lambda rows: list(Series.objects.filter(key__in=rows.values("code"))),
    "exists in a condition": lambda rows: list(Series.objects.filter(Exists(rows.filter(code=OuterRef("key"))))),
    "union": lambda rows: list(rows.union(rows.filter(code="1"))),
    "union below a scoped one": lambda rows: list(rows.visible_to(make_actor()).union(rows)),
    "or with a scoped one": lambda rows: list(rows.visible_to(make_actor()) | rows),
    "or with a scoped one behind": lambda rows: list(rows | rows.visible_to(make_actor())),
    "raw SQL": lambda rows: list(rows.raw("SELECT * FROM kernel_note")),
    "subquery of its own": lambda rows: list(rows.visible_to(make_actor()).filter(pk__in=rows.filter(code="1"))),
    "get_or_create": lambda rows: rows.get_or_create(code="110101001"),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_every_way_to_read_without_an_actor_is_refused(notes: None, read: Callable[[Any], Any]) -> None:
    with pytest.raises(Unscoped):
        read(Note.objects.all())


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_every_way_to_read_works_for_an_actor(notes: None, read: Callable[[Any], Any]) -> None:
    read(Note.objects.visible_to(make_actor()))


def test_actor_sees_the_rows_of_its_areas_only(notes: None) -> None:
    def seen(*areas: str) -> list[str]:
        rows = Note.objects.visible_to(make_actor(reach=Reach(areas=areas)))
        return sorted(row.code for row in rows.exclude(pk=0))

    assert seen("110101") == ["110101001", "110101002"]
    assert seen("110101002", "110102") == ["110101002", "110102001"]
    assert seen("") == ["110101001", "110101002", "110102001"]
    assert seen() == []


def test_manager_itself_is_refused(notes: None) -> None:
    with pytest.raises(Unscoped):
        Note.objects.count()
    with pytest.raises(Unscoped):
        Note.objects.get(code="110101001")


def test_unscoped_query_reads_all_rows_and_needs_a_reason(notes: None) -> None:
    assert Note.objects.unscoped(reason="a test counts all").filter(code__startswith="1101").count() == 3
    with pytest.raises(Unscoped, match="needs a reason"):
        Note.objects.unscoped(reason="")


def test_scoped_model_that_states_no_scope_shows_nothing() -> None:
    with pytest.raises(Unscoped, match="does not state its scope"):
        ScopedQuerySet(Series).visible_to(make_actor())


@given(areas=st.lists(codes, max_size=4), area=codes, code=codes)
def test_reach_within_an_area_covers_what_lies_in_both(areas: list[str], area: str, code: str) -> None:
    reach = Reach(areas=tuple(areas))
    assert reach.within(area).covers_area(code) == (reach.covers_area(code) and code.startswith(area))


def test_locked_row_is_one_the_actor_sees(notes: None) -> None:
    key = Note.objects.unscoped(reason="a test").get(code="110101002").pk
    for areas, seen in (("",), "110101002"), (("110101",), "110101002"), (("110102",), None), ((), None):
        found = Note.objects.locked(key, make_actor(reach=Reach(areas=areas)))
        assert (found.code if found else None) == seen
    assert Note.objects.locked(key + 1_000, make_actor()) is None


def test_locked_row_is_locked(notes: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        Note.objects.locked(1, make_actor())
    assert asked[0]["sql"].endswith("FOR UPDATE")


def test_page_is_planned_for_its_values_and_a_single_row_for_any(notes: None) -> None:
    rows = Note.objects.visible_to(make_actor(reach=Reach(areas=("1101",))))
    for _ in range(6):
        list(rows.order_by("pk")[:2])
        rows[:2].count()
        list(rows.values("code").annotate(n=Count("pk")))
        rows.filter(code="110101001").first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%kernel_note%'")
        kept = [statement for (statement,) in cursor.fetchall()]
    assert len(kept) == 1
    assert "LIMIT 1" in kept[0]


@given(code=codes, prefix=codes)
def test_prefix_range_says_what_startswith_says(code: str, prefix: str) -> None:
    bounds = dict(prefix_range("code", prefix).children)
    inside = all(code >= bound if name.endswith("gte") else code < bound for name, bound in bounds.items())
    assert inside == code.startswith(prefix)


@pytest.mark.django_db
def test_database_compares_codes_as_python_does() -> None:
    stored = ["1", "11", "110", "1101", "1109", "111", "12", "2", ""]
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    Note.objects.bulk_create(Note(code=code) for code in stored)
    rows = Note.objects.unscoped(reason="a test of the field itself")
    for prefix in ["", "1", "11", "110", "1109", "12", "9"]:
        found = rows.filter(any_prefix("code", [prefix])).values_list("code", flat=True)
        assert sorted(found) == sorted(code for code in stored if code.startswith(prefix))
