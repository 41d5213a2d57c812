"""While a report is taken down the form asks, unasked, whether it is about a case that is known."""

import pytest
from playwright.sync_api import expect

from citygrid.desk.tests.factories import City
from citygrid.kernel import clock
from tests.journeys.test_look import SIZES, WIDER


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_form_tells_a_case_that_is_known_as_soon_as_it_has_a_place(
    enter, city: City, axe: str, language: str, size: str
) -> None:
    case = city.case(0, clock.now())
    city.case(28, clock.now())
    width, height = SIZES[size]
    somebody = enter("acceptor", language=language, width=width, height=height)
    somebody.go("/reports/new/")
    told = somebody.page.locator("[hx-trigger]")
    somebody.fill("main [name=description]", case.summary)
    somebody.fill("main [name=category]", case.category_id)
    expect(told).to_be_empty()
    somebody.fill("main [name=lon]", str(case.location.x))
    somebody.fill("main [name=lat]", str(case.location.y))
    somebody.page.locator("main [name=lat]").blur()
    expect(told).to_contain_text(case.number, timeout=20_000)
    assert somebody.grave_findings(axe, f"suspects-{language}-{size}") == []
    assert somebody.page.evaluate(WIDER) == 0
    somebody.submit("main form")
    expect(somebody.page.locator(".near")).to_contain_text(case.number)
    if somebody.shots:
        somebody.picture(f"suspects-sent-{language}-{size}")
    with somebody.page.expect_navigation():
        somebody.page.locator(f"button[value='{case.number}']").click()
    assert case.number in somebody.page.content()
