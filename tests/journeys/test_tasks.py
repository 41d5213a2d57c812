"""Tasks of field posts as a shift lead has them: who is late at a glance, load moved by keys, the sheet of a shift."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.desk.tests.factories import DISTRICT, City
from citygrid.kernel import clock
from tests.journeys.counting import COUNT, at_most, eventually, press
from tests.journeys.staff import Staff

Enter = Callable[..., Staff]


@pytest.fixture
def second(city: City) -> str:
    """Another supervisor, who has nothing to do."""
    centre = access.Organisation.objects.get(code="centre")
    post = access.make_post("supervisor", organisation=centre, areas=[DISTRICT], title=("机动岗", "Spare post"))
    access.make_account("second", display_name="冯机动", posts=[post])
    return str(post.pk)


@pytest.fixture
def tasks(city: City) -> list[Case]:
    """Three cases sent to be verified two hours ago: overdue by now, all of them tasks of the one supervisor."""
    start = clock.now() - timedelta(hours=30)
    return [city.play(city.case(place, start), "acceptor send_to_verify", start=start) for place in (0, 42, 84)]


def of(post: str) -> int:
    return Case.objects.unscoped(reason="test").filter(assignee=post).count()


@pytest.fixture
def sit(enter: Enter, tasks: list[Case], second: str) -> Enter:
    def seated(language: str = "en", **screen: int) -> Staff:
        staff = enter("shift_leader", language=language, **screen)
        staff.page.context.add_init_script(COUNT)
        staff.go("/supervision/")
        return staff

    return seated


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_who_is_late_is_seen_on_landing(sit: Enter, language: str) -> None:
    staff = sit(language)
    first = staff.page.locator("#loads tbody tr").first.inner_text()
    assert "周巡" in first and "3" in first
    assert staff.page.locator("#queue tbody tr").count() == 3


@pytest.mark.browser
def test_load_is_moved_by_two_keys_to_the_post_with_the_fewest(sit: Enter, second: str) -> None:
    staff = sit()
    with at_most(staff, 2):
        press(staff, "*", "g")
    assert of(second) == 3
    assert staff.page.locator(".results .is-done").count() == 3


@pytest.mark.browser
def test_board_refreshes_by_itself(sit: Enter, city: City, tasks: list[Case]) -> None:
    staff = sit()
    city.play(tasks[0], "supervisor report_verification", start=clock.now() - timedelta(minutes=11))
    shown = staff.page.locator("#figures .figure strong").first
    assert eventually(lambda: shown.inner_text() == "2", seconds=15)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_sheet_of_a_shift_is_printed_by_two_clicks(sit: Enter, language: str) -> None:
    staff = sit(language)
    staff.page.context.add_init_script("window.print = () => { window.printed = true }")
    with at_most(staff, 2):
        staff.page.locator(".page-actions a").first.click()
        staff.page.locator("[data-print]").click()
    assert staff.page.evaluate("window.printed")
    assert staff.page.locator(".sheet tbody tr").count() > 1


@pytest.mark.browser
def test_only_who_holds_the_task_is_offered_the_step(sit: Enter, enter: Enter, city: City, second: str) -> None:
    staff = sit()
    staff.page.locator("#queue input[name=row]").first.check()
    with staff.page.expect_navigation():
        staff.page.locator("[data-bulk-key=g]").click()
    supervisor = enter("supervisor")
    supervisor.go("/waiting/")
    assert supervisor.page.locator("#queue tbody tr").count() == 2
