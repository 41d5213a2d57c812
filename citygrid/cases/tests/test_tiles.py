"""Cases on the map: what all tiles of a zoom show together is what the list shows, to the last case."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from math import asinh, pi, radians, tan
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.gdal import DataSource
from django.contrib.gis.geos import Point

from citygrid.cases import models, queries, services
from citygrid.cases.queries.tiles import MOST_POINTS
from citygrid.cases.tests.factories import COMMUNITY, NOW, City, make_city
from citygrid.geography.queries import Tile
from citygrid.geography.tests import factories as geography
from citygrid.kernel.actor import Actor, Reach

HAPPY = (
    *("acceptor send_to_verify", "supervisor report_verification", "shift_leader file", "dispatcher dispatch"),
    *("department take", "department reply", "acceptor send_to_check", "supervisor pass_check", "shift_leader close"),
)
ZOOMS = (0, 5, 9, 12, 14, 15, 18, 20)


@pytest.fixture
def city(db: None) -> City:
    """Fourteen cases here and there, five of them closed, one without a position."""
    made, rng = make_city(), random.Random(5)
    for n in range(13):
        place = Point(geography.WEST + rng.uniform(0, 0.004), geography.SOUTH + rng.uniform(0, 0.004), srid=4326)
        case = made.open(location=place)
        if n % 3 == 0:
            made.play(case, *HAPPY)
    made.open(location=None)
    return made


def tiles_around(zoom: int) -> Iterator[Tile]:
    """The tiles of a zoom in which the cases of the city lie, and their neighbours."""
    size = 2**zoom
    west, east = (int(size * (lon + 180) / 360) for lon in (geography.WEST, geography.WEST + 0.004))
    south, north = (
        int(size * (1 - asinh(tan(radians(lat))) / pi) / 2) for lat in (geography.SOUTH, geography.SOUTH + 0.004)
    )
    for x, y in product(range(west - 1, east + 2), range(north - 1, south + 2)):
        if Tile(zoom, x, y).is_there:
            yield Tile(zoom, x, y)


def shown(tile: bytes, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Layers of a tile and the facts of their features."""
    if not tile:
        return {}
    path = folder / "0-0-0.pbf"
    path.write_bytes(tile)
    return {
        layer.name: [{name: one.get(name) for name in layer.fields} for one in layer]
        for layer in DataSource(str(path))
    }


def summed(actor: Actor, zoom: int, folder: Path, wanted: queries.CaseFilter | None = None) -> tuple[int, int]:
    """Cases and open ones of all tiles of a zoom."""
    cases = open_ = 0
    for tile in tiles_around(zoom):
        layers = shown(queries.tile(actor, tile, wanted or queries.CaseFilter(), NOW), folder)
        cells, points = layers.get("cells", []), layers.get("cases", [])
        cases += sum(cell["cases"] for cell in cells) + len(points)
        open_ += sum(cell["open"] for cell in cells) + sum(point["open"] for point in points)
    return cases, open_


def listed(actor: Actor, wanted: queries.CaseFilter | None = None) -> tuple[int, int]:
    rows = [case for case in queries.cases(actor, wanted or queries.CaseFilter(), NOW) if case.location]
    return len(rows), sum(case.is_open for case in rows)


@pytest.mark.parametrize("zoom", ZOOMS)
def test_tiles_of_every_zoom_sum_up_to_the_list_before_and_after_they_are_folded(
    city: City, zoom: int, tmp_path: Path
) -> None:
    leader = city.actors["shift_leader"]
    department = city.actors["department"]
    categories = replace(leader, reach=Reach(areas=leader.reach.areas, categories=(city.category_key,)))
    grid = replace(leader, reach=Reach(areas=(f"{COMMUNITY}001",)))
    posts = {"leader": leader, "department": department, "categories": categories, "grid": grid}
    wanted = {name: listed(post) for name, post in posts.items()}
    assert wanted["leader"] == (13, 8)
    assert wanted["department"] == (5, 0)
    for _ in range(2):
        assert {name: summed(post, zoom, tmp_path) for name, post in posts.items()} == wanted
        services.fold_tallies()
    closed = queries.CaseFilter(state="closed")
    assert summed(leader, zoom, tmp_path, closed) == listed(leader, closed) == (5, 0)


def test_case_that_is_reopened_leaves_the_tallies(city: City, tmp_path: Path) -> None:
    leader = city.actors["shift_leader"]
    services.fold_tallies()
    closed = next(iter(queries.cases(leader, queries.CaseFilter(state="closed"), NOW)))
    city.play(closed, "shift_leader reopen")
    for _ in range(2):
        assert summed(leader, 9, tmp_path) == listed(leader) == (13, 9)
        services.fold_tallies()
    assert not models.TallyChange.objects.unscoped(reason="test").exists()
    assert services.fold_tallies() == 0


def test_tallies_counted_anew_are_the_same(city: City) -> None:
    facts = ("zoom", "x", "y", "area_code", "unit_id", "count")
    rows = models.Tally.objects.unscoped(reason="test").order_by(*facts).values_list(*facts)
    services.fold_tallies()
    before = list(rows)
    assert before
    services.recount_tallies()
    assert list(rows) == before


def test_late_ones_are_counted_as_late(city: City, tmp_path: Path) -> None:
    case = city.play(city.open(), *HAPPY[:5])
    leader = city.actors["shift_leader"]
    later = case.due_at + timedelta(minutes=1) if case.due_at else NOW
    [tile] = tiles_around(0)
    [cell] = shown(queries.tile(leader, tile, queries.CaseFilter(), later), tmp_path)["cells"]
    red = queries.cases(leader, queries.CaseFilter(lamp="red", is_open=True), later)
    assert cell["late"] == len(red) > 0


def test_cell_without_a_limit_has_none_late(city: City, tmp_path: Path) -> None:
    [tile] = tiles_around(0)
    shut = queries.CaseFilter(state="closed")
    [cell] = shown(queries.tile(city.actors["shift_leader"], tile, shut, NOW), tmp_path)["cells"]
    assert (cell["cases"], cell["open"], cell["late"]) == (5, 0, 0)
    opened = queries.CaseFilter(is_open=True)
    [cell] = shown(queries.tile(city.actors["shift_leader"], tile, opened, NOW), tmp_path)["cells"]
    assert (cell["cases"], cell["open"], cell["late"]) == (8, 8, 0)


def test_points_show_the_lamp_of_the_list(city: City, tmp_path: Path) -> None:
    leader = city.actors["shift_leader"]
    city.play(city.open(), *HAPPY[:5])
    due = city.play(city.open(), *HAPPY[:5]).due_at
    assert due
    for later in (due - timedelta(hours=2), due - timedelta(seconds=1), due + timedelta(seconds=1)):
        rows = queries.lines(queries.cases(leader, queries.CaseFilter(), later))
        listed = {row.number: queries.lamp_of(row, later) for row in rows if row.lon}
        points = [
            point
            for tile in tiles_around(16)
            for point in shown(queries.tile(leader, tile, queries.CaseFilter(), later), tmp_path).get("cases", [])
        ]
        assert {point["number"]: point["lamp"] or "none" for point in points} == listed
        assert len(set(listed.values())) > 1


def test_tile_with_too_many_cases_shows_cells(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citygrid.cases.queries.tiles.MOST_POINTS", 1)
    assert MOST_POINTS > 1
    leader = city.actors["shift_leader"]
    kinds = set()
    for tile in tiles_around(16):
        kinds |= set(shown(queries.tile(leader, tile, queries.CaseFilter(), NOW), tmp_path))
    assert "cells" in kinds
    assert summed(leader, 16, tmp_path) == listed(leader)
