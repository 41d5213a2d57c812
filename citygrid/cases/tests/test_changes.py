"""Which post is told of which changed case: what `visible_to` says, for many posts in one query."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.cases import queries
from citygrid.cases.models import Case
from citygrid.cases.queries import changes
from citygrid.cases.queries.lists import stages_for
from citygrid.cases.tests.factories import COMMUNITY, City, make_city
from citygrid.geography.tests.factories import DISTRICT
from citygrid.kernel import memo
from citygrid.kernel.actor import Actor, Reach

TO_DISPATCHED = (
    "acceptor send_to_verify",
    "supervisor report_verification",
    "shift_leader file",
    "dispatcher dispatch",
)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def cases(city: City) -> list[Case]:
    """One in each of two places that waits to be verified, and one that was sent to a unit."""
    opened = [city.open(), city.open(area_code=DISTRICT), city.open()]
    city.play(opened[2], *TO_DISPATCHED)
    return opened


@pytest.fixture
def actors(city: City) -> list[Actor]:
    """Posts of every kind of reach, for two roles."""
    areas = [("",), (DISTRICT,), (COMMUNITY,), (f"{COMMUNITY}9",), (COMMUNITY, "9")]
    units: list[Any] = [None, frozenset({city.unit.pk}), frozenset({city.other_unit.pk})]
    categories = [(), (city.category_key,), ("elsewhere/",)]
    reaches = [Reach(*each) for each in product(areas, units, categories)]
    return [replace(city.actors[role], reach=reach) for role in ("acceptor", "dispatcher") for reach in reaches]


def by_one_each(actor: Actor, ids: list[Any]) -> list[changes.Change]:
    rows = Case.objects.visible_to(actor).filter(pk__in=ids).order_by("pk")
    stages = stages_for(actor)
    return [changes.Change(case.number, case.head_seq, case.state, case.stage in stages) for case in rows]


@pytest.fixture(params=[200, 7])
def _at_once(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(changes, "AT_ONCE", request.param)
    yield


@pytest.mark.usefixtures("_at_once")
def test_each_post_is_told_what_it_sees_and_no_more(cases: list[Case], actors: list[Actor]) -> None:
    ids = [case.pk for case in cases]
    told = queries.changed(actors, [*ids, uuid4()])
    assert [sorted(each) for each in told] == [sorted(by_one_each(actor, ids)) for actor in actors]
    assert {len(each) for each in told} == {0, 1, 2, 3}


def test_many_posts_cost_one_query(settings: Any, cases: list[Case], actors: list[Actor]) -> None:
    settings.KEPT_SECONDS = 600  # as in use: procedures are kept a moment
    memo.forget()
    queries.changed(actors, [])
    with CaptureQueriesContext(connection) as caught:
        queries.changed(actors, [case.pk for case in cases])
    memo.forget()
    assert len(caught) == 1


def test_post_without_the_permission_is_told_nothing(cases: list[Case], actors: list[Actor]) -> None:
    silent = replace(actors[0], permissions=frozenset())
    assert queries.changed([silent, actors[0]], [cases[0].pk])[0] == []


def test_change_that_waits_for_a_post_says_so(city: City, cases: list[Case]) -> None:
    actors = [city.actors["acceptor"], city.actors["dispatcher"], city.actors["supervisor"]]
    told = queries.changed(actors, [cases[0].pk])
    assert [[change.waits for change in each] for each in told] == [[True], [False], [False]]


def test_nobody_is_told_nothing(cases: list[Case]) -> None:
    assert queries.changed([], [case.pk for case in cases]) == []


def test_last_step_of_others_leaves_out_ones_own_and_those_already_seen(city: City, cases: list[Case]) -> None:
    of = cases[2].pk
    leader, dispatcher = city.actors["shift_leader"], city.actors["dispatcher"]
    assert [queries.last_step_of_others(of, after, dispatcher) for after in (5, 4)] == [None, None]
    found = queries.last_step_of_others(of, 3, dispatcher)
    assert found and found.action == "file"
    assert queries.last_step_of_others(of, 4, leader).action == "dispatch"  # type: ignore[union-attr]
