"""One action on many cases: each by itself, no more than is seen, no more than allowed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.cases.services import Given
from citygrid.desk.rules import Keys
from citygrid.desk.tests.factories import TO_DISPATCHED, City
from citygrid.desk.web import bulk
from citygrid.desk.web.queue import row_of
from citygrid.kernel import clock

pytestmark = pytest.mark.django_db
TO_FILED = TO_DISPATCHED[:3]


def test_each_case_goes_to_the_unit_that_its_form_has_chosen_beforehand(city: City) -> None:
    now = clock.now() - timedelta(hours=1)
    made = [city.play(city.case(place, now), *TO_FILED, start=now) for place in range(3)]
    rows = [row_of(case) for case in made]
    results = bulk.act(rows, "dispatch", Given(), city.actor("dispatcher", now), clock.now())
    # A rule names the unit of the covers, the filing condition that of the litter.
    assert [result.case and result.case.unit.code for result in results] == ["water", "sanitation", "water"]


def test_case_for_which_no_one_unit_is_named_is_left_out_with_the_reason(city: City) -> None:
    now = clock.now() - timedelta(hours=1)
    case = city.play(city.case(1, now), *TO_FILED, start=now)
    access.make_post("department", organisation=access.make_organisation(kind="sanitation"), areas=[""])
    [result] = bulk.act([row_of(case)], "dispatch", Given(), city.actor("dispatcher", now), clock.now())
    assert result.refusal and result.refusal.code == "desk.no_unit_named"


def test_unit_that_returned_a_case_is_not_chosen_again_alone_or_in_bulk(city: City, enter) -> None:
    now = clock.now() - timedelta(hours=2)
    back = (*TO_DISPATCHED, "water return", "dispatcher approve_return")
    case = city.play(city.case(0, now), *back, start=now)
    page = enter("dispatcher").get(f"/waiting/?open={case.number}")
    assert page.context["steps"][0]["unit"].initial == ""
    assert "Drainage company returned it: 该井盖权属为通信公司" in page.content.decode()
    [result] = bulk.act([row_of(case)], "dispatch", Given(), city.actor("dispatcher", now), clock.now())
    assert result.refusal and result.refusal.code == "desk.returned_before"
    assert "该井盖权属为通信公司" in str(result.refusal)


def test_numbers_that_are_nothing_twice_or_not_seen_do_no_harm(city: City) -> None:
    now = clock.now() - timedelta(hours=1)
    case = city.play(city.case(0, now), *TO_DISPATCHED, start=now)
    numbers = [row_of(case), row_of(case), "", str(uuid4()), case.number, f"{case.number}|x"]
    other = bulk.act(numbers, "take", Given(), city.actor("sanitation", now), clock.now())
    assert [result.case for result in other] == [None] * 5
    done = bulk.act(numbers, "take", Given(), city.actor("water", now), clock.now())
    assert [bool(result.case) for result in done] == [True, False, False, False, False]
    assert Case.objects.unscoped(reason="test").get(pk=case.pk).state == "handling"
    [unknown] = bulk.act([row_of(case)], "fly", Given(), city.actor("water", now), clock.now())
    assert unknown.refusal is not None


def test_no_more_go_at_once_than_are_allowed(city: City) -> None:
    numbers = [f"900001-20261127-{n:04d}" for n in range(bulk.MOST + 5)]
    assert len(bulk.act(numbers, "take", Given(), city.actor("water", clock.now()), clock.now())) == bulk.MOST


def test_only_what_can_be_given_for_all_is_offered(city: City) -> None:
    now = clock.now() - timedelta(hours=1)
    case = city.play(city.case(0, now), *TO_DISPATCHED, start=now)
    codes = [choice.code for choice in bulk.choices_for([case], city.actor("water", now), clock.now(), Keys())]
    assert "take" in codes
    assert "return" in codes
    assert "reply" not in codes  # what was done differs from case to case


def test_post_that_may_not_act_is_refused(city: City, enter) -> None:
    answer = enter("acceptor").post("/waiting/act/", {"row": ["1"], "action": "take|because"}, follow=True)
    assert answer.status_code == 200
    assert "is-refused" in answer.content.decode()


def test_case_is_not_opened_for_who_does_not_see_it_and_the_way_back_stays_here(city: City, enter) -> None:
    now = clock.now() - timedelta(hours=1)
    case = city.play(city.case(0, now), *TO_DISPATCHED, start=now)
    drawn = enter("sanitation").get(f"/waiting/?open={case.number}").content.decode()
    assert "pane-none" in drawn
    assert case.summary not in drawn
    water = enter("water")
    url = f"/cases/{case.number}/steps/take/"
    seq = {"expected_seq": case.head_seq}
    assert water.post(f"{url}?back=https://elsewhere.example/", seq)["Location"] == f"/cases/{case.number}/"


def test_step_from_the_list_goes_on_to_the_next_case(city: City, enter) -> None:
    now = clock.now() - timedelta(hours=1)
    first, second = (city.play(city.case(place, now), *TO_DISPATCHED, start=now) for place in (0, 5))
    water = enter("water")
    drawn = water.get(f"/waiting/?open={first.number}").content.decode()
    assert f"open%3D{second.number}" in drawn
    answer = water.post(
        f"/cases/{first.number}/steps/take/?back=/waiting/%3Fopen%3D{second.number}", {"expected_seq": first.head_seq}
    )
    assert answer["Location"] == f"/waiting/?open={second.number}"
