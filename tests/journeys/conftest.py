"""A real Chromium at the pages of a small city. CITYGRID_SHOTS=folder also keeps a picture of every page looked at."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from citygrid.desk.tests.factories import City, make_city
from citygrid.kernel import clock
from tests.journeys.staff import PASSWORD, Staff
from tests.journeys.terminal import PERMISSIONS, PLACE, Phone

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
# Playwright keeps an event loop on this thread; the tests read the database beside it, one after the other.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def city(transactional_db: None) -> City:
    return make_city(clock.now(), password=PASSWORD)


@pytest.fixture
def enter(browser: Browser, live_server, city: City) -> Iterator[Callable[..., Staff]]:
    """Signs somebody of the staff in at a browser of their own."""
    contexts: list[BrowserContext] = []

    def signed_in(
        login: str,
        *,
        language: str = "en",
        width: int = 1366,
        height: int = 768,
        scripts: bool = True,
        lands: str = "/",
    ) -> Staff:
        context = browser.new_context(
            base_url=live_server.url,
            locale={"en": "en-US", "zh-hans": "zh-CN"}[language],
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        staff = Staff(context.new_page(), shots=os.environ.get("CITYGRID_SHOTS", ""))
        staff.sign_in(login, lands)
        return staff

    yield signed_in
    for context in contexts:
        context.close()


@pytest.fixture
def phone(browser: Browser, live_server, city: City) -> Iterator[Callable[..., Phone]]:
    """Gives somebody a phone with the terminal, signed in, at a place in the district."""
    contexts: list[BrowserContext | Browser] = []

    def given(
        login: str = "supervisor", *, language: str = "en", script: str = "", seen: Path | None = None, **options: Any
    ) -> Phone:
        """`seen`: a film (MJPEG) that its camera sees."""
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={seen}"]
        own = browser.browser_type.launch(executable_path=CHROMIUM, args=flags) if seen else browser
        contexts.extend([own] if seen else [])
        context = own.new_context(
            base_url=live_server.url,
            locale={"en": "en-US", "zh-hans": "zh-CN"}[language],
            timezone_id="Asia/Shanghai",
            viewport={"width": 390, "height": 844},
            has_touch=True,
            **{"geolocation": PLACE, "permissions": PERMISSIONS, **options},
        )
        contexts.append(context)
        if script:
            context.add_init_script(script)
        held = Phone(context.new_page(), shots=os.environ.get("CITYGRID_SHOTS", ""))
        held.sign_in(login)
        return held

    yield given
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, as the front end's packages hold it."""
    source: Path = django_settings.ROOT / "frontend/node_modules/axe-core/axe.min.js"
    return source.read_text()
