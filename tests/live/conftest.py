from collections.abc import Iterator

import pytest

from citygrid.desk.tests.factories import City, make_city
from citygrid.kernel import clock
from tests.live.process import Process, eventually, free_port, is_open


@pytest.fixture(scope="module")
def live(django_db_setup: None, django_db_blocker: object) -> Iterator[Process]:
    """The live process, for all tests of a file."""
    process = Process(free_port(), free_port())
    try:
        assert eventually(lambda: is_open(process.port), 30)
        yield process
    finally:
        process.end()


@pytest.fixture
def city(transactional_db: None) -> City:
    return make_city(clock.now())
