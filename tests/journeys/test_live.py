"""What one person does shows on the page of another, without a reload and without anything that moves by itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import TO_FILED, City
from citygrid.intake.services import refuse_report
from citygrid.kernel import clock
from tests.journeys.counting import COUNT, at_most, eventually
from tests.journeys.staff import Staff
from tests.live.process import Process, free_port, is_open
from tests.robustness.platform import descendants, kill

Enter = Callable[..., Staff]
TO_FILE = TO_FILED[:2]  # a shift leader may file it
START = timedelta(minutes=40)
# Of the first row in its list, wherever the page stands.
HEIGHT = """() => {
  const top = (name) => document.querySelector(name).getBoundingClientRect().top
  return top('#queue tbody tr') - top('.queue-list')
}"""


@pytest.fixture(scope="module")
def process(live_server) -> Iterator[Process]:
    """The live process beside the tests' web."""
    running = Process(free_port(), urlsplit(live_server.url).port)
    assert eventually(lambda: is_open(running.port), 30)
    yield running
    running.end()


@pytest.fixture(autouse=True)
def _is_told(process: Process, settings) -> None:
    settings.LIVE_URL = f":{process.port}/live/"


def case_at(city: City, place: int, *lines: str) -> Case:
    start = clock.now() - START
    return city.play(city.case(place, start), *lines, start=start, every=timedelta(minutes=1))


def wait_until_live(staff: Staff) -> None:
    staff.page.locator("html[data-live=on]").wait_for(state="attached")


def sit(enter: Enter, login: str, path: str = "/waiting/", **how: object) -> Staff:
    """Somebody before a page that is told what is new."""
    staff = enter(login, **how)
    staff.go(path)
    wait_until_live(staff)
    return staff


def rows(staff: Staff) -> int:
    return staff.page.locator("#queue tbody tr:visible").count()


def rail(staff: Staff, name: str) -> str:
    return staff.page.locator(f".rail [data-fresh={name}]").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize(("language", "words"), [("en", "1 new"), ("zh-hans", "1 件新案件")])
def test_case_filed_by_one_is_new_for_the_other_without_a_reload(
    city: City, enter: Enter, language: str, words: str
) -> None:
    case = case_at(city, 0, *TO_FILE)
    other = sit(enter, "dispatcher", language=language)
    other.page.context.add_init_script(COUNT)
    other.go("/waiting/")
    wait_until_live(other)
    one = enter("shift_leader", language=language)
    one.go(f"/cases/{case.number}/")
    one.act("file", standard="")
    news = other.page.locator("[data-load-news]")
    expect(news).to_contain_text(words)
    expect(other.page.locator(".rail [data-fresh=waiting]")).to_have_text("1")
    assert rows(other) == 0
    with at_most(other, 1):
        other.page.keyboard.press("m")
    expect(other.page.locator("#queue tbody tr")).to_have_count(1)
    expect(news).to_be_hidden()
    expect(other.page.locator("#tabs .chip-count").first).to_have_text("1")


@pytest.mark.browser
def test_case_that_somebody_else_took_is_new_no_more(city: City, enter: Enter) -> None:
    staff = sit(enter, "dispatcher")
    case = case_at(city, 0, *TO_FILED)
    news = staff.page.locator("[data-load-news]")
    expect(news).to_contain_text("1 new")
    city.play(case, "dispatcher dispatch", start=clock.now() - timedelta(minutes=11))
    expect(news).to_be_hidden()


@pytest.mark.browser
def test_report_that_comes_is_new_and_one_that_another_decided_is_struck(city: City, enter: Enter) -> None:
    now = clock.now()
    [first, second] = [city.report(place, now - START) for place in (0, 3)]
    staff = sit(enter, "acceptor", "/reports/?state=received")
    city.report(6, now)
    news = staff.page.locator("[data-load-news]")
    expect(news).to_contain_text("1 new report")
    refuse_report(report_id=first.report_id, reason="nothing there", actor=city.actor("acceptor", now), now=now)
    expect(staff.page.locator("#queue tr.is-gone")).to_have_count(1)
    expect(news).to_contain_text("1 decided by others")
    staff.page.keyboard.press("m")
    expect(staff.page.locator("#queue tbody tr")).to_have_count(2)
    expect(news).to_be_hidden()
    assert second.receipt


@pytest.mark.browser
def test_case_that_somebody_else_took_is_struck_and_counted(city: City, enter: Enter) -> None:
    first, second = case_at(city, 0, *TO_FILED), case_at(city, 42, *TO_FILED)
    staff = sit(enter, "dispatcher")
    city.play(first, "dispatcher dispatch", start=clock.now() - timedelta(minutes=11))
    news = staff.page.locator("[data-load-news]")
    expect(news).to_contain_text("1 gone")
    expect(staff.page.locator("#queue tr.is-gone")).to_contain_text("Sewage manhole cover")
    staff.page.keyboard.press("*")
    expect(staff.page.locator("[data-bulk-count]")).to_have_text("1")
    staff.page.keyboard.press("*")
    staff.page.keyboard.press("j")
    staff.page.keyboard.press("Enter")
    expect(staff.page.locator(f".pane-head .code:text-is('{second.number}')")).to_be_visible()
    staff.go("/waiting/")
    assert rows(staff) == 1


@pytest.mark.browser
def test_gone_cases_leave_the_list_when_it_is_asked_for(city: City, enter: Enter) -> None:
    cases = [case_at(city, place, *TO_FILED) for place in (0, 42)]
    staff = sit(enter, "dispatcher")
    for case in cases:
        city.play(case, "dispatcher dispatch", start=clock.now() - timedelta(minutes=11))
    expect(staff.page.locator("[data-load-news]")).to_contain_text("2 gone")
    staff.page.keyboard.press("m")
    expect(staff.page.locator("#queue tbody tr")).to_have_count(0)
    expect(staff.page.locator("#tabs .chip-count").first).to_have_text("0")
    expect(staff.page.locator("[data-load-news]")).to_be_hidden()


@pytest.mark.browser
def test_list_stays_as_it_is_until_it_is_asked_for_and_what_was_typed_too(city: City, enter: Enter) -> None:
    first = case_at(city, 0, *TO_FILED)
    staff = sit(enter, "dispatcher", f"/waiting/?open={first.number}")
    field = staff.page.locator("#now details.act textarea, #now details.act input[type=text]").first
    field.evaluate("field => field.closest('details').open = true")
    field.fill("half a sentence")
    before = staff.page.evaluate(HEIGHT)
    case_at(city, 42, *TO_FILED)
    news = staff.page.locator("[data-load-news]")
    expect(news).to_contain_text("1 new")
    assert rows(staff) == 1 and staff.page.evaluate(HEIGHT) == before
    news.click()
    expect(staff.page.locator("#queue tbody tr")).to_have_count(2)
    assert field.input_value() == "half a sentence"


@pytest.mark.browser
def test_those_at_the_same_case_see_one_another_and_what_was_done(city: City, enter: Enter) -> None:
    case = case_at(city, 0, *TO_FILE)
    leader = sit(enter, "shift_leader", f"/waiting/?open={case.number}")
    acceptor = sit(enter, "acceptor", f"/cases/{case.number}/")
    names = "[data-present-names]"
    expect(leader.page.locator(names)).to_contain_text("李受理")
    expect(acceptor.page.locator(names)).to_contain_text("赵值班")
    city.play(case, "shift_leader file", start=clock.now() - timedelta(minutes=10))
    changed = acceptor.page.locator("[data-changed]")
    expect(changed).to_contain_text("“File” by 赵值班")
    expect(changed).to_contain_text("a moment ago")
    leader.page.wait_for_timeout(500)
    expect(leader.page.locator("[data-changed]")).to_be_hidden()  # it was this one's own step
    with acceptor.page.expect_navigation():
        changed.locator("a").click()
    expect(acceptor.page.locator("[data-changed]")).to_be_hidden()
    leader.go("/notices/")
    expect(acceptor.page.locator("[data-present]")).to_be_hidden()


@pytest.mark.browser
def test_presence_follows_from_case_to_case_of_the_queue(city: City, enter: Enter) -> None:
    first, second = case_at(city, 0, *TO_FILE), case_at(city, 42, *TO_FILE)
    watching = sit(enter, "acceptor", f"/cases/{second.number}/")
    leader = sit(enter, "shift_leader", f"/waiting/?open={first.number}")
    watching.page.wait_for_timeout(500)
    expect(watching.page.locator("[data-present]")).to_be_hidden()
    leader.page.keyboard.press("j")
    leader.page.keyboard.press("j")
    leader.page.keyboard.press("Enter")
    expect(watching.page.locator("[data-present-names]")).to_contain_text("赵值班")
    expect(leader.page.locator("[data-load-news]")).to_be_hidden()  # another line was opened, but nothing was missed


@pytest.mark.browser
def test_reports_and_notices_are_counted_as_they_come(city: City, enter: Enter) -> None:
    staff = sit(enter, "acceptor", "/cases/")
    assert rail(staff, "reports") == ""
    city.report(0, clock.now())
    expect(staff.page.locator(".rail [data-fresh=reports]")).to_have_text("1")
    expect(staff.page.locator("[data-age]")).to_have_text("live")


@pytest.mark.browser
def test_page_that_lost_the_line_says_so_and_asks_anew_when_it_is_back(
    city: City, enter: Enter, process: Process, settings
) -> None:
    staff = enter("dispatcher")
    settings.LIVE_URL = f":{free_port()}/live/"  # where nobody listens yet
    staff.go("/waiting/")
    staff.page.locator("html[data-live=off]").wait_for(state="attached")
    assert (
        "second" in staff.page.locator("[data-age]").inner_text()
        or "now" in staff.page.locator("[data-age]").inner_text()
    )
    late = Process(int(settings.LIVE_URL.split("/")[0].removeprefix(":")), process.web_port)
    try:
        wait_until_live(staff)
        case_at(city, 0, *TO_FILED)
        expect(staff.page.locator("[data-load-news]")).to_contain_text("1 new")
        assert kill(descendants(late.process.pid)[-1:]) == 1
        expect(staff.page.locator("[data-age]")).not_to_have_text("live")
        wait_until_live(staff)
        staff.page.keyboard.press("m")
        expect(staff.page.locator("#queue tbody tr")).to_have_count(1)
    finally:
        late.end()


@pytest.mark.browser
def test_sound_is_off_until_it_is_chosen_and_remembered(city: City, enter: Enter) -> None:
    staff = sit(enter, "dispatcher")
    button = staff.page.locator("[data-sound]")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    staff.go("/waiting/")
    expect(staff.page.locator("[data-sound]")).to_have_attribute("aria-pressed", "true")


@pytest.mark.browser
def test_map_shows_a_change_sooner_than_it_would_ask(city: City, enter: Enter) -> None:
    staff = sit(enter, "acceptor", "/map/")
    staff.page.locator("[data-island][data-asked]").wait_for(state="attached")
    sums = staff.page.locator("[data-sum=cases]")
    expect(sums).to_have_text("0")
    case_at(city, 0)
    expect(sums).to_have_text("1", timeout=3_000)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_news_have_no_serious_finding(
    city: City, enter: Enter, axe: str, language: str, width: int, height: int
) -> None:
    first = case_at(city, 0, *TO_FILE)
    leader = sit(enter, "shift_leader", language=language, width=width, height=height)
    case_at(city, 42, *TO_FILE)
    expect(leader.page.locator("[data-load-news]")).to_be_visible()
    assert leader.grave_findings(axe, f"live-queue-{language}-{width}") == []
    leader.go(f"/waiting/?open={first.number}")
    acceptor = sit(enter, "acceptor", f"/cases/{first.number}/", language=language, width=width, height=height)
    city.play(first, "shift_leader file", start=clock.now() - timedelta(minutes=10))
    for part in ("present", "changed"):
        expect(acceptor.page.locator(f"[data-{part}]")).to_be_visible()
    assert acceptor.grave_findings(axe, f"live-case-{language}-{width}") == []
    expect(leader.page.locator("[data-present]")).to_be_visible()
    assert leader.grave_findings(axe, f"live-pane-{language}-{width}") == []
    for staff in (leader, acceptor):
        assert staff.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_queue_works_without_scripts_and_shows_nothing_of_this(city: City, enter: Enter) -> None:
    case_at(city, 0, *TO_FILED)
    staff = enter("dispatcher", scripts=False)
    staff.go("/waiting/")
    assert rows(staff) == 1
    expect(staff.page.locator("[data-queue-news]")).to_be_hidden()
