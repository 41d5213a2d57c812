"""The index of communities on its pages: how it begins, what is missing, what is published and by whom."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from citygrid.desk.tests.factories import City, make_cases
from citygrid.desk.tests.test_reports import words_of
from citygrid.evaluation import services
from citygrid.evaluation.models import IndexEdition
from citygrid.evaluation.tests.test_indices import lines
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.kernel.tests.sheet_files import write

pytestmark = pytest.mark.django_db
CLERK = system_actor("clerk")


@pytest.fixture
def address(city: City) -> str:
    """Of the page of this month, with a tree, counted cases and nothing imported."""
    now = clock.now()
    call_command("load_evaluation", verbosity=0)
    write("index-tree", CLERK, now, *lines())
    make_cases(city, now - timedelta(days=1), 18)
    services.count_changed()
    return f"/evaluation/index/civility/{now:%Y-%m}/"


def test_index_that_is_not_there_says_how_to_begin(city: City, enter) -> None:
    assert "There is none yet" in words_of(enter("shift_leader").get("/evaluation/index/", follow=True))


def test_communities_stand_with_what_is_known_of_them(address: str, enter) -> None:
    client = enter("shift_leader")
    answer = client.get("/evaluation/index/", follow=True)
    assert answer.redirect_chain[0][0] == address
    drawn = words_of(answer)
    assert "Not published" in drawn and "Indicator 1" in drawn
    area = answer.context["found"].rows[0].area_code
    page = words_of(client.get(f"{address}{area}/"))
    assert "Indicator 4" in page and "missing" in page


def test_only_who_may_publishes_and_only_once_without_a_reason(address: str, enter) -> None:
    assert enter("shift_leader").post(f"{address}publish/").status_code == 403
    overseer = enter("inspector")
    done = overseer.post(f"{address}publish/", follow=True)
    assert "edition 1" in words_of(done)
    again = overseer.post(f"{address}publish/")
    assert again.status_code == 400 and "published before" in words_of(again)
    assert IndexEdition.objects.count() == 1
    assert overseer.post(f"{address}publish/", {"reason": "a survey came late"}, follow=True).status_code == 200
    assert "a survey came late" in words_of(overseer.get(address))


@pytest.mark.parametrize("wrong", ["civility/2026-13/", "nothing/2026-01/", "civility/2026-01/000000000000/"])
def test_addresses_of_nothing_are_not_found(address: str, enter, wrong: str) -> None:
    assert enter("shift_leader").get(f"/evaluation/index/{wrong}").status_code == 404
