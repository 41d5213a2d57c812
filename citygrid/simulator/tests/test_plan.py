"""The drawing of the district, in both sizes, and who works in it. No database."""

from collections import Counter
from random import Random

import pytest
import shapely

from citygrid.access.rules import is_credit_code
from citygrid.geography.choices import AreaLayer
from citygrid.simulator.rules import names, people
from citygrid.simulator.rules.bend import to_metres
from citygrid.simulator.rules.furniture import stand
from citygrid.simulator.rules.layers import AREA_LAYERS, THEMATIC_LAYERS, avenue_names, features, lane_names
from citygrid.simulator.rules.places import Places
from citygrid.simulator.rules.plan import Plan, draw
from citygrid.simulator.rules.sizes import FULL, SIZES, SMALL, Size, shared
from citygrid.simulator.rules.zones import zones

SEED = 7


@pytest.fixture(scope="module", params=SIZES, ids=["full", "small"])
def plan(request: pytest.FixtureRequest) -> Plan:
    return draw(SEED, request.param)


@pytest.fixture(scope="module")
def full() -> Plan:
    return draw(SEED, FULL)


def assert_tiled(plan: Plan) -> None:
    communities = [outline for street in plan.communities for outline in street]
    assert tuple(map(len, plan.communities)) == plan.size.communities_of
    assert all(shapely.is_valid(communities)) and shapely.coverage_is_valid(communities)
    for street, parts in zip(plan.streets, plan.communities, strict=True):
        assert shapely.coverage_union_all(list(parts)).equals(street)
    assert shapely.coverage_union_all(list(plan.streets)).equals(plan.district)
    assert abs(sum(part.area for part in communities) - plan.district.area) < 1e-13


def test_communities_tile_their_street_and_streets_the_district_exactly(plan: Plan) -> None:
    assert_tiled(plan)


@pytest.mark.parametrize("seed", [1, 2026])
def test_other_seeds_tile_too(seed: int) -> None:
    assert_tiled(draw(seed, SMALL))


def test_full_district_has_what_is_asked_for(full: Plan) -> None:
    assert (len(full.streets), FULL.communities) == (17, 187)
    assert sum(len(lanes) for street in full.lanes for lanes in street) == 832
    assert {len(lanes) for street in full.lanes for lanes in street} == {4, 5}
    assert 36e6 < to_metres(full.district).area < 44e6
    assert (len(AREA_LAYERS), len(THEMATIC_LAYERS)) == (6, 23)
    assert len(people.units()) == 60
    assert shared(589, [1.0] * 187).count(4) == 28


def test_same_seed_draws_the_same_plan_and_another_seed_another() -> None:
    draw.cache_clear()
    first = draw(SEED, SMALL)
    draw.cache_clear()
    assert draw(SEED, SMALL) == first
    assert draw(8, SMALL).district != first.district


def test_no_community_is_a_needle(full: Plan) -> None:
    for face in (to_metres(face) for street in full.communities for face in street):
        corners = [shapely.Point(corner) for corner in face.minimum_rotated_rectangle.exterior.coords]
        long, short = sorted((corners[n].distance(corners[n + 1]) for n in range(2)), reverse=True)
        assert short > 150 and long / short < 3.5 and face.area > 50_000


def test_lanes_lie_in_their_community_off_the_water_and_the_park(plan: Plan) -> None:
    kept_off = shapely.union_all([plan.river, plan.park, plan.station])
    for faces, streets in zip(plan.communities, plan.lanes, strict=True):
        for face, lanes in zip(faces, streets, strict=True):
            assert all(face.contains(lane) and not lane.intersects(kept_off) for lane in lanes)
    assert min(to_metres(lane).length for street in plan.lanes for lanes in street for lane in lanes) > 60


def test_features_are_valid_named_and_lie_in_the_district(plan: Plan) -> None:
    grown = plan.district.buffer(1e-6)
    drawn = features(plan)
    assert set(drawn) == {layer.code for layer in (*AREA_LAYERS, *THEMATIC_LAYERS)}
    for found in drawn.values():
        assert found and all(shapely.is_valid([one.shape for one in found]))
        assert all(grown.contains(one.shape) and all(one.name) for one in found)
        assert len({one.code for one in found}) == len(found)
    assert all(one.shape.area > 0 for layer in AreaLayer for one in drawn[layer])


def test_plots_do_not_meet_lanes_roads_or_one_another(full: Plan) -> None:
    plots = [plot.area for found in full.plots.values() for plot in found]
    tree = shapely.STRtree(plots)
    lanes = [lane for street in full.lanes for lanes in street for lane in lanes]
    assert tree.query([*lanes, *full.roads], predicate="intersects").size == 0
    assert tree.query(plots, predicate="intersects").shape == (2, len(plots))  # each with itself only


def test_every_bridge_leads_a_main_avenue_across_the_river(full: Plan) -> None:
    assert 3 <= len(full.bridges) <= 8
    for place, bridge in full.bridges.items():
        assert full.avenues[place].is_main and len(shapely.get_parts(full.river.difference(bridge))) == 2


@pytest.mark.parametrize("size", SIZES, ids=["full", "small"])
def test_no_name_is_given_twice(size: Size) -> None:
    plan = draw(SEED, size)
    lanes = [name for community in lane_names(plan) for name in community]
    for given in (names.community_names(size.communities), names.STREETS, [*avenue_names(plan), *lanes]):
        assert len({zh for zh, _ in given}) == len({en for _, en in given}) == len(given)
    assert len(lanes) == size.lanes and len(avenue_names(plan)) == len(plan.avenues)


def test_components_are_as_many_as_wanted_each_at_a_place_of_its_own(plan: Plan) -> None:
    standing = stand(plan, Random(1))
    assert len(standing) == len(set(standing)) == plan.size.components
    assert standing == stand(plan, Random(1))
    points = shapely.points([(lon, lat) for _, lon, lat in standing])
    assert all(shapely.contains(plan.district, points))


def test_covers_lamps_and_trees_dominate_and_the_park_is_emptier_than_the_streets(full: Plan) -> None:
    standing = stand(full, Random(1))
    counts = Counter(code for code, _, _ in standing)
    covers = sum(count for code, count in counts.items() if "01001" <= code <= "01023" and code != "01013")
    assert covers > 10_000 and counts["01037"] > 4_000 and counts["04002"] > 4_000
    inside = sum(shapely.contains_xy(full.park, *zip(*[(lon, lat) for _, lon, lat in standing], strict=True)))
    assert 0 < inside / full.park.area < 0.75 * len(standing) / full.district.area


@pytest.mark.parametrize("kind", ["", "green", "water"])
def test_places_to_report_from_lie_in_the_district(plan: Plan, kind: str) -> None:
    places = Places(plan, Random(3))
    spots = [places.spot(kind) for _ in range(50)]
    assert all(plan.district.contains(shapely.Point(spot.lon, spot.lat)) and spot.address for spot in spots)


@pytest.mark.parametrize("size", SIZES, ids=["full", "small"])
def test_every_community_has_two_supervisors_and_every_role_a_seat(size: Size) -> None:
    seats = list(people.seats(size))
    for code in people.community_codes(size):
        assert sum(seat.role == "supervisor" and code in seat.areas for seat in seats) == 2
    assert len({seat.role for seat in seats}) == 14
    axes = {"supervision": people.SUPERVISION, "command": people.COMMAND, "support": people.OFFICE}
    by_login: dict[str, set[str]] = {}
    for seat in seats:
        axis = next((axis for axis, unit in axes.items() if seat.unit == unit), "handling")
        by_login.setdefault(seat.login, set()).add(axis)
    assert all(len(found) == 1 for found in by_login.values())
    keys = {(seat.unit, seat.role, seat.title_zh) for seat in seats}
    assert len(keys) == len(seats)


@pytest.mark.parametrize("size", SIZES, ids=["full", "small"])
def test_every_department_street_and_contractor_has_a_handler(size: Size) -> None:
    handled = {seat.unit for seat in people.seats(size) if seat.role == "department"}
    units = people.units(size)
    assert handled == {unit.code for unit in units if unit.kind in {*people.DEPARTMENTS, "street"}}
    assert {people.maintainer(kind, street, size) for kind in people.CONTRACTORS for street in range(3)} <= handled
    assert all(is_credit_code(people.credit_code(number)) for number in range(1, len(units) + 1))


def test_fireworks_are_forbidden_around_the_park_and_allowed_within(plan: Plan) -> None:
    around, inside, station = zones(plan)
    assert around.shape.contains(inside.shape) and plan.park.contains(inside.shape)
    assert all(plan.district.buffer(1e-6).contains(one.shape) and one.shape.is_valid for one in (around, station))
    assert [one.said["rule"] for one in (around, inside, station)] == ["forbidden", "allowed", "forbidden"]
