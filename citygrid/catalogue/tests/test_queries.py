from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils.translation import override

from citygrid.catalogue import queries, services
from citygrid.catalogue.tests import factories
from citygrid.catalogue.tests.factories import CLERK, NOW, TODAY
from citygrid.kernel.errors import NotFound
from citygrid.kernel.worktime import Limit, Unit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SHIPPED_SCHEME = "gbt47678.5-2026"


@pytest.fixture
def shipped():
    services.load_catalogue(folder=factories.SHIPPED, actor=CLERK, now=NOW, valid_from_date=TODAY)


def test_a_category_names_its_major():
    found = queries.category(factories.category().key)
    assert (found.major_key, found.major_zh, found.is_major) == ("test/component/01", "大类01", False)
    with override("en"):
        assert (found.name, found.major) == ("Cover", "Major 01")
    with override("zh-hans"):
        assert found.name == "井盖"


def test_an_unknown_category_is_not_found():
    with pytest.raises(NotFound):
        queries.category("test/component/none")


def test_a_standard_holds_from_its_first_day_to_the_day_before_its_end():
    category = factories.category()
    factories.standard(category)
    services.withdraw_standard(code="s1", on=TODAY + 5 * DAY, actor=CLERK, now=NOW)
    days = [-1, 0, 4, 5]
    assert [len(queries.standards_for(category.key, TODAY + n * DAY)) for n in days] == [0, 1, 1, 0]


def test_a_version_stays_readable_by_id_after_its_end():
    category = factories.category()
    first = factories.standard(category)
    factories.standard(category, on=TODAY + DAY, limit=Limit(Decimal(20), Unit.WORK_HOUR))
    kept = queries.standard(first.id)
    assert kept.limit == Limit(Decimal(2), Unit.WORK_DAY)
    assert kept.valid_to_date == TODAY + DAY
    assert [str(s.limit.value) for s in queries.standard_versions("s1")] == ["2", "20"]
    assert set(queries.standards([first.id, uuid4()])) == {first.id}
    with pytest.raises(NotFound):
        queries.standard(uuid4())


def test_a_standard_of_the_area_class_takes_the_place_of_the_one_for_all():
    category = factories.category()
    factories.problem_type("damaged")
    factories.problem_type("dirty")
    factories.standard(category, "everywhere", problem_type="damaged")
    factories.standard(category, "core", problem_type="damaged", area_class="core")
    factories.standard(category, "dirt", problem_type="dirty")
    assert [s.code for s in queries.standards_for(category.key, TODAY)] == ["dirt", "everywhere"]
    assert [s.code for s in queries.standards_for(category.key, TODAY, "core")] == ["core", "dirt"]
    assert [s.code for s in queries.standards_for(category.key, TODAY, "rural")] == ["dirt", "everywhere"]


def test_standards_without_a_problem_type_stand_beside_one_another():
    category = factories.category()
    factories.standard(category, "everywhere")
    factories.standard(category, "core", area_class="core")
    assert [s.code for s in queries.standards_for(category.key, TODAY, "core")] == ["core", "everywhere"]


def test_choices_are_grouped_by_major_and_leave_out_what_is_inactive():
    factories.category("01001", "井盖")
    factories.category("01002", "旧物", is_active=False)
    factories.category("02001", "路牌")
    with override("zh-hans"):
        assert queries.category_choices("test") == [
            ("大类01", [("test/component/01001", "井盖")]),
            ("大类02", [("test/component/02001", "路牌")]),
        ]
    assert [major.code for major in queries.majors("test")] == ["01", "02"]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("污水井盖", "component/01002"),
        ("井盖 污水", "component/01002"),
        ("sewage manhole", "component/01002"),
        ("Sewage manhole cover", "component/01002"),
        ("09022", "matter/09022"),
        ("架空线缆脱落", "matter/10002"),
    ],
)
def test_search_puts_the_wanted_category_first(shipped, words, first):
    found = queries.search_categories(words)
    exact = [view.key.split("/", 1)[1] for view in found]
    assert first in exact[:2], exact


def test_search_finds_by_major_obeys_its_limit_and_ignores_signs(shipped):
    assert len(queries.search_categories("园林绿化", limit=5)) == 5
    assert queries.search_categories("   ") == []
    assert queries.search_categories("%") == []
    assert queries.search_categories("井盖", scheme="other") == []


def test_lists_take_one_query_however_many_rows(shipped, django_assert_num_queries):
    calls = [
        lambda: queries.leaf_categories(SHIPPED_SCHEME),
        lambda: queries.category_choices(SHIPPED_SCHEME),
        lambda: queries.standards_in_force(SHIPPED_SCHEME, TODAY),
        lambda: queries.standards_for(f"{SHIPPED_SCHEME}/component/01001", TODAY),
        lambda: queries.search_categories("cover"),
        lambda: queries.category(f"{SHIPPED_SCHEME}/component/01001"),
        lambda: queries.categories([f"{SHIPPED_SCHEME}/component/01001"]),
    ]
    for call in calls:
        with django_assert_num_queries(1):
            assert call()


def test_one_manhole_cover_has_a_limit_for_each_condition(shipped):
    found = queries.standards_for(f"{SHIPPED_SCHEME}/component/01001", TODAY)
    assert len({(s.limit.value, s.limit.unit) for s in found}) >= 3
    with override("en"):
        assert "water-supply manhole cover" in found[0].condition
    assert all(s.evidence and s.unit_kind for s in found)


def test_standards_in_force_can_be_narrowed_to_a_major(shipped):
    found = queries.standards_in_force(SHIPPED_SCHEME, TODAY, f"{SHIPPED_SCHEME}/matter/10")
    assert {s.category_key.rsplit("/", 1)[1][:2] for s in found} == {"10"}
    assert queries.standards_in_force(SHIPPED_SCHEME, date(2020, 1, 1)) == []


def test_names_of_schemes_problem_types_and_unit_kinds_follow_the_language(shipped):
    with override("en"):
        [scheme] = queries.schemes()
        assert "third-party transcription" in scheme.attribution
        assert queries.unit_kinds()["water"] == "Water supply and drainage"
        assert queries.problem_types()["rattling"] == "Rattling"
    with override("zh-hans"):
        assert queries.problem_types()["rattling"] == "松动异响"
