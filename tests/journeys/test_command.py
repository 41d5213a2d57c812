"""The page across a room: it renews itself, its alarm stands until it is seen, one press leads to the report."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from citygrid.desk.tests.factories import CLERK, COVER, City, add_administrator
from citygrid.geography import services as geography
from citygrid.geography.choices import LayerKind
from citygrid.geography.models import DraftFeature
from citygrid.geography.tests.factories import NOW, polygon
from citygrid.kernel import clock
from tests.journeys.staff import PASSWORD, Staff

pytestmark = pytest.mark.browser
SIZES = {"screen": (1920, 1080), "phone": (390, 844)}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SOON = 5_000  # milliseconds in which the page renews itself
SMALL = """size => [...document.querySelectorAll('main *, header *')]
  .filter(one => one.checkVisibility() && [...one.childNodes].some(part => part.nodeType === 3 && part.data.trim()))
  .filter(one => !one.closest('.command-wall, script, .ol-control'))
  .filter(one => parseFloat(getComputedStyle(one).fontSize) < size)
  .map(one => one.outerHTML.slice(0, 80))"""

FIGURE = "parseFloat(getComputedStyle(document.querySelector('.command-figures strong')).fontSize)"


@pytest.fixture
def zones(city: City) -> None:
    """Forbidden in the first community at all hours, allowed in the second; forbidden in the third until long ago."""
    names = {"name_zh": "烟花爆竹管控区", "name_en": "Fireworks zones"}
    geography.add_layer(code="fireworks", kind=LayerKind.ZONE, **names, actor=CLERK, now=NOW)
    said = [
        ("F1", "公园周边禁放区", "Around the Park", {"rule": "forbidden"}),
        ("A1", "河滨燃放点", "River Ground", {"rule": "allowed"}),
        ("F2", "车站夜间禁放区", "Station at Night", {"rule": "forbidden", "to_day": "2020-02-20"}),
    ]
    for column, (code, zh, en, attributes) in enumerate(said):
        geography.add_feature(
            layer_code="fireworks",
            code=code,
            name_zh=zh,
            name_en=en,
            geom=polygon(column),
            valid_from_date=date(2020, 1, 1),
            attributes=attributes,
            actor=CLERK,
            now=NOW,
        )


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_alarm_comes_by_itself_stands_until_it_is_seen_and_leads_to_its_report(
    enter: Callable[..., Staff], city: City, axe: str, language: str, size: str
) -> None:
    width, height = SIZES[size]
    for place in range(1, 14):
        if place % 14 > 4:
            city.report(place, clock.now(), category_key=COVER)
    leader = enter("shift_leader", language=language, width=width, height=height)
    page = leader.page
    assert leader.go("/command/") == 200
    alarm = page.locator("[role=alertdialog]")
    expect(page.locator("[data-command-map]")).to_have_attribute("data-drawn", "9 3")
    expect(alarm).to_have_count(0)
    assert leader.grave_findings(axe, f"command-{language}-{size}") == []
    receipt = city.report(14, clock.now(), category_key=COVER)
    expect(alarm).to_be_visible(timeout=SOON + 1_000)
    expect(page.locator("[data-command-map]")).to_have_attribute("data-drawn", "10 3")
    assert leader.grave_findings(axe, f"command-alarm-{language}-{size}") == []
    assert page.evaluate(WIDER) == 0
    if size == "screen":
        assert page.evaluate(SMALL, 24) == []
        assert (
            page.evaluate("parseFloat(getComputedStyle(document.querySelector('.command-figures strong')).fontSize)")
            >= 48
        )
    page.locator("#alarm-seen").click()
    expect(alarm).to_have_count(0)
    page.wait_for_timeout(SOON)
    expect(alarm).to_have_count(0)
    page.locator(f"#mark-{receipt.report_id}").click()
    page.wait_for_url(f"**/reports/{receipt.report_id}/")


@pytest.mark.usefixtures("zones")
def test_focus_stays_in_the_list_while_the_page_renews_itself(enter: Callable[..., Staff], city: City) -> None:
    receipt = city.report(0, clock.now(), category_key=COVER)
    leader = enter("shift_leader", width=1920, height=1080)
    leader.go("/command/")
    link = leader.page.locator(f"#mark-{receipt.report_id}")
    link.focus()
    with leader.page.expect_response("**/command/news/"):
        pass
    expect(link).to_be_focused()


@pytest.mark.usefixtures("zones")
def test_what_a_zone_says_is_changed_beside_the_map(enter: Callable[..., Staff], city: City) -> None:
    add_administrator(city, password=PASSWORD)
    keeper = enter("system_administrator")
    keeper.go("/layers/fireworks/edit/")
    page = keeper.page
    page.locator("#editor-list").select_option("F1")
    form = page.locator("[data-form]")
    expect(form.locator("[name=rule]")).to_have_value("forbidden")
    form.locator("[name=from_hour]").fill("20:00")
    form.locator("[name=to_hour]").fill("02:00")
    form.locator("[name=to_hour]").blur()
    page.locator("[data-do=save]").click()
    expect(page.locator("[data-faults]")).to_contain_text("Nothing is wrong.")
    (drafted,) = DraftFeature.objects.all()
    wanted = {"rule": "forbidden", "from_hour": "20:00", "to_hour": "02:00", "from_day": "", "to_day": ""}
    assert (drafted.code, drafted.attributes) == ("F1", wanted)
    form.locator("[name=to_hour]").fill("")
    form.locator("[name=to_hour]").blur()
    page.locator("[data-do=save]").click()
    expect(page.locator("[data-failed]")).to_contain_text("F1: The hours of the zone cannot be read. 20:00–")
