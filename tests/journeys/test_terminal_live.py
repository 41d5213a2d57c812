"""Live video from a phone: one tap, each piece on the disk before it is sent, and no hole after a cut or a kill."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from citygrid.desk.tests.factories import City
from citygrid.evidence.choices import Kind, StreamState
from citygrid.evidence.models import LiveStream, Media
from citygrid.evidence.services import keep_stream, process
from citygrid.kernel import clock
from tests.journeys.terminal import Phone

KEPT = """
() => new Promise(done => {
  const opened = indexedDB.open('citygrid-terminal')
  opened.onsuccess = () => {
    const asked = opened.result.transaction(['streams', 'pieces'])
    const [streams, pieces] = ['streams', 'pieces'].map(name => asked.objectStore(name).getAll())
    asked.oncomplete = () => {
      opened.result.close()
      const rows = [...streams.result, ...pieces.result]
      done([streams.result.length, pieces.result.length, rows.every(row => row.sealed.box instanceof ArrayBuffer)])
    }
  }
})
"""


def kept(held: Phone) -> tuple[int, int]:
    """How many streams and pieces the phone holds; all are sealed."""
    streams, pieces, are_sealed = held.page.evaluate(KEPT)
    assert are_sealed
    return streams, pieces


def until(held: Phone, is_so: Callable[[], bool]) -> None:
    for _ in range(300):
        if is_so():
            return
        held.page.wait_for_timeout(100)
    raise AssertionError((kept(held), list(LiveStream.objects.unscoped(reason="test").values()), held.faults))


def stream() -> LiveStream | None:
    found: LiveStream | None = LiveStream.objects.unscoped(reason="test").first()
    return found


def sent(held: Phone, count: int) -> None:
    """Until the server has so many pieces."""
    until(held, lambda: (found := stream()) is not None and found.next >= count)


def is_whole(found: LiveStream) -> None:
    """All its pieces became one film that plays."""
    assert found.next == found.pieces
    found = keep_stream(stream_id=found.pk, now=clock.now())
    assert found.state == StreamState.KEPT
    media = Media.objects.get(pk=found.media_id)
    process(media_id=media.pk, now=clock.now())
    media.refresh_from_db()
    assert (media.kind, media.refusal) == (Kind.VIDEO, "")


@pytest.mark.browser
def test_one_tap_is_live_and_a_cut_leaves_no_hole(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.page.locator(".home").wait_for()
    held.count()
    held.tap(".tools button:has-text('Go live')")
    sent(held, 2)
    assert held.taps == 1
    held.cut()
    until(held, lambda: kept(held)[1] >= 4)
    expect(held.page.locator(".live .quiet")).to_contain_text("waiting here: ")
    held.cut(False)
    until(held, lambda: kept(held)[1] <= 1)
    held.tap(".live .stop")
    until(held, lambda: kept(held) == (0, 0))
    found = stream()
    assert found is not None and found.next >= 6
    is_whole(found)
    assert held.faults == []


@pytest.mark.browser
def test_live_video_of_a_page_that_was_killed_is_sent_at_the_next_opening(
    phone: Callable[..., Phone], city: City
) -> None:
    held = phone()
    held.tap(".tools button:has-text('Go live')")
    sent(held, 2)
    held.cut()
    until(held, lambda: kept(held)[1] >= 3)
    context = held.page.context
    held.page.close()
    held.page = context.new_page()
    held.start()
    assert kept(held)[0] == 1 and kept(held)[1] >= 3
    expect(held.page.locator(".strip").first).to_contain_text("s of live video")
    held.cut(False)
    until(held, lambda: kept(held) == (0, 0))
    found = stream()
    assert found is not None
    is_whole(found)


@pytest.mark.browser
def test_live_video_made_without_a_network_waits_sealed(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    held.tap(".tools button:has-text('Go live')")
    until(held, lambda: kept(held)[1] >= 2)
    held.tap(".live .stop")
    assert stream() is None
    held.tap(".strip >> nth=0")
    expect(held.page.locator(".records")).to_contain_text("Live video")
    held.cut(False)
    until(held, lambda: kept(held) == (0, 0))
    found = stream()
    assert found is not None
    is_whole(found)
