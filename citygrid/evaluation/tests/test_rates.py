"""Rates are ratios of sums within a reach, scores share out the weight of what has no value."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.core.management import call_command

from citygrid.access.tests.factories import make_actor
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.cases.tests.test_scenarios import HAPPY, TO_CHECKED, TO_DISPATCHED, TO_FILED
from citygrid.evaluation import errors, models, queries, services
from citygrid.evaluation.choices import Object
from citygrid.evaluation.rules import expression
from citygrid.evaluation.rules.scores import Band, Grade, Part, Rate, grade, score
from citygrid.geography.tests.factories import DISTRICT
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotPermitted

AFTER = NOW + timedelta(days=2)
PERIOD = queries.Period(NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1))
EVERYBODY = system_actor("tests")


@pytest.fixture
def city(db: None) -> City:
    call_command("load_evaluation", verbosity=0)
    return make_city()


def figures(of: Object, actor: Actor = EVERYBODY) -> dict[str, queries.Figures]:
    services.count_changed()
    return {row.key: row for row in queries.league(actor, of, PERIOD, AFTER).rows}


def close_late(city: City) -> Case:
    return city.play(city.open(), *HAPPY, every=timedelta(hours=3))


def test_rates_of_a_unit_are_sums_over_its_cases(city: City) -> None:
    for _ in range(3):
        city.play(city.open(), *HAPPY)
    close_late(city)
    city.play(city.open(), *TO_DISPATCHED)
    unit = figures(Object.DEPARTMENT)[str(city.unit.pk)]
    assert unit.rates["close_rate"] == Rate(4, 5)
    assert unit.rates["dispose_on_time_rate"] == Rate(3, 5)
    assert unit.rates["rework_rate"] == Rate(0, 5)
    assert unit.score == Fraction(80 + 60 + 100, 3) and unit.grade and unit.grade.code == "B"
    assert figures(Object.STREET)[DISTRICT + "001"].rates["close_on_time_rate"] == Rate(3, 5)


def test_what_is_not_due_yet_is_not_judged_yet(city: City) -> None:
    city.play(city.open(), *TO_DISPATCHED)
    services.count_changed()
    [unit] = queries.league(EVERYBODY, Object.DEPARTMENT, PERIOD, NOW + timedelta(hours=1)).rows
    assert unit.rates["close_rate"].value is None and unit.score is None and unit.grade is None


@pytest.mark.parametrize("of", [Object.COMMUNITY, Object.DEPARTMENT, Object.CATEGORY])
def test_every_figure_leads_to_exactly_the_cases_it_counts(city: City, of: Object) -> None:
    city.play(city.open(), *HAPPY)
    close_late(city)
    city.play(city.open(), *TO_CHECKED[:-1], "supervisor fail_check")
    services.count_changed()
    found = queries.league(EVERYBODY, of, PERIOD, AFTER)
    for row in found.rows:
        for one in found.definitions:
            rate = row.rates[one.indicator]
            for part, count in (("numerator", rate.numerator), ("denominator", rate.denominator)):
                if count is not None:
                    cases = queries.counted(EVERYBODY, of, row.key, one, part, PERIOD, AFTER)
                    assert len(set(cases)) == count, (one, part)


def test_posts_see_figures_of_their_reach_alone(city: City) -> None:
    city.play(city.open(), *HAPPY)
    elsewhere = make_actor("inspector", areas=["900001002"], unit=city.unit)
    assert figures(Object.COMMUNITY, elsewhere) == {} != figures(Object.COMMUNITY)
    with pytest.raises(NotPermitted):
        figures(Object.COMMUNITY, city.actors["supervisor"])


def test_acts_of_posts_are_counted_for_who_did_them(city: City) -> None:
    city.play(city.open(), *HAPPY)
    city.play(city.open(), *TO_FILED, "shift_leader void")
    found = figures(Object.POST)
    assert found[str(city.actors["shift_leader"].post_id)].rates["filing_accurate_rate"] == Rate(1, 2)
    assert found[str(city.actors["dispatcher"].post_id)].score == 100
    assert found[str(city.actors["acceptor"].post_id)].score is None


def _score(city: City) -> Fraction:
    found = figures(Object.DEPARTMENT)[str(city.unit.pk)].score
    assert found is not None
    return found


def test_reopening_and_closing_again_raises_no_score(city: City) -> None:
    good, late = city.play(city.open(), *HAPPY), close_late(city)
    before = _score(city)
    again = ("shift_leader reopen", "dispatcher dispatch", "department reply", *TO_CHECKED[-2:], "shift_leader close")
    for case in (late, good):
        city.play(case, *again, every=timedelta(minutes=1))
        assert _score(city) <= before


def test_giving_back_raises_no_score(city: City) -> None:
    close_late(city)
    city.play(city.open(), *HAPPY)
    before = _score(city)
    case = city.play(city.open(), *TO_DISPATCHED, "department return", "dispatcher approve_return")
    city.take(case, "dispatcher dispatch", given=Given(unit_id=city.other_unit.pk))
    assert _score(city) <= before


def test_definition_that_changed_needs_a_name_of_its_own(city: City) -> None:
    one = {**models.Definition.objects.filter(indicator="close_rate").values().get()}
    given = {name: value for name, value in one.items() if name != "id"}
    load = {"scorings": [], "actor": EVERYBODY, "now": NOW}
    assert services.load(definitions=[given], **load) == 0
    with pytest.raises(errors.VariantChanged):
        services.load(definitions=[{**given, "numerator": "due"}], **load)
    rival = {**given, "variant": "mine", "from_date": None}
    assert services.load(definitions=[rival], **load) == 1
    ended = {**given, "until_date": date(2026, 1, 1)}
    assert services.load(definitions=[ended, {**rival, "from_date": date(2026, 1, 1)}], **load) == 2


@pytest.mark.parametrize(
    "formula", ["", "due and", "not", "unknown", "due or handled", "due and not not handled", "1"]
)
def test_formula_that_is_no_sum_of_facts_is_refused(formula: str) -> None:
    with pytest.raises(errors.FormulaInvalid):
        expression.parse(formula)


def test_formula_counts_rows_of_which_its_facts_hold() -> None:
    facts = dict.fromkeys(("due", "handled", "void"), 0)
    terms = expression.parse("due and not handled + handled - void")
    assert [expression.value(terms, {**facts, name: 1}) for name in facts] == [1, 1, -1]


PARTS = [Part("a", Fraction(1), "higher"), Part("b", Fraction(3), "lower")]
GRADES = [Grade("A", 90, "green"), Grade("E", 0, "black")]


def test_weight_of_what_has_no_value_is_shared_out() -> None:
    assert score(PARTS, {"a": Rate(1, 2), "b": Rate(1, 4)}) == Fraction(50 + 3 * 75, 4)
    assert score(PARTS, {"a": Rate(1, 2), "b": Rate(0, 0)}) == 50
    assert score(PARTS, {"a": Rate(0, 0), "b": Rate(0, 0)}) is None


def test_counts_score_by_bands_and_grades_begin_at_their_bound() -> None:
    part = Part("n", Fraction(1), "neither", (Band(0, 100), Band(51, 90)))
    assert [part.points(Rate(count, None)) for count in (0, 50, 51)] == [100, 100, 90]
    assert [one and one.code for one in (grade(GRADES, Fraction(90)), grade(GRADES, Fraction(899, 10)))] == ["A", "E"]
    assert grade(GRADES, None) is None
