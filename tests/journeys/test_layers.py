"""Layers by the pages: a file is checked, published and seen on the map; corners are moved, an area is divided."""

import json
from collections.abc import Callable
from math import cos, radians
from typing import Any

import pytest
import shapely
from django.utils import timezone
from playwright.sync_api import expect

from citygrid.desk.tests.factories import City, add_administrator
from citygrid.geography.models import Feature, LayerDraft
from citygrid.geography.queries import features_of, to_shapely
from citygrid.geography.services import FeatureIn, publish_draft, save_draft
from citygrid.geography.tests.factories import SIDE, SOUTH, feature, square
from citygrid.geography.tests.layer_files import geojson
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from tests.journeys.staff import PASSWORD, Staff
from tests.journeys.test_map import SOON, opened

pytestmark = pytest.mark.browser
ROUNDING = 1e-12


@pytest.fixture
def keeper(enter: Callable[..., Staff], city: City) -> Staff:
    add_administrator(city, password=PASSWORD)
    return enter("system_administrator")


def standing() -> dict[str, Any]:
    """Outlines of today by code."""
    return {one.code: to_shapely(one.geom) for one in features_of("road", on=timezone.localdate())}


def test_file_is_checked_published_and_seen_on_the_map(keeper: Staff, city: City, enter: Callable[..., Staff]) -> None:
    keeper.page.locator(".rail a[href='/layers/']").click()
    keeper.page.locator("main table a[href='/layers/road/']").click()
    roads = [feature("R1", square(0, width=2), name="西段"), feature("R2", square(2, width=2), name="东段")]
    broken = feature("R3", [square(0)[0][:-1]], name="断")
    send(keeper, geojson(*roads, broken))
    assert keeper.page.locator("#faults tbody tr td").first.inner_text().strip() == "3"
    assert not LayerDraft.objects.exists()

    send(keeper, geojson(*roads))
    assert keeper.page.locator("main .figure strong").all_inner_texts() == ["1", "1", "0"]
    assert list(standing()) == ["R1"] and standing()["R1"].area > roads_area(2)
    keeper.submit("main form[action$='/publish/']")
    assert sorted(standing()) == ["R1", "R2"]

    watcher = opened(enter("shift_leader"))
    watcher.page.locator(".map-layers summary").first.click()
    with watcher.page.expect_response("**/layers/road/features") as answer:
        watcher.page.check("[name=layer][value='layer road']")
    assert [one["code"] for one in answer.value.json()] == ["R1", "R2"]


def roads_area(columns: float) -> float:
    return float(shapely.Polygon(square(0, width=columns)[0]).area) * 1.001


def send(somebody: Staff, content: bytes) -> None:
    file: Any = {"name": "roads.geojson", "mimeType": "application/geo+json", "buffer": content}
    somebody.page.set_input_files("main [name=file]", file)
    somebody.submit("main form:has([name=file])")


def two_with_a_gap(city: City) -> None:
    """Two areas, one column of squares apart, in place of the road."""
    keeper, now = system_actor("desk tests"), clock.now()
    put = [
        FeatureIn(code=f"P{n}", name_zh=f"绿地{n}", geometry={"type": "Polygon", "coordinates": square(2 * n)})
        for n in range(2)
    ]
    given = {"layer_code": "road", "actor": keeper, "now": now}
    save_draft(expected=0, from_date=timezone.localdate(now), put=put, removed=["R1"], **given)
    publish_draft(expected=1, **given)


class Editor:
    """The editor as somebody uses it, with places in columns and rows of squares."""

    def __init__(self, somebody: Staff) -> None:
        self.page = somebody.page
        assert somebody.go("/layers/road/edit/") == 200
        expect(self.page.locator(".layer-editor[data-read]")).to_be_visible(timeout=SOON)
        self.page.wait_for_timeout(300)
        box = self.page.locator("[data-map]").bounding_box()
        assert box
        # The three columns were fitted into the width, 32 pixels from its edges.
        self.side = (box["width"] - 64) / 3
        self.left = box["x"] + 32
        self.middle = box["y"] + box["height"] / 2
        self.high = self.side / cos(radians(SOUTH + SIDE / 2))

    def at(self, column: float, row: float) -> tuple[float, float]:
        return self.left + column * self.side, self.middle + (0.5 - row) * self.high

    def drag(self, start: tuple[float, float], end: tuple[float, float], off: float = 0) -> None:
        """From a corner to so many pixels beside another."""
        mouse, (x, y) = self.page.mouse, self.at(*end)
        mouse.move(*self.at(*start))
        mouse.down()
        mouse.move(x - 20, y + 20, steps=5)
        mouse.move(x + off, y - off, steps=5)
        mouse.up()
        self.page.wait_for_timeout(100)

    def save(self) -> None:
        with self.page.expect_response(lambda answer: answer.request.method == "PUT") as answer:
            self.page.click("[data-do=save]")
        assert answer.value.status == 200, answer.value.text()
        expect(self.page.locator("[data-status]")).to_have_text("Saved.", timeout=SOON)

    def codes(self) -> list[str]:
        return [
            str(code) for code in self.page.eval_on_selector_all("[data-list] option", "all => all.map(o => o.value)")
        ]


def test_corners_snap_an_area_is_divided_and_published(keeper: Staff, city: City) -> None:
    two_with_a_gap(city)
    editor = Editor(keeper)
    page = keeper.page
    editor.drag((1, 1), (2, 1), off=5)
    editor.drag((1, 0), (2, 0), off=-5)
    page.click("[data-do=undo]")
    page.click("[data-do=redo]")
    page.mouse.click(*editor.at(0.5, 0.5))
    expect(page.locator("[data-form] [name=code]")).to_have_value("P0")
    page.click("[data-tool=split]")
    page.mouse.click(*editor.at(0.5, -0.1))
    with page.expect_response("**/outlines/split"):
        page.mouse.dblclick(*editor.at(0.5, 1.1))
    expect(page.locator("[data-list] option")).to_have_count(3)
    assert editor.codes() == ["P0", "P0-2", "P1"]
    page.select_option("[data-list]", "P0-2")
    page.fill("[data-form] [name=name_zh]", "西边")
    page.press("[data-form] [name=name_zh]", "Tab")
    editor.save()
    expect(page.locator("[data-faults] button")).to_have_count(0)

    keeper.go("/layers/road/draft/")
    keeper.submit("main form[action$='/publish/']")
    found = standing()
    assert sorted(found) == ["P0", "P0-2", "P1"]
    corners = {code: {tuple(at) for at in shapely.get_coordinates(one).tolist()} for code, one in found.items()}
    assert len(corners["P0"] & corners["P1"]) == 2  # the very points of the neighbour
    assert len(corners["P0"] & corners["P0-2"]) == 2
    assert Feature.objects.get(code="P0-2").name_zh == "西边"
    whole = shapely.union_all(list(found.values()))
    assert whole.symmetric_difference(shapely.Polygon(square(0, width=3)[0])).area < ROUNDING


def test_overlap_is_listed_and_shown_where_it_is(keeper: Staff, city: City) -> None:
    two_with_a_gap(city)
    editor = Editor(keeper)
    editor.drag((1, 1), (2.4, 0.8))
    editor.save()
    fault = keeper.page.locator("[data-faults] button")
    expect(fault).to_have_count(1)
    expect(fault).to_contain_text("overlaps")
    fault.click()
    keeper.page.click("[data-do=undo]")
    editor.save()
    expect(fault).to_have_count(0)


def test_area_is_drawn_and_a_corner_moved_by_keys_alone(keeper: Staff, city: City) -> None:
    two_with_a_gap(city)
    editor = Editor(keeper)
    page = keeper.page
    page.focus("[data-tool=Polygon]")
    page.keyboard.press("Enter")
    page.focus("[data-map]")
    for presses in ({"ArrowRight": 2}, {"ArrowUp": 6}, {"ArrowLeft": 6}):
        page.keyboard.press("Enter")
        for key, times in presses.items():
            for _ in range(times):
                page.keyboard.press(key)
    page.keyboard.press("f")
    expect(page.locator("[data-list] option")).to_have_count(3)
    page.keyboard.type("三角地")
    page.keyboard.press("Tab")
    page.focus("[data-map]")
    page.keyboard.press("ArrowRight")
    editor.save()
    expect(page.locator("[data-faults] button")).to_have_count(0)
    (drafted,) = LayerDraft.objects.get().features.all()
    assert (drafted.name_zh, json.loads(drafted.geom.json)["type"]) == ("三角地", "MultiPolygon")


def test_two_neighbours_are_merged_and_one_is_ended(keeper: Staff, city: City) -> None:
    two_with_a_gap(city)
    editor = Editor(keeper)
    page = keeper.page
    editor.drag((1, 1), (2, 1))
    editor.drag((1, 0), (2, 0))
    page.select_option("[data-list]", ["P0", "P1"])
    page.click("[data-do=merge]")
    expect(page.locator("[data-list] option")).to_have_count(1)
    editor.save()
    counts = [one.is_removed for one in LayerDraft.objects.get().features.order_by("code")]
    assert counts == [False, True]
    for _ in range(3):
        page.click("[data-do=undo]")
    page.select_option("[data-list]", ["P0", "P1"])
    page.click("[data-do=merge]")
    expect(page.locator("[data-failed]")).to_contain_text("do not share a border")


def test_editor_who_is_second_is_told_who_was_first(keeper: Staff, city: City) -> None:
    two_with_a_gap(city)
    editor = Editor(keeper)
    other, now = system_actor("another editor"), clock.now()
    save_draft(layer_code="road", expected=0, from_date=timezone.localdate(now), removed=["P1"], actor=other, now=now)
    editor.drag((1, 1), (1.5, 1))
    keeper.page.click("[data-do=save]")
    expect(keeper.page.locator("[data-failed]")).to_contain_text("another editor")
    expect(keeper.page.locator("[data-status]")).to_have_text("Not saved yet.")
