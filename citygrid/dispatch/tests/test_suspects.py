"""Which cases a report may be about: as far as the post sees them, the likeliest first, in one query."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from citygrid.access.tests import factories as access
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.dispatch import queries
from citygrid.geography.tests import factories as geography
from citygrid.kernel.errors import Refusal

METRE = 1 / 111_000  # of latitude, in degrees
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def city(db: None) -> Iterator[City]:
    with translation.override("en"):
        yield make_city()


def north(metres: float) -> Point:
    """A position so far north of where cases lie."""
    return Point(geography.WEST + 0.001, geography.SOUTH + 0.001 + metres * METRE, srid=4326)


def said(city: City, **values: Any) -> queries.Said:
    return queries.Said(**{"location": north(10), "category_key": city.category_key, "text": "井盖破损了", **values})


def numbers(found: list[queries.Suspect]) -> list[str]:
    return [one.case.number for one in found]


def test_likeliest_case_comes_first_with_what_speaks_for_it(city: City) -> None:
    far, noise, cover = (
        city.open(location=north(200)),
        city.open(location=north(12), summary="夜间施工噪声很大"),
        city.open(location=north(5)),
    )
    found = queries.suspects(city.actors["acceptor"], said(city), LATER)
    assert numbers(found) == [cover.number, noise.number, far.number]
    assert found[0].reasons == ("same category", "5 m", "3 h ago", "similar words")
    assert found[1].reasons == ("same category", "2 m", "3 h ago")
    assert [one.chance for one in found] == sorted((one.chance for one in found), reverse=True)
    assert sum(one.chance for one in found) < 1


def test_case_too_unlikely_is_not_shown_unasked(city: City) -> None:
    city.open(location=north(240), summary="别的事")
    far = said(city, category_key="", text="噪声")
    assert queries.suspects(city.actors["acceptor"], far, LATER, least=queries.SHOWN) == []
    assert len(queries.suspects(city.actors["acceptor"], far, LATER)) == 1


def test_case_that_ended_lately_is_told_and_an_older_end_is_not(city: City) -> None:
    case = city.open()
    city.take(case, "shift_leader void")
    (found,) = queries.suspects(city.actors["acceptor"], said(city), LATER)
    assert "ended" in found.reasons
    assert queries.suspects(city.actors["acceptor"], said(city), NOW + timedelta(days=15)) == []


def test_case_outside_the_reach_is_not_told(city: City) -> None:
    city.open()
    stranger = access.make_actor("acceptor", areas=["900001002"], unit=city.unit)
    assert queries.suspects(stranger, said(city), LATER) == []


def test_who_may_not_see_cases_is_refused(city: City) -> None:
    with pytest.raises(Refusal):
        queries.suspects(access.make_actor("audit_administrator", areas=[""], unit=city.unit), said(city), LATER)


def test_same_photo_goes_before_all_else(city: City) -> None:
    city.open(location=north(9))
    other = city.open(location=north(90), summary="说的是别的")
    found = queries.suspects(city.actors["acceptor"], said(city, same_photo={other.pk}), LATER)
    assert numbers(found)[0] == other.number
    assert found[0].reasons[0] == "the same photo"
    assert found[0].is_likely


def test_point_that_stands_for_many_addresses_suggests_nothing(city: City) -> None:
    for place in range(20):
        city.open(location=north(0), summary=chr(0x4E00 + 300 * place) * 5)
    twin = city.open(location=north(0), summary="井盖破损了")
    found = queries.suspects(city.actors["acceptor"], said(city, location=north(0)), LATER)
    assert numbers(found) == [twin.number]


def test_one_query_however_many_cases_lie_there(city: City) -> None:
    actor = city.actors["acceptor"]
    for place in range(8):
        city.open(location=north(place))
    with CaptureQueriesContext(
        connection,
    ) as spent:
        assert len(queries.suspects(actor, said(city), LATER)) == 5
    assert len(spent) == 1


def test_nearest_are_read_from_the_spatial_index(city: City) -> None:
    with CaptureQueriesContext(connection) as spent:
        queries.suspects(city.actors["acceptor"], said(city), LATER)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + spent.captured_queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "cases_case_location" in plan
    assert "Order By: (location <->" in plan


def test_shipped_model_says_where_it_was_learned() -> None:
    about = queries.duplicates_model().about
    assert about["figures"]["recall_at_5"] >= 0.94
    assert about["learned_from"]
