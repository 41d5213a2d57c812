"""Measuring, drawing and selecting on the map, by mouse and by keyboard alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from playwright.sync_api import Locator, expect

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City, make_cases
from citygrid.kernel import clock
from tests.journeys.staff import Staff
from tests.journeys.test_look import SIZES, WIDER
from tests.journeys.test_map import SOON, around, opened, rows

pytestmark = pytest.mark.browser


@pytest.fixture
def cases(city: City) -> list[Case]:
    return make_cases(city, clock.now())


def near(case: Case, metres: float) -> set[str]:
    """The numbers of the cases within so many metres of one."""
    found = Case.objects.unscoped(reason="test").annotate(far=Distance("location", case.location, spheroid=True))
    return {one.number for one in found if one.far is not None and one.far.m <= metres}


def selected(somebody: Staff) -> Locator:
    return somebody.page.locator("[data-selected]")


def numbers(somebody: Staff) -> set[str]:
    return {str(row.get_attribute("data-number")) for row in rows(somebody).all()}


def click_at(somebody: Staff, *places: tuple[float, float], double: bool = False) -> None:
    """Clicks so many pixels right and down of the middle of the map; the last one twice, if wanted."""
    somebody.page.locator("[data-map]").scroll_into_view_if_needed()
    box = somebody.page.locator("[data-map]").bounding_box()
    assert box
    for place, (right, down) in enumerate(places, start=1):
        x, y = box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down
        (somebody.page.mouse.dblclick if double and place == len(places) else somebody.page.mouse.click)(x, y)


def test_line_is_measured_on_the_ground(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[6], 16)}")
    page, measure = somebody.page, somebody.page.locator("[data-measure]")
    page.locator("[data-tool=LineString]").click()
    expect(page.locator("[data-drawing]")).to_be_visible()
    click_at(somebody, (-100, 60), (100, 60), double=True)
    expect(page.locator("[data-drawing]")).to_be_hidden()
    # At zoom 16 a pixel is 2.389 m of the projection, and those are longer than on the ground by the latitude.
    expect(measure).to_have_text("367 m")
    page.keyboard.press("a")
    click_at(somebody, (-50, -50), (50, -50), (50, 50), (-50, 50), double=True)
    expect(measure).to_have_text("3.36 ha")


def test_drawn_area_selects_its_cases_until_it_is_taken_away(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3], 18)}")
    page = somebody.page
    page.locator("[data-tool=Polygon]").click()
    click_at(somebody, (-20, -20), (20, -20), (20, 20), (-20, 20), double=True)
    page.locator("[data-sketch] .btn-primary").click()
    expect(selected(somebody)).to_have_attribute("data-selected", "1", timeout=SOON)
    assert numbers(somebody) == {cases[3].number}
    page.keyboard.press("Escape")
    page.reload()  # the selection is part of the address
    expect(selected(somebody)).to_have_attribute("data-selected", "1", timeout=SOON)
    with page.expect_navigation():
        page.locator(".map-selected a").first.click()
    assert page.locator("tbody tr").count() == 1
    page.go_back()
    expect(selected(somebody)).to_have_attribute("data-selected", "1", timeout=SOON)
    page.locator("[data-do=remove]").click()
    expect(selected(somebody)).to_have_count(0, timeout=SOON)
    assert "within" not in page.url


def test_filter_keeps_what_was_selected(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3], 18)}")
    page = somebody.page
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    expect(selected(somebody)).to_be_visible(timeout=SOON)
    page.locator("form.filters [name=words]").fill("no such words")
    with page.expect_navigation():
        page.locator("form.filters .filter-buttons button").click()
    expect(selected(somebody)).to_have_attribute("data-selected", "0", timeout=SOON)


def test_cases_around_one_are_selected_by_keys_alone(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    keys = somebody.page.keyboard
    somebody.page.locator("[data-find] input").fill(cases[4].number)
    keys.press("Enter")
    expect(somebody.page.locator("[data-card]")).to_contain_text(cases[4].number, timeout=SOON)
    expect(somebody.page.locator("[data-card] a")).to_be_visible()
    somebody.page.locator("[data-map]").focus()
    expected = near(cases[4], 300)
    assert 1 < len(expected) < len(cases)
    keys.press("s")
    keys.type("300")
    keys.press("Enter")
    expect(selected(somebody)).to_have_attribute("data-selected", str(len(expected)), timeout=SOON)
    assert numbers(somebody) == expected


def test_area_is_drawn_by_keys_alone(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3], 18)}")
    page, keys = somebody.page, somebody.page.keyboard
    page.locator("[data-map]").focus()
    moves = ("ArrowLeft ArrowUp", "ArrowRight ArrowRight", "ArrowDown ArrowDown", "ArrowLeft ArrowLeft")
    for key in ("a", *" Enter ".join(moves).split(), "Enter", "ArrowUp", "Enter", "Backspace", "f"):
        keys.press(key)
    expect(page.locator("[data-measure]")).to_have_text("215 m²")  # 32 pixels square
    keys.press("s")
    keys.press("Enter")
    expect(selected(somebody)).to_have_attribute("data-selected", "1", timeout=SOON)


def test_enter_opens_the_case_below_the_cross_hair(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3])}")
    expect(rows(somebody).first).to_be_visible(timeout=SOON)
    somebody.page.locator("[data-map]").focus()
    somebody.page.keyboard.press("Enter")
    expect(somebody.page.locator("[data-card]")).to_contain_text(cases[3].number, timeout=SOON)


def test_shape_that_crosses_itself_is_refused_in_words(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3], 18)}")
    page = somebody.page
    page.locator("[data-tool=Polygon]").click()
    click_at(somebody, (-20, -20), (20, 20), (20, -20), (-20, 20), double=True)
    page.locator("[data-sketch] .btn-primary").click()
    expect(page.locator("[data-refused]")).to_contain_text("crosses or touches itself", timeout=SOON)


def test_what_was_drawn_is_kept_in_the_tab_and_saved_as_geojson(
    enter: Callable[..., Staff], cases: list[Case], tmp_path: Path
) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3], 18)}")
    page = somebody.page
    page.keyboard.press("p")
    click_at(somebody, (0, 0))
    expect(page.locator("[data-sketch]")).to_be_visible()
    opened(somebody)
    page.keyboard.press("s")
    with page.expect_download() as kept:
        page.locator("[data-do=save]").click()
    assert kept.value.suggested_filename == "sketch.geojson"
    kept.value.save_as(tmp_path / "sketch.geojson")
    [feature] = json.loads((tmp_path / "sketch.geojson").read_text())["features"]
    drawn, place = Point(*feature["geometry"]["coordinates"]), cases[3].location
    assert place and drawn.distance(place) < 1e-5


def test_keys_of_the_map_are_told(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    somebody.page.keyboard.press("?")
    told = {key.inner_text() for key in somebody.page.locator("[data-keys] kbd").all()}
    tools = somebody.page.locator(".map-desk [data-key]").all()
    assert {tool.get_attribute("data-key") for tool in tools} <= told


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_tools_have_no_serious_finding(
    enter: Callable[..., Staff], cases: list[Case], axe: str, language: str, size: str
) -> None:
    width, height = SIZES[size]
    somebody = opened(
        enter("shift_leader", language=language, width=width, height=height), f"/map/{around(cases[3], 17)}"
    )
    somebody.page.locator("[data-tool=LineString]").click()
    click_at(somebody, (-80, 40), (20, 0), double=True)
    somebody.page.locator("[data-sketch] .btn-primary").click()
    expect(selected(somebody)).to_be_visible(timeout=SOON)
    assert somebody.grave_findings(axe, f"map-tools-{language}-{size}") == []
    assert somebody.page.evaluate(WIDER) == 0
