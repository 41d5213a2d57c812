import pytest
from django.test import Client

from citygrid.access.tests import factories as access
from citygrid.desk.tests.factories import City, add_administrator, make_city
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


@pytest.fixture
def administrators(city: City) -> City:
    """The city with its three administrators."""
    add_administrator(city, language="en")
    for role in ("security_administrator", "audit_administrator"):
        post = access.make_post(role, organisation=city.water, areas=[""])
        city.accounts[role] = access.make_account(role, display_name=role, language="en", posts=[post])
    return city
