"""What to look for: proposed from counts of places by a rule that can be recomputed, published by a person."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from math import exp
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from citygrid.access.models import Holding
from citygrid.access.services import issue_token
from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.cases.queries import opened_by_place
from citygrid.cases.tests.factories import COMMUNITY, NOW, City
from citygrid.geography.tests.factories import DISTRICT
from citygrid.intake import errors, models, queries, services
from citygrid.intake.registry import publishers
from citygrid.intake.rules import focus as rules
from citygrid.intake.tests.test_corrections import LITTER, make_with_litter
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import NotPermitted
from citygrid.kernel.models import AuditEntry

JOB = system_actor("tests")
TODAY = timezone.localdate(NOW)
DAYS = {"from_date": TODAY, "until_date": TODAY + timedelta(days=6)}
BESIDE = "900001001002"


@pytest.fixture
def city(db: None) -> City:
    return make_with_litter()


def test_ratio_is_shrunk_and_its_lower_bound_is_the_quantile_of_the_gamma() -> None:
    ratio, lower = rules.shrunk(12, 4.0)
    assert ratio == pytest.approx(14 / 6)
    # P(gamma(14) <= x) is the chance of 14 or more of a Poisson of mean x: summed by hand.
    mean, term, below = lower * 6, 1.0, 0.0
    for k in range(14):
        term = term * mean / k if k else exp(-mean)
        below += term
    assert 1 - below == pytest.approx(0.01, abs=1e-9)


def test_few_cases_more_than_few_are_no_pattern_and_many_are() -> None:
    assert rules.shrunk(2, 0.5)[1] < 1 < rules.shrunk(20, 5)[1]
    recent = {("a", "x"): 4, ("a", "y"): 400, ("b", "y"): 400}
    assert rules.patterns(recent, {}, 0) == []


def spread(rng: Random, mean: float) -> int:
    """A Poisson number, by counting arrivals."""
    count, at = 0, rng.expovariate(1)
    while at < mean:
        count, at = count + 1, at + rng.expovariate(1)
    return count


def of_a_city(rng: Random, weeks: float, *, usual: float = 0.6) -> dict[rules.Cell, int]:
    """Counts of 60 communities and 20 categories of different sizes, by chance alone."""
    cells = [(f"{area:012}", f"{of:02}") for area in range(60) for of in range(20)]
    return {cell: spread(rng, usual * (1 + int(cell[0]) % 4) * (1 + int(cell[1]) % 5) / 4 * weeks) for cell in cells}


@pytest.mark.parametrize("weeks", [24, 4, 0])
def test_of_chance_alone_hardly_anything_is_proposed(weeks: int) -> None:
    """1,200 cells in each of 20 cities: fewer than 1 in 100 proposed."""
    found = 0
    for seed in range(20):
        rng = Random(seed)
        found += len(rules.patterns(of_a_city(rng, 4), of_a_city(rng, weeks) if weeks else {}, weeks))
    assert found < 0.01 * 20 * 1_200


@pytest.mark.parametrize("weeks", [24, 4, 0])
def test_what_tripled_comes_first(weeks: int) -> None:
    rng, cell = Random(5), ("000000000031", "13")
    recent, earlier = of_a_city(rng, 4), of_a_city(rng, weeks) if weeks else {}
    recent[cell] *= 3
    first, *_ = rules.patterns(recent, earlier, weeks)
    assert (first.area_code, first.category_key, first.recent) == (*cell, recent[cell])


def test_what_was_always_much_is_expected_and_not_proposed() -> None:
    """Much more than elsewhere, but no more than in its own earlier weeks."""
    recent, earlier = of_a_city(Random(1), 4), of_a_city(Random(2), 24)
    cell = ("000000000031", "13")
    recent[cell], earlier[cell] = 80, 480
    assert cell not in {(one.area_code, one.category_key) for one in rules.patterns(recent, earlier, 24)}
    assert cell in {(one.area_code, one.category_key) for one in rules.patterns(recent, {}, 0)}


@pytest.mark.parametrize(
    ("counts", "chosen"),
    [
        ({}, []),
        ({1: 5}, [1]),
        ({1: 5, 3: 5}, [1]),
        ({6: 1, 9: 4, 18: 4, 21: 1}, [9, 18]),
        ({2: 3, 1: 3, 3: 4}, [1, 3]),
    ],
)
def test_busiest_are_the_fewest_that_hold_half(counts: Mapping[int, int], chosen: list[int]) -> None:
    assert rules.busiest(counts.items()) == chosen


@pytest.mark.parametrize(("days", "weeks"), [(-3, 0), (6.9, 0), (7, 1), (1_000, 24)])
def test_compared_is_with_whole_weeks_only(days: float, weeks: int) -> None:
    assert rules.earlier_weeks(days) == weeks


# Proposed from cases, published, told.


def add_cases(city: City, count: int, *, days_ago: float = 3, category: str = "", area: str = COMMUNITY) -> None:
    """So many filed cases, opened at one moment (the factories' NOW is a Monday, 9 o'clock in the city)."""
    made = city.open(category_key=category or city.category_key)
    at = NOW - timedelta(days=days_ago)
    for number in range(count):
        made.pk, made.number = None, f"{area}-{category[-5:]}-{days_ago}-{number}"
        copied = {"area_code": area, "opened_at": at, "filed_at": at, "component_id": None}
        Case.objects.bulk_create([Case(**{**fields_of(made), **copied, "number": made.number})])


def fields_of(case: Case) -> dict[str, Any]:
    fields = [each.attname for each in Case._meta.concrete_fields if each.name != "id" and not each.generated]
    return {name: getattr(case, name) for name in fields}


def propose(city: City, now: Any = NOW) -> list[models.Focus]:
    services.propose_focus(district_code=DISTRICT, actor=JOB, now=now)
    return list(queries.proposals(city.actors["shift_leader"]))


def make_pattern(city: City) -> None:
    """Litter in one community, where covers are everywhere as usual, and were for weeks."""
    add_cases(city, 1, days_ago=60)
    add_cases(city, 12, category=LITTER)
    for area in (COMMUNITY, BESIDE):
        add_cases(city, 10, area=area)
        add_cases(city, 20, days_ago=40, area=area)


def publish(city: City, rows: list[models.Focus], **values: Any) -> list[models.Focus]:
    given = {"ids": [row.pk for row in rows], **DAYS, "actor": city.actors["shift_leader"], "now": NOW, **values}
    return services.publish_focus(**given)


def test_counts_are_of_filed_cases_by_community_weekday_and_hour(city: City) -> None:
    add_cases(city, 3)
    add_cases(city, 2, days_ago=40)
    add_cases(city, 4, area=COMMUNITY[:9])  # whose community is not known
    city.open(now=NOW - timedelta(days=2))  # not filed
    found = opened_by_place(DISTRICT, *(NOW - timedelta(days=d) for d in (50, 28, 0)), ZoneInfo("Asia/Shanghai"))
    key = city.category_key
    assert sorted(found, key=lambda one: one.opened) == [
        (COMMUNITY, key, False, None, None, 2),
        (COMMUNITY, key, True, 5, 9, 3),
    ]


def test_more_of_a_category_than_expected_is_proposed_with_its_counts_and_times(city: City) -> None:
    make_pattern(city)
    (found,) = propose(city)
    assert (found.area_code, found.category_id, found.recent) == (COMMUNITY, LITTER, 12)
    assert (found.weekdays, found.hours) == ([5], [9])
    assert found.lower > 1 and found.ratio == pytest.approx((12 + 2) / (found.expected + 2))
    assert AuditEntry.objects.get(action="propose").data == {"proposals": 1, "weeks": 4}


def test_proposals_are_made_anew_every_night_and_what_is_published_stays(city: City) -> None:
    make_pattern(city)
    (first,) = propose(city)
    (again,) = propose(city)
    assert first.pk != again.pk
    publish(city, [again])
    assert propose(city) == []
    assert [row.pk for row in queries.published(city.actors["supervisor"], TODAY)] == [again.pk]
    after = NOW + timedelta(days=8)
    add_cases(city, 12, category=LITTER, days_ago=-7)
    assert len(propose(city, after)) == 1  # what was published is over


def test_published_is_told_to_the_posts_that_work_there_on_its_days(city: City) -> None:
    make_pattern(city)
    publish(city, propose(city), note="look behind the bins")
    inside = access.make_actor("supervisor", areas=[f"{COMMUNITY}001"])
    beside = access.make_actor("supervisor", areas=[BESIDE, "900002"])
    assert [one.note for one in queries.to_look_for(inside, NOW)] == ["look behind the bins"]
    assert queries.to_look_for(city.actors["supervisor"], NOW)[0].category_key == LITTER
    assert queries.to_look_for(beside, NOW) == []
    assert queries.to_look_for(inside, NOW + timedelta(days=7)) == []
    assert queries.to_look_for(inside, NOW - timedelta(days=1)) == []


def test_whoever_publishes_for_posts_is_read_by_the_registry(city: City) -> None:
    make_pattern(city)
    publish(city, propose(city))
    (told,) = publishers.get("focus")(city.actors["supervisor"], TODAY)
    other = replace(told, note="a campaign")
    publishers.register("tests", lambda actor, on: [other])
    try:
        assert queries.to_look_for(city.actors["supervisor"], NOW) == [told, other]
    finally:
        publishers._entries.pop("tests")


def test_post_asks_the_api_what_to_look_for(city: City) -> None:
    make_pattern(city)
    today = timezone.localdate()
    given = {"from_date": today, "until_date": today, "now": timezone.now()}
    publish(city, propose(city), **given)
    holding = Holding.objects.get(post=city.actors["supervisor"].post_id)
    scopes = {"scopes": ["intake.report:view"], "name": "terminal", "expires_at": timezone.now() + timedelta(days=1)}
    _, key = issue_token(holding_id=holding.pk, **scopes, actor=JOB, now=timezone.now())
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    (told,) = Client(headers=headers).get("/api/v1/reports/focus").json()
    assert (told["category"], told["weekdays"], told["hours"]) == ("Exposed litter", [5], [9])
    assert told["area"].startswith(f"Area {COMMUNITY}") and "recent" not in told
    assert Client().get("/api/v1/reports/focus").status_code == 401


def test_withdrawn_is_told_no_more_and_stays_on_record(city: City) -> None:
    make_pattern(city)
    (row,) = publish(city, propose(city))
    services.withdraw_focus(focus_id=row.pk, actor=city.actors["shift_leader"], now=NOW)
    assert queries.to_look_for(city.actors["supervisor"], NOW) == []
    with pytest.raises(errors.FocusGone):
        services.withdraw_focus(focus_id=row.pk, actor=city.actors["shift_leader"], now=NOW)
    told = AuditEntry.objects.filter(subject=f"intake.focus/{row.pk}").order_by("pk")
    assert [(one.action, one.data["category"]) for one in told] == [("publish", LITTER), ("withdraw", LITTER)]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"ids": []}, errors.FocusNotChosen),
        ({"until_date": TODAY - timedelta(days=1)}, errors.FocusDates),
        ({"from_date": TODAY - timedelta(days=9), "until_date": TODAY - timedelta(days=1)}, errors.FocusDates),
        ({"until_date": TODAY + timedelta(days=93)}, errors.FocusDates),
        ({"until_date": date.max}, errors.FocusDates),
        ({"note": "x" * 301}, errors.TextTooLong),
    ],
)
def test_what_cannot_be_published_is_refused_and_nothing_changes(city: City, given: dict, refusal: Any) -> None:
    make_pattern(city)
    rows = propose(city)
    with pytest.raises(refusal):
        publish(city, rows, **given)
    assert len(queries.proposals(city.actors["shift_leader"])) == 1


def test_of_two_who_publish_the_same_one_is_told(city: City) -> None:
    make_pattern(city)
    rows = propose(city)
    publish(city, rows)
    with pytest.raises(errors.FocusGone):
        publish(city, rows)


def test_only_who_leads_a_shift_there_publishes(city: City) -> None:
    make_pattern(city)
    rows = propose(city)
    for role in ("supervisor", "acceptor", "inspector"):
        with pytest.raises(NotPermitted):
            publish(city, rows, actor=city.actors[role])
    elsewhere = access.make_actor("shift_leader", areas=["900001002"])
    assert not queries.proposals(elsewhere)
    with pytest.raises(errors.FocusGone):
        publish(city, rows, actor=elsewhere)


def test_published_line_has_days_whatever_writes_it(city: City) -> None:
    make_pattern(city)
    propose(city)
    rows = models.Focus.objects.unscoped(reason="test")
    with pytest.raises(IntegrityError, match="focus_published_for_days"), transaction.atomic():
        rows.update(state="published", published_at=NOW)


def test_job_counts_street_by_street_whatever_there_is_to_count(city: City) -> None:
    spent = []
    for _ in range(2):
        add_cases(city, 30, days_ago=3 + len(spent), category=LITTER)
        with CaptureQueriesContext(connection) as caught:
            propose(city)
        spent.append(len(caught))
    assert spent[0] == spent[1]


def test_lines_hold_counts_of_places_and_nothing_of_a_person() -> None:
    kinds = {field.related_model for field in models.Focus._meta.get_fields() if field.is_relation}
    assert {model._meta.label for model in kinds} == {"catalogue.Category"}
