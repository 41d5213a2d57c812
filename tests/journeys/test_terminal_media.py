"""Words, recordings and films of a report or a step, and photos that a browser cannot read as they are."""

import io
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import expect

from citygrid.cases.models import Case, Step
from citygrid.desk.tests.factories import COVER, LITTER, TO_DISPATCHED, City
from citygrid.dispatch import services as dispatch
from citygrid.dispatch.choices import ModelState, Target
from citygrid.dispatch.tests.factories import CLERK
from citygrid.dispatch.tests.learned import AFTER
from citygrid.dispatch.tests.learned import LITTER as LITTERED
from citygrid.evidence.choices import Kind, MediaState
from citygrid.evidence.models import Attachment, Media
from citygrid.evidence.services import process
from citygrid.intake.models import Report
from citygrid.intake.services import accept_report
from citygrid.kernel import clock
from tests.journeys.terminal import Phone
from tests.journeys.test_terminal_home import NO_CAMERA

COVERED = ("井盖破损", "井盖有响声", "井盖缺失", "井盖下沉", "井盖松动")
HEARD = "audio => audio.duration > 0.5 || new Promise(done => { audio.ondurationchange = () => done(true) })"


def teach(city: City) -> None:
    """A model of two categories that is on, learned from closed cases."""
    start = clock.now() - timedelta(days=2)
    for place in range(40):
        at = start + timedelta(minutes=20 * place)
        case = city.play(city.case(place, at), *TO_DISPATCHED, start=at, every=timedelta(minutes=1))
        told = f"{place}号{(LITTERED if case.category_id == LITTER else COVERED)[place % 5]}"
        ends = {"handled_at": at + timedelta(hours=1), "closed_at": at + timedelta(hours=2)}
        Case.objects.unscoped(reason="test").filter(pk=case.pk).update(
            summary=told, is_open=False, state="closed", **ends
        )
    now = clock.now()
    model = dispatch.train(target=Target.CATEGORY, until=now, actor=CLERK, now=now)
    days = {"since": start.date(), "until": now.date()}
    dispatch.replay(sha256=model.pk, **days, actor=CLERK, now=AFTER)
    dispatch.switch(sha256=model.pk, state=ModelState.ON, actor=CLERK, now=AFTER)


def first_chip(held: Phone) -> str:
    return held.page.locator(".chips .chip").first.inner_text()


@pytest.mark.browser
def test_words_bring_the_category_that_closed_cases_speak_for(phone: Callable[..., Phone], city: City) -> None:
    teach(city)
    held = phone()
    held.tap(".camera-button")
    held.tap(".shutter:enabled")
    held.page.locator(".photos img").wait_for()
    names = [each.inner_text() for each in held.page.locator(".chips .chip").all()[:-1]]
    other = names[1]
    words = {LITTER: "6号垃圾没人收", COVER: "6号井盖破损"}
    keys = held.page.evaluate("fetch('/api/v1/terminal/categories').then(answer => answer.json())")
    [key] = [one["key"] for one in keys if one["name"] == other]
    with held.page.expect_response("**/dispatch/categories") as asked:
        held.page.fill(".note", words[key])
    assert asked.value.request.post_data_json["has_photo"] is True
    expect(held.page.locator(".chips .chip").first).to_have_text(other)
    held.tap(".send")
    held.wait_for_states("received")
    assert words[key] in Report.objects.unscoped(reason="test").latest("received_at").description


@pytest.mark.browser
def test_without_a_network_the_last_used_category_comes_first(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    for is_first in (True, False):
        held.tap(".camera-button")
        held.tap(".shutter:enabled")
        held.page.locator(".photos img").wait_for()
        if is_first:
            chosen = held.page.locator(".chips .chip").nth(1).inner_text()
            held.tap(".chips .chip >> nth=1")
            held.tap(".send")
            held.page.locator(".home").wait_for()
    assert first_chip(held) == chosen


@pytest.mark.browser
def test_what_is_said_is_heard_before_it_is_sent_and_kept_as_it_is(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    held.tap(".camera-button")
    held.tap(".without")
    held.tap(".voice")
    expect(held.page.locator(".voice [role=timer]")).to_contain_text("0:02")
    expect(held.page.locator(".send")).to_be_disabled()
    held.tap(".voice")
    heard = held.page.locator(".photos audio")
    heard.wait_for()
    assert heard.evaluate(HEARD) and held.stored()["blobs"] == 1
    held.tap(".send")
    held.wait_for_states("saved")
    held.cut(False)
    held.wait_for_states("received")
    media = Media.objects.get()
    process(media_id=media.pk, now=clock.now())
    media.refresh_from_db()
    assert (media.kind, media.state) == (Kind.AUDIO, MediaState.READY)
    report = Report.objects.unscoped(reason="test").get()
    assert Attachment.objects.get().owner_id == report.pk
    assert held.stored()["blobs"] == 0 and held.faults == []


@pytest.mark.browser
def test_report_is_filmed_and_ends_by_itself_when_the_screen_is_left(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.tap(".camera-button")
    held.page.locator(".shutter:enabled").wait_for()
    held.tap(".roll")
    expect(held.page.locator(".rolling")).to_have_text("0:02")
    held.tap(".roll")
    held.page.locator(".photos video").wait_for()
    assert not held.page.locator(".roll").count()
    held.tap(".chips .chip >> nth=0")
    held.tap(".send")
    held.wait_for_states("received")
    media = Media.objects.get()
    process(media_id=media.pk, now=clock.now())
    media.refresh_from_db()
    assert (media.kind, media.state) == (Kind.VIDEO, MediaState.READY)
    held.tap(".camera-button")
    held.page.locator(".shutter:enabled").wait_for()
    held.tap(".roll")
    expect(held.page.locator(".rolling")).to_have_text("0:01")
    held.page.go_back()
    held.wait_for_states("received", "draft")
    assert held.stored()["blobs"] == 1 and held.faults == []


@pytest.mark.browser
def test_step_takes_a_film_and_words_with_its_photo(phone: Callable[..., Phone], city: City) -> None:
    start = clock.now() - timedelta(minutes=50)
    case = city.play(city.case(0, start), *TO_DISPATCHED, "water take", start=start, every=timedelta(minutes=5))
    held = phone("water")
    held.tap(".task-card")
    held.page.locator(".shutter:enabled").wait_for()
    held.tap(".roll")
    expect(held.page.locator(".rolling")).to_have_text("0:01")
    held.tap(".roll")
    held.page.locator(".photos video").wait_for()
    held.tap(".voice")
    expect(held.page.locator(".voice [role=timer]")).to_contain_text("0:01")
    held.tap(".voice")
    held.page.locator(".photos audio").wait_for()
    held.tap(".shutter:enabled")
    held.page.locator(".photos img").wait_for()
    held.tap(held.page.get_by_role("button", name="Report as handled"))
    held.wait_for_states("received")
    assert Step.objects.filter(case_id=case.pk).latest("seq").action == "reply"
    attached = Attachment.objects.filter(owner_id=case.pk)
    assert {one.media.kind for one in attached} == {Kind.PHOTO, Kind.AUDIO, Kind.VIDEO}
    assert {one.role for one in attached} == {"after"}


@pytest.mark.browser
def test_photo_that_this_browser_cannot_read_is_refused_with_words(phone: Callable[..., Phone]) -> None:
    made = io.BytesIO()
    picture = Image.effect_noise((640, 480), 60).convert("RGB")
    pillow_heif.from_pillow(picture).save(made, quality=80)
    held = phone(script=NO_CAMERA)
    held.tap(".camera-button")
    chosen = held.page.locator("input[type=file]")
    chosen.set_input_files({"name": "a.heic", "mimeType": "image/heic", "buffer": made.getvalue()})
    expect(held.page.locator(".viewfinder .said")).to_contain_text("JPEG")
    assert held.stored() == {"records": [], "blobs": 0}
    avif = io.BytesIO()
    picture.save(avif, "AVIF")  # no format of ours either, but one this browser reads
    chosen.set_input_files({"name": "a.avif", "mimeType": "image/avif", "buffer": avif.getvalue()})
    held.page.locator(".photos img").wait_for()
    held.tap(".chips .chip >> nth=0")
    held.tap(".send")
    held.wait_for_states("received")
    assert Media.objects.get().format == "JPEG"


@pytest.mark.browser
def test_photos_of_real_cameras_are_reported_and_shown_beside_the_camera(
    phone: Callable[..., Phone], city: City, shared_data: Path
) -> None:
    photos = sorted((shared_data / "E_imagery" / "berlin" / "images").glob("*.jpg"))[:3]
    held = phone(script=NO_CAMERA)
    held.tap(".camera-button")
    for count, photo in enumerate(photos, start=1):
        held.page.set_input_files("input[type=file]", photo)
        expect(held.page.locator(".photos img")).to_have_count(count)
    held.tap(".chips .chip >> nth=0")
    held.tap(".send")
    held.wait_for_states("received")
    assert {one.sha256 for one in Media.objects.all()} == {sha256(one.read_bytes()).hexdigest() for one in photos}
    for media in Media.objects.all():
        process(media_id=media.pk, now=clock.now())
    report = Report.objects.unscoped(reason="test").get()
    now = clock.now()
    acceptor = city.actor("acceptor", now)
    case = accept_report(report_id=report.pk, actor=acceptor, now=now, category_key=LITTER)
    city.play(case, "acceptor send_to_verify", start=now, every=timedelta(0))
    held.page.wait_for_timeout(100)
    held.start()
    held.tap(".task-card")
    before = held.page.locator(".side-by-side img")
    before.wait_for()
    assert before.evaluate("image => image.decode().then(() => image.naturalWidth > 1000)")
    held.page.set_input_files("input[type=file]", photos[1])
    held.page.locator(".photos img").wait_for()
    held.tap(".findings .big-button >> nth=0")
    held.wait_for_states("received", "received")
    assert Step.objects.filter(case_id=case.pk).latest("seq").action == "report_verification"
