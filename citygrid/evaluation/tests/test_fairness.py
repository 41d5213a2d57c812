"""What is said of differences: nothing that few cases cannot bear, and the same for everybody who reckons it."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.core.management import call_command

from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.cases.tests.test_scenarios import HAPPY
from citygrid.evaluation import models, queries, services
from citygrid.evaluation.choices import Flag, Object
from citygrid.evaluation.rules.scores import Rate
from citygrid.kernel.actor import system_actor

PERIOD = queries.Period(NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1))


def league_of(definition: models.Definition, **rates: tuple[int, int]) -> queries.League:
    rows = [
        queries.Figures(key, {definition.indicator: Rate(*rate)}, Fraction(0), None) for key, rate in rates.items()
    ]
    return queries.League([definition], models.Scoring(object="department"), rows)


def rate(direction: str = "higher") -> models.Definition:
    return models.Definition(indicator="on_time", variant="x", direction=direction, denominator="due")


def test_few_cases_are_neither_blamed_nor_praised() -> None:
    found = queries.fairness(
        league_of(rate(), large=(990, 1000), poor=(700, 1000), tiny=(3, 3), none=(0, 0)), rate(), PERIOD
    )
    by_key = found.by_key
    assert by_key["tiny"].flag is Flag.WITHIN
    assert (by_key["large"].flag, by_key["poor"].flag) == (Flag.VERY_HIGH, Flag.VERY_LOW)
    assert "none" not in by_key
    assert by_key["large"].surely_better == {"poor"}
    assert not by_key["tiny"].surely_better and by_key["tiny"].place.rank == 1 and by_key["tiny"].place.high >= 2
    assert [row.key for row in found.rows] == ["tiny", "large", "poor"]
    assert found.spread > 1 and found.limits[0].cases == 1 and found.limits[-1].cases == 1000


def test_less_is_better_where_the_definition_says_so() -> None:
    found = queries.fairness(league_of(rate("lower"), often=(300, 1000), seldom=(10, 1000)), rate("lower"), PERIOD)
    assert [row.key for row in found.rows] == ["seldom", "often"]
    assert found.by_key["seldom"].surely_better == {"often"}


def test_places_are_the_same_for_everybody_and_follow_from_what_is_asked() -> None:
    asked = league_of(rate(), a=(9, 10), b=(7, 10), c=(50, 60))
    one, same = queries.fairness(asked, rate(), PERIOD), queries.fairness(asked, rate(), PERIOD)
    assert one.rows == same.rows and one.seed == same.seed
    assert queries.fairness(asked, rate(), PERIOD.before()).seed != one.seed


def test_counts_are_no_rates() -> None:
    count = models.Definition(indicator="on_time", variant="x", direction="neither", denominator="")
    assert not queries.fairness(league_of(count, a=(3, None)), count, PERIOD).rows  # type: ignore[arg-type]


@pytest.mark.django_db
def test_equal_mix_is_reckoned_over_categories_within_the_reach(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    call_command("load_evaluation", verbosity=0)
    city: City = make_city()
    city.play(city.open(), *HAPPY)
    city.play(city.open(), *HAPPY, every=timedelta(hours=3))
    services.count_changed()
    after, everybody = NOW + timedelta(days=2), system_actor("tests")
    [definition] = [
        one
        for one in queries.league(everybody, Object.DEPARTMENT, PERIOD, after).definitions
        if one.indicator == "dispose_on_time_rate"
    ]
    with django_assert_num_queries(1):
        found = queries.at_an_equal_mix(everybody, Object.DEPARTMENT, definition, PERIOD, after)
    assert {key: (one.cases, one.raw, one.adjusted) for key, one in found.items()} == {
        str(city.unit.pk): (2, 0.5, 0.5)
    }
