from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from citygrid.access.models import Holding
from citygrid.access.services import issue_token
from citygrid.cases.tests.factories import City, make_city
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor, system_actor


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def key_of(actor: Actor, scopes: Any = None) -> str:
    """The key of a fresh token that acts as the actor, with all its permissions unless scopes are given."""
    holding = Holding.objects.get(account=actor.account_id, post=actor.post_id)
    now = clock.now()
    chosen = sorted(actor.permissions) if scopes is None else scopes
    return issue_token(
        holding_id=holding.pk,
        name="test",
        scopes=chosen,
        expires_at=now + timedelta(days=1),
        actor=system_actor("tests"),
        now=now,
    )[1]


@pytest.fixture
def client_of(city: City) -> Callable[[str], Client]:
    """A client that calls the API with a token of the city's post of this role."""

    def make(role: str, scopes: Any = None) -> Client:
        return Client(headers={"Authorization": f"Bearer {key_of(city.actors[role], scopes)}"})

    return make
