from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from citygrid.access.models import Account
from citygrid.cases.tests.factories import City, make_city
from tests.api.conftest import key_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def page_of(city: City) -> Callable[..., Client]:
    """A browser in which the city's post of this role is signed in; a fault is answered, not raised."""

    def enter(role: str, **headers: Any) -> Client:
        client = Client(raise_request_exception=False, headers=headers)
        client.force_login(Account.objects.get(pk=city.actors[role].account_id))
        return client

    return enter


@pytest.fixture
def api_of(city: City) -> Callable[..., Client]:
    """A program with a token of the city's post of this role; a fault is answered, not raised."""

    def enter(role: str, **headers: Any) -> Client:
        token = {"Authorization": f"Bearer {key_of(city.actors[role])}"}
        return Client(raise_request_exception=False, headers={**token, **headers})

    return enter
