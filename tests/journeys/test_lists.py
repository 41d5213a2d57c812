"""Lists of the desk: views kept under a name, folds that stay, files to take out; keys and clicks are counted."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from citygrid.desk.choices import Audience, ListPage
from citygrid.desk.services import keep_view
from citygrid.desk.tests.factories import TO_DISPATCHED, City, make_cases
from citygrid.kernel import clock
from tests.journeys.counting import COUNT, at_most
from tests.journeys.staff import Staff

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LATE = "?lamp=red&opened_from=2020-01-01"


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_view_is_kept_found_and_dropped_on_the_page(enter: Callable[..., Staff], city: City, scripts: bool) -> None:
    make_cases(city, clock.now(), 4)
    staff = enter("shift_leader", scripts=scripts)
    staff.go(f"/cases/{LATE}")
    staff.page.locator(".views > summary").click()
    staff.fill(".view-keep [name=name]", "超期案件")
    staff.fill(".view-keep [name=audience]", "shared")
    staff.submit(".view-keep")
    other = enter("dispatcher", scripts=scripts)
    other.go("/cases/")
    other.page.locator(".views > summary").click()
    with other.page.expect_navigation():
        other.page.get_by_role("link", name="超期案件").click()
    assert other.page.url.endswith(f"/cases/{LATE}")
    assert other.page.locator(".view-line button").count() == 0
    staff.page.locator(".views > summary").click()
    staff.submit(".view-line form")
    assert staff.page.locator(".view-line").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_menu_of_views_has_no_serious_finding(
    enter: Callable[..., Staff], city: City, axe: str, language: str, width: int, height: int
) -> None:
    make_cases(city, clock.now(), 4)
    now, lead = clock.now(), city.actor("shift_leader", clock.now())
    for name, audience in (("本周超期", Audience.MINE), ("Due in Dongsi", Audience.SHARED)):
        keep_view(page=ListPage.CASES, name=name, query=LATE[1:], audience=audience, actor=lead, now=now)
    staff = enter("shift_leader", language=language, width=width, height=height)
    staff.go(f"/cases/{LATE}&period=week")
    assert staff.page.evaluate(WIDER) == 0
    staff.page.locator(".views > summary").click()
    panel = staff.page.locator(".views .menu-panel").bounding_box()
    assert panel is not None and panel["x"] >= 0 and panel["x"] + panel["width"] <= width
    assert staff.grave_findings(axe, f"views-{language}-{width}") == []


@pytest.mark.browser
def test_fold_of_further_filters_stands_as_it_was_left(enter: Callable[..., Staff], city: City) -> None:
    staff = enter("shift_leader")
    fold = staff.page.locator(".filters-more")
    staff.go("/cases/")
    assert fold.get_attribute("open") is None
    fold.locator("summary").click()
    staff.go("/cases/?period=today")
    assert fold.get_attribute("open") is not None
    fold.locator("summary").click()
    staff.go("/cases/")
    assert fold.get_attribute("open") is None


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_overdue_is_taken_out_as_a_workbook_with_two_clicks(
    enter: Callable[..., Staff], city: City, language: str
) -> None:
    start = clock.now() - timedelta(hours=30)
    late = city.play(city.case(0, start), *TO_DISPATCHED, start=start)
    now = clock.now() - timedelta(minutes=50)
    city.play(city.case(42, now), *TO_DISPATCHED, start=now)
    staff = enter("water", language=language)
    staff.page.context.add_init_script(COUNT)
    staff.go("/")
    with at_most(staff, 2):
        with staff.page.expect_navigation():
            staff.page.locator("a[href$='/waiting/?lamp=red']").first.click()
        with staff.page.expect_download() as download:
            staff.page.locator("a[href*='/waiting/list.xlsx']").click()
    sheet = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).worksheets[0]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [late.number]
