"""Real keys and clicks, counted by the browser from where one sits to where the work is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from time import monotonic, sleep

from tests.journeys.staff import Staff

# Modifiers alone are no keys.
COUNT = """
window.pressed = JSON.parse(sessionStorage.pressed || '[]')
const note = (what) => { window.pressed.push(what); sessionStorage.pressed = JSON.stringify(window.pressed) }
const held = ['Shift', 'Control', 'Alt', 'Meta']
window.addEventListener('keydown', (e) => { if (!held.includes(e.key)) note(e.key) }, true)
window.addEventListener('pointerdown', () => note('click'), true)
"""


# The keystroke-level model, in seconds: a key, pointing and clicking, a tap, from mouse to keys or back, making up
# one's mind. Words that are written are not counted, and neither is waiting.
KEY, POINT, TAP, HOME, MIND = 0.28, 1.1, 0.6, 0.4, 1.35
PHONE = 600  # pixels; narrower pages are tapped


@contextmanager
def at_most(staff: Staff, events: int, seconds: float = 0) -> Iterator[None]:
    """The browser's own count of keys and clicks inside is no higher, nor the time that the model gives them."""
    staff.page.evaluate("sessionStorage.pressed = '[]'; window.pressed = []")
    yield
    pressed = staff.page.evaluate("JSON.parse(sessionStorage.pressed)")
    assert 0 < len(pressed) <= events, pressed
    size = staff.page.viewport_size
    assert not seconds or size and modelled(pressed, is_phone=size["width"] < PHONE) <= seconds, pressed


def modelled(pressed: list[str], is_phone: bool) -> float:
    """Seconds that the keystroke-level model gives somebody practised for these keys ("click" for a click or tap)."""
    hand = TAP if is_phone else POINT
    changes = sum((one == "click") != (other == "click") for one, other in pairwise(pressed))
    return MIND + sum(hand if one == "click" else KEY for one in pressed) + HOME * changes


def press(staff: Staff, *keys: str) -> None:
    """Keys one after the other, the last of which leads to another page."""
    *first, last = keys
    for key in first:
        staff.page.keyboard.press(key)
    with staff.page.expect_navigation():
        staff.page.keyboard.press(last)


def shows(staff: Staff, name: str) -> None:
    """Wait until the case or report of this number is the one that is open: the address may say so a moment before."""
    staff.page.locator(f".pane-head .code:text-is('{name}')").wait_for()


def eventually(holds: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether it holds within so many seconds: what a page sends while it is left comes a moment later."""
    end = monotonic() + seconds
    while not holds() and monotonic() < end:
        sleep(0.05)
    return holds()
