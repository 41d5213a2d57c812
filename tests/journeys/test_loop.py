"""The closed loop through the pages, by the people who walk it; with scripts and without them."""

from collections.abc import Callable

import pytest

from citygrid.cases import queries
from citygrid.cases.models import Case, Step
from citygrid.desk.tests.factories import CLERK, COVER, City, add_cover, make_cases
from citygrid.geography.tests.factories import SOUTH, WEST
from citygrid.kernel import clock
from tests.journeys.staff import Staff

WALK = [
    ("supervisor", "report"),
    ("acceptor", "accept"),
    ("shift_leader", "file"),
    ("dispatcher", "dispatch"),
    ("inspector", "oversee"),
    ("water", "answer_oversight"),
    ("water", "reply"),
    ("acceptor", "send_to_check"),
    ("supervisor", "pass_check"),
    ("shift_leader", "close"),
]
REPORT = {
    "description": "便道上的污水井盖破损，有响声",
    "address": "演乐胡同 12 号门前",
    "lon": str(WEST + 0.0015),
    "lat": str(SOUTH + 0.0012),
    "name": "王女士",
    "phone": "13800138000",
}
WORDS = {
    "oversee": {"reason": "居民多次来电"},
    "answer_oversight": {"note": "今日完成"},
    "reply": {"note": "已更换井盖"},
}


def report(supervisor: Staff) -> str:
    """Take a report down; the path of its page."""
    supervisor.go("/reports/new/")
    for name, value in REPORT.items():
        supervisor.fill(f"main [name={name}]", value)
    supervisor.submit("main form")
    return supervisor.page.url


def accept(acceptor: Staff, address: str) -> str:
    """Accept the report from the list of what is to decide; the path of the case."""
    acceptor.go("/reports/?state=received")
    with acceptor.page.expect_navigation():
        acceptor.page.locator("#queue tbody a").first.click()
    acceptor.page.locator(f".pane-head a[href='{address[address.index('/reports/') :]}']").click()
    assert acceptor.page.url == address
    acceptor.fill("form[action$='/accept/'] [name=category]", COVER)
    acceptor.submit("form[action$='/accept/']")
    return acceptor.page.url


def open_waiting(somebody: Staff, address: str) -> None:
    """Find the case where it waits, open it beside the list, and then on its own page."""
    number = address.rstrip("/").rsplit("/", 1)[-1]
    somebody.go("/waiting/")
    somebody.page.locator(f"#queue tbody a[href$='open={number}']").click()
    somebody.page.locator(f".pane-head a[href='{address[address.index('/cases/') :]}']").click()


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("zh-hans", False)])
def test_case_goes_through_the_loop_by_the_pages(
    enter: Callable[..., Staff], city: City, language: str, scripts: bool
) -> None:
    given = {
        "file": {"standard": ""},
        "dispatch": {"unit": str(city.water.pk)},
        **WORDS,
    }
    staff = {login: enter(login, language=language, scripts=scripts) for login, _ in WALK}
    address = accept(staff["acceptor"], report(staff["supervisor"]))
    for login, action in WALK[2:]:
        somebody = staff[login]
        if action in ("oversee", "answer_oversight"):  # attention from above: the case does not wait for it
            somebody.go(address)
        else:
            open_waiting(somebody, address)
        assert action in somebody.offers()
        somebody.act(action, **given.get(action, {}))
        assert somebody.page.url == address
        assert somebody.page.locator("main .alert-success").count() == 1, action
    case = Case.objects.unscoped(reason="test").get()
    assert (case.state, case.on_time) == ("closed", True)
    taken = Step.objects.filter(case=case).order_by("seq").values_list("action", flat=True)
    assert list(taken) == [action for _, action in WALK[1:]]
    proof = next(queries.prove(CLERK))
    assert (proof.cases, proof.broken, proof.mismatched) == (1, [], [])


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("zh-hans", False)])
def test_component_is_looked_for_and_chosen_on_a_phone(
    enter: Callable[..., Staff], city: City, language: str, scripts: bool
) -> None:
    cover, received = add_cover(), city.report(0, clock.now())
    somebody = enter("acceptor", language=language, scripts=scripts, width=390, height=844)
    somebody.go(f"/reports/{received.report_id}/")
    somebody.fill("#accept [name=category]", COVER)
    with somebody.page.expect_navigation():
        somebody.page.locator("#accept [name=look]").click()
    offered = somebody.page.locator("#accept [name=component]")
    assert [one.get_attribute("value") for one in offered.all()] == ["", cover.pk] and offered.first.is_checked()
    somebody.fill("#accept [name=component]", cover.pk)
    somebody.submit("#accept form")
    assert Case.objects.unscoped(reason="test").get().component_id == cover.pk
    assert somebody.page.locator(f"dl.facts .code:text-is('{cover.pk}')").is_visible()


@pytest.mark.browser
def test_second_dispatcher_is_told_who_was_first(enter: Callable[..., Staff], city: City) -> None:
    case = make_cases(city, clock.now(), 4)[3]  # filed
    first, second = enter("dispatcher"), enter("dispatcher")
    for somebody in (first, second):
        somebody.go(f"/cases/{case.number}/")
    first.act("dispatch", unit=str(city.sanitation.pk))
    second.act("dispatch", unit=str(city.water.pk))
    told = second.page.locator("main .error-summary").inner_text()
    assert "孙派遣" in told
    assert "Dispatch" in told
    case.refresh_from_db()
    assert case.unit_id == city.sanitation.pk


@pytest.mark.browser
def test_account_with_two_posts_chooses_and_changes_its_post(enter: Callable[..., Staff], city: City) -> None:
    other = city.accounts["inspector"].holdings.get().post
    city.accounts["acceptor"].holdings.create(post=other, role=other.role, from_date="2020-01-01")
    somebody = enter("acceptor", lands="/choose-post/")
    somebody.page.locator(f"main button[value='{other.pk}']").click()
    somebody.page.wait_for_url("**/")
    assert somebody.page.locator(".post-menu").inner_text().startswith("Overseer")
    somebody.page.locator(".post-menu > summary").click()
    somebody.submit(".post-menu form")
    assert somebody.page.locator(".post-menu > summary").count() == 1


@pytest.mark.browser
def test_language_is_switched_on_the_page_and_stays(enter: Callable[..., Staff]) -> None:
    somebody = enter("acceptor", language="zh-hans")
    assert somebody.page.locator("h1").inner_text() == "待我办理"
    somebody.submit(".topbar form.language")
    assert somebody.page.locator("h1").inner_text() == "What waits for you"
    somebody.go("/cases/")
    assert somebody.page.locator("html").get_attribute("lang") == "en"
