"""Base maps under our own layers, in both grids, and without their source."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import floor
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City, make_cases
from citygrid.desk.tests.tile_server import GREY, KEY, TileServer, tile_server
from citygrid.desk.web.views.base_maps import _source
from citygrid.geography.queries import Tile
from citygrid.kernel import clock
from citygrid.ui.base_maps import BaseMap
from tests.journeys.counting import eventually
from tests.journeys.staff import Staff
from tests.journeys.test_map import SOON, around, count, opened, rows

pytestmark = pytest.mark.browser
ZOOM = 16


@pytest.fixture
def cases(city: City) -> list[Case]:
    return make_cases(city, clock.now())


@pytest.fixture
def source(settings: Any) -> Iterator[TileServer]:
    """A source with two base maps: "good" in web mercator, "photo" in degrees."""
    with tile_server() as server:
        maps = [
            BaseMap("good", "平面图", "Plan", server.url("good"), credit="© Good Maps"),
            BaseMap("photo", "影像", "Photo", server.url("photo"), grid="EPSG:4490"),
        ]
        settings.BASE_MAPS, settings.BASE_MAP_KEY = {one.name: one for one in maps}, KEY
        yield server
    _source.cache_clear()


def ground(somebody: Staff) -> tuple[int, int, int]:
    """The colour of the map where nothing of ours is drawn: a little above its lower edge, south of the district."""
    box = somebody.page.locator("[data-map]").bounding_box()
    assert box
    spot = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] - 60, "width": 1, "height": 1}
    with Image.open(io.BytesIO(somebody.page.screenshot(clip=spot))) as picture:
        return picture.convert("RGB").getpixel((0, 0))  # type: ignore[return-value]


def is_near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(mine - its) <= 3 for mine, its in zip(one, other, strict=True))


def test_base_map_in_web_mercator_lies_below_our_layers(
    enter: Callable[..., Staff], cases: list[Case], source: TileServer
) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3], ZOOM)}")
    expect(somebody.page.locator("[value='base good']")).to_be_checked()
    expect(somebody.page.locator(".ol-attribution")).to_contain_text("© Good Maps")
    assert eventually(lambda: is_near(ground(somebody), GREY), 20)
    place = cases[3].location
    assert place
    asked = [Tile(*tile) for layer, *tile in source.asked if layer == "good"]
    assert {tile.zoom for tile in asked} == {ZOOM}
    held = [
        west <= place.x < east and south <= place.y < north for west, south, east, north in map(Tile.bounds, asked)
    ]
    assert held.count(True) == 1


def test_base_map_in_degrees_is_bent_onto_ours_and_remembered(
    enter: Callable[..., Staff], cases: list[Case], source: TileServer
) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3], ZOOM)}")
    page, place = somebody.page, cases[3].location
    assert place
    page.locator("[value='base good']").uncheck()
    assert eventually(lambda: not is_near(ground(somebody), GREY), 20)
    page.locator("[value='base photo']").check()
    assert eventually(lambda: is_near(ground(somebody), GREY), 20)
    asked = [tuple(tile) for layer, *tile in source.asked if layer == "photo"]
    side = {zoom: 360 / 2**zoom for zoom, _, _ in asked}  # degrees: two tiles at zoom 1 make the earth
    assert all(
        ((zoom, floor((place.x + 180) / side[zoom]), floor((90 - place.y) / side[zoom])) in asked) for zoom in side
    )
    page.reload()
    expect(page.locator("[value='base photo']")).to_be_checked(timeout=SOON)
    assert eventually(lambda: is_near(ground(somebody), GREY), 20)


def test_source_that_is_down_is_told_once_and_all_else_goes_on(
    enter: Callable[..., Staff], cases: list[Case], source: TileServer, settings: Any
) -> None:
    settings.BASE_MAPS = {"good": replace(settings.BASE_MAPS["good"], url=source.url("broken"))}
    somebody = opened(enter("shift_leader"))
    silent = somebody.page.locator("[data-base-failed]")
    expect(silent).to_be_visible(timeout=SOON)
    expect(silent).to_have_count(1)
    expect(count(somebody)).to_have_text(str(sum(case.location is not None for case in cases)), timeout=SOON)
    expect(rows(somebody)).to_have_count(sum(case.location is not None for case in cases), timeout=SOON)
    expect(somebody.page.locator("[data-failed]")).to_be_hidden()
    assert len(source.asked) < 8  # then it rests


def test_browsers_ask_our_host_alone(enter: Callable[..., Staff], cases: list[Case], source: TileServer) -> None:
    somebody, asked = enter("shift_leader"), list[str]()
    somebody.page.on("request", lambda request: asked.append(request.url))
    opened(somebody)
    assert eventually(lambda: bool(source.asked))
    home = somebody.page.url.split("/map/")[0]
    assert [url for url in asked if not url.startswith((home, "data:", "blob:"))] == []
    assert not any(KEY in url for url in asked)
