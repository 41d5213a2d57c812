"""Reports to decide, worked through by keys: each piece of work with the keys it takes at most."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import COVER, City
from citygrid.intake.models import Report
from citygrid.intake.services import refuse_report
from citygrid.kernel import clock
from tests.journeys.counting import COUNT, at_most, eventually, press, shows
from tests.journeys.staff import Staff

QUEUE = "/reports/?state=received"
Sit = Callable[..., Staff]


@pytest.fixture
def reports(city: City) -> list[Report]:
    """Three covers that wait, the oldest first, and an open case where the first one lies."""
    now = clock.now()
    city.case(42, now - timedelta(minutes=50))
    sent = [city.report(place, now - timedelta(minutes=40 - place), category_key=COVER) for place in (0, 3, 6)]
    return [report(receipt.report_id) for receipt in sent]


@pytest.fixture
def sit(enter: Sit) -> Sit:
    """An acceptor before what is to decide, with the oldest report open."""

    def seated(language: str = "en") -> Staff:
        staff = enter("acceptor", language=language)
        staff.page.context.add_init_script(COUNT)
        staff.go(QUEUE)
        staff.page.keyboard.press("j")
        press(staff, "Enter")
        return staff

    return seated


def report(report_id: object) -> Report:
    return Report.objects.unscoped(reason="test").select_related("case", "category").get(pk=report_id)


def opened(staff: Staff) -> str:
    return staff.page.locator(".pane-head .code").inner_text()


@pytest.mark.browser
def test_one_key_accepts_and_the_next_report_opens(reports: list[Report], sit: Sit) -> None:
    staff = sit()
    assert opened(staff) == reports[0].receipt
    for place in (0, 1):
        with at_most(staff, 1, seconds=600 / 100):  # a hundred in ten minutes
            press(staff, "a")
        shows(staff, reports[place + 1].receipt)
    staff.go("/notices/")
    assert eventually(lambda: [report(each.pk).state for each in reports] == ["accepted", "accepted", "received"])


@pytest.mark.browser
@pytest.mark.parametrize("keys", ["a", "b1", "n2"])
def test_decision_is_taken_back_by_one_key(reports: list[Report], sit: Sit, keys: str) -> None:
    staff = sit()
    press(staff, *keys)
    shows(staff, reports[1].receipt)
    assert reports[0].receipt in staff.page.locator("[data-undo-bar]").inner_text()
    press(staff, "z")
    shows(staff, reports[0].receipt)
    staff.go("/notices/")
    staff.page.wait_for_timeout(500)
    assert report(reports[0].pk).state == "received"


@pytest.mark.browser
def test_decision_that_is_refused_brings_the_report_back_with_the_reason(
    reports: list[Report], sit: Sit, city: City
) -> None:
    staff = sit()
    press(staff, "a")
    actor = city.actor("acceptor", clock.now())
    refuse_report(report_id=reports[0].pk, reason="Nothing is wrong there.", actor=actor, now=clock.now())
    staff.page.locator("[data-undo-failed]").wait_for(state="visible", timeout=15_000)
    assert reports[0].receipt in staff.page.locator("[data-undo-refusal]").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize(("language", "reason"), [("en", "This is no matter"), ("zh-hans", "不属于")])
def test_two_keys_refuse_with_a_usual_reason(reports: list[Report], sit: Sit, language: str, reason: str) -> None:
    staff = sit(language)
    with at_most(staff, 2):
        press(staff, "n", "2")
    shows(staff, reports[1].receipt)
    staff.go("/notices/")
    assert eventually(lambda: report(reports[0].pk).state == "refused")
    assert reason in report(reports[0].pk).reason


@pytest.mark.browser
def test_two_keys_join_a_duplicate_to_the_nearest_case(reports: list[Report], sit: Sit) -> None:
    staff = sit()
    with at_most(staff, 3):
        press(staff, "b", "1")
    shows(staff, reports[1].receipt)
    staff.go("/notices/")
    assert eventually(lambda: report(reports[0].pk).case == Case.objects.unscoped(reason="test").get())


@pytest.mark.browser
def test_three_keys_besides_the_text_correct_the_category(reports: list[Report], sit: Sit) -> None:
    staff = sit()
    with at_most(staff, 3 + len("Exp")):
        staff.page.keyboard.press("c")
        staff.page.keyboard.type("Exp")
        press(staff, "Escape", "1")
    assert report(reports[0].pk).category.name_en == "Exposed litter"
    assert opened(staff) == reports[0].receipt


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_three_keys_besides_the_text_correct_the_place(reports: list[Report], sit: Sit, language: str) -> None:
    staff = sit(language)
    with at_most(staff, 3 + len("12")):
        staff.page.keyboard.press("p")
        staff.page.keyboard.type("12")
        press(staff, "Escape", "3")
    assert "12" in report(reports[0].pk).address


@pytest.mark.browser
@pytest.mark.parametrize(("keys", "state"), [("*a", "accepted"), ("*n1", "refused")])
def test_fifty_reports_are_decided_by_three_keys_and_one_that_fails_does_not_stop_the_others(
    city: City, enter: Sit, keys: str, state: str
) -> None:
    now = clock.now()
    sent = [city.report(at, now - timedelta(minutes=at), category_key=COVER) for at in range(50)]
    staff = enter("acceptor")
    staff.page.context.add_init_script(COUNT)
    staff.go(QUEUE)
    first = report(sent[3].report_id)
    refuse_report(report_id=first.pk, reason="nothing there", actor=city.actor("acceptor", now), now=now)
    with at_most(staff, 3):
        for key in keys:
            staff.page.keyboard.press(key)
    failed = staff.page.locator("[data-undo-failed]")
    failed.wait_for(state="visible", timeout=60_000)
    told = staff.page.locator("[data-undo-refusal]").inner_text().splitlines()
    assert len(told) == 1 and told[0].startswith(first.receipt)
    assert [report(one.report_id).state for one in sent if one.report_id != first.pk].count(state) == 49


@pytest.mark.browser
def test_digit_alone_decides_nothing(reports: list[Report], sit: Sit) -> None:
    staff = sit()
    staff.page.keyboard.press("1")
    assert staff.page.locator("form[data-sent]").count() == 0  # a form under way is marked at once
    assert report(reports[0].pk).state == "received"


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_queue_of_reports_has_no_serious_finding(
    reports: list[Report], enter: Sit, axe: str, language: str, width: int, height: int
) -> None:
    staff = enter("acceptor", language=language, width=width, height=height)
    staff.go(f"{QUEUE}&open={reports[0].pk}")
    assert staff.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert staff.grave_findings(axe, f"triage-{language}-{width}") == []
