"""Patrols on a phone: begun by a tap, kept while away from the network, ended by a tap or by themselves."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from citygrid.desk.tests.factories import City
from citygrid.terminal.models import Patrol, PatrolTrack
from tests.journeys.terminal import PLACE, Phone

KEPT = """
() => new Promise(done => {
  const opened = indexedDB.open('citygrid-terminal')
  opened.onsuccess = () => {
    const asked = opened.result.transaction(['patrols', 'positions'])
    const [patrols, positions] = ['patrols', 'positions'].map(name => asked.objectStore(name).getAll())
    asked.oncomplete = () => {
      opened.result.close()
      const rows = [...patrols.result, ...positions.result]
      const isSealed = rows.every(row => row.sealed.box instanceof ArrayBuffer)
      done([patrols.result.length, positions.result.length, isSealed])
    }
  }
})
"""
EVERY = 11_000  # milliseconds from one place to the next


def kept(held: Phone) -> list[object]:
    """How many patrols and positions the phone holds, and whether all are sealed."""
    found: list[object] = held.page.evaluate(KEPT)
    return found


def wait_for_kept(held: Phone, patrols: int, positions: int) -> None:
    for _ in range(100):
        if kept(held) == [patrols, positions, True]:
            return
        held.page.wait_for_timeout(100)
    raise AssertionError((kept(held), patrols, positions, held.faults))


def walk(held: Phone, steps: int) -> None:
    """So many places, each 20 m east of the last one, one every eleven seconds."""
    for step in range(1, steps + 1):
        held.page.clock.fast_forward(EVERY)
        where = {**PLACE, "longitude": PLACE["longitude"] + step * 0.000234}
        before = kept(held)[1]
        held.page.context.set_geolocation(where)
        wait_for_kept(held, 1, int(str(before)) + 1)


@pytest.mark.browser
def test_patrol_made_away_from_the_network_is_kept_sealed_and_sent_whole(
    phone: Callable[..., Phone], city: City, axe: str
) -> None:
    held = phone()
    held.page.clock.install()
    held.start()
    held.page.wait_for_timeout(500)
    held.cut()
    held.tap(".tools button:has-text('Patrol')")
    wait_for_kept(held, 1, 1)
    walk(held, 3)
    expect(held.page.locator(".strip.on")).to_contain_text("60 m")
    held.start()  # the app was closed meanwhile
    expect(held.page.locator(".strip.on")).to_contain_text("60 m")
    held.tap(".tools button:has-text('Patrol')")
    expect(held.page.locator(".patrols")).to_contain_text("not sent yet: 5")  # one more since it was opened
    held.tap(held.page.get_by_role("button", name="End the patrol"))
    assert kept(held) == [1, 5, True]
    assert not Patrol.objects.unscoped(reason="test").exists()

    held.cut(False)
    wait_for_kept(held, 0, 0)
    found = Patrol.objects.unscoped(reason="test").get()
    assert found.ended_at and not found.is_forgotten and 55 <= found.metres <= 65
    track = PatrolTrack.objects.unscoped(reason="test").filter(patrol=found)
    assert track.count() == found.positions == 5
    assert all(found.started_at <= one.at <= found.ended_at for one in track)
    held.start()
    held.tap("button:has-text('My patrols')")
    held.tap(".records .line")
    held.page.locator(".pin-map canvas").first.wait_for()
    expect(held.page.locator(".records")).to_contain_text("kept until")
    assert held.grave_findings(axe, "terminal-patrols") == [] and held.faults == []


@pytest.mark.browser
def test_no_position_is_kept_outside_a_patrol_and_it_ends_by_itself(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.page.clock.install()
    held.start()
    held.page.wait_for_timeout(500)
    held.page.context.set_geolocation({**PLACE, "longitude": PLACE["longitude"] + 0.001})
    held.page.wait_for_timeout(500)
    assert kept(held) == [0, 0, True]
    with held.page.expect_response("**/positions"):  # it is sent at once
        held.tap(".tools button:has-text('Patrol')")
    wait_for_kept(held, 1, 0)
    held.cut()
    held.page.clock.fast_forward(timedelta(hours=12, minutes=1).total_seconds() * 1000)
    expect(held.page.locator(".strip.on")).to_have_count(0)
    held.page.context.set_geolocation(PLACE)
    held.page.wait_for_timeout(500)
    assert kept(held) == [1, 0, True]
    held.cut(False)
    wait_for_kept(held, 0, 0)
    found = Patrol.objects.unscoped(reason="test").get()
    assert found.ended_at is not None and found.ended_at - found.started_at == timedelta(hours=12)


@pytest.mark.browser
def test_signing_out_wipes_positions_too(phone: Callable[..., Phone]) -> None:
    held = phone()
    held.cut()
    held.tap(".tools button:has-text('Patrol')")
    wait_for_kept(held, 1, 1)
    held.cut(False)
    held.page.on("dialog", lambda dialog: dialog.accept())
    with held.page.expect_navigation(url="**/sign-in/*"):
        held.tap(".bar .round >> nth=1")
    assert kept(held) == [0, 0, True]
