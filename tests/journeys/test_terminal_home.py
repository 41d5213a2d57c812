"""The terminal on a phone: every screen in both languages, started without a network, and without a camera."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from citygrid.desk.tests.factories import LITTER, City, make_cases
from citygrid.desk.tests.test_focus import proposed, published
from citygrid.kernel import clock
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.terminal import Phone
from tests.journeys.test_look import WIDER

LONGEST_START = 2.0  # seconds, from the press on its icon to the tasks
NARROW = """
() => [...document.querySelectorAll('button, a, input, label')]
  .filter(one => one.checkVisibility() && !one.closest('.unseen'))
  .map(one => [one.className || one.tagName, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 47.5 || box.width < 47.5)
  .map(([name, box]) => `${name} ${box.width}x${box.height}`)
"""
FADED = """
() => [...document.querySelectorAll('*')]
  .filter(one => one.checkVisibility() && !one.disabled && !one.closest('.viewfinder'))
  .filter(one => [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim()))
  .map(one => {
    const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
      .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
      .reduce((sum, part, at) => sum + part * [.2126, .7152, .0722][at], 0)
    let ground = one
    while (ground.parentElement && /, 0\\)$|^transparent$/.test(getComputedStyle(ground).backgroundColor))
      ground = ground.parentElement
    const [ink, paper] = [light(getComputedStyle(one).color), light(getComputedStyle(ground).backgroundColor)]
    return [one, (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05)]
  })
  .filter(([, contrast]) => contrast < 7)
  .map(([one, contrast]) => `${one.className || one.tagName} "${one.textContent.trim()}" ${contrast.toFixed(1)}`)
"""
SIZE = """
address => fetch(address).then(answer => answer.blob()).then(createImageBitmap)
  .then(({width, height}) => `${width}x${height}`)
"""
NO_CAMERA = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"


def findings(held: Phone, axe: str, name: str) -> list[str]:
    """What is wrong with the screen as it stands: for axe, in width, in the size of what is pressed, in contrast."""
    found = held.grave_findings(axe, name)
    wide = held.page.evaluate(WIDER)
    return [
        *found,
        *([f"{name} is {wide} pixels too wide"] if wide > 0 else []),
        *(f"{name}: small {each}" for each in held.page.evaluate(NARROW)),
        *(f"{name}: faded {each}" for each in held.page.evaluate(FADED)),
    ]


IS_KEPT = """
() => new Promise((done) => {
  const opened = indexedDB.open('citygrid-terminal')
  opened.onsuccess = () => {
    const asked = opened.result.transaction('kept').objectStore('kept').get('home')
    asked.onsuccess = () => (opened.result.close(), done(Boolean(asked.result)))
  }
})
"""


def others(held: Phone, axe: str, language: str) -> list[str]:
    """What is wrong with the screens of patrols, codes and live video."""
    held.tap(".task-head .round")
    held.tap(".tools button >> nth=2")
    held.tap(".tools button >> nth=2")
    held.page.locator(".patrols .told").wait_for()
    found = findings(held, axe, f"terminal-patrols-away-{language}")
    held.tap(".task-head .round")
    found += findings(held, axe, f"terminal-home-on-patrol-{language}")
    held.tap(".tools button >> nth=0")
    held.page.fill(".scan input", "9000010000000001")
    held.tap(".scan form button")
    held.page.locator(".scan .told").wait_for()
    found += findings(held, axe, f"terminal-scan-away-{language}")
    held.tap(".task-head .round")
    held.tap(".tools button >> nth=1")
    held.page.locator(".live .strip").wait_for()
    found += findings(held, axe, f"terminal-live-{language}")
    held.tap(".live .stop")
    held.tap(".strip >> nth=0")
    return found + findings(held, axe, f"terminal-outbox-live-{language}")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_screens_are_sound(phone: Callable[..., Phone], city: City, axe: str, language: str) -> None:
    found = []
    held = phone(language=language)
    found += findings(held, axe, f"terminal-empty-{language}")
    make_cases(city, clock.now(), 18)
    proposed(LITTER, "900001001001")
    published(LITTER, "900001001001")
    held.start()
    held.page.locator(".task-card").first.wait_for()
    found += findings(held, axe, f"terminal-home-{language}")
    held.cut()
    held.tap(".camera-button")
    held.page.locator(".shutter:enabled").wait_for()
    found += findings(held, axe, f"terminal-camera-{language}")
    held.tap(".shutter")
    held.page.locator(".photos img").wait_for()
    held.tap(".voice")
    held.page.locator(".voice [role=timer]").get_by_text("0:01").wait_for()
    held.tap(".voice")
    held.page.locator(".photos audio").wait_for()
    held.tap(".chips .chip >> nth=0")
    found += findings(held, axe, f"terminal-said-{language}")
    held.tap(".sheet > .line")
    held.page.locator(".pin-map canvas").wait_for()
    found += findings(held, axe, f"terminal-report-{language}")
    held.tap(".send")
    held.page.locator(".home").wait_for()
    held.tap(".task-card >> nth=0")
    held.page.locator(".shutter:enabled").wait_for()
    found += findings(held, axe, f"terminal-task-{language}")
    held.tap(".task-head .round")
    held.tap(".strip")
    found += findings(held, axe, f"terminal-outbox-{language}")
    held.tap(".task-head .round")
    held.tap(".home > .line >> nth=0")
    found += findings(held, axe, f"terminal-messages-{language}")
    found += others(held, axe, language)
    water = phone("water", language=language)
    water.tap(".task-card >> nth=0")
    water.tap("button.quiet-button >> nth=0")
    found += findings(water, axe, f"terminal-department-{language}")
    assert found == []
    assert held.faults == water.faults == []


@pytest.mark.browser
def test_terminal_starts_without_a_network_and_shows_what_it_knows(phone: Callable[..., Phone], city: City) -> None:
    make_cases(city, clock.now(), 18)
    held = phone()
    held.page.locator(".task-card").first.wait_for()
    tasks = held.page.locator(".task-card").all_inner_texts()
    held.page.wait_for_function(IS_KEPT)  # what was shown is also on the phone
    held.cut()
    context = held.page.context
    held.page.close()
    page = context.new_page()
    began = time.monotonic()
    page.goto("/terminal/")
    page.locator(".task-card").first.wait_for()
    seconds = time.monotonic() - began
    print(f"started without a network in {seconds:.2f} s")
    assert seconds <= LONGEST_START
    page.wait_for_function(f"document.querySelectorAll('.task-card').length === {len(tasks)}")
    assert sorted(text.split("\n")[0] for text in page.locator(".task-card").all_inner_texts()) == sorted(
        text.split("\n")[0] for text in tasks
    )


@pytest.mark.browser
def test_tasks_are_sorted_by_how_far_they_are(phone: Callable[..., Phone], city: City) -> None:
    make_cases(city, clock.now(), 18)
    held = phone()
    held.page.locator(".far-off").first.wait_for()
    far = [int(text.split()[0]) for text in held.page.locator(".far-off").all_inner_texts()]
    assert len(far) > 1 and far == sorted(far)


@pytest.mark.browser
def test_terminal_can_be_installed(browser: Browser, live_server, city: City, tmp_path: Path) -> None:
    # A browser with a folder of its own: in the others, which keep nothing, nothing can be installed.
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS, base_url=live_server.url, locale="zh-CN"
    )
    try:
        held = Phone(context.new_page())
        held.sign_in("supervisor")
        address = held.page.locator("link[rel=manifest]").get_attribute("href")
        told = held.page.evaluate("address => fetch(address).then(answer => answer.json())", address)
        sizes = [held.page.evaluate(SIZE, icon["src"]) for icon in told["icons"]]
        errors = context.new_cdp_session(held.page).send("Page.getInstallabilityErrors")
    finally:
        context.close()
    assert (told["display"], told["start_url"], told["short_name"]) == ("standalone", "/terminal/", "移动终端")
    assert sizes == [icon["sizes"] for icon in told["icons"]]
    assert errors == {"installabilityErrors": []}


@pytest.mark.browser
def test_language_is_changed_and_stays_without_a_network(phone: Callable[..., Phone]) -> None:
    held = phone()
    with held.page.expect_navigation():
        held.tap(".bar [lang='zh-Hans']")
    held.page.locator(".home").wait_for()
    assert "新上报" in held.page.locator(".camera-button").inner_text()
    held.cut()
    held.start()
    assert "新上报" in held.page.locator(".camera-button").inner_text()


@pytest.mark.browser
def test_without_a_camera_a_photo_is_chosen_and_what_cannot_be_read_is_told(phone: Callable[..., Phone]) -> None:
    held = phone(script=NO_CAMERA)
    held.tap(".camera-button")
    chosen = held.page.locator("input[type=file]")
    assert chosen.get_attribute("capture") == "environment"
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
    chosen.set_input_files({"name": "a.heic", "mimeType": "image/heic", "buffer": heic})
    assert "JPEG" in held.page.locator(".viewfinder .said").inner_text()
    assert held.stored() == {"records": [], "blobs": 0}
    bitmap = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0\0\0\0\0\4\0\0\0" + b"\0" * 20
    chosen.set_input_files({"name": "a.bmp", "mimeType": "image/bmp", "buffer": bitmap})
    held.page.locator(".photos img").wait_for()
    assert held.stored()["blobs"] == 1
