"""Cases as a density, and over time, in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from time import sleep
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Request, expect

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City
from citygrid.kernel import clock
from tests.journeys.counting import eventually
from tests.journeys.staff import Staff
from tests.journeys.test_look import SIZES, WIDER
from tests.journeys.test_map import SOON, around, count, opened, rows

pytestmark = pytest.mark.browser
DAYS, ZONE = 4, ZoneInfo("Asia/Shanghai")


@pytest.fixture
def cases(city: City) -> list[Case]:
    """One case today, two yesterday, three and four on the days before."""
    now = clock.now()
    return [
        city.case(10 * day + n, now - timedelta(days=day)) for day in reversed(range(DAYS)) for n in range(day + 1)
    ]


def days(*before: int) -> list[str]:
    """The days so many days before today, in the district's zone."""
    return [f"{clock.now().astimezone(ZONE).date() - timedelta(days=each)}" for each in before]


def at_time(somebody: Staff, *, first: int) -> None:
    """The bar of time is open, from so many days ago until today."""
    page = somebody.page
    page.keyboard.press("t")
    expect(page.locator("[data-play]")).to_be_focused()
    page.locator("[data-time] [name=from]").fill(days(first)[0])


def test_density_counts_what_circles_count_and_is_remembered(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    page, legend = somebody.page, somebody.page.locator("[data-heat]")
    expect(count(somebody)).not_to_have_text("0", timeout=SOON)
    counted = count(somebody).inner_text()
    expect(legend).to_be_hidden()
    page.keyboard.press("h")
    expect(legend).to_be_visible()
    expect(count(somebody)).to_have_text(counted)
    bounds = [int(words.split("–")[-1]) for words in legend.locator("li").all_inner_texts()]
    assert bounds == sorted(set(bounds)) and bounds[-1] >= 1
    page.reload()
    expect(legend).to_be_visible(timeout=SOON)
    page.keyboard.press("h")
    expect(legend).to_be_hidden()


def test_time_is_stepped_through_by_keys_and_narrows_map_and_list(
    enter: Callable[..., Staff], cases: list[Case]
) -> None:
    somebody = opened(enter("shift_leader"))
    page, told = somebody.page, somebody.page.locator("[data-time] output")
    at_time(somebody, first=3)
    expect(told).to_have_text(days(3)[0])
    page.locator("[data-time] [name=at]").focus()
    for place, shown in enumerate((4, 3, 2, 1)):
        expect(told).to_have_text(days(3 - place)[0])
        expect(count(somebody)).to_have_text(str(shown), timeout=SOON)
        expect(rows(somebody)).to_have_count(shown, timeout=SOON)
        page.keyboard.press("ArrowRight")
    page.locator("[data-time] [name=step]").select_option("7")
    expect(told).to_have_text(" – ".join(days(3, 0)))
    expect(rows(somebody)).to_have_count(10, timeout=SOON)
    page.keyboard.press("Escape")
    expect(page.locator("[data-time]")).to_be_hidden()


def test_playing_waits_for_slow_answers_and_ends_at_the_last_step(
    enter: Callable[..., Staff], cases: list[Case]
) -> None:
    somebody = opened(enter("shift_leader"), f"/map/{around(cases[0], 16)}")
    page, asked = somebody.page, list[tuple[str, str]]()

    def day_of(request: Request) -> str:
        return parse_qs(urlsplit(request.url).query).get("opened_from", [""])[0]

    def note(what: str) -> Callable[[Request], None]:
        return lambda request: asked.append((what, day_of(request))) if "/tiles/" in request.url else None

    at_time(somebody, first=3)
    expect(count(somebody)).to_have_text("4", timeout=SOON)
    page.on("request", note("asked"))
    page.on("requestfinished", note("answered"))
    page.on("requestfailed", note("given up"))
    page.route("**/cases/tiles/**", lambda route: (sleep(0.3), route.continue_()))  # a frame takes longer than a step
    page.locator("[data-play]").click()
    expect(page.locator("[data-play]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-time] output")).to_have_text(days(0)[0], timeout=SOON)
    expect(page.locator("[data-play]")).to_have_attribute("aria-pressed", "false", timeout=SOON)
    assert eventually(lambda: {what for what, _ in asked} == {"asked", "answered"})
    assert list(dict.fromkeys(day for _, day in asked)) == days(2, 1, 0)
    under_way: list[str] = []
    for what, day in asked:
        assert set(under_way) <= {day}, "a step was taken before the one before it was drawn"
        (under_way.append if what == "asked" else under_way.remove)(day)


def test_one_press_is_one_step_for_who_wants_no_motion(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    somebody.page.emulate_media(reduced_motion="reduce")
    at_time(somebody, first=3)
    play, told = somebody.page.locator("[data-play]"), somebody.page.locator("[data-time] output")
    for day in days(2, 1, 0):
        play.press("Enter")
        expect(told).to_have_text(day)
        expect(play).to_have_attribute("aria-pressed", "false")


def test_time_the_wrong_way_round_is_not_shown(enter: Callable[..., Staff], cases: list[Case]) -> None:
    somebody = opened(enter("shift_leader"))
    at_time(somebody, first=DAYS - 1)
    shown = somebody.page.locator("[data-time] output").inner_text()
    somebody.page.locator("[data-time] [name=from]").fill("2031-01-01")
    assert somebody.page.locator("[data-time] [name=until]:invalid").count() == 1
    assert somebody.page.locator("[data-time] output").inner_text() == shown
    somebody.page.locator("[data-time] [name=from]").fill(days(1)[0])
    expect(somebody.page.locator("[data-time] output")).to_contain_text(days(1)[0])


def test_time_stays_inside_the_days_of_the_filter(enter: Callable[..., Staff], cases: list[Case]) -> None:
    first, last = days(2, 1)
    somebody = opened(enter("shift_leader"), f"/map/?opened_from={first}&opened_until={last}")
    bar = somebody.page.locator("[data-time]")
    somebody.page.keyboard.press("t")
    for name, day, bound in (("from", first, "min"), ("until", last, "max")):
        expect(bar.locator(f"[name={name}]")).to_have_value(day)
        expect(bar.locator(f"[name={name}]")).to_have_attribute(bound, day)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_density_and_time_have_no_serious_finding(
    enter: Callable[..., Staff], cases: list[Case], axe: str, language: str, size: str
) -> None:
    width, height = SIZES[size]
    somebody = opened(enter("shift_leader", language=language, width=width, height=height))
    somebody.page.keyboard.press("h")
    at_time(somebody, first=3)
    somebody.page.locator("[data-time] [name=step]").select_option("7")
    expect(count(somebody)).to_have_text("10", timeout=SOON)
    assert somebody.grave_findings(axe, f"map-time-{language}-{size}") == []
    assert somebody.page.evaluate(WIDER) == 0
