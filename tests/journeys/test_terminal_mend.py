"""What the server refused is mended in the outbox: nothing that was seen ends there."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from citygrid.access.models import Post
from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City
from citygrid.evidence.models import Attachment
from citygrid.intake.models import Report
from tests.journeys.terminal import Phone
from tests.journeys.test_terminal_home import NO_CAMERA
from tests.journeys.test_terminal_outbox import report

# The files that are kept lose their bytes from the second on.
DAMAGED = """
() => new Promise(done => {
  const opened = indexedDB.open('citygrid-terminal')
  opened.onsuccess = () => {
    const asked = opened.result.transaction('blobs', 'readwrite', {durability: 'strict'})
    const rows = asked.objectStore('blobs')
    rows.getAll().onsuccess = ({target: {result: [, ...others]}}) => {
      others.forEach(row => rows.put({...row, sealed: {...row.sealed, box: new ArrayBuffer(64)}}))
    }
    asked.oncomplete = () => { opened.result.close(); done() }
  }
})
"""


def jpeg() -> bytes:
    made = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(made, "JPEG")
    return made.getvalue()


def photographed(held: Phone, photos: int) -> None:
    held.tap(".camera-button")
    for taken in range(photos):
        held.tap(".shutter:enabled")
        expect(held.page.locator(".photos img")).to_have_count(taken + 1)
    held.tap(".chips .chip >> nth=0")


@pytest.mark.browser
def test_what_a_post_may_not_call_fixed_is_sent_as_a_report(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    photographed(held, 2)
    held.tap(held.page.get_by_role("button", name="I fixed it here"))
    held.page.locator(".home").wait_for()
    Post.objects.filter(role="supervisor").update(areas=["110102999"])  # it works elsewhere now
    held.cut(False)
    strip = held.page.locator(".strip")
    expect(strip).to_contain_text("1 need you")
    expect(strip).not_to_contain_text("saved here")  # it is counted once
    held.tap(strip)
    expect(held.page.locator(".trouble")).to_contain_text("Send it as a report")
    held.tap(held.page.get_by_role("button", name="Send mine as a report"))
    held.wait_for_states("received")
    found = Report.objects.unscoped(reason="test").get()
    assert found.case_id is None and Case.objects.unscoped(reason="test").count() == 0
    assert Attachment.objects.filter(owner_id=found.pk).count() == 2 and held.faults == []


@pytest.mark.browser
def test_files_that_are_no_photo_are_not_taken(phone: Callable[..., Phone]) -> None:
    held = phone(script=NO_CAMERA)
    held.tap(".camera-button")
    whole = jpeg()
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(2000)
    for content in (b"", bytes(5000), film, whole[: len(whole) // 2], whole[:-2]):
        chosen = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content}
        held.page.set_input_files("input[type=file]", chosen)
        expect(held.page.locator(".viewfinder .said")).to_contain_text("no photo")
        assert held.stored()["blobs"] == 0
        held.page.set_input_files("input[type=file]", {**chosen, "name": "b.jpg", "buffer": whole})
        held.page.locator(".photos img").wait_for()
        expect(held.page.locator(".viewfinder .said")).to_have_count(0)
        held.tap(".photos button")
        expect(held.page.locator(".photos img")).to_have_count(0)


@pytest.mark.browser
def test_refused_files_are_taken_out_and_the_rest_is_sent(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    report(held, photos=3)
    held.page.evaluate(DAMAGED)
    held.cut(False)
    held.tap(".strip")
    held.tap(held.page.get_by_role("button", name="Send it without the refused files (2)"))
    held.wait_for_states("received")
    found = Report.objects.unscoped(reason="test").get()
    assert Attachment.objects.filter(owner_id=found.pk).count() == 1
    assert held.stored()["blobs"] == 0 and held.faults == []


@pytest.mark.browser
def test_file_that_the_server_refuses_is_taken_out(phone: Callable[..., Phone], city: City) -> None:
    held = phone(script=NO_CAMERA)
    held.cut()
    held.tap(".camera-button")
    pdf = b"\n%PDF-1.4\n%%EOF\n"  # hides other content behind a whole picture
    for at, content in enumerate((jpeg(), jpeg() + pdf), start=1):
        held.page.set_input_files("input[type=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content})
        expect(held.page.locator(".photos img")).to_have_count(at)
    held.tap(".chips .chip >> nth=0")
    held.tap(".send")
    held.cut(False)
    held.tap(".strip")
    held.tap(held.page.get_by_role("button", name="Send it without the refused files (1)"))
    held.wait_for_states("received")
    assert Attachment.objects.count() == Report.objects.unscoped(reason="test").count() == 1
