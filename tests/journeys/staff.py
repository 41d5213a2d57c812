"""Somebody at the desk: what a person does with the pages, found by what the pages mean and not by their words."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

PASSWORD = "Plum-rain-in-June-7"
# Opened folds are looked at too; what is closed is not there for axe.
OPEN_ALL = "document.querySelectorAll('main details').forEach(fold => { fold.open = true })"
FIND_GRAVE = """
async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .filter(found => ['serious', 'critical'].includes(found.impact))
  .map(found => `${found.id}: ${found.help} ${found.nodes.map(node => node.target.join(' ')).join(', ')}`)
"""


class Staff:
    """One signed-in browser."""

    def __init__(self, page: Page, shots: str = "") -> None:
        self.page = page
        self.shots = shots

    def sign_in(self, login: str, lands: str = "/") -> None:
        self.go("/sign-in/")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.submit("form:has([name=password])")
        assert urlsplit(self.page.url).path == lands

    def go(self, path: str) -> int:
        """The status the page answers with."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def submit(self, form: str) -> None:
        """Press the last button of a form, and wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.locator(f"{form} button").last.click()

    def act(self, action: str, **fields: str) -> None:
        """Take a step on the case page: open its fold if it has one, fill in, send."""
        fold = self.page.locator(f"#act-{action} > summary")
        if fold.count():
            fold.click()
        form = f"form[action*='/steps/{action}/']"
        for name, value in fields.items():
            self.fill(f"{form} [name={name}]", value)
        self.submit(form)

    def fill(self, field: str, value: str) -> None:
        """Write, choose an option by its value, or tick the choice with this value ("" for the first)."""
        found = self.page.locator(field)
        if found.first.get_attribute("type") == "radio":
            (self.page.locator(f"{field}[value='{value}']") if value else found.first).check()
        elif found.locator("option").count():
            found.select_option(value)
        else:
            found.fill(value)

    def offers(self) -> list[str]:
        """The actions the case page offers, by code."""
        forms = self.page.locator("#now form").all()
        return [str(form.get_attribute("action")).rstrip("/").rsplit("/", 1)[-1] for form in forms]

    def grave_findings(self, axe: str, name: str = "") -> list[str]:
        """What axe finds serious or critical on the page as it stands, with all folds open."""
        if self.shots and name:
            self.picture(name)
        self.page.evaluate(OPEN_ALL)
        self.page.evaluate(axe)
        found: list[Any] = self.page.evaluate(FIND_GRAVE)
        return [f"{name} {each}" for each in found]

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page."""
        folder = Path(self.shots)
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)
