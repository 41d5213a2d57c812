"""How many keys and clicks a piece of work takes: real events are counted from where one sits to where it is done."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import COVER, REPORTS, TO_DISPATCHED, TO_FILED, City
from citygrid.evidence.tests.factories import jpeg
from citygrid.kernel import clock
from tests.journeys.counting import COUNT, at_most, eventually, press, shows
from tests.journeys.staff import Staff


def state(case: Case) -> str:
    return Case.objects.unscoped(reason="test").get(pk=case.pk).state


def becomes(case: Case, wanted: str) -> bool:
    """Whether the case comes to this state: a step that can be taken back is sent when its page is left."""
    return eventually(lambda: state(case) == wanted)


def unit(case: Case) -> str:
    found = Case.objects.unscoped(reason="test").select_related("unit").get(pk=case.pk).unit
    return found.code if found else ""


@pytest.fixture
def sit(enter: Callable[..., Staff]) -> Callable[..., Staff]:
    """Somebody before what waits, with the first case open."""

    def seated(login: str, language: str = "en", opens: bool = True) -> Staff:
        staff = enter(login, language=language)
        staff.page.context.add_init_script(COUNT)
        staff.go("/waiting/")
        if opens:
            staff.page.keyboard.press("j")
            staff.page.keyboard.press("Enter")
            staff.page.locator(".pane-head").wait_for()
        return staff

    return seated


def cases(city: City, count: int, *lines: str) -> list[Case]:
    """Broken covers, for which the rules name the drainage company, one reported after the other."""
    now = clock.now() - timedelta(hours=2)
    covers = [place for place in range(5 * count) if REPORTS[place % len(REPORTS)][2] == COVER][:count]
    times = [now + timedelta(seconds=place) for place in covers]
    return [city.play(city.case(place, at), *lines, start=at) for place, at in zip(covers, times, strict=True)]


@pytest.mark.browser
def test_one_key_for_what_asks_nothing_and_the_next_case_opens(city: City, sit: Callable[..., Staff]) -> None:
    first, second = cases(city, 2)
    staff = sit("acceptor")
    with at_most(staff, 1):
        press(staff, "v")
    shows(staff, second.number)
    staff.go("/notices/")
    assert becomes(first, "verifying")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_one_key_dispatches_to_the_unit_the_rules_name(city: City, sit: Callable[..., Staff], language: str) -> None:
    [case] = cases(city, 1, *TO_FILED)
    staff = sit("dispatcher", language)
    with at_most(staff, 1, seconds=3):
        press(staff, "d")
    staff.go("/notices/")
    assert becomes(case, "dispatched") and unit(case) == "water"


@pytest.mark.browser
@pytest.mark.parametrize(("language", "typed"), [("en", "san"), ("zh-hans", "hw")])
def test_dispatch_elsewhere_takes_three_keys_besides_words_or_initials(
    city: City, sit: Callable[..., Staff], language: str, typed: str
) -> None:
    [case] = cases(city, 1, *TO_FILED)
    staff = sit("dispatcher", language)
    with at_most(staff, 3 + len(typed)):
        staff.page.keyboard.press("Shift+D")
        staff.page.keyboard.type(typed)
        press(staff, "Enter", "Enter")
    staff.go("/notices/")
    assert becomes(case, "dispatched") and unit(case) == "sanitation"


@pytest.mark.browser
def test_two_keys_return_an_order_with_a_usual_reason(city: City, sit: Callable[..., Staff]) -> None:
    [case] = cases(city, 1, *TO_DISPATCHED)
    staff = sit("water")
    with at_most(staff, 2):
        press(staff, "n", "1")
    step = case.steps.latest("seq")
    assert (step.action, step.data["reason"]) == ("return", "Not within this unit's duty.")


@pytest.mark.browser
def test_one_key_takes_an_order(city: City, sit: Callable[..., Staff]) -> None:
    [case] = cases(city, 1, *TO_DISPATCHED)
    staff = sit("water")
    with at_most(staff, 1):
        press(staff, "t")
    staff.go("/notices/")
    assert becomes(case, "handling")


@pytest.mark.browser
def test_two_keys_answer_a_request(city: City, sit: Callable[..., Staff]) -> None:
    [case] = cases(city, 1, *TO_DISPATCHED, "water take", "water extend")
    staff = sit("dispatcher")
    with at_most(staff, 2):
        press(staff, "y")
    staff.go("/notices/")
    assert eventually(lambda: case.steps.latest("seq").action == "approve_extend")


@pytest.mark.browser
def test_one_key_files_where_one_condition_is_in_force(city: City, sit: Callable[..., Staff]) -> None:
    [case] = cases(city, 1, *TO_FILED[:2])
    staff = sit("shift_leader")
    with at_most(staff, 1):
        press(staff, "f")
    staff.go("/notices/")
    assert becomes(case, "filed")


@pytest.mark.browser
def test_bulk_dispatch_takes_two_keys_and_a_row_that_fails_does_not_stop_the_others(
    city: City, sit: Callable[..., Staff]
) -> None:
    made = cases(city, 50, *TO_FILED)
    staff = sit("dispatcher", opens=False)
    taken = city.play(made[3], "dispatcher dispatch", start=clock.now() - timedelta(minutes=11))
    with at_most(staff, 2):
        for key in "*d":
            staff.page.keyboard.press(key)
    failed = staff.page.locator("[data-undo-failed]")
    failed.wait_for(state="visible", timeout=60_000)
    told = staff.page.locator("[data-undo-refusal]").inner_text().splitlines()
    assert len(told) == 1 and told[0].startswith(taken.number)
    assert [state(case) for case in made].count("dispatched") == 50


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_work_is_reported_with_a_photo_by_three_taps_on_a_phone(
    city: City, enter: Callable[..., Staff], language: str
) -> None:
    """Besides the words; the camera's own taps are its own."""
    [case] = cases(city, 1, *TO_DISPATCHED, "water take")
    staff = enter("water", language=language, width=390, height=844)
    staff.page.context.add_init_script(COUNT)
    staff.go(f"/waiting/?open={case.number}")
    form = staff.page.locator("#act-reply")
    with at_most(staff, 3, seconds=15):
        form.locator("summary").click()
        form.locator("[name=note]").fill("已更换")
        with staff.page.expect_file_chooser() as camera:
            form.locator("[name=photo_after]").click()
        camera.value.set_files({"name": "after.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
        with staff.page.expect_navigation():
            form.locator("[data-send]").click()
    assert state(case) == "handled" and case.steps.latest("seq").data["photos"]["after"]


@pytest.mark.browser
@pytest.mark.parametrize("action", ["extend", "return"])
def test_extension_or_return_is_asked_for_by_two_taps_on_a_phone(
    city: City, enter: Callable[..., Staff], action: str
) -> None:
    [case] = cases(city, 1, *TO_DISPATCHED, "water take")
    staff = enter("water", width=390, height=844)
    staff.page.context.add_init_script(COUNT)
    staff.go(f"/waiting/?open={case.number}")
    form = staff.page.locator(f"#act-{action}")
    with at_most(staff, 2):
        form.locator("summary").click()
        with staff.page.expect_navigation():
            form.locator("[data-reason]").first.click()
    assert case.steps.latest("seq").action == action


@pytest.mark.browser
def test_keys_have_the_letters_that_were_chosen(city: City, sit: Callable[..., Staff]) -> None:
    first, second = cases(city, 2, *TO_FILED)
    staff = sit("dispatcher", opens=False)
    staff.go("/account/")
    staff.fill(".own-keys [name=next]", "d")
    staff.fill(".own-keys [name=dispatch]", "q")
    staff.submit("form.own-keys")
    staff.go("/waiting/")
    for key in ("d", "d"):
        staff.page.keyboard.press(key)
    press(staff, "Enter")
    shows(staff, second.number)
    staff.page.keyboard.press("q")
    assert eventually(lambda: state(second) == "dispatched", seconds=15) and state(first) == "filed"


@pytest.mark.browser
def test_page_stands_still_under_the_next_click(sit: Callable[..., Staff]) -> None:
    staff = sit("dispatcher", opens=False)
    assert staff.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.browser
def test_letters_are_letters_where_somebody_writes_and_keys_can_be_turned_off(
    city: City, sit: Callable[..., Staff]
) -> None:
    [case] = cases(city, 1, *TO_DISPATCHED)
    staff = sit("water")
    staff.page.keyboard.press("/")
    staff.page.keyboard.type("tnt")
    assert staff.page.locator("[data-search]").input_value() == "tnt"
    staff.page.locator("body").click(position={"x": 5, "y": 500})
    staff.page.keyboard.press("?")
    staff.page.locator("[data-keys-on]").uncheck()
    staff.page.keyboard.press("Escape")
    staff.page.keyboard.press("t")
    assert staff.page.locator("form[data-sent]").count() == 0  # a form under way is marked at once
    assert state(case) == "dispatched"


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_queue_with_a_case_open_is_free_of_serious_findings(
    city: City, enter: Callable[..., Staff], axe: str, language: str, width: int, height: int
) -> None:
    case, *_ = cases(city, 3, *TO_FILED)
    staff = enter("dispatcher", language=language, width=width, height=height)
    staff.go(f"/waiting/?open={case.number}")
    assert staff.grave_findings(axe, f"queue-{language}-{width}") == []


@pytest.mark.browser
def test_queue_works_without_scripts(city: City, enter: Callable[..., Staff]) -> None:
    first, second = cases(city, 2, *TO_FILED)
    staff = enter("dispatcher", scripts=False)
    staff.go("/waiting/")
    with staff.page.expect_navigation():
        staff.page.locator("#queue tbody a").first.click()
    staff.act("dispatch")
    assert state(first) == "dispatched"
    assert staff.page.locator(".pane-head h2").inner_text().startswith(second.number)
    staff.go("/waiting/")
    staff.page.locator(f"[name=row][value^='{second.number}|']").check()
    with staff.page.expect_navigation():
        staff.page.locator("#bulk [value=dispatch]").click()
    assert state(second) == "dispatched"
