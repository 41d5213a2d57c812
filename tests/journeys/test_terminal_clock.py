"""A phone whose clock is wrong is told so, and is not believed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from citygrid.desk.tests.factories import City
from citygrid.kernel import clock
from tests.journeys.terminal import Phone
from tests.journeys.test_terminal_outbox import dispatched


@pytest.mark.browser
@pytest.mark.parametrize(("days", "word"), [(3, "ahead"), (-3, "behind")])
def test_deadlines_are_shown_by_the_clock_of_the_server(
    phone: Callable[..., Phone], city: City, days: int, word: str
) -> None:
    dispatched(city)
    held = phone("water")
    lamp, told = held.page.locator(".task-card .lamp"), held.page.locator(".home .told")
    shown = lamp.get_attribute("data-lamp")
    words = lamp.inner_text().split(" ")[:2]  # the largest unit; minutes go by
    assert shown != "red" and told.count() == 0
    held.page.clock.install(time=clock.now() + timedelta(days=days, minutes=2 if days > 0 else -2))
    held.start()
    expect(told).to_contain_text(re.compile(rf"is 3 d [\d a-z]*{word}\."))
    assert lamp.get_attribute("data-lamp") == shown
    assert lamp.inner_text().split(" ")[:2] == words
    held.page.clock.set_system_time(clock.now())
    held.page.evaluate("dispatchEvent(new Event('online'))")  # it hears from the server again
    expect(told).to_have_count(0)
