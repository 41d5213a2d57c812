"""The wall of live pictures: a phone films a clock, somebody watches it, makes a case of it, and sees it end."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import COVER, City
from citygrid.evidence import services
from citygrid.evidence.models import LiveStream
from citygrid.evidence.tests.live import INSIDE
from citygrid.intake.models import Report
from citygrid.kernel import clock
from citygrid.kernel.models import AuditEntry
from tests.api.conftest import key_of
from tests.journeys.staff import Staff
from tests.live.filming import READ_CLOCK, FilmingPhone
from tests.live.packager import Packager
from tests.live.process import eventually

FILM = 60
WIDER = "document.querySelector('.wall').getBoundingClientRect().right - document.documentElement.clientWidth"


@pytest.fixture
def packager(city: City) -> Iterator[Packager]:
    made = Packager()
    yield made
    made.end()


@pytest.fixture
def filming(city: City, live_server) -> Iterator[Callable[..., FilmingPhone]]:
    """Has somebody film a clock."""
    phones: list[FilmingPhone] = []

    def begun(login: str = "supervisor", **place: float) -> FilmingPhone:
        key = key_of(city.actor(login, clock.now()))
        phones.append(FilmingPhone(live_server.url, key, FILM, {**INSIDE, **place}))
        phones[-1].start()
        return phones[-1]

    yield begun
    for each in phones:
        each.is_cut.set()
        each._over.set()
        each._thread.join(60)


def watch(staff: Staff, number: int = 0) -> None:
    """Press what opens a picture, and wait until it shows a clock."""
    tile = staff.page.locator(".tile").nth(number)
    tile.locator("[data-do=watch]").click()
    expect(tile).to_have_attribute("data-is", "shown")
    staff.page.wait_for_function(
        f"() => (({READ_CLOCK})(document.querySelectorAll('.tile video')[{number}]) ?? 0) > 0"
    )


def behind(staff: Staff, phone: FilmingPhone) -> float:
    """How many seconds ago the picture was filmed that is shown now."""
    told = staff.page.locator(".tile video").first.evaluate(f"video => [({READ_CLOCK})(video), Date.now()]")
    return float(told[1] / 1000 - phone.began - told[0] / 1000)


@pytest.mark.browser
def test_live_picture_comes_by_itself_is_watched_and_made_a_case(enter, filming, packager: Packager, axe: str) -> None:
    leader = enter("acceptor")
    leader.go("/command/")
    expect(leader.page.locator("[data-wall-empty]")).to_be_visible()
    assert leader.grave_findings(axe, "wall-empty") == []
    phone = filming()
    tile = leader.page.locator(".tile")
    expect(tile).to_have_count(1, timeout=10_000)
    assert not AuditEntry.objects.filter(action="watch").exists()
    time.sleep(4)
    watch(leader)
    assert AuditEntry.objects.filter(subject=f"evidence.stream/{phone.id}", action="watch").count() == 1
    assert 0 < behind(leader, phone) < 20
    expect(tile.locator(".tile-facts")).to_contain_text("s behind")
    assert "周巡" in tile.locator("h3").inner_text() and "Yanle" in tile.locator(".tile-facts").inner_text()
    assert leader.grave_findings(axe, "wall-shown") == []
    # The first time a category is chosen; from then on it takes two presses.
    tile.locator("[data-do=report]").click()
    leader.page.locator("dialog select").select_option(COVER)
    assert leader.grave_findings(axe, "wall-report") == []
    leader.page.locator("dialog [data-send]").click()
    expect(leader.page.locator("dialog [data-made]")).to_be_visible()
    leader.page.locator("dialog [data-close]").click()
    tile.locator("[data-do=report]").click()
    leader.page.locator("dialog [data-send]").click()
    expect(leader.page.locator("dialog [data-made]")).to_be_visible()
    leader.page.locator("dialog [data-close]").click()
    cases = Case.objects.unscoped(reason="test").order_by("opened_at")
    assert [(case.category_id, case.source) for case in cases] == [(COVER, "video")] * 2
    assert cases[0].location.x == pytest.approx(INSIDE["lon"])
    # The line is cut: the picture stands still and says so; then it goes on.
    phone.is_cut.set()
    expect(tile).to_have_attribute("data-is", "still", timeout=20_000)
    expect(tile.locator(".tile-said")).to_contain_text("No picture for")
    phone.is_cut.clear()
    expect(tile).to_have_attribute("data-is", "shown", timeout=20_000)
    assert behind(leader, phone) < 20
    phone.end()
    expect(tile).to_have_attribute("data-is", "over", timeout=10_000)
    expect(tile.locator(".tile-said")).to_contain_text("Ended at")
    stream = services.keep_stream(stream_id=LiveStream.objects.unscoped(reason="test").get().pk, now=clock.now())
    services.process(media_id=stream.media_id, now=clock.now())
    tile.locator("[data-recording]").click()
    length = leader.page.locator("video").evaluate(
        "player => new Promise(done => { player.onloadedmetadata = () => done(player.duration); player.load() })"
    )
    assert length == pytest.approx(phone.sent, abs=0.7)  # a piece ends with a cluster
    assert leader.grave_findings(axe, "stream") == []
    report = Report.objects.unscoped(reason="test").first()
    leader.go(f"/reports/{report.pk}/")
    expect(leader.page.locator("main video")).to_have_count(1)  # the film is shown with the report


@pytest.mark.browser
def test_wall_has_one_four_or_nine_places_by_keys_and_on_a_phone(enter, filming, axe: str) -> None:
    phone = filming()
    leader = enter("dispatcher", language="zh-hans", width=390, height=844)
    leader.go("/command/")
    expect(leader.page.locator(".tile")).to_have_count(1, timeout=10_000)
    for size in ("1", "9", "4"):
        leader.page.keyboard.press(size)
        assert leader.page.locator("[data-wall-tiles]").get_attribute("data-size") == size
        assert leader.page.locator(f"button[data-size='{size}']").get_attribute("aria-pressed") == "true"
    assert leader.page.locator("[data-do=report]").count() == 0  # who directs does not report
    assert leader.page.evaluate(WIDER) <= 0
    assert leader.grave_findings(axe, "wall-phone-zh") == []
    leader.page.locator("[data-do=watch]").focus()
    leader.page.keyboard.press("Enter")
    expect(leader.page.locator(".tile")).to_be_focused()
    assert eventually(lambda: AuditEntry.objects.filter(action="watch").exists())
    phone.end()
    expect(leader.page.locator(".tile")).to_have_attribute("data-is", "over", timeout=10_000)


@pytest.mark.browser
def test_post_of_another_area_sees_no_live_picture(enter, filming, city: City) -> None:
    filming()
    post = city.accounts["dispatcher"].holdings.get().post
    post.areas = ["900002"]
    post.save()
    leader = enter("dispatcher")
    with leader.page.expect_response("**/api/v1/streams") as asked:
        leader.go("/command/")
    assert asked.value.json() == []
    expect(leader.page.locator("[data-wall-empty]")).to_be_visible()
