"""The map in a real browser: it shows what the list shows, by mouse and by keyboard, and stays up to date."""

from collections.abc import Callable
from datetime import timedelta
from math import asinh, degrees, radians, tan

import pytest
from playwright.sync_api import Locator, Page, expect

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City, make_cases
from citygrid.kernel import clock
from tests.journeys.counting import eventually
from tests.journeys.staff import Staff
from tests.journeys.test_look import SIZES, WIDER

SOON = 20_000  # milliseconds: more than anything here takes on a machine that does much else
pytestmark = pytest.mark.browser


@pytest.fixture
def cases(city: City) -> list[Case]:
    return make_cases(city, clock.now())


def around(case: Case, zoom: float = 18) -> str:
    """The address at which a case is in the middle of the map."""
    assert case.location
    return f"#{zoom:.2f}/{case.location.x:.5f}/{case.location.y:.5f}"


def opened(somebody: Staff, address: str = "/map/") -> Staff:
    """At the map, once it has read what is in view."""
    assert somebody.go(address) == 200
    expect(somebody.page.locator(".map-desk[data-asked]")).to_be_visible(timeout=SOON)
    return somebody


def count(somebody: Staff, name: str = "cases") -> Locator:
    return somebody.page.locator(f"[data-sum={name}]")


def rows(somebody: Staff) -> Locator:
    return somebody.page.locator("[data-list-body] [data-number]")


def at_pixel(page: Page, case: Case) -> tuple[float, float]:
    """Where on the page the map shows a case, by the middle and the zoom that its address names."""
    zoom, lon, lat = map(float, page.url.split("#")[1].split("/"))
    box, location = page.locator("[data-map]").bounding_box(), case.location
    assert box and location
    degree = 256 * 2**zoom / 360
    north = degrees(asinh(tan(radians(location.y)))) - degrees(asinh(tan(radians(lat))))
    return box["x"] + box["width"] / 2 + (location.x - lon) * degree, box["y"] + box["height"] / 2 - north * degree


def covers(part: Locator, at: tuple[float, float]) -> bool:
    box = part.bounding_box()
    assert box
    return box["x"] <= at[0] <= box["x"] + box["width"] and box["y"] <= at[1] <= box["y"] + box["height"]


@pytest.mark.parametrize(("name", "count_of"), [("open", "open"), ("late", "late")])
def test_list_and_count_hold_what_the_map_shows(
    enter: Callable[..., Staff], cases: list[Case], name: str, count_of: str
) -> None:
    Case.objects.unscoped(reason="test").filter(pk=cases[4].pk).update(due_at=clock.now() - timedelta(hours=1))
    somebody = opened(enter("shift_leader"))
    expect(count(somebody, count_of)).not_to_have_text("0", timeout=SOON)
    shown = count(somebody, count_of).inner_text()
    assert int(shown) < int(count(somebody).inner_text())
    somebody.page.locator(f"[data-layers] [name=count][value={name}]").check()
    expect(count(somebody)).to_have_text(shown, timeout=SOON)
    expect(rows(somebody)).to_have_count(int(shown), timeout=SOON)


@pytest.mark.parametrize("nowhere", ["#99/999/999", "#12/200/10", "#0/116/40", "#12/116/89"])
def test_address_of_no_place_leads_to_the_district(
    enter: Callable[..., Staff], cases: list[Case], nowhere: str
) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{nowhere}")
    expect(count(somebody)).to_have_text(str(len([case for case in cases if case.location])), timeout=SOON)


def test_filters_of_the_map_are_one_row_on_a_phone(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader", width=390, height=844))
    filters = somebody.page.locator("form.filters")
    box = filters.bounding_box()
    assert box and box["height"] < 60
    filters.locator("summary").click()
    expect(filters.locator("[name=words]")).to_be_visible()
    somebody.go("/map/")
    expect(filters.locator("[name=words]")).to_be_visible()


def test_map_shows_as_many_cases_as_the_list(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    with_place = [case for case in cases if case.location]
    expect(count(somebody)).to_have_text(str(len(with_place)), timeout=SOON)
    expect(count(somebody, "open")).to_have_text(str(sum(case.is_open for case in with_place)))
    expect(rows(somebody)).to_have_count(len(with_place), timeout=SOON)


def test_case_is_picked_by_the_mouse_and_by_the_keyboard(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[3])}")
    page, card = somebody.page, somebody.page.locator("[data-card]")
    expect(count(somebody)).not_to_have_text("0", timeout=SOON)
    page.locator("[data-map]").click()
    expect(card).to_contain_text(cases[3].number, timeout=SOON)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(rows(somebody).first).to_be_visible()
    page.keyboard.press("j")
    number = rows(somebody).first.get_attribute("data-number")
    expect(rows(somebody).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(card.locator("a")).to_have_text(str(number), timeout=SOON)
    expect(card.locator("a")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/cases/{number}/")


def test_circle_of_many_comes_closer_when_it_is_picked(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[6], 9)}")
    expect(count(somebody)).to_have_text(str(len(cases)), timeout=SOON)
    somebody.page.locator("[data-map]").click()
    somebody.page.wait_for_url("**/map/#11.00/**", timeout=SOON)


def test_filter_narrows_the_map_where_it_stands(enter: Callable[..., Staff], cases: list[Case]) -> None:
    place = around(cases[6], 15)
    somebody = opened(enter("shift_leader"), f"/map/{place}")
    somebody.page.locator("form.filters [name=state]").select_option("closed")
    with somebody.page.expect_navigation():
        somebody.page.locator("form.filters .filter-buttons button").click()
    closed = [case for case in cases if case.state == "closed"]
    expect(count(somebody)).to_have_text(str(len(closed)), timeout=SOON)
    expect(rows(somebody)).to_have_count(len(closed), timeout=SOON)
    assert somebody.page.url.endswith(place)


def test_address_brings_back_the_map_as_it_stood(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[6], 15)}")
    page = somebody.page
    page.locator("[data-map]").focus()
    page.keyboard.press("+")
    page.wait_for_url("**/map/#16.00/**", timeout=SOON)
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: not url.endswith(around(cases[6], 16)), timeout=SOON)
    expect(page.locator("[data-list-body]")).not_to_be_empty(timeout=SOON)
    expect(page.locator(".map-desk")).to_have_attribute("data-asked", page.url.split("#")[1], timeout=SOON)
    address, shown = page.url, count(somebody).inner_text()
    other = opened(enter("inspector"), address)
    expect(count(other)).to_have_text(shown, timeout=SOON)
    assert other.page.url == address


def test_place_is_found_by_position_code_number_and_words(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    page, card, nothing = (somebody.page, *(somebody.page.locator(f"[data-{name}]") for name in ("card", "nothing")))

    def look_for(words: str) -> None:
        page.locator("[data-find] input").fill(words)
        page.keyboard.press("Enter")

    look_for("116.30250,39.80150")
    page.wait_for_url("**/map/#18.00/116.30250/39.80150", timeout=SOON)
    look_for("900001002002")
    page.wait_for_url("**/map/#*/116.31400/39.80200", timeout=SOON)
    look_for(cases[4].number)
    expect(card).to_contain_text(cases[4].number, timeout=SOON)
    assert eventually(lambda: not covers(card, at_pixel(page, cases[4])))  # once the map stands where it was led
    look_for("礼士胡同")
    expect(card).to_contain_text("礼士胡同", timeout=SOON)
    expect(nothing).to_be_hidden()
    look_for("116.30250,39.80150")
    expect(card).to_be_hidden()
    look_for("nowhere at all")
    expect(nothing).to_be_visible(timeout=SOON)


def test_new_case_is_on_the_map_within_five_seconds(
    enter: Callable[..., Staff], city: City, cases: list[Case]
) -> None:
    somebody = opened(enter("shift_leader"))
    expect(rows(somebody)).to_have_count(len(cases), timeout=SOON)
    made = city.case(40, clock.now())
    expect(count(somebody)).to_have_text(str(len(cases) + 1), timeout=5_000)
    expect(rows(somebody).filter(has_text=made.number)).to_be_visible(timeout=SOON)


def test_layers_are_drawn_once_and_remembered(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    page, asked = somebody.page, []
    page.on("request", lambda request: asked.append(request.url) if "/layers/" in request.url else None)
    page.locator("[data-layers] summary").first.click()
    road, late = page.locator("[value='layer road']"), page.locator("[name=count][value=late]")
    with page.expect_response("**/layers/road/features"):
        road.check()
    road.uncheck()
    road.check()
    late.check()
    with page.expect_response("**/counts/"):
        page.evaluate("void fetch('/counts/')")  # had the layer been asked for again, that came before
    assert len(asked) == 1
    opened(somebody)
    expect(road).to_be_checked()
    expect(late).to_be_checked()


def test_paper_gets_the_map_and_the_whole_list(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    expect(rows(somebody)).to_have_count(len(cases), timeout=SOON)
    somebody.page.emulate_media(media="print")
    seen = somebody.page.locator(".map-view, .map-layers, .map-find, .filters, .map-list").all()
    assert [part.get_attribute("class") for part in seen if part.is_visible()] == ["map-view", "map-list"]
    cut = "document.querySelector('.map-list').scrollHeight - document.querySelector('.map-list').clientHeight"
    assert somebody.page.evaluate(cut) == 0


def test_map_without_scripts_leads_to_the_list(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = enter("shift_leader", scripts=False)
    somebody.go("/map/?state=closed")
    with somebody.page.expect_navigation():
        somebody.page.locator("main .alert a").click()
    assert somebody.page.locator("tbody tr").count() == sum(case.state == "closed" for case in cases)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_map_has_no_serious_finding(
    enter: Callable[..., Staff], cases: list[Case], axe: str, language: str, size: str
) -> None:
    width, height = SIZES[size]
    somebody = opened(enter("shift_leader", language=language, width=width, height=height))
    expect(rows(somebody).first).to_be_visible(timeout=SOON)
    rows(somebody).first.click()
    expect(somebody.page.locator("[data-card]")).to_be_visible(timeout=SOON)
    assert somebody.grave_findings(axe, f"map-{language}-{size}") == []
    assert somebody.page.evaluate(WIDER) == 0
    opened(somebody, "/map/?words=xyz")
    expect(somebody.page.locator("[data-list-body] .empty")).to_be_visible(timeout=SOON)
    assert somebody.grave_findings(axe, f"map-none-{language}-{size}") == []
