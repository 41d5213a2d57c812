"""A phone that goes from hand to hand: who signs out takes along what is theirs, and nothing else."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, expect

from citygrid.desk.tests.factories import City
from citygrid.intake.models import Report
from tests.journeys.terminal import Phone
from tests.journeys.test_terminal_outbox import ALL, report

LEAVE = ".bar .round >> nth=1"
# The records of the outbox become those of a version to come.
NEWER = """
() => new Promise(done => {
  const opened = indexedDB.open('citygrid-terminal')
  opened.onsuccess = () => {
    const asked = opened.result.transaction('records', 'readwrite', {durability: 'strict'})
    const rows = asked.objectStore('records')
    rows.getAll().onsuccess = ({target: {result}}) => result.forEach(row => rows.put({...row, schema: 99}))
    asked.oncomplete = () => { opened.result.close(); done() }
  }
})
"""


def sign_out(held: Phone) -> list[str]:
    """Sign out, agreeing to whatever is asked; what was asked."""
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    held.page.on("dialog", agree)
    with held.page.expect_navigation(url="**/sign-in/*"):
        held.tap(LEAVE)
    held.page.remove_listener("dialog", agree)
    return asked


@pytest.mark.browser
def test_signing_out_leaves_what_another_account_has_not_sent(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    held.tap(".tools button >> nth=2")  # a patrol
    report(held, photos=2)
    held.wait_for_states("saved")
    held.page.context.clear_cookies()
    held.cut(False)
    held.sign_in("water")
    held.tap("button.strip")
    expect(held.page.locator(".told")).to_contain_text("another account")
    before = held.page.evaluate(ALL)
    assert before["records"] == 1 and before["blobs"] == 2 and before["patrols"] == 1 and before["positions"] >= 1
    held.start()
    assert sign_out(held) == []  # nothing of this account is lost
    after = held.page.evaluate(ALL)
    assert after == {**before, "kept": 0}
    held.sign_in("supervisor")
    held.wait_for_states("received")
    assert Report.objects.unscoped(reason="test").count() == 1 and held.faults == []


@pytest.mark.browser
def test_signing_out_deletes_ones_own_after_asking_how_many(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.page.context.route("**/api/v1/uploads", lambda route: route.abort())
    report(held)
    held.tap(".camera-button")  # and one that is not sent off
    held.tap(".shutter:enabled")
    expect(held.page.locator(".photos img")).to_have_count(1)
    held.start()
    assert held.states() == ["draft", "saved"]
    (asked,) = sign_out(held)
    assert "not sent yet: 2" in asked
    left = held.page.evaluate(ALL)
    assert set(left.values()) == {0}, left


@pytest.mark.browser
def test_signing_out_leaves_what_a_newer_version_wrote(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.page.context.route("**/api/v1/uploads", lambda route: route.abort())
    report(held)
    held.wait_for_states("saved")
    held.page.evaluate(NEWER)
    held.start()
    assert sign_out(held) == []
    left = held.page.evaluate(ALL)
    assert (left["records"], left["blobs"], left["keys"]) == (1, 1, 1)
