"""The outbox of the terminal: on the disk before anything is answered, sent once, and never lost in silence."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from citygrid.access.models import Device
from citygrid.access.services import revoke_device
from citygrid.cases.models import Case, Step
from citygrid.cases.services import take_step
from citygrid.desk.tests.factories import TO_DISPATCHED, City
from citygrid.evidence.models import Attachment, Media
from citygrid.intake.models import Report
from citygrid.kernel import clock
from citygrid.terminal.web import built
from tests.journeys.terminal import PLACE, Phone

# No switch of the browser bounds what an origin may use; so its answer to how much that is, is bounded.
ALLOWED = """
const asked = navigator.storage.estimate.bind(navigator.storage)
navigator.storage.estimate = async () => {
  const {usage, quota} = await asked()
  return {usage, quota: window.share ? usage / window.share : quota}
}
"""
# The first file that is kept loses its bytes.
DAMAGED = """
() => new Promise(done => {
  const opened = indexedDB.open('citygrid-terminal')
  opened.onsuccess = () => {
    const asked = opened.result.transaction('blobs', 'readwrite', {durability: 'strict'})
    const rows = asked.objectStore('blobs')
    rows.getAll().onsuccess = ({target: {result: [row]}}) => {
      row.sealed.box = new ArrayBuffer(64)
      rows.put(row)
    }
    asked.oncomplete = () => { opened.result.close(); done() }
  }
})
"""
# A database as the first version made it, with reports as it kept them.
FIRST_VERSION = """
async ([account, photos]) => {
  await new Promise(done => { indexedDB.deleteDatabase('citygrid-terminal').onsuccess = done })
  const opened = indexedDB.open('citygrid-terminal', 10)
  opened.onupgradeneeded = () => {
    opened.result.createObjectStore('keys', {keyPath: 'name'})
    opened.result.createObjectStore('records', {keyPath: 'id'}).createIndex('[account+state]', ['account', 'state'])
    opened.result.createObjectStore('blobs', {keyPath: 'id'}).createIndex('record', 'record')
    opened.result.createObjectStore('kept', {keyPath: 'name'}).createIndex('account', 'account')
  }
  const database = await new Promise(done => { opened.onsuccess = () => done(opened.result) })
  const key = await crypto.subtle.generateKey({name: 'AES-GCM', length: 256}, false, ['encrypt', 'decrypt'])
  const seal = async bytes => {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    return {iv, box: await crypto.subtle.encrypt({name: 'AES-GCM', iv}, key, bytes)}
  }
  const [records, blobs] = [[], []]
  for (const [at, {base64, sha256, lon, lat}] of photos.entries()) {
    const [id, file] = [crypto.randomUUID(), crypto.randomUUID()]
    const bytes = Uint8Array.from(atob(base64), one => one.charCodeAt(0))
    const body = {description: `old ${at}`, channel: 'field', category_key: '', lon, lat, frame: 'wgs84'}
    const told = {kind: 'report', key: id, title: `old ${at}`, case_id: '', number: '', body,
      photos: [{id: file, name: '1.jpg', bytes: bytes.length, sha256}]}
    const row = {id, account, state: 'saved', schema: 1, born_at: Date.now() - 1000 * at, received_at: 0, next_at: 0,
      tries: 0, bytes: bytes.length}
    records.push({...row, sealed: await seal(new TextEncoder().encode(JSON.stringify(told)))})
    blobs.push({id: file, record: id, type: 'image/jpeg', sealed: await seal(bytes)})
  }
  const asked = database.transaction(['keys', 'records', 'blobs'], 'readwrite')
  asked.objectStore('keys').put({name: 'vault', key})
  records.forEach(row => asked.objectStore('records').put(row))
  blobs.forEach(row => asked.objectStore('blobs').put(row))
  await new Promise(done => { asked.oncomplete = done })
  database.close()
}
"""
# How many rows the browser holds, by table.
ALL = """
() => new Promise(done => {
  const opened = indexedDB.open('citygrid-terminal')
  opened.onsuccess = () => {
    const names = [...opened.result.objectStoreNames]
    const asked = opened.result.transaction(names)
    const counts = names.map(name => asked.objectStore(name).count())
    asked.oncomplete = () => {
      opened.result.close()
      done(Object.fromEntries(names.map((name, at) => [name, counts[at].result])))
    }
  }
})
"""
BALLAST = """
async bytes => {
  const [cache, part] = [await caches.open('ballast'), crypto.getRandomValues(new Uint8Array(65536))]
  await cache.put('/ballast', new Response(new Blob(Array(bytes / 65536).fill(part))))
}
"""


def dispatched(city: City, place: int = 0) -> Case:
    """A case that waits for the drainage company."""
    start = clock.now() - timedelta(minutes=50)
    return city.play(city.case(place, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))


def report(held: Phone, photos: int = 1) -> None:
    """Photograph a problem, choose a category, send it off."""
    held.tap(".camera-button")
    for taken in range(photos):
        held.tap(".shutter:enabled")
        expect(held.page.locator(".photos img")).to_have_count(taken + 1)
    held.tap(".chips .chip >> nth=0")
    held.tap(".send")
    held.page.locator(".home").wait_for()


def press(city: City, held: Phone, action: str, login: str, case: Case) -> Case:
    """Somebody else acts on the server."""
    now = clock.now()
    case.refresh_from_db()
    given = city.given(case, action, now)
    return take_step(case_id=case.pk, action=action, given=given, actor=city.actor(login, now), now=now)


@pytest.mark.browser
def test_report_made_offline_survives_and_is_received_once(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    report(held, photos=3)
    held.wait_for_states("saved")
    assert held.stored()["blobs"] == 3
    held.start()
    held.wait_for_states("saved")
    held.cut(False)
    held.wait_for_states("received")
    assert held.stored()["blobs"] == 0
    found = Report.objects.unscoped(reason="test").get()
    assert Attachment.objects.filter(owner_id=found.pk).count() == 3
    held.tap(".strip")
    assert found.receipt in held.page.locator(".records").inner_text()


@pytest.mark.browser
def test_what_the_shutter_took_is_kept_when_the_page_dies(phone: Callable[..., Phone]) -> None:
    held = phone()
    held.cut()
    held.tap(".camera-button")
    held.tap(".shutter:enabled")
    held.page.locator(".photos img").wait_for()
    context = held.page.context
    held.page.close()
    held.page = context.new_page()
    held.start()
    assert held.states() == ["draft"] and held.stored()["blobs"] == 1
    held.tap(".strip")
    held.tap(".records .choices .chip >> nth=0")
    expect(held.page.locator(".photos img")).to_have_count(1)
    held.tap(".send")
    held.wait_for_states("saved")


@pytest.mark.browser
def test_nothing_that_is_stored_can_be_read_without_the_key(phone: Callable[..., Phone]) -> None:
    held = phone()
    held.cut()
    report(held)
    found: dict[str, Any] = held.page.evaluate(
        """
        () => new Promise(done => {
          const opened = indexedDB.open('citygrid-terminal')
          opened.onsuccess = () => {
            const asked = opened.result.transaction(['records', 'blobs', 'keys', 'kept'])
            const all = ['records', 'blobs', 'kept', 'keys'].map(name => asked.objectStore(name).getAll())
            asked.oncomplete = async () => {
              const [records, blobs, kept, keys] = all.map(one => one.result)
              const sealed = [...records, ...blobs, ...kept].map(row => row.sealed)
              const text = sealed.map(({box}) => new TextDecoder('latin1').decode(box)).join('')
              done({
                sealed: sealed.every(({box, iv}) => box instanceof ArrayBuffer && iv.length === 12),
                isPlain: /JFIF|description|account_id/.test(text),
                extractable: keys.map(({key}) => key.extractable),
                readable: await crypto.subtle.exportKey('raw', keys[0].key).then(() => true, () => false),
              })
            }
          }
        })
        """
    )
    assert found == {"sealed": True, "isPlain": False, "extractable": [False], "readable": False}


@pytest.mark.browser
def test_steps_made_offline_on_one_case_follow_one_another(phone: Callable[..., Phone], city: City) -> None:
    case = dispatched(city)
    held = phone("water")
    held.cut()
    held.tap(".quick")
    held.wait_for_states("saved")
    held.tap(".task-card")
    held.tap(".shutter:enabled")
    held.page.locator(".photos img").wait_for()
    held.tap(held.page.get_by_role("button", name="Report as handled"))
    held.wait_for_states("saved", "saved")
    held.cut(False)
    held.wait_for_states("received", "received")
    steps = Step.objects.filter(case_id=case.pk).order_by("seq").values_list("action", flat=True)
    assert list(steps)[-2:] == ["take", "reply"]
    expect(held.page.locator(".task-card")).to_have_count(0)


@pytest.mark.browser
def test_of_two_both_versions_are_shown_and_nothing_is_overwritten(
    phone: Callable[..., Phone], city: City, axe: str
) -> None:
    case = dispatched(city)
    held = phone("water")
    held.cut()
    held.tap(".task-card")
    held.tap(held.page.get_by_role("button", name="Return"))
    held.tap(".reasons .chip >> nth=0")
    held.wait_for_states("saved")
    press(city, held, "oversee", "inspector", case)
    held.cut(False)
    held.tap(".strip")
    held.page.locator(".versions").wait_for()
    assert held.grave_findings(axe, "terminal-conflict") == []
    mine, theirs = held.page.locator(".versions > div").all_inner_texts()
    assert "Return" in mine and "duty" in mine and "钱督查" in theirs and "居民多次来电" in theirs
    assert Step.objects.filter(case_id=case.pk, action="return").count() == 0
    held.tap(held.page.get_by_role("button", name="Send mine after it"))
    held.wait_for_states("received")
    case.refresh_from_db()
    assert case.pending == "return"
    last = Step.objects.filter(case_id=case.pk).latest("seq")
    assert "钱督查" in last.data["note"]


@pytest.mark.browser
def test_step_that_is_not_possible_any_more_is_dropped_with_a_reason_only(
    phone: Callable[..., Phone], city: City
) -> None:
    case = dispatched(city)
    held = phone("water")
    held.cut()
    held.tap(".quick")
    held.wait_for_states("saved")
    press(city, held, "reply", "water", case)
    held.cut(False)
    held.tap(".strip")
    held.page.locator(".trouble").wait_for()
    assert not held.page.get_by_role("button", name="Send mine after it").count()
    held.tap(held.page.get_by_role("button", name="Drop mine"))
    held.tap("form.reasons button")
    assert held.states() == ["saved"]
    held.page.fill("form.reasons input", "同事已处理")
    held.tap("form.reasons button")
    held.wait_for_states("received")
    assert "同事已处理" in held.page.locator(".records").inner_text()


@pytest.mark.browser
def test_new_version_waits_until_it_is_let_in_and_the_outbox_stays(
    phone: Callable[..., Phone], city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = phone()
    held.cut()
    report(held, photos=2)
    held.cut(False)
    context = held.page.context
    context.route("**/api/v1/uploads", lambda route: route.abort())
    source = built.worker_source()
    monkeypatch.setattr(built, "worker_source", lambda: f"{source}\n// newer")
    held.start()
    held.page.locator(".update").wait_for(timeout=20_000)
    before = held.stored()
    with held.page.expect_navigation():
        held.tap(".update .chip")
    held.page.locator(".home").wait_for()
    assert held.stored()["blobs"] == before["blobs"] == 2
    assert not held.page.locator(".update").count()
    assert len(held.page.evaluate("caches.keys()")) == 1
    context.unroute("**/api/v1/uploads")
    held.start()
    held.wait_for_states("received")
    assert Report.objects.unscoped(reason="test").count() == 1


@pytest.mark.browser
def test_outbox_of_the_first_version_is_read_and_sent_whole(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.go("/api/v1/terminal/epoch")  # a page of ours that leaves the database alone
    photos = []
    for _ in range(20):
        made = BytesIO()
        Image.effect_noise((160, 120), 90).convert("RGB").save(made, "JPEG")
        facts = {"base64": b64encode(made.getvalue()).decode(), "sha256": sha256(made.getvalue()).hexdigest()}
        photos.append({**facts, "lon": PLACE["longitude"], "lat": PLACE["latitude"]})
    held.page.evaluate(FIRST_VERSION, [str(city.accounts["supervisor"].pk), photos])
    assert held.states() == ["saved"] * len(photos) and held.stored()["blobs"] == len(photos)
    held.start()
    held.wait_for_states(*["received"] * len(photos))
    told = Report.objects.unscoped(reason="test").values_list("description", flat=True)
    assert sorted(told) == sorted(f"old {at}" for at in range(len(photos)))
    assert {one.sha256 for one in Media.objects.all()} == {one["sha256"] for one in photos}
    assert Attachment.objects.count() == len(photos) and held.stored()["blobs"] == 0 and held.faults == []


@pytest.mark.browser
def test_page_killed_in_the_middle_of_sending_sends_once(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    report(held, photos=3)
    report(held, photos=3)
    context = held.page.context
    held.page.close()
    context.set_offline(False)
    for turn in range(6):  # each time it comes a little further, and dies on asking or on being answered
        page = context.new_page()
        moment = page.expect_request if turn % 2 else page.expect_response
        with moment(lambda call: "/uploads" in call.url or call.url.endswith("/reports")):
            page.goto("/terminal/")
        page.close()
    held.page = context.new_page()
    held.start()
    held.wait_for_states("received", "received")
    assert Report.objects.unscoped(reason="test").count() == 2
    assert Media.objects.count() == Attachment.objects.count() == 6


@pytest.mark.browser
def test_phone_that_is_nearly_full_warns_and_refuses_with_words(phone: Callable[..., Phone]) -> None:
    held = phone(script=ALLOWED)
    held.cut()
    report(held)
    held.page.evaluate(BALLAST, 60 << 20)
    held.page.evaluate("share => { window.share = share }", 0.85)
    held.tap(".camera-button")
    held.tap(".shutter:enabled")
    expect(held.page.locator(".photos img")).to_have_count(1)
    assert "nearly full" in held.page.locator(".sheet .told").inner_text()
    held.page.evaluate("share => { window.share = share }", 0.95)
    held.tap(".shutter:enabled")
    expect(held.page.locator(".said-at-foot[data-grave]")).to_contain_text("no room left")
    expect(held.page.locator(".photos img")).to_have_count(1)
    assert held.stored()["blobs"] == 2


@pytest.mark.browser
def test_refusal_for_good_is_kept_with_its_words_and_not_sent_again(phone: Callable[..., Phone], city: City) -> None:
    held = phone(geolocation={"longitude": 10.0, "latitude": 10.0, "accuracy": 5.0})
    sent: list[str] = []
    held.page.on("request", lambda asked: asked.method == "POST" and sent.append(asked.url))
    report(held)
    held.tap(".strip")
    held.page.locator(".trouble").wait_for()
    calls = len([address for address in sent if address.endswith("/reports")])
    assert calls == 1
    held.tap(".thumb .big-button")
    held.page.wait_for_timeout(500)
    assert len([address for address in sent if address.endswith("/reports")]) == 1
    assert held.states() == ["saved"] and held.stored()["blobs"] == 1


@pytest.mark.browser
def test_session_that_is_over_keeps_everything_until_somebody_signs_in(
    phone: Callable[..., Phone], city: City
) -> None:
    held = phone()
    held.page.context.clear_cookies()
    report(held)
    held.tap(".strip")
    held.page.locator("a.big-button").wait_for()
    held.sign_in("water")  # another account: nothing of the first one is shown, sent or lost
    held.tap(".strip")
    expect(held.page.locator(".records li")).to_have_count(0)
    assert held.states() == ["saved"]
    held.page.context.clear_cookies()
    held.sign_in("supervisor")
    held.wait_for_states("received")


@pytest.mark.browser
def test_signing_out_leaves_nothing_on_the_phone(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    report(held)
    held.cut(False)
    held.wait_for_states("received")
    with held.page.expect_navigation(url="**/sign-in/*"):
        held.tap(".bar .round >> nth=1")
    assert held.stored() == {"records": [], "blobs": 0}


@pytest.mark.browser
def test_device_that_was_revoked_is_wiped(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.page.wait_for_timeout(500)
    held.cut()
    report(held, photos=2)
    held.tap(".tools button >> nth=2")  # a patrol is on, and a live video
    held.tap(".tools button >> nth=1")
    expect(held.page.locator(".live .strip")).to_contain_text("0:02")
    assert held.page.evaluate(ALL)["pieces"] >= 2
    now = clock.now()
    revoke_device(device_id=Device.objects.get().pk, actor=city.actor("supervisor", now), now=now)
    held.cut(False)
    expect(held.page.locator(".gone h1")).to_contain_text("taken off")
    held.page.context.set_geolocation({**PLACE, "longitude": PLACE["longitude"] + 0.01})
    held.page.wait_for_timeout(2_500)  # longer than a piece of live video
    assert set(held.page.evaluate(ALL).values()) == {0} and held.faults == []
    assert held.page.evaluate("indexedDB.databases().then(all => all.length)") == 1
    assert Report.objects.unscoped(reason="test").count() == Media.objects.count() == 0
    held.cut()
    held.page.goto("/terminal/")
    expect(held.page.locator(".gone")).to_be_visible()
    assert not held.page.locator(".home").count()


@pytest.mark.browser
def test_two_windows_send_a_record_once(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    other = held.page.context.new_page()
    other.goto("/terminal/")
    other.locator(".home").wait_for()
    held.page.bring_to_front()  # in a window behind another one a browser takes its time
    held.cut()
    report(held)
    other.reload()
    expect(other.locator(".strip")).to_contain_text("1 saved here")
    other.goto("/terminal/#/outbox")
    expect(other.locator(".thumb .big-button")).to_be_enabled()
    held.cut(False)
    other.evaluate("document.querySelector('.thumb .big-button').click()")  # nothing, where the first was quicker
    held.wait_for_states("received")
    other.bring_to_front()
    expect(other.locator(".records .state")).to_have_text("Received", timeout=30_000)  # it looks each quarter minute
    assert held.states() == ["received"]
    assert Report.objects.unscoped(reason="test").count() == 1


@pytest.mark.browser
def test_file_that_is_damaged_is_told_and_stops_nothing_else(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    report(held)
    held.page.evaluate(DAMAGED)
    report(held)
    held.cut(False)
    held.wait_for_states("saved", "received")
    held.tap(".strip")
    expect(held.page.locator(".trouble")).to_contain_text("can no longer be read")
