from datetime import date
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils.timezone import localdate
from django.utils.translation import override

from citygrid.cases.tests.factories import COMMUNITY, NOW, make_city
from citygrid.catalogue.models import Category
from citygrid.dispatch import queries, services
from citygrid.dispatch.choices import Outcome
from citygrid.dispatch.models import Rule
from citygrid.dispatch.queries import verdicts
from citygrid.dispatch.rules import Situation, resolve
from citygrid.dispatch.tests import factories
from citygrid.dispatch.tests.factories import CLERK, VISITOR
from citygrid.geography.models import Feature, Layer
from citygrid.geography.tests import factories as geography
from citygrid.kernel.errors import NotFound, NotPermitted

pytestmark = pytest.mark.django_db
TODAY = localdate(NOW)


@pytest.fixture
def city():
    return make_city()


def make_feature(layer="road", code="R1", on=date(2020, 1, 1)):
    """A feature that fills the first square of the district."""
    kept = Layer.objects.get_or_create(code=layer, kind="area", name_zh="城市道路")[0]
    return Feature.objects.create(
        layer=kept, code=code, name_zh="一号路", geom=geography.polygon(0), valid_from_date=on
    )


def suggest(case, actor=CLERK):
    return queries.suggest(case.pk, actor, NOW)


def test_a_suggestion_says_who_and_why_and_writes_nothing(city):
    wide, narrow = factories.rule(city.unit), factories.rule(city.other_unit, area_code=COMMUNITY)
    with override("en"):
        found = suggest(city.open(), city.actors["dispatcher"])
    assert (found.outcome, found.unit) == (Outcome.UNIQUE, city.other_unit)
    assert found.words == (
        f"Rule {wide.pk} for Sanitation centre: rule {narrow.pk} says more about: place",
        f"Rule {narrow.pk} for Sanitation centre: says the most about this case",
    )
    assert not queries.decisions_of(city.open().pk, CLERK)


def test_a_stored_decision_reads_in_both_languages(city):
    one, two = factories.rule(city.unit), factories.rule(city.other_unit)
    case = city.open()
    services.decide(case_id=case.pk, actor=CLERK, now=NOW)
    [decision] = queries.decisions_of(case.pk, CLERK)
    with override("en"):
        assert queries.decision_words(decision)[0] == (
            f"Rule {one.pk} for Sanitation centre: neither it nor these rules for other units say more: {two.pk}"
        )
    with override("zh-hans"):
        words = queries.decision_words(decision)
        assert words[1].startswith(f"规则 {two.pk}（养护中心）：")
        assert not any(letter.isascii() and letter.isalpha() for letter in "".join(words))


def test_a_feature_of_a_layer_decides_before_an_area(city):
    make_feature()
    factories.rule(city.unit, area_code=COMMUNITY)
    factories.rule(city.other_unit, layer_code="road", feature_code="R1")
    assert suggest(city.open()).unit == city.other_unit
    beside = Point(geography.WEST + geography.SIDE * 1.5, geography.SOUTH + 0.001, srid=4326)
    assert suggest(city.open(location=beside)).unit == city.unit
    assert suggest(city.open(location=None)).unit == city.unit


def test_a_rule_for_a_feature_outlives_the_versions_of_the_feature(city):
    first = make_feature()
    factories.rule(city.unit, layer_code="road", feature_code="R1")
    Feature.objects.filter(pk=first.pk).update(valid_to_date=TODAY)
    assert suggest(city.open()).outcome == Outcome.NONE
    make_feature(on=TODAY)
    assert suggest(city.open()).unit == city.unit


def test_rules_for_other_places_and_categories_are_not_even_read(city):
    other = Category.objects.create(key="test/matter/1", scheme_id="test", kind="matter", code="1", name_zh="事")
    Layer.objects.create(code="water", kind="area", name_zh="水域")
    factories.rule(city.unit, category_key=other.key)
    factories.rule(city.unit, area_code="900002")
    factories.rule(city.unit, layer_code="water")
    kept = factories.rule(city.unit, area_code=COMMUNITY[:9], category_key=city.category_key[:-3])
    case = city.open()
    situation = Situation(city.category_key, case.category.parent_id, case.area_code)
    assert list(queries.candidates(situation, TODAY)) == [kept]


def test_many_places_get_the_answers_that_cases_there_would(city, django_assert_num_queries):
    make_feature()
    major = Category.objects.get(pk=city.open().category_id).parent_id
    factories.rule(city.unit)
    factories.rule(city.other_unit, area_code=COMMUNITY)
    factories.rule(city.unit, layer_code="road", feature_code="R1", area_code=COMMUNITY)
    here, road = city.open().area_code, frozenset([("road", "R1")])
    key = city.open().category_id
    asked = [
        Situation(key, major or "", here),
        Situation(key, major or "", here, features=road),
        Situation(key, major or "", "990001"),
        Situation("other", "", here),
    ]
    with django_assert_num_queries(1):
        found = queries.rulings(asked, TODAY)
    for about, verdict in zip(asked, found, strict=True):
        rules = [verdicts._facts(rule) for rule in queries.candidates(about, TODAY)]
        assert (verdict.outcome, verdict.unit_id) == (resolve(rules, about).outcome, resolve(rules, about).unit_id)
    assert len({verdict.unit_id for verdict in found}) > 1


def test_the_number_of_queries_does_not_grow_with_the_rules(city, django_assert_num_queries):
    case = city.open()
    for count in (1, 30):
        for n in range(count):
            factories.rule(city.unit, category_key=city.category_key, area_code=COMMUNITY[: 12 - n % 12])
        with django_assert_num_queries(4):  # case, time zone, features, rules
            suggest(case)
    services.decide(case_id=case.pk, actor=CLERK, now=NOW)
    [decision] = queries.decisions_of(case.pk, CLERK)
    with django_assert_num_queries(1):
        queries.decision_words(decision)


def test_candidates_of_twenty_thousand_rules_come_by_the_index(city):
    parent = Category.objects.get(pk=city.category_key).parent
    values = {"scheme_id": "test", "kind": "component", "parent": parent}
    leaves = [Category(key=f"test/component/{n}", code=str(n), name_zh="件", **values) for n in range(200)]
    Category.objects.bulk_create(leaves)
    areas = [f"900001{n:03}" for n in range(100)]
    Rule.objects.bulk_create(
        Rule(unit=city.unit, category=leaf, area_code=area, valid_from_date=TODAY) for leaf in leaves for area in areas
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dispatch_rule")
    situation = Situation("test/component/7", parent.key, "900001001001")
    wanted = queries.candidates(situation, TODAY)
    assert "rule_by_category_and_area" in wanted.explain()
    assert len(wanted) == 1


def test_rules_are_listed_with_what_they_name_in_one_query(city, django_assert_num_queries):
    for n in range(10):
        factories.rule(city.unit, category_key=city.category_key, area_code=f"9000{n:02}")
    factories.rule(city.other_unit)
    with django_assert_num_queries(1):
        names = {
            (rule.unit.name_zh, rule.category.name_zh) for rule in queries.rules_in_force(CLERK, TODAY, city.unit.pk)
        }
    assert names == {("环卫中心", "井盖")}
    assert len(queries.rules_in_force(CLERK, TODAY)) == 11
    assert queries.rules_in_force(CLERK, date(2020, 1, 1)) == []


def test_reads_need_the_permission_and_the_reach(city):
    case = city.open()
    with pytest.raises(NotPermitted):
        suggest(case, VISITOR)
    with pytest.raises(NotPermitted):
        queries.rules_in_force(VISITOR, TODAY)
    with pytest.raises(NotPermitted):
        queries.decisions_of(case.pk, VISITOR)
    with pytest.raises(NotFound):
        queries.suggest(uuid4(), city.actors["dispatcher"], NOW)
