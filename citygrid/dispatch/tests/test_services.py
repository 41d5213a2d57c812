from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from citygrid.access.models import Organisation
from citygrid.cases.tests.factories import COMMUNITY, NOW, make_city
from citygrid.catalogue.tests import factories as catalogue
from citygrid.dispatch import services
from citygrid.dispatch.choices import Outcome
from citygrid.dispatch.errors import RuleInvalid
from citygrid.dispatch.models import Decision, Rule
from citygrid.dispatch.services import RuleIn
from citygrid.dispatch.tests import factories
from citygrid.dispatch.tests.factories import CLERK, VISITOR
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
TODAY = localdate(NOW)


@pytest.fixture
def city():
    return make_city()


def decide(case):
    return services.decide(case_id=case.pk, actor=CLERK, now=NOW)


def test_a_decision_names_the_unit_and_keeps_its_trace(city):
    wide, narrow = factories.rule(city.unit), factories.rule(city.other_unit, category_key=city.category_key)
    decision = decide(city.open())
    assert (decision.outcome, decision.unit, decision.at) == (Outcome.UNIQUE, city.other_unit, NOW)
    assert decision.trace["category"] == city.category_key
    assert decision.trace["area"] == COMMUNITY
    assert [(line["rule"], line["reason"], line["params"]) for line in decision.trace["rules"]] == [
        (wide.pk, "outranked", {"by": narrow.pk, "about": ["category"]}),
        (narrow.pk, "won", {}),
    ]


def test_a_decision_is_audited_and_sends_nothing(city):
    factories.rule(city.unit)
    case = city.play(city.open(), "shift_leader file")
    decision = decide(case)
    entry = AuditEntry.objects.get(action="decide")
    assert entry.subject == f"cases.case/{case.pk}"
    assert entry.data == {"outcome": "unique", "decision": decision.pk}
    case.refresh_from_db()
    assert (case.state, case.unit) == ("filed", None)


def test_without_rules_nobody_is_named(city):
    assert (decide(city.open()).outcome, Decision.objects.get().unit) == (Outcome.NONE, None)


def test_a_tie_names_nobody(city):
    factories.rule(city.unit)
    factories.rule(city.other_unit)
    assert (decide(city.open()).outcome, Decision.objects.get().unit) == (Outcome.TIE, None)


def test_a_closed_unit_is_not_named(city):
    factories.rule(city.unit)
    Organisation.objects.filter(pk=city.unit.pk).update(is_active=False)
    assert decide(city.open()).outcome == Outcome.INACTIVE_UNIT


def test_the_major_and_the_filing_condition_count(city):
    major = catalogue.category().parent_id
    catalogue.problem_type("damaged")
    factories.rule(city.unit, category_key=major)
    factories.rule(city.other_unit, category_key=major, problem_type="damaged")
    damaged = catalogue.standard(catalogue.category(), "damaged", problem_type="damaged")
    assert decide(city.open()).unit == city.unit
    city.standard = damaged
    assert decide(city.play(city.open(), "shift_leader file")).unit == city.other_unit


def test_a_rule_holds_from_its_first_day_to_the_day_before_its_end(city):
    day = timedelta(days=1)
    factories.rule(city.unit, valid_from_date=TODAY + day)
    factories.rule(city.other_unit, valid_from_date=TODAY - 9 * day, valid_to_date=TODAY)
    assert decide(city.open()).outcome == Outcome.NONE
    factories.rule(city.other_unit, valid_from_date=TODAY, valid_to_date=TODAY + day)
    assert decide(city.open()).unit == city.other_unit


def test_a_decision_can_be_neither_changed_nor_deleted(city):
    decision = decide(city.open())
    rows = Decision.objects.filter(pk=decision.pk)
    for attempt in (lambda: rows.update(outcome="tie"), lambda: rows._raw_delete("default")):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_case_that_is_not_there_is_not_decided():
    with pytest.raises(NotFound):
        services.decide(case_id=uuid4(), actor=CLERK, now=NOW)


def test_an_open_rule_that_says_the_same_is_not_added_again(city):
    first = factories.rule(city.unit, category_key=city.category_key)
    entries = AuditEntry.objects.count()
    assert factories.rule(city.unit, category_key=city.category_key) == first
    same = RuleIn(unit_id=city.other_unit.pk)
    added = services.add_rules(rules=[same, same], actor=CLERK, now=NOW)
    assert added[0] == added[1]
    assert (Rule.objects.count(), AuditEntry.objects.count()) == (2, entries + 1)


def test_the_database_refuses_a_second_open_rule_of_the_same_content(city):
    rule = factories.rule(city.unit)
    rule.pk = None
    with pytest.raises(IntegrityError, match="one_open_rule_of_a_content"), transaction.atomic():
        rule.save(force_insert=True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"unit_id": uuid4()}, "unit_id"),
        ({"category_key": "test/component/none"}, "category_key"),
        ({"layer_code": "none"}, "layer_code"),
        ({"problem_type": "none"}, "problem_type"),
        ({"feature_code": "R1"}, "layer_code"),
        ({"area_code": "9000-1"}, "area_code"),
        ({"valid_from_date": TODAY, "valid_to_date": TODAY - timedelta(days=1)}, "valid_to_date"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_with_its_field(city, values, field):
    rules = [RuleIn(unit_id=city.other_unit.pk), RuleIn(**{"unit_id": city.unit.pk, **values})]
    with pytest.raises(RuleInvalid) as refusal:
        services.add_rules(rules=rules, actor=CLERK, now=NOW)
    assert list(refusal.value.fields) == [field]
    assert not Rule.objects.exists()


def test_many_rules_are_added_by_few_queries(city, django_assert_num_queries):
    rules = [RuleIn(unit_id=city.unit.pk, area_code=f"9000{n:02}") for n in range(100)]
    with django_assert_num_queries(9):  # savepoint included
        services.add_rules(rules=rules, actor=CLERK, now=NOW)
    assert Rule.objects.count() == 100


def test_an_ended_rule_decides_nothing_from_that_day(city):
    rule = factories.rule(city.unit)
    services.end_rule(rule_id=rule.pk, on=TODAY, actor=CLERK, now=NOW)
    assert decide(city.open()).outcome == Outcome.NONE
    with pytest.raises(RuleInvalid):
        services.end_rule(rule_id=rule.pk, on=TODAY - timedelta(days=1), actor=CLERK, now=NOW)
    with pytest.raises(NotFound):
        services.end_rule(rule_id=0, on=TODAY, actor=CLERK, now=NOW)


def test_every_write_needs_its_permission(city):
    calls = [
        lambda: services.add_rule(rule=RuleIn(unit_id=city.unit.pk), actor=VISITOR, now=NOW),
        lambda: services.end_rule(rule_id=1, on=TODAY, actor=VISITOR, now=NOW),
        lambda: services.decide(case_id=uuid4(), actor=VISITOR, now=NOW),
    ]
    for call in calls:
        with pytest.raises(NotPermitted):
            call()
