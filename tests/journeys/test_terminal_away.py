"""Days in airplane mode while the server goes on: everything is accounted for, once, and nothing is overwritten."""

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count, islice

import pytest
from playwright.sync_api import expect

from citygrid.cases.models import Case, Step
from citygrid.cases.services import take_step
from citygrid.desk.tests.factories import COVER, REPORTS, TO_DISPATCHED, City
from citygrid.evidence.models import Attachment
from citygrid.kernel import clock
from tests.journeys.terminal import Phone

ITEMS = int(os.environ.get("CITYGRID_AWAY_ITEMS", "6"))  # 200 are what it is made for
PHOTOS = 3
CHANGED = 0.3  # of the cases, by somebody else meanwhile
PATIENCE = 20 + 5 * ITEMS  # seconds for sending; nothing is judged by them


def orders(city: City) -> list[Case]:
    """Cases that wait for the drainage company."""
    places = islice((place for place in count() if REPORTS[place % len(REPORTS)][2] == COVER), ITEMS)
    start = clock.now() - timedelta(minutes=50)
    every = timedelta(minutes=5)
    return [city.play(city.case(place, start), *TO_DISPATCHED, start=start, every=every) for place in places]


def reply(held: Phone, place: int) -> None:
    """Photograph three times what was done, and say so."""
    held.tap(f".task-card >> nth={place}")
    for taken in range(PHOTOS):
        held.tap(".shutter:enabled")
        expect(held.page.locator(".photos img")).to_have_count(taken + 1)
    held.tap(held.page.get_by_role("button", name="Report as handled"))
    held.page.locator(".home").wait_for()


def change(city: City, case: Case) -> None:
    """Somebody else acts on it."""
    now = clock.now()
    given = city.given(case, "oversee", now)
    take_step(case_id=case.pk, action="oversee", given=given, actor=city.actor("inspector", now), now=now)


def wait_for(held: Phone, **wanted: int) -> None:
    """Until so many records are in each state, and none is on its way."""
    until = time.monotonic() + PATIENCE
    while Counter(held.states()) != Counter(wanted):
        assert time.monotonic() < until, (Counter(held.states()), wanted, held.faults)
        held.page.wait_for_timeout(250)


@pytest.mark.browser
@pytest.mark.parametrize("days", [3, 7, 30])
def test_everything_done_away_is_accounted_for(phone: Callable[..., Phone], city: City, days: int) -> None:
    began = time.monotonic()
    cases = orders(city)
    changed = cases[: round(len(cases) * CHANGED)]
    held = phone("water")
    expect(held.page.locator(".task-card")).to_have_count(ITEMS)
    held.page.clock.install()
    held.start()
    held.cut()
    for place in range(ITEMS):
        reply(held, place)
    assert held.stored()["blobs"] == PHOTOS * ITEMS
    for case in changed:
        change(city, case)
    held.page.clock.fast_forward(timedelta(days=days).total_seconds() * 1000)
    held.start()
    assert Counter(held.states()) == Counter(saved=ITEMS)

    held.cut(False)
    wait_for(held, saved=len(changed), received=ITEMS - len(changed))
    held.tap(".strip")
    expect(held.page.locator(".versions")).to_have_count(len(changed))
    replies = Step.objects.filter(action="reply")
    assert not replies.filter(case_id__in=[case.pk for case in changed]).exists()
    for left in range(len(changed), 0, -1):
        held.tap(held.page.get_by_role("button", name="Send mine after it").first)
        wait_for(held, **Counter(saved=left - 1, received=ITEMS - left + 1))
    assert Counter(replies.values_list("case_id", flat=True)) == Counter(case.pk for case in cases)
    assert Attachment.objects.count() == PHOTOS * ITEMS
    assert held.stored()["blobs"] == 0 and held.faults == []
    minutes = (time.monotonic() - began) / 60
    print(f"{days} days: {len(cases)} of {ITEMS} once, {len(changed)} conflicts listed, {minutes:.1f} min")
