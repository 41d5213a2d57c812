from datetime import date
from uuid import UUID

import pytest
from django.contrib.gis.geos import LineString, Point

from citygrid.geography import queries, services
from citygrid.geography.choices import GridKind, LayerKind, Level
from citygrid.geography.errors import UnknownPlace
from citygrid.geography.models import Area, Grid
from citygrid.geography.tests.factories import (
    ACTOR,
    DISTRICT,
    NOW,
    SIDE,
    SOUTH,
    WEST,
    make_communities,
    make_district,
    make_grids,
    make_streets,
    polygon,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def at(column, row=0.5):
    return Point(WEST + column * SIDE, SOUTH + row * SIDE)


def place(column, row=0.5, on=TODAY):
    return queries.locate(at(column, row), on=on)


def test_point_is_located_in_all_four_levels():
    make_grids()
    found = place(1.2, 0.4)
    assert (found.district, found.street, found.community) == (DISTRICT, "900001001", "900001001002")
    assert found.unit_grid.startswith("900001001002")
    assert Grid.objects.get(pk=found.unit_grid).geom.covers(at(1.2, 0.4))
    assert found.area_code == found.unit_grid


def test_point_is_located_as_precisely_as_is_known():
    make_streets()
    assert place(2.5) == queries.Place(district=DISTRICT, street="900001002")
    assert place(2.5).area_code == "900001002"


def test_point_outside_every_district_is_nowhere():
    make_grids()
    assert place(4.1) is None


@pytest.mark.parametrize("make", [make_streets, make_communities, make_grids])
def test_point_on_the_border_of_two_streets_lies_in_the_lower_code(make):
    make()
    for row in (0, 0.1, 1 / 3, 0.5, 0.77, 1):
        assert place(2, row).street == "900001001"


def test_point_on_an_edge_of_unit_grids_lies_in_the_lowest_code():
    make_grids()
    cell = Grid.objects.get(pk="900001001001002")
    for corner in cell.geom[0][0]:
        touching = [grid.code for grid in Grid.objects.filter(geom__dwithin=(Point(*corner, srid=4326), 1e-9))]
        assert queries.locate(Point(*corner), on=TODAY).unit_grid == min(touching)


def test_every_point_of_a_covered_district_has_a_unit_grid():
    make_grids()
    steps = [(column / 7, row / 7) for column in range(29) for row in range(8)]
    points = [(WEST + column * SIDE, SOUTH + row * SIDE) for column, row in steps]
    found = queries.locate_many(points, on=TODAY)
    assert all(one and len(one.unit_grid) == 15 for one in found)


def test_many_points_are_located_in_one_query_in_their_order(django_assert_num_queries):
    make_grids()
    points = [(WEST + column * SIDE, SOUTH + 0.3 * SIDE) for column in (3.5, -1, 0.5)]
    with django_assert_num_queries(1):
        found = queries.locate_many(points, on=TODAY)
    assert [one and one.community for one in found] == ["900001002002", None, "900001001001"]
    assert queries.locate_many([], on=TODAY) == []


def test_area_counts_only_while_it_is_valid():
    make_communities()
    Area.objects.filter(pk="900001001001").update(valid_from_date=date(2020, 1, 1), valid_to_date=TODAY)
    assert place(0.5, on=date(2026, 3, 1)).community == "900001001001"
    assert place(0.5, on=TODAY) == queries.Place(district=DISTRICT, street="900001001")


def test_grids_of_an_abolished_community_do_not_count():
    make_grids()
    Area.objects.filter(pk="900001001001").update(valid_to_date=TODAY)
    assert place(0.5).area_code == "900001001"


def test_duty_and_social_grid_follow_from_the_unit_grid(django_assert_num_queries):
    make_grids()
    unit = place(0.5).unit_grid
    services.group_unit_grids(code="D01", kind=GridKind.DUTY, unit_grid_codes=[unit], actor=ACTOR, now=NOW)
    services.group_unit_grids(code="S01", kind=GridKind.SOCIAL, unit_grid_codes=[unit], actor=ACTOR, now=NOW)
    with django_assert_num_queries(1):
        found = place(0.5)
    assert (found.duty_grid, found.social_grid) == ("D01", "S01")


def test_features_at_the_point_come_with_who_is_responsible():
    make_streets()
    unit = UUID(int=7)
    services.add_layer(code="green", kind=LayerKind.AREA, name_zh="绿地", name_en="Green", actor=ACTOR, now=NOW)
    feature = services.add_feature(
        layer_code="green",
        code="G1",
        name_zh="东园",
        name_en="East Park",
        geom=polygon(0.4, 0.4, 0.2, 0.2),
        responsible_unit_id=unit,
        valid_from_date=date(2026, 1, 1),
        valid_to_date=date(2026, 6, 1),
        actor=ACTOR,
        now=NOW,
    )
    hit = queries.FeatureHit("green", feature.pk, "G1", "东园", "East Park", unit)
    assert place(0.5).features == (hit,)
    assert place(0.5, on=date(2026, 6, 1)).features == ()
    assert place(1.5).features == ()
    assert [one.code for one in queries.features_of("green", on=TODAY)] == ["G1"]
    assert queries.features_of("green", on=date(2025, 12, 31)) == []


def test_time_zone_and_calendar_are_those_of_the_district():
    make_communities()
    assert queries.time_zone_of("900001001001") == "Asia/Shanghai"
    assert queries.calendar_key_of("900001001001001") == "natural"


def test_unknown_code_is_refused_by_name():
    for ask in (queries.area, queries.outline, queries.time_zone_of):
        with pytest.raises(UnknownPlace, match="123456"):
            ask("123456")


def test_areas_below_are_those_of_the_level_under_the_code():
    make_communities()
    assert [one.code for one in queries.areas_below("900001001", Level.COMMUNITY)] == ["900001001001", "900001001002"]
    assert [one.code for one in queries.areas_below("", Level.DISTRICT)] == [DISTRICT]


def test_outlines_are_geojson_with_names():
    make_grids()
    streets = queries.outlines(DISTRICT, Level.STREET)
    assert [one["properties"]["name_en"] for one in streets["features"]] == ["Area 900001001", "Area 900001002"]
    assert streets["features"][0]["geometry"]["type"] == queries.outline("900001001")["type"] == "MultiPolygon"
    grids = queries.outlines("900001001001", GridKind.UNIT)
    assert len(grids["features"]) == len(queries.unit_grids("900001001001")) > 1


def test_place_names_read_in_both_languages_in_one_query(django_assert_num_queries):
    make_communities()
    codes = ["900001001001003", "900001002", "999999"]
    with django_assert_num_queries(1):
        names = queries.place_names(codes, "zh-hans")
    assert names["900001001001003"] == "示例区区域900001001区域900001001001003"
    assert names["999999"] == ""
    assert queries.place_name("900001002", "en") == "Area 900001002, Sample District"


def test_nearest_lane_is_found_within_the_distance_only():
    make_district()
    for code, row in (("L1", 0.5), ("L2", 0.6)):
        geom = LineString((WEST, SOUTH + row * SIDE), (WEST + SIDE, SOUTH + row * SIDE), srid=4326)
        services.add_lane(
            code=code, name_zh="胡同", name_en="Lane", area_code=DISTRICT, geom=geom, actor=ACTOR, now=NOW
        )
    assert queries.nearest_lane(at(0.5, 0.58)).code == "L2"
    assert queries.nearest_lane(at(0.5, 0.8)) is None  # 88 m away
    assert queries.nearest_lane(at(0.5, 0.8), within_m=100).code == "L2"
