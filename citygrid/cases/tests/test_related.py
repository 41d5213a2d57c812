"""What belongs to a case is told as far as the post sees it, one query each."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.access.tests import factories as access
from citygrid.cases import queries
from citygrid.cases.models import Case
from citygrid.cases.queries import Relation
from citygrid.cases.rules import Given
from citygrid.cases.services import make_part
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.geography.tests import factories as geography
from citygrid.kernel.actor import Actor

DEGREE_OF_METRES = 1 / 111_000  # of latitude, near enough


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def north(metres: float, **values: Any) -> dict[str, Any]:
    """A position so far north of where cases lie."""
    at = Point(geography.WEST + 0.001, geography.SOUTH + 0.001 + metres * DEGREE_OF_METRES, srid=4326)
    return {"location": at, **values}


def seen(case: Case, actor: Actor) -> dict[str, Relation]:
    return {one.case.number: one.relation for one in queries.linked(case.pk, actor)}


def test_relations_are_told_from_both_sides(city: City) -> None:
    kept, twin, part = city.open(), city.open(), city.open()
    city.take(twin, "acceptor bundle", given=Given(reason="the same cover", case_id=kept.pk))
    make_part(case_id=part.pk, parent_id=kept.pk, actor=city.actors["acceptor"], now=NOW)
    acceptor = city.actors["acceptor"]
    assert seen(kept, acceptor) == {twin.number: Relation.BUNDLED_HERE, part.number: Relation.PART}
    assert seen(twin, acceptor) == {kept.number: Relation.BUNDLED_INTO}
    assert seen(part, acceptor) == {kept.number: Relation.WHOLE}


def test_relation_to_a_case_outside_the_reach_is_not_told(city: City) -> None:
    kept, part = city.open(), city.open(area_code="900001002001")
    make_part(case_id=part.pk, parent_id=kept.pk, actor=city.actors["acceptor"], now=NOW)
    neighbour = access.make_actor("acceptor", areas=["900001001"])
    assert seen(kept, neighbour) == {}


def test_same_place_is_fifty_metres_and_ninety_days_open_or_ended(city: City) -> None:
    case, acceptor = city.open(), city.actors["acceptor"]
    near, ended = city.open(**north(40)), city.open(**north(10))
    city.take(ended, "shift_leader void")
    city.open(**north(60))
    city.open(now=NOW + timedelta(days=91), **north(5))
    later = city.open(now=NOW + timedelta(days=89), **north(20))
    found = queries.at_same_place(case, acceptor)
    assert [one.number for one in found] == [ended.number, later.number, near.number]
    assert [round(one.distance.m / 10) for one in found] == [1, 2, 4]


def test_same_place_shows_only_what_the_post_sees(city: City) -> None:
    case = city.open()
    city.open(area_code="900001002001", **north(10))
    assert not queries.at_same_place(case, access.make_actor("acceptor", areas=["900001001"]))
    assert len(queries.at_same_place(case, city.actors["acceptor"])) == 1


def test_case_without_a_position_has_no_neighbours(city: City) -> None:
    city.open()
    assert not queries.at_same_place(city.open(location=None), city.actors["acceptor"])


def test_each_is_one_query_however_many_there_are(city: City) -> None:
    case, acceptor = city.open(), city.actors["acceptor"]
    for place in range(8):
        part = city.open(**north(place))
        make_part(case_id=part.pk, parent_id=case.pk, actor=acceptor, now=NOW)
    for read in (lambda: queries.linked(case.pk, acceptor), lambda: list(queries.at_same_place(case, acceptor))):
        with CaptureQueriesContext(connection) as caught:
            found = read()
            assert [one.category.name for one in (getattr(each, "case", each) for each in found)]
        assert len(caught) == 1
    assert (len(queries.linked(case.pk, acceptor)), len(queries.at_same_place(case, acceptor))) == (8, 5)
