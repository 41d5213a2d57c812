"""Somebody in the street with a phone: fake camera, microphone and place, and taps that are counted."""

import time
from typing import Any

from playwright.sync_api import Locator, Page

from citygrid.geography.tests.factories import SOUTH, WEST
from tests.journeys.staff import PASSWORD, Staff

PLACE = {"longitude": WEST + 0.0012, "latitude": SOUTH + 0.0012, "accuracy": 12.0}
PERMISSIONS = ["camera", "microphone", "geolocation"]
# What the phone has stored, as its own scripts see it: rows without what is sealed.
ROWS = """
() => new Promise((done, failed) => {
  const opened = indexedDB.open('citygrid-terminal')
  opened.onerror = () => failed(opened.error)
  opened.onsuccess = () => {
    const asked = opened.result.transaction(['records', 'blobs'])
    const [records, blobs] = [asked.objectStore('records').getAll(), asked.objectStore('blobs').count()]
    asked.oncomplete = () => {
      opened.result.close()
      done({records: records.result.map(({sealed, ...row}) => row), blobs: blobs.result})
    }
  }
})
"""


class Phone(Staff):
    """One phone with the terminal on it."""

    taps = 0
    began = 0.0

    def __init__(self, page: Page, shots: str = "") -> None:
        super().__init__(page, shots)
        self.faults: list[str] = []
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def sign_in(self, login: str, lands: str = "/terminal/") -> None:
        """Sign in and wait until the phone holds all it needs to start without a network."""
        self.go("/sign-in/?next=/terminal/")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.submit("form:has([name=password])")
        self.page.locator(".home").wait_for()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        self.page.wait_for_function("navigator.serviceWorker.controller !== null")

    def start(self) -> None:
        """Open the app anew, as from the home screen of the phone."""
        self.page.goto("/terminal/")
        self.page.locator(".home").wait_for()

    def count(self) -> None:
        """Begin to count taps and seconds."""
        self.taps, self.began = 0, time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def tap(self, what: str | Locator) -> None:
        found = self.page.locator(what) if isinstance(what, str) else what
        found.click()
        self.taps += 1

    def stored(self) -> dict[str, Any]:
        """The rows of the outbox that the browser holds, and how many files."""
        found: dict[str, Any] = self.page.evaluate(ROWS)
        return found

    def states(self) -> list[str]:
        return sorted(row["state"] for row in self.stored()["records"])

    def wait_for_states(self, *states: str) -> None:
        """Until the records of the outbox are in exactly these states."""
        for _ in range(150):
            if self.states() == sorted(states):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{self.states()} are not {sorted(states)}; faults: {self.faults}")

    def cut(self, is_off: bool = True) -> None:
        """Airplane mode on, or off again."""
        self.page.context.set_offline(is_off)
