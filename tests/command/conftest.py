from collections.abc import Callable

import pytest
from django.test import Client

from citygrid.access.tests import factories as access
from citygrid.desk.tests.factories import CLERK, City, make_city
from citygrid.geography.tests.factories import forbid
from citygrid.kernel import clock


@pytest.fixture
def city(db: None) -> City:
    """The small city of the desk, in whose first community something is forbidden at all hours."""
    city = make_city(clock.now(), language="en")
    forbid(CLERK)
    return city


@pytest.fixture
def enter(city: City) -> Callable[[str], Client]:
    """A client signed in under a login."""

    def signed_in(login: str) -> Client:
        client = Client()
        client.force_login(city.accounts[login])
        return client

    return signed_in


@pytest.fixture
def elsewhere(city: City) -> Client:
    """A shift leader of the other street."""
    post = access.make_post("shift_leader", areas=["900001002"])
    client = Client()
    client.force_login(access.make_account("leader_east", posts=[post], language="en"))
    return client
