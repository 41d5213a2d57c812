"""Taking a report down: what a browser does with the form beside sending it once."""

import pytest
from playwright.sync_api import expect

from citygrid.desk.tests.factories import COVER, City, add_cover
from citygrid.intake.models import Report
from citygrid.kernel import clock
from tests.journeys.counting import eventually
from tests.journeys.test_loop import REPORT


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_back_and_send_again_makes_no_second_report(enter, scripts: bool) -> None:
    somebody = enter("supervisor", scripts=scripts)
    somebody.go("/reports/new/")
    for name, value in REPORT.items():
        somebody.fill(f"main [name={name}]", value)
    somebody.submit("main form")
    sent = somebody.page.url
    somebody.page.go_back()
    if "/new/" in somebody.page.url:  # the browser kept the page: what stands in it is sent again
        somebody.submit("main form")
    assert somebody.page.url == sent
    assert Report.objects.unscoped(reason="test").count() == 1


@pytest.mark.browser
def test_page_that_answers_a_form_is_loaded_again_and_leads_on(enter, city: City) -> None:
    add_cover()
    sent = city.report(0, clock.now(), category_key=COVER)
    somebody = enter("acceptor")
    somebody.go(f"/reports/{sent.report_id}/")
    with somebody.page.expect_navigation():
        somebody.page.locator("button[name=look]").click()
    assert somebody.go(somebody.page.url) == 200 and somebody.page.url.endswith(f"/reports/{sent.report_id}/")
    with somebody.page.expect_navigation():
        somebody.page.locator("button[name=look]").click()
    somebody.submit("form[action$='/accept/']")
    assert "/cases/" in somebody.page.url


@pytest.mark.browser
@pytest.mark.parametrize(("language", "typed"), [("zh-hans", "wsjg"), ("zh-hans", "井盖"), ("en", "manhole")])
def test_category_is_found_by_words_or_initials(enter, language: str, typed: str) -> None:
    somebody = enter("supervisor", language=language)
    somebody.go("/reports/new/")
    category = somebody.page.locator("select[name=category]")
    before = category.locator("option").count()
    box = somebody.page.locator(".find-choice")
    box.fill("no such thing")
    assert category.locator("option:enabled").count() == 0 and category.locator("option").count() == 1
    box.fill(typed)
    assert category.locator("option").all_inner_texts() != [] and category.locator("option").count() < before
    box.press("Enter")
    assert category.input_value() == COVER and category.locator("option").count() == before
    assert "/reports/new/" in somebody.page.url


@pytest.mark.browser
def test_place_is_pointed_at_by_mouse_keys_and_the_device(enter) -> None:
    somebody = enter("supervisor")
    page = somebody.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": float(REPORT["lon"]), "latitude": float(REPORT["lat"])})
    somebody.go("/reports/new/")
    somebody.fill("main [name=frame]", "gcj02")
    lon, lat, live = page.locator("[name=lon]"), page.locator("[name=lat]"), page.locator(".map-snippet-live")
    page.locator(".map-snippet").scroll_into_view_if_needed()
    live.click()
    expect(lon).not_to_have_value("")
    assert page.locator("[name=frame]").input_value() == "wgs84"
    clicked = lon.input_value(), lat.input_value()
    live.press("ArrowRight")

    def is_put_elsewhere() -> bool:  # once the map came to rest there
        live.press("Enter")
        return lon.input_value() != clicked[0]

    assert eventually(is_put_elsewhere)
    assert float(lon.input_value()) > float(clicked[0])
    page.locator(".map-pick button").click()
    expect(lon).to_have_value(f"{float(REPORT['lon']):.6f}")
    somebody.fill("main [name=description]", "井盖破损")
    somebody.submit("main form")
    assert Report.objects.unscoped(reason="test").get().location.x == pytest.approx(float(REPORT["lon"]), abs=1e-6)
