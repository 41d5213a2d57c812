"""The process itself: how it ends, and what becomes of its pages when it dies."""

import time
from collections.abc import Iterator

import pytest

from citygrid.desk.tests.factories import City
from tests.live.process import Process, eventually, free_port, is_open, session
from tests.robustness.platform import descendants, kill


@pytest.fixture
def own() -> Iterator[Process]:
    """A process of one test's own, which may be ended."""
    process = Process(free_port(), free_port())
    try:
        assert eventually(lambda: is_open(process.port), 30)
        yield process
    finally:
        process.end()


def test_process_ends_in_good_order_while_pages_are_open(city: City, own: Process) -> None:
    with own.listening(session(city.accounts["dispatcher"])) as page:
        time.sleep(0.5)
        began = time.monotonic()
        own.end()
        assert time.monotonic() - began < 10 and own.process.returncode == 0
        assert eventually(lambda: page.has_ended)


def test_worker_that_is_killed_is_started_again_and_pages_may_come_again(city: City, own: Process) -> None:
    cookie = session(city.accounts["dispatcher"])
    with own.listening(cookie) as page:
        assert kill(descendants(own.process.pid)[-1:]) == 1
        assert eventually(lambda: page.has_ended, 10)
    assert eventually(lambda: is_open(own.port), 30)
    with own.listening(cookie) as page:
        assert not eventually(lambda: page.has_ended, 1)
