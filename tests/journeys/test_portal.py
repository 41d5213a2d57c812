"""Somebody in the street at the pages of everybody: a phone, no account, with and without scripts."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from citygrid.catalogue.models import Scheme
from citygrid.desk.tests.factories import COVER, TO_DISPATCHED, City
from citygrid.evidence.tests import factories as evidence
from citygrid.intake.models import Report
from citygrid.kernel import clock, memo
from citygrid.portal.web import reporting
from tests.journeys.staff import Staff
from tests.journeys.terminal import PLACE
from tests.journeys.test_look import WIDER

Open = Callable[..., Staff]
PAGES = ("", "report/", "cases/", "figures/", "data/", "accessibility/")
WORDS = "井盖破损，有响声"


@pytest.fixture
def stranger(browser: Browser, live_server, city: City) -> Iterator[Open]:
    """Somebody with a browser that is signed in nowhere."""
    contexts: list[Any] = []
    Scheme.objects.update(is_public=True)
    memo.forget()

    def opened(*, language: str = "en", width: int = 390, scripts: bool = True) -> Staff:
        context = browser.new_context(
            base_url=live_server.url,
            locale={"en": "en-US", "zh-hans": "zh-CN"}[language],
            viewport={"width": width, "height": 844},
            java_script_enabled=scripts,
            geolocation=PLACE,
            permissions=["geolocation"],
        )
        contexts.append(context)
        return Staff(context.new_page(), shots=os.environ.get("CITYGRID_SHOTS", ""))

    yield opened
    for context in contexts:
        context.close()


def receipt(page: Page) -> str:
    return page.url.rstrip("/").rpartition("/")[2]


def reported() -> Report:
    found: Report = Report.objects.unscoped(reason="test").filter(channel="internet").latest("received_at")
    return found


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_suits_everybody_on_a_narrow_phone(stranger: Open, city: City, axe: str, language: str) -> None:
    start = clock.now() - timedelta(minutes=50)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))
    somebody = stranger(language=language, width=320)
    for path in (*PAGES, f"cases/{case.number}/"):
        assert somebody.go(f"/portal/{path}") == 200
        assert somebody.page.evaluate(WIDER) <= 0, path
        name = f"portal-{path.replace('/', '-')}{language}"
        assert somebody.grave_findings(axe, name) == []


@pytest.mark.browser
def test_report_is_sent_and_followed_without_scripts(stranger: Open, city: City) -> None:
    somebody = stranger(scripts=False)
    somebody.go("/portal/")
    somebody.page.click("main a[href='/portal/report/'].btn")
    somebody.page.fill("[name=description]", WORDS)
    somebody.page.select_option("[name=area_code]", index=1)
    photo = {"name": "cover.jpg", "mimeType": "image/jpeg", "buffer": evidence.jpeg()}
    somebody.page.set_input_files("[name=photo]", files=[photo])
    somebody.submit("form.portal-report")
    assert receipt(somebody.page) == reported().receipt
    somebody.go("/portal/")
    somebody.page.fill("#portal-q", reported().receipt)
    somebody.submit("form.portal-find")
    assert WORDS in somebody.page.inner_text("main")


@pytest.mark.browser
def test_report_with_photo_and_place_takes_four_taps_at_most(stranger: Open, city: City) -> None:
    somebody = stranger()
    somebody.go("/portal/report/")
    photo = {"name": "cover.jpg", "mimeType": "image/jpeg", "buffer": evidence.jpeg()}
    taps = 1  # the camera, which the chooser of files opens
    somebody.page.set_input_files("[name=photo]", files=[photo])
    somebody.page.fill("[name=description]", WORDS)
    somebody.page.click(".map-snippet button:not(.ol-zoom button)")
    somebody.page.wait_for_function("document.querySelector('[name=lon]').value !== ''")
    taps += 1
    somebody.submit("form.portal-report")
    taps += 1
    if "receipts" not in somebody.page.url:  # something is known nearby
        somebody.page.click("section button")
        somebody.page.wait_for_url("**/receipts/**")
        taps += 1
    assert (receipt(somebody.page), taps <= 4) == (reported().receipt, True)
    assert reported().location is not None


@pytest.mark.browser
def test_known_case_is_shown_and_followed_in_two_taps(stranger: Open, city: City) -> None:
    start = clock.now() - timedelta(minutes=50)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))
    somebody = stranger(scripts=False)
    somebody.go("/portal/report/")
    somebody.page.fill("[name=description]", WORDS)
    for name, value in zip(("lon", "lat"), case.location.coords, strict=True):
        somebody.page.locator(f"[name={name}]").evaluate(f"field => {{ field.value = '{value}' }}")
    somebody.page.select_option("[name=category_key]", COVER)
    somebody.submit("form.portal-report")
    somebody.page.click(f"section a[href='/portal/cases/{case.number}/']")
    assert case.number in somebody.page.inner_text("main")
    assert not Report.objects.unscoped(reason="test").filter(channel="internet").exists()


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_past_the_limit_of_an_address_the_browser_works_and_nothing_typed_is_lost(
    stranger: Open, city: City, monkeypatch: pytest.MonkeyPatch, scripts: bool
) -> None:
    monkeypatch.setitem(reporting.MOST, reporting.REPORTS, 0)
    somebody = stranger(scripts=scripts)
    somebody.go("/portal/report/")
    somebody.page.fill("[name=description]", WORDS)
    somebody.page.select_option("[name=area_code]", index=1)
    somebody.page.click("form.portal-report > .btn-primary")
    if scripts:
        somebody.page.wait_for_url("**/receipts/**", timeout=60_000)
        assert receipt(somebody.page) == reported().receipt
    else:
        assert "too often" in somebody.page.inner_text("main")
        assert somebody.page.input_value("[name=description]") == WORDS


@pytest.mark.browser
def test_without_a_network_what_was_typed_waits_on_the_phone_until_it_was_received(stranger: Open, city: City) -> None:
    somebody = stranger()
    page, context = somebody.page, somebody.page.context
    somebody.go("/portal/report/")
    page.fill("[name=description]", WORDS)
    page.select_option("[name=area_code]", index=1)
    page.fill("[name=phone]", "13800138000")
    context.set_offline(True)
    page.click("form.portal-report > .btn-primary")
    assert "no network" in page.inner_text("[data-offline]")
    context.set_offline(False)
    page.close()
    again = context.new_page()
    again.goto("/portal/report/")
    assert again.input_value("[name=description]") == WORDS
    assert again.input_value("[name=phone]") == ""  # what says who somebody is stays nowhere
    again.click("form.portal-report > .btn-primary")
    again.wait_for_url("**/receipts/**")
    assert again.locator("[data-qr] img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    again.goto("/portal/report/")
    assert again.input_value("[name=description]") == ""
