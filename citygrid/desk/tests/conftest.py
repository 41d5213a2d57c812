import pytest
from django.test import Client

from citygrid.desk.tests.factories import City, make_city
from citygrid.kernel import clock


@pytest.fixture
def city(db: None) -> City:
    return make_city(clock.now(), language="en")


@pytest.fixture
def enter(city: City):
    """A client signed in under a login."""

    def signed_in(login: str) -> Client:
        client = Client()
        client.force_login(city.accounts[login])
        return client

    return signed_in
