"""Categories and filing standards come in from files, and go out to them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.catalogue import queries, services
from citygrid.catalogue.errors import LaterVersionThere
from citygrid.catalogue.models import Category, FilingStandard, UnitKind
from citygrid.catalogue.permissions import MANAGE_STANDARDS
from citygrid.catalogue.tests.factories import CLERK, NOW, SHIPPED, TODAY, category, problem_type, standard
from citygrid.kernel.actor import Actor, Axis, Reach
from citygrid.kernel.errors import NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.permissions import USE_SHEETS
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.errors import ChangedSince
from citygrid.kernel.tests.sheet_files import faults, round_trip, rows_of, write

pytestmark = pytest.mark.django_db

KEEPER = Actor(
    role="system_administrator",
    axis=Axis.SUPPORT,
    reach=Reach(areas=("",)),
    permissions=frozenset({MANAGE_STANDARDS, USE_SHEETS}),
    label="Keeper",
    account_id=None,
    is_automatic=True,
)
LIMIT = Decimal(3)


def kind_of(code: str = "01009", **values: str) -> dict[str, str]:
    plain = {"scheme": "test", "kind": "component", "code": code, "name_zh": "灯", "name_en": "", "major": "01"}
    return plain | {"is_major": "no", "active": "yes"} | values


def said(code: str = "s1", **values: str) -> dict[str, str]:
    plain = {"code": code, "category": "test/component/01001", "problem_type": "", "condition_zh": "破损"}
    plain |= {"closing_zh": "已修复", "limit": "2", "unit": "work_day", "evidence": ""}
    return plain | values


def undo(run, hours: int = 1) -> None:
    runs.undo_run(run_id=run.pk, actor=KEEPER, now=NOW + timedelta(hours=hours))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("sheet", ["categories", "standards"])
def test_what_was_exported_comes_in_again_as_the_same(sheet: str, form: str) -> None:
    services.load_catalogue(folder=SHIPPED, actor=CLERK, now=NOW)
    counts = round_trip(sheet, form, KEEPER, NOW)
    assert counts.pop("same") > 150
    assert set(counts.values()) == {0}


@pytest.mark.parametrize("sheet", ["categories", "standards"])
def test_sheet_is_closed_to_who_may_not_keep_the_catalogue(sheet: str) -> None:
    stranger = Actor("x", Axis.SUPPORT, Reach(("",)), frozenset({USE_SHEETS}), "Stranger")
    with pytest.raises(NotPermitted):
        runs.export(sheet=sheet, form="csv", actor=stranger, now=NOW)


# Categories


def test_categories_come_in_with_their_major_in_any_order() -> None:
    category()
    write("categories", KEEPER, NOW, kind_of("02001", major="02"), kind_of("02", major="", is_major="yes"))
    found = queries.category("test/component/02001")
    assert (found.major_key, found.name_zh, found.is_active) == ("test/component/02", "灯", True)


CATEGORY_FAULTS = [
    (kind_of(scheme="other"), "scheme", "unknown_choice"),
    (kind_of(kind="animal"), "kind", "unknown_choice"),
    (kind_of("01/09"), "code", "wrong_form"),
    (kind_of("0" * 60) | {"scheme": "longest-name-of-a-scheme-there-is"}, "code", "too_long"),
    (kind_of(name_zh=""), "name_zh", "blank"),
    (kind_of(major="99"), "major", "unknown_reference"),
    (kind_of(is_major="yes"), "major", "major_below_major"),
    (kind_of("01001", is_major="yes", major=""), "is_major", "never_changes"),
]


@pytest.mark.parametrize(("row", "column", "code"), CATEGORY_FAULTS)
def test_fault_of_a_category_is_named(row: dict[str, str], column: str, code: str) -> None:
    category()
    long = services.SchemeIn("longest-name-of-a-scheme-there-is", "长", "")
    services.define_scheme(scheme=long, actor=CLERK, now=NOW)
    major = services.CategoryIn("component", "01", "大类", is_major=True)
    services.define_categories(scheme_code=long.code, categories=[major], actor=CLERK, now=NOW)
    assert faults("categories", KEEPER, NOW, row) == [(2, column, code)]


def test_undoing_takes_new_categories_out_of_use_and_gives_names_back() -> None:
    category(name_zh="井盖")
    run = write("categories", KEEPER, NOW, kind_of(), kind_of("01001", name_zh="改名"))
    assert queries.category("test/component/01001").name_zh == "改名"
    undo(run)
    assert queries.category("test/component/01001").name_zh == "井盖"
    assert not Category.objects.get(code="01009").is_active


# Standards


def test_changed_standard_is_a_new_version_from_today() -> None:
    standard(category(), on=date(2026, 1, 1))
    write("standards", KEEPER, NOW, said(limit="3"), said("s2", evidence="photo_before;photo_after"))
    first, second = queries.standard_versions("s1")
    assert (first.valid_to_date, second.valid_from_date, second.limit.value) == (TODAY, TODAY, LIMIT)
    [fresh] = queries.standard_versions("s2")
    assert (fresh.evidence, fresh.area_class, fresh.level) == (("photo_before", "photo_after"), "all", "general")
    entry = AuditEntry.objects.get(subject="catalogue.standard/s2")
    assert (entry.action, entry.data["version"]) == ("publish", 1)


STANDARD_FAULTS = [
    (said(category="test/component/01"), "category", "unknown_choice"),
    (said(problem_type="melted"), "problem_type", "unknown_choice"),
    (said(condition_zh=""), "condition_zh", "blank"),
    (said(closing_zh=" "), "closing_zh", "blank"),
    (said(limit="0"), "limit", "out_of_range"),
    (said(limit="2.555"), "limit", "too_precise"),
    (said(limit="two"), "limit", "not_a_number"),
    (said(unit="week"), "unit", "unknown_choice"),
    (said(evidence="photo_before;oath"), "evidence", "unknown_choice"),
    (said(unit_kind="magic"), "unit_kind", "unknown_choice"),
    (said("later", limit="3"), "code", "later_version"),
]


@pytest.mark.parametrize(("row", "column", "code"), STANDARD_FAULTS)
def test_fault_of_a_standard_is_named(row: dict[str, str], column: str, code: str) -> None:
    problem_type()
    UnitKind.objects.create(code="water", name_zh="供水")
    standard(category(), code="later", on=TODAY + timedelta(days=1))
    assert faults("standards", KEEPER, NOW, row) == [(2, column, code)]


@pytest.mark.parametrize("hours", [1, 20], ids=["the same day", "the next day"])
def test_undoing_withdraws_new_standards_and_publishes_what_held_before(hours: int) -> None:
    standard(category(), on=date(2026, 1, 1))
    before = rows_of("standards", KEEPER, NOW)
    undo(write("standards", KEEPER, NOW, said(limit="3"), said("s2")), hours)
    assert rows_of("standards", KEEPER, NOW) == before
    assert [version.limit.value for version in queries.standard_versions("s1")] == [2, 3, 2]
    day = TODAY + timedelta(days=hours // 16)
    [withdrawn] = queries.standard_versions("s2")
    assert withdrawn.valid_to_date == day
    assert [each.code for each in queries.standards_for("test/component/01001", day)] == ["s1"]


def test_undoing_is_refused_when_a_standard_was_published_since() -> None:
    covers = category()
    run = write("standards", KEEPER, NOW, said(), said("s2"))
    standard(covers, code="s2", source="elsewhere")
    with pytest.raises(ChangedSince):
        undo(run)
    assert FilingStandard.objects.filter(valid_to_date__isnull=True).count() == 2


def test_withdrawing_in_bulk_is_all_or_nothing() -> None:
    covers = category()
    standard(covers, "s1")
    standard(covers, "s2", on=TODAY + timedelta(days=3))
    with pytest.raises(LaterVersionThere):
        services.withdraw_standards(codes=["s1", "s2"], on=TODAY, actor=CLERK, now=NOW)
    assert FilingStandard.objects.filter(valid_to_date__isnull=True).count() == 2


def test_number_of_queries_does_not_grow_with_the_rows() -> None:
    category()
    spent = []
    for count, prefix in ((2, "a"), (40, "b")):
        with CaptureQueriesContext(connection) as caught:
            write("standards", KEEPER, NOW, *(said(f"{prefix}{number}") for number in range(count)))
            write("categories", KEEPER, NOW, *(kind_of(f"{prefix}{number}") for number in range(count)))
        spent.append(len(caught))
    assert spent[0] == spent[1]
