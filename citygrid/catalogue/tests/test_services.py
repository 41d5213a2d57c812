from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from citygrid.catalogue import queries, services
from citygrid.catalogue.errors import LaterVersionThere, UnusableCatalogue
from citygrid.catalogue.models import Category, FilingStandard, Scheme
from citygrid.catalogue.rules import CategoryIn, SchemeIn
from citygrid.catalogue.services import Loaded
from citygrid.catalogue.tests import factories
from citygrid.catalogue.tests.factories import CLERK, NOW, TODAY
from citygrid.kernel.actor import Actor, Axis, Reach
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.worktime import Limit, Unit

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(days=10)
FOUR_HOURS = Limit(Decimal(4), Unit.WORK_HOUR)
VISITOR = Actor(role="visitor", axis=Axis.SUPPORT, reach=Reach(), permissions=frozenset(), label="visitor")


def load(folder, on=TODAY):
    return services.load_catalogue(folder=folder, actor=CLERK, now=NOW, valid_from_date=on)


def test_a_published_standard_is_version_one_and_open():
    published = factories.standard(factories.category())
    assert (published.version, published.valid_from_date, published.valid_to_date) == (1, TODAY, None)


def test_a_changed_standard_closes_the_version_before_it():
    category = factories.category()
    first = factories.standard(category)
    second = factories.standard(category, on=LATER, limit=FOUR_HOURS)
    first.refresh_from_db()
    assert (first.valid_to_date, second.version, second.valid_to_date) == (LATER, 2, None)
    assert first.limit_unit == "work_day"


def test_publishing_the_same_content_again_changes_nothing():
    category = factories.category()
    first = factories.standard(category)
    entries = AuditEntry.objects.count()
    assert factories.standard(category, on=LATER) == first
    assert (FilingStandard.objects.count(), AuditEntry.objects.count()) == (1, entries)


def test_a_standard_corrected_on_its_first_day_leaves_the_first_version_valid_on_no_day():
    category = factories.category()
    factories.standard(category)
    factories.standard(category, limit=FOUR_HOURS)
    assert [s.version for s in queries.standards_for(category.key, TODAY)] == [2]


def test_a_version_cannot_begin_before_the_latest_one():
    category = factories.category()
    factories.standard(category, on=LATER)
    with pytest.raises(LaterVersionThere):
        factories.standard(category, on=TODAY, limit=FOUR_HOURS)


def test_a_withdrawn_standard_ends_and_may_be_published_anew():
    category = factories.category()
    factories.standard(category)
    services.withdraw_standard(code="s1", on=LATER, actor=CLERK, now=NOW)
    assert queries.standards_for(category.key, LATER) == []
    with pytest.raises(LaterVersionThere):
        factories.standard(category, on=TODAY)
    assert factories.standard(category, on=LATER).version == 2


def test_only_an_open_standard_can_be_withdrawn_and_not_before_it_began():
    factories.standard(factories.category(), on=LATER)
    with pytest.raises(LaterVersionThere):
        services.withdraw_standard(code="s1", on=TODAY, actor=CLERK, now=NOW)
    services.withdraw_standard(code="s1", on=LATER, actor=CLERK, now=NOW)
    with pytest.raises(NotFound):
        services.withdraw_standard(code="s1", on=LATER, actor=CLERK, now=NOW)


@pytest.mark.parametrize(
    "change",
    [{"limit_value": 9}, {"version": 7}, {"condition_zh": "x"}, {"valid_from_date": date(2020, 1, 1)}],
)
def test_the_database_refuses_to_change_a_version(change):
    standard = factories.standard(factories.category())
    with pytest.raises(IntegrityError), transaction.atomic():
        FilingStandard.objects.filter(pk=standard.pk).update(**change)


def test_the_database_refuses_to_move_an_end_and_to_delete():
    standard = factories.standard(factories.category())
    rows = FilingStandard.objects.filter(pk=standard.pk)
    rows.update(valid_to_date=LATER)
    for attempt in (lambda: rows.update(valid_to_date=None), lambda: rows._raw_delete("default")):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_the_database_refuses_two_versions_valid_on_one_day():
    standard = factories.standard(factories.category())
    standard.pk, standard.version, standard._state.adding = None, 2, True
    standard.id = FilingStandard._meta.get_field("id").get_default()
    with pytest.raises(IntegrityError, match="one_version_of_a_standard_at_a_time"), transaction.atomic():
        standard.save(force_insert=True)


def test_a_standard_needs_a_category_that_takes_cases_and_a_known_problem_type():
    category = factories.category()
    with pytest.raises(UnusableCatalogue) as refusal:
        factories.standard(category.parent)
    assert "takes cases" in str(refusal.value)
    with pytest.raises(UnusableCatalogue):
        factories.standard(category, problem_type="unheard_of")


def test_every_write_needs_the_permission():
    category = factories.category()
    calls = [
        lambda: services.publish_standard(standard=factories.standard_in(category), actor=VISITOR, now=NOW),
        lambda: services.withdraw_standard(code="s1", on=TODAY, actor=VISITOR, now=NOW),
        lambda: services.define_scheme(scheme=SchemeIn("a", "a", "a"), actor=VISITOR, now=NOW),
        lambda: services.define_categories(scheme_code="test", categories=[], actor=VISITOR, now=NOW),
        lambda: services.load_catalogue(folder=factories.SHIPPED, actor=VISITOR, now=NOW),
    ]
    for call in calls:
        with pytest.raises(NotPermitted):
            call()


def test_categories_are_defined_in_bulk_and_once(django_assert_max_num_queries):
    factories.scheme()
    rows = [CategoryIn("matter", f"type-{n}", "", f"Request {n}") for n in range(500)]
    with django_assert_max_num_queries(6):
        assert services.define_categories(scheme_code="test", categories=rows, actor=CLERK, now=NOW) == 500
    assert services.define_categories(scheme_code="test", categories=rows, actor=CLERK, now=NOW) == 0
    rows[7] = replace(rows[7], name_en="Renamed", is_active=False)
    assert services.define_categories(scheme_code="test", categories=rows, actor=CLERK, now=NOW) == 1
    assert queries.category("test/matter/type-7").name_en == "Renamed"


def test_categories_need_a_known_scheme_and_a_known_major():
    factories.category()
    child = CategoryIn("component", "9", "九", parent_code="99")
    with pytest.raises(UnusableCatalogue) as refusal:
        services.define_categories(scheme_code="test", categories=[child], actor=CLERK, now=NOW)
    assert refusal.value.faults == ["test/component/9: no major test/component/99"]
    with pytest.raises(NotFound):
        services.define_categories(scheme_code="none", categories=[], actor=CLERK, now=NOW)


def test_a_major_does_not_turn_into_a_category():
    factories.category()
    turned = CategoryIn("component", "01", "大类")
    with pytest.raises(UnusableCatalogue):
        services.define_categories(scheme_code="test", categories=[turned], actor=CLERK, now=NOW)


def test_a_scheme_says_the_same_once():
    first = factories.scheme()
    entries = AuditEntry.objects.count()
    assert factories.scheme() == first
    assert AuditEntry.objects.count() == entries
    services.define_scheme(scheme=SchemeIn("test", "改名", "Test"), actor=CLERK, now=NOW)
    assert Scheme.objects.get().name_zh == "改名"
    with pytest.raises(UnusableCatalogue):
        services.define_scheme(scheme=SchemeIn("a/b", "x", "x"), actor=CLERK, now=NOW)


def test_the_shipped_catalogue_covers_every_category_and_loads_once():
    first = load(factories.SHIPPED)
    leaves = queries.leaf_categories("gbt47678.5-2026")
    assert len(leaves) == 403
    assert first.standards == len(queries.standards_in_force("gbt47678.5-2026", TODAY)) > 1000
    covered = {standard.category_key for standard in queries.standards_in_force("gbt47678.5-2026", TODAY)}
    assert covered == {leaf.key for leaf in leaves}
    entries = AuditEntry.objects.count()
    assert load(factories.SHIPPED, on=LATER) == Loaded(0, 0, 0)
    assert AuditEntry.objects.count() == entries


def test_a_changed_folder_publishes_only_what_changed(tmp_path):
    load(factories.folder(tmp_path))
    problems = [
        factories.problem_row("missing", "1", "urgent_hour"),
        factories.problem_row("rattling", "2.5", "work_day"),
    ]
    assert load(factories.folder(tmp_path, problem_types=problems), on=LATER) == Loaded(0, 0, 1)
    versions = {s.code: s.version for s in queries.standards_for("small/component/01001", LATER)}
    assert versions == {"small/component/01001/missing": 2, "small/component/01001/rattling": 1}


def test_loading_again_takes_back_nothing_that_a_city_changed_or_withdrew(tmp_path):
    folder = factories.folder(tmp_path)
    load(folder)
    missing, rattling = queries.standards_for("small/component/01001", TODAY)
    category = Category.objects.get(pk=missing.category_key)
    factories.standard(category, code=missing.code, on=LATER)
    services.withdraw_standard(code=rattling.code, on=LATER, actor=CLERK, now=NOW)
    assert load(folder, on=LATER) == Loaded(0, 0, 0)
    assert [(s.code, s.version) for s in queries.standards_for(category.key, LATER)] == [(missing.code, 2)]


def test_a_faulty_folder_loads_nothing(tmp_path):
    folder = factories.folder(tmp_path, category_problems=[])
    with pytest.raises(UnusableCatalogue):
        load(folder)
    assert not Scheme.objects.exists()


def test_a_missing_file_or_column_is_named(tmp_path):
    folder = factories.folder(tmp_path)
    (folder / "unit_kinds.csv").write_text("code,zh\n", encoding="utf-8")
    with pytest.raises(UnusableCatalogue) as refusal:
        load(folder)
    assert refusal.value.faults == ["unit_kinds.csv: no column en"]
    (folder / "unit_kinds.csv").unlink()
    with pytest.raises(UnusableCatalogue):
        load(folder)


def test_the_command_loads_and_names_faults(tmp_path):
    out = StringIO()
    folder = factories.folder(tmp_path)
    call_command("load_catalogue", folder, "--from-date", "2020-01-01", stdout=out)
    assert "2 standards written" in out.getvalue()
    assert len(queries.standards_for("small/component/01001", date(2020, 1, 1))) == 2
    with pytest.raises(CommandError, match="no filing standard"):
        call_command("load_catalogue", factories.folder(tmp_path, category_problems=[]))


SOCIAL = {
    "code": "social",
    "name_zh": "社会",
    "name_en": "Social",
    "attribution_zh": "",
    "attribution_en": "",
    "procedure": "social-event",
}


def folder_without_standards(path, **scheme):
    """Only schemes and categories, as a scheme of another procedure may have it."""
    path = factories.folder(path)
    row = SOCIAL | scheme
    (path / "schemes.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    (path / "categories.csv").write_text((path / "categories.csv").read_text().replace("small,", "social,"))
    for name in ("problem_types", "category_problems", "unit_kinds"):
        (path / f"{name}.csv").unlink()
    return path


def test_scheme_of_another_procedure_needs_no_standards(tmp_path):
    assert load(folder_without_standards(tmp_path)) == Loaded(2, 0, 0)
    assert queries.category("social/component/01001").procedure == "social-event"


@pytest.mark.parametrize("procedure", ["", "city-case"])
def test_scheme_of_the_usual_procedure_does(tmp_path, procedure):
    with pytest.raises(UnusableCatalogue):
        load(folder_without_standards(tmp_path, procedure=procedure))
    assert not Scheme.objects.exists()


def test_scheme_that_names_no_procedure_follows_the_usual_one():
    assert queries.category(factories.category().key).procedure == "city-case"


def test_scheme_changes_its_procedure():
    factories.scheme()
    services.define_scheme(scheme=SchemeIn("test", "测试", "Test", procedure="social-event"), actor=CLERK, now=NOW)
    assert Scheme.objects.get(pk="test").procedure == "social-event"


def test_everything_shipped_is_loaded_at_once():
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    assert len(out.getvalue().splitlines()) == Scheme.objects.count() == 2
    social = queries.leaf_categories("citygrid-social")
    assert {each.procedure for each in social} == {"social-event"}
    assert all(each.name_zh and each.name_en and each.major_key for each in social)
