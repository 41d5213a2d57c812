"""How many taps and seconds the work of the street takes on the terminal, with and without a network."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from citygrid.cases.models import Case, Step
from citygrid.desk.tests.factories import TO_DISPATCHED, TO_FILED, City
from citygrid.kernel import clock
from tests.journeys.terminal import PLACE, Phone


def standing(city: City, *lines: str) -> str:
    """A case that has come so far; its id."""
    start = clock.now() - timedelta(minutes=50)
    return str(city.play(city.case(0, start), *lines, start=start, every=timedelta(minutes=5)).pk)


def last(case: str) -> tuple[str, dict]:
    step = Step.objects.filter(case_id=case).latest("seq")
    return step.action, step.data


def received(held: Phone) -> None:
    """What was done is with the server: in the end that is what counts."""
    held.cut(False)
    held.wait_for_states("received")
    assert held.faults == []


def shoot(held: Phone) -> None:
    held.tap(".shutter:enabled")
    held.page.locator(".photos img").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("is_off", [False, True])
def test_new_report_takes_four_taps_and_fifteen_seconds(phone: Callable[..., Phone], city: City, is_off: bool) -> None:
    held = phone()
    held.cut(is_off)
    held.count()
    held.tap(".camera-button")
    shoot(held)
    held.tap(".chips .chip >> nth=0")
    held.tap(".send")
    expect(held.page.locator(".said-at-foot")).to_be_visible()
    seconds = held.seconds
    print(f"a new report: {held.taps} taps, {seconds:.1f} s")
    assert held.taps <= 4 and seconds <= 15
    received(held)


@pytest.mark.browser
def test_handling_on_the_spot_takes_four_taps(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    held.count()
    held.tap(".camera-button")
    shoot(held)
    held.tap(".chips .chip >> nth=0")
    held.tap(held.page.get_by_role("button", name="I fixed it here"))
    expect(held.page.locator(".said-at-foot")).to_be_visible()
    assert held.taps <= 4 and held.seconds <= 15
    received(held)
    case = Case.objects.unscoped(reason="test").get()
    action, data = last(str(case.pk))
    assert (case.state, action, len(data["photos"])) == ("self_disposed", "self_dispose", 1)
    held.tap(".strip")
    expect(held.page.locator(".records")).to_contain_text(case.number)


@pytest.mark.browser
@pytest.mark.parametrize("is_off", [False, True])
def test_verification_takes_three_taps_and_twelve_seconds(
    phone: Callable[..., Phone], city: City, is_off: bool
) -> None:
    case = standing(city, "acceptor send_to_verify")
    held = phone()
    held.page.locator(".task-card").wait_for()
    held.cut(is_off)
    held.count()
    held.tap(".task-card")
    shoot(held)
    held.tap(".findings .big-button >> nth=0")
    expect(held.page.locator(".said-at-foot")).to_be_visible()
    assert held.taps <= 3 and held.seconds <= 12
    received(held)
    action, data = last(case)
    assert (action, data["finding"], len(data["photos"])) == ("report_verification", "confirmed", 1)


@pytest.mark.browser
def test_check_takes_three_taps_and_twelve_seconds(phone: Callable[..., Phone], city: City) -> None:
    case = standing(city, *TO_DISPATCHED, "water reply", "acceptor send_to_check")
    held = phone()
    held.page.locator(".task-card").wait_for()
    held.cut()
    held.count()
    held.tap(".task-card")
    shoot(held)
    held.tap(held.page.get_by_role("button", name="Check passed"))
    expect(held.page.locator(".said-at-foot")).to_be_visible()
    assert held.taps <= 3 and held.seconds <= 12
    received(held)
    assert last(case)[0] == "pass_check"


@pytest.mark.browser
def test_order_is_taken_by_one_tap(phone: Callable[..., Phone], city: City) -> None:
    case = standing(city, *TO_DISPATCHED)
    held = phone("water")
    held.page.locator(".task-card").wait_for()
    held.cut()
    held.count()
    held.tap(".quick")
    expect(held.page.locator(".quick.done")).to_be_visible()
    assert held.taps <= 1
    received(held)
    assert last(case)[0] == "take"


@pytest.mark.browser
@pytest.mark.parametrize("is_off", [False, True])
def test_reply_with_a_photo_takes_three_taps_and_fifteen_seconds(
    phone: Callable[..., Phone], city: City, is_off: bool
) -> None:
    case = standing(city, *TO_DISPATCHED, "water take")
    held = phone("water")
    held.page.locator(".task-card").wait_for()
    held.cut(is_off)
    held.count()
    held.tap(".task-card")
    shoot(held)
    held.tap(held.page.get_by_role("button", name="Report as handled"))
    expect(held.page.locator(".said-at-foot")).to_be_visible()
    assert held.taps <= 3 and held.seconds <= 15
    received(held)
    action, data = last(case)
    assert action == "reply" and len(data["photos"]) == 1 and data["note"]


@pytest.mark.browser
@pytest.mark.parametrize(("name", "action"), [("Return", "return"), ("Extend", "extend")])
def test_return_and_extension_take_three_taps(phone: Callable[..., Phone], city: City, name: str, action: str) -> None:
    start = clock.now() - timedelta(minutes=1)
    case = city.play(city.case(0, start), *TO_FILED, "dispatcher dispatch", start=start, every=timedelta(seconds=10))
    held = phone("water")
    held.page.locator(".task-card").wait_for()
    held.cut()
    held.count()
    held.tap(".task-card")
    held.tap(held.page.get_by_role("button", name=name, exact=True))
    held.tap(".reasons .chip >> nth=0")
    expect(held.page.locator(".said-at-foot")).to_be_visible()
    assert held.taps <= 3
    received(held)
    case.refresh_from_db()
    assert case.pending == action


@pytest.mark.browser
def test_distance_to_the_place_is_told_and_being_elsewhere_is_marked(phone: Callable[..., Phone], city: City) -> None:
    standing(city, "acceptor send_to_verify")
    held = phone()
    held.tap(".task-card")
    assert not held.page.locator(".facts .far").count()
    held.page.context.set_geolocation({"longitude": 116.5, "latitude": 39.99, "accuracy": 8.0})
    expect(held.page.locator(".facts .far")).to_contain_text("not at the place")
    expect(held.page.locator(".findings .big-button").first).to_be_enabled()


@pytest.mark.browser
def test_pin_is_moved_by_the_arrow_keys_and_the_place_is_named(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.tap(".camera-button")
    shoot(held)
    line = held.page.locator(".sheet > .line")
    expect(line).to_contain_text("Yanle")
    expect(line).to_contain_text("12 m")
    held.tap(line)
    held.page.locator(".pin-ground").focus()
    for _ in range(12):
        held.page.keyboard.press("ArrowRight")
    expect(line).to_contain_text("Placed by hand")
    held.tap(line)
    held.tap(".chips .chip >> nth=0")
    with held.page.expect_request("**/api/v1/reports") as sent:
        held.tap(".send")
    assert sent.value.post_data_json["lon"] > PLACE["longitude"] + 0.0001
    received(held)
