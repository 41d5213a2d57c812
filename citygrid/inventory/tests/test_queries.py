from datetime import date

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from citygrid.geography.tests.factories import DISTRICT, SIDE, SOUTH, WEST
from citygrid.geography.tests.factories import clerk as geography_clerk
from citygrid.inventory import queries, rules, services
from citygrid.inventory.choices import State
from citygrid.inventory.models import Component
from citygrid.inventory.queries import ComponentFilter
from citygrid.inventory.tests.factories import CLERK, LAT, LON, NOW, STREET_WIDE, add, clerk, load, make_place, row
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.scope import Unscoped

pytestmark = pytest.mark.django_db
COVER, LAMP, MAJOR = "test/component/01001", "test/component/01002", "test/component/01"
METRE_EAST, METRE_NORTH = 1 / 85_500, 1 / 111_030  # degrees, near 39.8 north
HERE = Point(LON, LAT, srid=4326)


@pytest.fixture(autouse=True)
def _place():
    make_place()


def near(category=COVER, actor=CLERK, **options):
    return [found.pk for found in queries.nearest(actor, HERE, category, **options)]


def test_the_nearest_come_first_by_true_metres():
    east = add(longitude=LON + 20 * METRE_EAST)  # more degrees than the next, fewer metres
    north = add(latitude=LAT + 22 * METRE_NORTH)
    assert near() == [east.pk, north.pk]
    assert [round(found.distance.m) for found in queries.nearest(CLERK, HERE, COVER)] == [20, 22]


def test_only_components_of_the_category_within_the_radius_are_offered():
    cover, lamp = add(longitude=LON + 40 * METRE_EAST), add(category="01002", longitude=LON + 10 * METRE_EAST)
    add(longitude=LON + 60 * METRE_EAST)
    assert (near(), near(LAMP), near("test/matter/01001")) == ([cover.pk], [lamp.pk], [])
    assert near(MAJOR) == [lamp.pk, cover.pk]
    assert near(within_m=30) == []


def test_no_more_than_the_limit_are_offered():
    load(*(row(longitude=LON + n * METRE_EAST) for n in range(9)))
    assert len(near(limit=3)) == 3


def test_a_removed_component_is_not_offered_but_a_lost_one_is():
    removed, lost = add(), add(longitude=LON + METRE_EAST)
    for component, state in ((removed, State.REMOVED), (lost, State.LOST)):
        services.change_state(component_id=component.pk, state=state, reason="r", actor=CLERK, now=NOW)
    assert near() == [lost.pk]


def test_the_nearest_are_found_in_one_query():
    load(*(row(longitude=LON + n * METRE_EAST) for n in range(9)))
    with CaptureQueriesContext(connection) as asked:
        assert [found.category.name for found in queries.nearest(CLERK, HERE, COVER)]
    assert len(asked) == 1


def test_reads_need_the_permission():
    for read in (
        lambda post: queries.components(post),
        lambda post: queries.count(post),
        lambda post: queries.nearest(post, HERE, COVER),
        lambda post: queries.in_box(post, (0, 0, 1, 1)),
        lambda post: queries.component("1" * 17, post),
        lambda post: queries.history("1" * 17, post),
    ):
        with pytest.raises(NotPermitted):
            read(geography_clerk())


def test_a_post_sees_the_components_of_its_areas_everywhere_alike():
    mine, other = add(), add(longitude=LON + 3 * SIDE)
    post = clerk(STREET_WIDE)
    everywhere = (WEST, SOUTH, WEST + 4 * SIDE, SOUTH + SIDE)
    assert [found.pk for found in queries.components(post)] == [mine.pk]
    assert [found.pk for found in queries.in_box(post, everywhere)] == [mine.pk]
    assert (queries.count(post), queries.count(CLERK)) == (1, 2)
    assert list(queries.nearest(post, other.location, COVER)) == []
    for read in (queries.component, queries.history):
        with pytest.raises(NotFound):
            read(other.pk, post)


def test_components_cannot_be_read_without_an_actor():
    with pytest.raises(Unscoped):
        list(Component.objects.all())


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ComponentFilter(category_key=LAMP), ["lamp"]),
        (ComponentFilter(category_key=MAJOR), ["cover", "far", "lamp"]),
        (ComponentFilter(area_code=STREET_WIDE), ["cover", "lamp"]),
        (ComponentFilter(state="lost"), ["far"]),
        (ComponentFilter(words="路灯"), ["lamp"]),
        (ComponentFilter(words="cover corner"), ["far"]),
        (ComponentFilter(words="9000010101000001"), ["cover"]),
        (ComponentFilter(words=f"{DISTRICT}01002"), ["lamp"]),
    ],
)
def test_a_list_is_narrowed(wanted, found):
    names = {
        add(alias_code="9000010101000001").pk: "cover",
        add(longitude=LON + 3 * SIDE, component_state="lost", remark="corner").pk: "far",
        add(category="01002").pk: "lamp",
    }
    assert [names[row.pk] for row in queries.components(CLERK, wanted)] == found
    assert queries.count(CLERK, wanted) == len(found)


def test_a_page_is_a_slice_and_asks_one_query():
    load(*(row(longitude=LON + n * METRE_EAST) for n in range(9)))
    with CaptureQueriesContext(connection) as asked:
        page = [found.category.name for found in queries.components(CLERK, start=3, count=4)]
    assert (len(page), len(asked)) == (4, 1)


def test_a_box_is_bounded():
    load(*(row(longitude=LON + n * METRE_EAST) for n in range(5)))
    box = (LON - 0.5 * METRE_EAST, LAT - METRE_NORTH, LON + 3.5 * METRE_EAST, LAT + METRE_NORTH)
    assert len(queries.in_box(CLERK, box)) == 4
    assert len(queries.in_box(CLERK, box, limit=2)) == 2


def test_the_18_attributes_are_written_in_the_words_of_the_standard():
    add(data_source="surveyed", owner_name="区政府", remark="近路口")
    with override("en"):
        [said] = queries.attributes(queries.components(CLERK))
    assert list(said) == [column.name for column in rules.STANDARD_COLUMNS]
    grid = queries.components(CLERK)[0].area_code
    assert said == {
        "component_id": f"{DISTRICT}01001000001",
        "component_name": "井盖",
        "authority_code": "11110101000000000A",
        "authority_name": "水务局",
        "owner_code": "",
        "owner_name": "区政府",
        "maintainer_code": "",
        "maintainer_name": "",
        "unit_grid_id": grid,
        "component_state": "完好",
        "initial_date": "20200102",
        "change_date": "",
        "data_source": "实测",
        "remark": "近路口",
        "street_code": "900001001",
        "street_name": "区域900001001",
        "community_code": "900001001001",
        "community_name": "区域900001001001",
    }


def test_attributes_written_out_come_in_again_unchanged():
    component = add(data_source="surveyed", owner_name="区政府", initial_date=date(2019, 5, 6))
    services.change_state(component_id=component.pk, state=State.DAMAGED, reason="r", actor=CLERK, now=NOW)
    report = load(*queries.attributes(queries.components(CLERK)))
    assert (report.same, report.changed, report.wrong) == (1, 0, 0)
