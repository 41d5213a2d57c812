"""A case is kept from the public on its page, for a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import TO_DISPATCHED, City
from citygrid.kernel import clock


@pytest.fixture
def case(city: City) -> Case:
    start = clock.now() - timedelta(minutes=50)
    return city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))


def withhold(client: Client, case: Case, **values: str) -> Any:
    return client.post(reverse("case-withhold", args=[case.number]), {"is_withheld": "1", **values}, follow=True)


def is_withheld(case: Case) -> bool:
    return Case.objects.unscoped(reason="test").get(pk=case.pk).is_withheld


def test_acceptor_keeps_a_case_from_the_public_and_shows_it_again(case: Case, enter) -> None:
    acceptor = enter("acceptor")
    assert "Kept from the public" in withhold(acceptor, case, reason="a face").content.decode()
    assert is_withheld(case)
    withhold(acceptor, case, reason="it was none", is_withheld="0")
    assert not is_withheld(case)


def test_reason_is_needed(case: Case, enter) -> None:
    assert "A reason is needed" in withhold(enter("acceptor"), case, reason=" ").content.decode()
    assert not is_withheld(case)


def test_dispatcher_may_not(case: Case, enter) -> None:
    dispatcher = enter("dispatcher")
    assert withhold(dispatcher, case, reason="a face").status_code == 403
    page = dispatcher.get(reverse("case", args=[case.number])).content.decode()
    assert "Keep from the public" not in page
    assert not is_withheld(case)
