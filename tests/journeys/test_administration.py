"""What an administrator does without code, counted from the page of the administration."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from citygrid.access.models import Account
from citygrid.catalogue.queries import standard_versions
from citygrid.desk.tests.factories import COVER, City, add_administrator
from citygrid.notices.models import TemplateVersion
from tests.journeys.counting import COUNT, at_most
from tests.journeys.staff import PASSWORD, Staff
from tests.journeys.test_look import SIZES, WIDER

USERS = 200


def workbook() -> bytes:
    """The accounts of 200 new people."""
    book = Workbook()
    page = book.active
    page.append(["login", "name"])
    for n in range(USERS):
        page.append([f"user-{n:03}", f"网格员{n:03}"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.browser
def test_two_hundred_users_are_added_from_a_file_in_four_clicks(enter: Callable[..., Staff], city: City) -> None:
    add_administrator(city, password=PASSWORD)
    somebody = enter("system_administrator")
    somebody.page.add_init_script(COUNT)
    somebody.go("/administration/")
    page, file = somebody.page, {"name": "users.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    with at_most(somebody, 4):
        with page.expect_navigation():
            page.locator("main a[href='/sheets/accounts/']").click()
        with page.expect_file_chooser() as chooser:
            page.locator("main [name=file]").click()
        given: Any = file
        chooser.value.set_files(given)
        somebody.submit("main form:has([name=file])")
        somebody.submit("main form[action$='/commit/']")
    assert Account.objects.filter(login__startswith="user-").count() == USERS


@pytest.mark.browser
def test_why_something_fails_is_seen_in_two_clicks(enter: Callable[..., Staff], city: City) -> None:
    add_administrator(city, password=PASSWORD)
    somebody = enter("system_administrator")
    somebody.page.add_init_script(COUNT)
    somebody.go("/")
    with at_most(somebody, 2):
        for link in (".rail a[href='/administration/']", "main a[href='/status/']"):
            with somebody.page.expect_navigation():
                somebody.page.locator(link).click()
    assert somebody.page.locator("main tbody tr").first.locator(".lamp-red").count() == 1


@pytest.mark.browser
def test_limit_is_changed_without_code_in_seven_clicks(enter: Callable[..., Staff], city: City) -> None:
    add_administrator(city, password=PASSWORD)
    somebody = enter("system_administrator")
    somebody.page.add_init_script(COUNT)
    somebody.go("/administration/")
    with at_most(somebody, 7 + len("8")):
        for link in ("/categories/", f"/categories/{COVER}/", "/administration/standard/?code="):
            with somebody.page.expect_navigation():
                somebody.page.locator(f"main td a[href^='{link}']").first.click()
        somebody.page.locator("main [name=limit]").dblclick()
        somebody.page.keyboard.press("8")
        for act in ("preview", "publish"):
            with somebody.page.expect_navigation():
                somebody.page.locator(f"main [value={act}]").click()
    assert [each.limit.value for each in standard_versions(f"{COVER}/1")] == [4, 8]


@pytest.mark.browser
@pytest.mark.parametrize(("language", "size"), [("en", "phone"), ("zh-hans", "screen")])
def test_words_of_a_notice_are_seen_and_published_in_six_clicks(
    enter: Callable[..., Staff], city: City, axe: str, language: str, size: str
) -> None:
    add_administrator(city, password=PASSWORD)
    width, height = SIZES[size]
    somebody = enter("system_administrator", language=language, width=width, height=height)
    somebody.page.add_init_script(COUNT)
    somebody.go("/administration/")
    written = {"text_zh": "{number}：{place}", "text_en": "{number}: {place}"}
    with at_most(somebody, 6 + sum(map(len, written.values()))):
        for link in ("/administration/notices/", "/administration/notices/case_dispatched/"):
            with somebody.page.expect_navigation():
                somebody.page.locator(f"main td a[href='{link}']").click()
        for name, text in written.items():
            somebody.page.locator(f"main [name={name}]").click()
            somebody.page.locator(f"main [name={name}]").fill(text)
        with somebody.page.expect_navigation():
            somebody.page.locator("main [value=preview]").click()
        assert somebody.grave_findings(axe, f"notice-seen-{language}-{size}") == []
        assert somebody.page.evaluate(WIDER) <= 0
        with somebody.page.expect_navigation():
            somebody.page.locator("main [value=publish]").click()
    assert TemplateVersion.objects.get().text_en == written["text_en"]


PAGES = {
    "administration": "/administration/",
    "status": "/status/",
    "records": "/administration/accounts/",
    "record-new": "/administration/rules/record/",
    "standard": f"/administration/standard/?code={COVER}/1",
    "procedure": "/administration/procedure/?code=city-case",
    "notices": "/administration/notices/",
    "notice": "/administration/notices/case_dispatched/",
    "calendar": "/administration/calendar/?key=cn&year=2026",
    "calendar-day": "/administration/calendar/day/?key=cn&day=2026-10-10",
    "record-account": "/administration/accounts/record/?key=water",
}


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_of_the_administration_have_no_serious_finding(
    enter: Callable[..., Staff], city: City, axe: str, language: str, size: str
) -> None:
    add_administrator(city, password=PASSWORD)
    call_command("load_calendar")
    width, height = SIZES[size]
    somebody = enter("system_administrator", language=language, width=width, height=height)
    found = []
    for name, path in PAGES.items():
        assert somebody.go(path) == 200, name
        found += somebody.grave_findings(axe, f"{name}-{language}-{size}")
        if too_wide := somebody.page.evaluate(WIDER):
            found.append(f"{name} is {too_wide} px too wide")
    assert found == []


@pytest.mark.browser
def test_day_is_changed_in_five_presses_its_deadlines_seen_before(
    enter: Callable[..., Staff], city: City, axe: str
) -> None:
    add_administrator(city, password=PASSWORD)
    call_command("load_calendar")
    somebody = enter("system_administrator", language="zh-hans")
    somebody.page.add_init_script(COUNT)
    somebody.go("/administration/calendar/?key=cn&year=2026")
    page, notice = somebody.page, "测试通知"
    with at_most(somebody, 5 + len(notice)):
        with page.expect_navigation():
            page.locator("main a[href$='day=2026-10-13']").click()
        page.locator("main [name=kind][value=holiday]").check()
        page.locator("main [name=notice]").click()
        page.keyboard.type(notice)
        with page.expect_navigation():
            page.locator("main [value=preview]").click()
        assert somebody.grave_findings(axe, "day-seen") == []
        with page.expect_navigation():
            page.locator("main [value=publish]").click()
    marked = page.locator("main a[href$='day=2026-10-13']")
    assert "day-off" in str(marked.get_attribute("class"))
