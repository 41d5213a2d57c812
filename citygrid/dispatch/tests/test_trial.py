"""What other rules would have sent elsewhere, against verdicts written down by hand."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils.timezone import localdate

from citygrid.access.tests import factories as access
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import COMMUNITY, NOW, make_city
from citygrid.dispatch import errors, queries, services
from citygrid.dispatch.choices import Outcome, TrialEffect
from citygrid.dispatch.models import Decision
from citygrid.dispatch.queries.trial import decided
from citygrid.dispatch.rules import RuleBook, RuleFacts, Situation, effect_of, resolve
from citygrid.dispatch.services import RuleIn
from citygrid.dispatch.tests import factories
from citygrid.dispatch.tests.factories import CLERK, VISITOR
from citygrid.dispatch.tests.test_queries import make_feature
from citygrid.geography.models import Feature
from citygrid.geography.tests import factories as geography
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.sheets.ports import Change

pytestmark = pytest.mark.django_db
TODAY = localdate(NOW)
BESIDE = {
    "area_code": "900001001002",
    "location": Point(geography.WEST + geography.SIDE * 1.5, geography.SOUTH + 0.001, srid=4326),
}
TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")


@pytest.fixture
def city():
    return make_city()


def sent(city, unit=None, **values):
    """A case that a dispatcher sent to a unit."""
    case = city.play(city.open(**values), *TO_FILED)
    return city.take(case, "dispatcher dispatch", given=Given(unit_id=(unit or city.unit).pk))


def tried(begun=(), ended=(), actor=CLERK, since=TODAY, until=TODAY, on=None):
    return services.try_rules(begun=begun, ended=ended, since=since, until=until, actor=actor, now=NOW, on=on)


def test_trial_says_what_would_go_elsewhere(city):
    """By hand: two in the first community move, one beside stays; rules below name what is written there."""
    wide = factories.rule(city.unit)
    here = [sent(city), sent(city, city.other_unit)]
    sent(city, **BESIDE)
    found = tried([RuleIn(city.other_unit.pk, area_code=COMMUNITY)])
    assert found.counts == {
        TrialEffect.SAME: 1,
        TrialEffect.MOVED: 2,
        TrialEffect.SETTLED: 0,
        TrialEffect.UNSETTLED: 0,
    }
    (group,) = found.groups
    assert (group.before, group.after, group.count) == (city.unit.pk, city.other_unit.pk, 2)
    assert {case.number for case in group.cases} == {case.number for case in here}
    # One of the two was sent by hand where the new rule says; two were with the unit of the old one.
    assert (group.handled_so, found.agreed_before, found.agreed_after) == (1, 2, 2)
    assert found.cases == 3 and not found.is_cut
    lost = tried(ended=[wide.pk])
    assert lost.counts[TrialEffect.UNSETTLED] == 3 and lost.groups[0].after is None


def test_what_a_person_decided_would_go_by_itself_and_a_tie_is_not_sure(city):
    sent(city)
    assert tried([RuleIn(city.unit.pk)]).counts[TrialEffect.SETTLED] == 1
    factories.rule(city.unit, area_code=COMMUNITY)
    found = tried([RuleIn(city.other_unit.pk, category_key=city.category_key)])
    assert found.counts[TrialEffect.UNSETTLED] == 1  # this category everywhere against everything here: a tie


def test_feature_of_the_place_counts(city):
    make_feature()
    factories.rule(city.unit)
    sent(city)
    sent(city, **BESIDE)
    found = tried([RuleIn(city.other_unit.pk, layer_code="road", feature_code="R1")])
    assert found.counts[TrialEffect.MOVED] == found.counts[TrialEffect.SAME] == 1


def test_case_that_was_decided_only_is_looked_at_too(city):
    case = city.play(city.open(), *TO_FILED)
    assert tried().cases == 0
    services.decide(case_id=case.pk, actor=CLERK, now=NOW)
    assert tried().cases == 1
    assert tried(since=TODAY + timedelta(days=1), until=TODAY + timedelta(days=2)).cases == 0


def test_trial_agrees_with_the_judgement_of_single_cases(city):
    """The oracle: every case judged by itself, before and after the rules are really changed."""
    make_feature()
    cases = [sent(city, **values) for values in ({}, BESIDE, {"location": None}, {"area_code": "900001001"})]
    old = factories.rule(city.unit, category_key=city.category_key)
    factories.rule(city.other_unit, layer_code="road")
    begun = [RuleIn(city.other_unit.pk, area_code="900001001", category_key=city.category_key)]
    before = [queries.judge(case, NOW).verdict for case in cases]
    found = tried(begun, [old.pk])
    services.end_rules(ends={old.pk: TODAY}, actor=CLERK, now=NOW)
    services.add_rules(rules=begun, actor=CLERK, now=NOW)
    after = [queries.judge(case, NOW).verdict for case in cases]
    both = zip(before, after, strict=True)
    effects = Counter(effect_of((a.outcome, a.unit_id), (b.outcome, b.unit_id)) for a, b in both)
    assert {effect: count for effect, count in found.counts.items() if count} == dict(effects)


@pytest.mark.parametrize(("days", "settled"), [(0, 0), (1, 1), (8, 1), (9, 0)])
def test_rule_counts_from_its_first_day_to_before_its_last(city, days, settled):
    sent(city)
    tomorrow = RuleIn(city.unit.pk, valid_from_date=TODAY + timedelta(days=1), valid_to_date=TODAY + timedelta(days=9))
    found = tried([tomorrow], on=TODAY + timedelta(days=days))
    assert (found.counts[TrialEffect.SETTLED], found.on) == (settled, TODAY + timedelta(days=days))


def test_rules_in_force_and_places_are_those_of_the_day(city):
    make_feature()
    old = factories.rule(city.unit)
    services.end_rules(ends={old.pk: TODAY + timedelta(days=5)}, actor=CLERK, now=NOW)
    sent(city)
    here = [RuleIn(city.other_unit.pk, layer_code="road", feature_code="R1")]
    assert tried(here).counts[TrialEffect.MOVED] == 1
    assert tried(here, on=TODAY + timedelta(days=5)).counts[TrialEffect.SETTLED] == 1
    Feature.objects.update(valid_to_date=TODAY + timedelta(days=2))
    assert tried(here, on=TODAY + timedelta(days=2)).counts[TrialEffect.SAME] == 1


def row(unit, until="", begins=TODAY):
    """A rule for everything, as a sheet has it."""
    said = dict.fromkeys(("category", "area", "layer", "feature", "problem_type", "note"), "")
    return {"unit": unit, **said, "from": begins.isoformat(), "until": until and until.isoformat()}


def changed(unit, before, after):
    return Change((unit, "", "", "", "", ""), before, after)


@pytest.mark.parametrize(
    ("days", "effect"), [(0, TrialEffect.UNSETTLED), (8, TrialEffect.UNSETTLED), (9, TrialEffect.MOVED)]
)
def test_changes_of_a_sheet_are_tried_as_they_would_be_written(city, days, effect):
    """By hand: both units are responsible, a tie, until the rule of the first one ends."""
    factories.rule(city.unit)
    sent(city)
    ending = changed("unit-a", row("unit-a"), row("unit-a", TODAY + timedelta(days=9)))
    fresh, on = changed("unit-b", None, row("unit-b")), TODAY + timedelta(days=days)
    found = services.try_changes(changes=[ending, fresh], since=TODAY, until=TODAY, actor=CLERK, now=NOW, on=on)
    assert found.counts[effect] == 1
    assert queries.rules_in_force(CLERK, TODAY)[0].valid_to_date is None  # nothing was written


def test_rule_that_is_made_to_last_longer_counts_after_its_old_end(city):
    rule = factories.rule(city.unit)
    services.end_rules(ends={rule.pk: TODAY + timedelta(days=3)}, actor=CLERK, now=NOW)
    sent(city)
    old, new = (row("unit-a", TODAY + timedelta(days=days)) for days in (3, 9))
    longer = {"changes": [changed("unit-a", old, new)], "since": TODAY, "until": TODAY, "actor": CLERK, "now": NOW}
    assert services.try_changes(**longer).counts[TrialEffect.SAME] == 1
    assert services.try_changes(**longer, on=TODAY + timedelta(days=3)).counts[TrialEffect.SETTLED] == 1


def test_changes_are_felt_when_the_last_of_them_begins_or_ends():
    soon, later = TODAY + timedelta(days=3), TODAY + timedelta(days=9)
    fresh = changed("unit-b", None, row("unit-b", begins=soon))
    assert services.effective_day([], TODAY) == TODAY
    assert services.effective_day([changed("u", None, row("u", begins=date(2020, 1, 1)))], TODAY) == TODAY
    assert services.effective_day([fresh], TODAY) == soon
    assert services.effective_day([fresh, changed("u", row("u"), row("u", later))], TODAY) == later
    assert services.effective_day([changed("u", row("u", soon), row("u", later))], TODAY) == soon


def test_trial_keeps_to_the_reach_of_the_post(city):
    sent(city)
    assert tried([RuleIn(city.unit.pk)], actor=city.actors["dispatcher"]).cases == 1
    elsewhere = access.make_actor("dispatcher", areas=["900002"])
    assert tried([RuleIn(city.unit.pk)], actor=elsewhere).cases == 0
    with pytest.raises(NotPermitted):
        tried(actor=VISITOR)


def test_who_may_not_see_cases_gets_counts_without_their_numbers(city):
    sent(city)
    administrator = access.make_actor("system_administrator", areas=[geography.DISTRICT])
    (group,) = tried([RuleIn(city.unit.pk)], actor=administrator).groups
    assert (group.count, group.cases) == (1, ())


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (TODAY, TODAY - timedelta(days=1)),
        (TODAY - timedelta(days=367), TODAY),
        (date.min, date.min),
        (date.max, date.max),
    ],
)
def test_period_is_bounded(city, since, until):
    with pytest.raises(errors.PeriodInvalid):
        tried(since=since, until=until)


def test_rule_that_cannot_hold_is_named(city):
    with pytest.raises(errors.RuleInvalid) as refusal:
        tried([RuleIn(city.unit.pk, category_key="no/such/one")])
    assert list(refusal.value.fields) == ["category_key"]


def test_number_of_queries_does_not_grow(city, django_assert_num_queries):
    make_feature()
    factories.rule(city.unit, layer_code="road")
    proposal = queries.Proposal((RuleFacts(-1, city.other_unit.pk),))
    for _ in range(2):
        sent(city)
        sent(city, **BESIDE)
        with django_assert_num_queries(3):  # cases, rules, features
            queries.try_proposal(proposal=proposal, since=TODAY, until=TODAY, on=TODAY, actor=CLERK)


def test_cases_that_were_decided_in_a_period_come_by_the_index(city):
    """Of 20,000 decisions, one a minute, those of a day."""
    case = sent(city)
    values = {"case": case, "outcome": Outcome.NONE, "is_automatic": False, "trace": []}
    rows = [Decision(at=NOW + timedelta(minutes=n), **values) for n in range(20_000)]
    Decision.objects.bulk_create(rows, batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dispatch_decision")
    wanted = decided(NOW + timedelta(days=3), NOW + timedelta(days=4))
    assert "decision_by_time" in wanted.explain()
    assert len(wanted) == 24 * 60


def test_book_of_rules_finds_all_that_may_fit():
    rules = [
        RuleFacts(n, n, category, area, layer)  # type: ignore[arg-type]
        for n, (category, area, layer) in enumerate(
            (category, area, layer)
            for category in ("", "m", "m/1", "other")
            for area in ("", "900001", "900001002")
            for layer in ("", "road", "water")
        )
    ]
    about = Situation("m/1", "m", "900001001001", features=frozenset({("road", "R1")}))
    found = RuleBook(rules).candidates(about)
    assert len(found) == 3 * 2 * 2
    assert resolve(found, about).unit_id == resolve(rules, about).unit_id


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ((Outcome.UNIQUE, 1), (Outcome.UNIQUE, 1), TrialEffect.SAME),
        ((Outcome.UNIQUE, 1), (Outcome.UNIQUE, 2), TrialEffect.MOVED),
        ((Outcome.TIE, None), (Outcome.UNIQUE, 2), TrialEffect.SETTLED),
        ((Outcome.UNIQUE, 1), (Outcome.INACTIVE_UNIT, None), TrialEffect.UNSETTLED),
        ((Outcome.NONE, None), (Outcome.TIE, None), TrialEffect.SAME),
    ],
)
def test_effect_is_told_by_the_two_verdicts(before, after, effect):
    assert effect_of(before, after) == effect


def test_rule_to_end_that_is_none_is_named():
    with pytest.raises(NotFound, match="999999999"):
        tried(ended=[999_999_999])
