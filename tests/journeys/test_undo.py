"""What asks nothing waits ten seconds before it is sent, can be taken back until then, and is never lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import TO_FILED, City
from citygrid.kernel import clock
from tests.journeys.counting import eventually, shows
from tests.journeys.staff import PASSWORD, Staff

Enter = Callable[..., Staff]


@pytest.fixture
def cases(city: City) -> list[Case]:
    """Three filed covers, for which the rules name the drainage company."""
    starts = [clock.now() - timedelta(minutes=50 - place) for place in (0, 3, 6)]
    return [
        city.play(city.case(place, at), *TO_FILED, start=at, every=timedelta(minutes=2))
        for place, at in zip((0, 42, 84), starts, strict=True)
    ]


def state(case: Case) -> str:
    return Case.objects.unscoped(reason="test").get(pk=case.pk).state


def to(staff: Staff, key: str, case: Case) -> None:
    """A key that opens a case beside the list."""
    staff.page.keyboard.press(key)
    shows(staff, case.number)


def rows(staff: Staff) -> int:
    return staff.page.locator("#queue tbody tr:visible").count()


@pytest.fixture
def sit(enter: Enter, cases: list[Case]) -> Enter:
    """A dispatcher with the first case open."""

    def seated(language: str = "en") -> Staff:
        staff = enter("dispatcher", language=language)
        staff.go("/waiting/")
        staff.page.keyboard.press("j")
        to(staff, "Enter", cases[0])
        return staff

    return seated


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_step_is_sent_after_ten_seconds_and_the_next_case_is_open_meanwhile(
    cases: list[Case], sit: Enter, language: str
) -> None:
    staff = sit(language)
    to(staff, "d", cases[1])
    bar = staff.page.locator("[data-undo-bar]")
    assert rows(staff) == 2 and state(cases[0]) == "filed"
    assert (
        cases[0].number in bar.inner_text() and ("Drainage company", "排水公司")[language != "en"] in bar.inner_text()
    )
    bar.wait_for(state="hidden", timeout=15_000)
    assert eventually(lambda: state(cases[0]) == "dispatched")
    assert staff.page.locator("[data-undo-failed]").is_hidden()


@pytest.mark.browser
def test_step_is_taken_back_by_one_key(cases: list[Case], sit: Enter) -> None:
    staff = sit()
    to(staff, "d", cases[1])
    to(staff, "z", cases[0])
    assert rows(staff) == 3
    staff.go("/notices/")
    staff.page.wait_for_timeout(500)
    assert state(cases[0]) == "filed"


@pytest.mark.browser
def test_next_step_sends_the_one_before(cases: list[Case], sit: Enter) -> None:
    staff = sit()
    to(staff, "d", cases[1])
    to(staff, "d", cases[2])
    assert eventually(lambda: state(cases[0]) == "dispatched") and state(cases[1]) == "filed"
    assert rows(staff) == 1
    to(staff, "z", cases[1])


@pytest.mark.browser
def test_key_pressed_twice_takes_one_step(cases: list[Case], sit: Enter) -> None:
    staff = sit()
    staff.page.evaluate("for (const _ of [1, 2]) document.querySelector('#act-dispatch [data-send]').click()")
    shows(staff, cases[1].number)
    assert state(cases[0]) == "filed"
    to(staff, "z", cases[0])


@pytest.mark.browser
def test_refused_step_brings_its_row_back_with_the_reason(cases: list[Case], sit: Enter, city: City) -> None:
    staff = sit()
    to(staff, "d", cases[1])
    city.play(cases[0], "shift_leader void", start=clock.now() - timedelta(minutes=10))
    to(staff, "d", cases[2])
    failed = staff.page.locator("[data-undo-failed]")
    failed.wait_for(state="visible")
    assert cases[0].number in failed.inner_text() and "Void" in failed.inner_text()
    assert state(cases[0]) == "voided"
    failed.locator("[data-undo-seen]").click()
    assert failed.is_hidden()
    to(staff, "z", cases[1])


@pytest.mark.browser
def test_step_is_not_lost_where_the_network_is_gone_for_a_moment(cases: list[Case], sit: Enter) -> None:
    staff = sit()
    to(staff, "d", cases[1])
    staff.page.route("**/steps/**", lambda route: route.abort())
    to(staff, "d", cases[2])
    staff.page.locator("[data-undo-failed]").wait_for(state="visible")
    expect(staff.page.locator("[data-undo-refusal]")).to_contain_text("The network is gone. Try again.")
    staff.page.unroute("**/steps/**")
    assert state(cases[0]) == "filed" and rows(staff) == 2
    staff.go("/notices/")
    assert eventually(lambda: state(cases[1]) == "dispatched")


@pytest.mark.browser
def test_step_on_many_is_taken_back_by_one_key_too(cases: list[Case], enter: Enter) -> None:
    staff = enter("dispatcher")
    staff.go("/waiting/")
    for key in "*d":
        staff.page.keyboard.press(key)
    bar = staff.page.locator("[data-undo-bar]")
    expect(bar).to_contain_text("Dispatch: 3 cases")
    expect(staff.page.locator("#queue tbody tr:visible")).to_have_count(0)
    staff.page.keyboard.press("z")
    expect(staff.page.locator("#queue tbody tr:visible")).to_have_count(3)
    staff.go("/notices/")
    staff.page.wait_for_timeout(500)
    assert [state(case) for case in cases] == ["filed"] * 3


@pytest.mark.browser
def test_of_many_those_that_are_refused_come_back_with_their_reasons(
    cases: list[Case], enter: Enter, city: City
) -> None:
    staff = enter("dispatcher")
    staff.go("/waiting/")
    city.play(cases[1], "shift_leader void", start=clock.now() - timedelta(minutes=10))
    for key in "*d":
        staff.page.keyboard.press(key)
    failed = staff.page.locator("[data-undo-failed]")
    failed.wait_for(state="visible", timeout=15_000)
    words = failed.inner_text()
    assert cases[1].number in words and "Void" in words and cases[0].number not in words
    assert [state(case) for case in cases] == ["dispatched", "voided", "dispatched"]


@pytest.mark.browser
def test_undo_bar_has_no_serious_finding(cases: list[Case], sit: Enter, axe: str) -> None:
    for language in ("en", "zh-hans"):
        staff = sit(language)
        to(staff, "d", cases[1])
        assert staff.grave_findings(axe, f"undo-{language}") == []
        to(staff, "z", cases[0])


@pytest.mark.browser
def test_step_that_waits_while_the_session_ends_is_named_after_the_sign_in(cases: list[Case], sit: Enter) -> None:
    staff = sit()
    Session.objects.all().delete()
    staff.page.keyboard.press("d")
    staff.page.wait_for_url("**/sign-in/**")
    assert staff.page.locator("[data-queue]").count() == 0  # a whole page, not a form inside the old one
    staff.page.fill("[name=login]", "dispatcher")
    staff.page.fill("[name=password]", PASSWORD)
    staff.submit("form:has([name=password])")
    failed = staff.page.locator("[data-undo-failed]")
    failed.wait_for()
    assert cases[0].number in failed.inner_text() and "signed out" in failed.inner_text()
    assert state(cases[0]) == "filed"
