"""What automatic dispatch said of a case, on its page, and whom it suggests to who dispatches it."""

from typing import Any

from django.urls import reverse

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City
from citygrid.desk.tests.learned import LAMP, NEVER_SENT, filed, reread, send, teach
from citygrid.dispatch.models import LearnedModel


def page_of(client: Any, case: Case) -> Any:
    answer = client.get(reverse("case", args=[case.number]))
    assert answer.status_code == 200
    return answer


def card_of(model: LearnedModel) -> str:
    return reverse("automation-model", args=[model.pk])


def test_case_tells_what_was_concluded_and_why(city: City, enter) -> None:
    model = teach(city)
    case = filed(city, LAMP)
    assert case.unit == city.sanitation
    page = page_of(enter("dispatcher"), case).content.decode()
    assert "Sent: closed cases name one unit surely enough" in page
    assert "mostly: " in page and "路灯" in page and card_of(model) in page and "sent by itself from" in page
    assert card_of(model) not in page_of(enter("acceptor"), case).content.decode()


def test_unsure_case_offers_the_likeliest_units_and_one_press_sends_it(city: City, enter) -> None:
    teach(city, promise=NEVER_SENT)
    case = filed(city, LAMP)
    answer = page_of(enter("dispatcher"), case)
    likely = answer.context["likely"].units
    assert [one.name for one in likely] and {one.unit_id for one in likely} == {city.sanitation.pk, city.water.pk}
    form = next(form for form in answer.context["steps"] if form.action.code == "dispatch")
    assert form.is_ready and form.chosen_beforehand == likely[0].name
    given = {"unit": str(likely[1].unit_id), "expected_seq": case.head_seq}
    assert enter("dispatcher").post(reverse("case-step", args=[case.number, "dispatch"]), given).status_code == 302
    assert reread(case).unit_id == likely[1].unit_id
    assert page_of(enter("shift_leader"), case).context["likely"] is None


def test_strange_words_suggest_no_unit(city: City, enter) -> None:
    teach(city)
    answer = page_of(enter("dispatcher"), filed(city, "🙂" * 40))
    assert answer.context["rules"].said.conclusion.endswith("closed cases are not sure enough")
    assert answer.context["rules"].suggested is None and answer.context["likely"] is None


def test_case_that_came_back_is_not_suggested_to_the_same_unit(city: City, enter) -> None:
    teach(city, promise=NEVER_SENT)
    case = filed(city, LAMP)
    first = page_of(enter("dispatcher"), case).context["likely"].units[0].unit_id
    case = send(city, case, "dispatcher", "dispatch", unit_id=first)
    unit = next(login for login in ("sanitation", "water") if getattr(city, login).pk == first)
    case = send(city, case, unit, "return", reason="not ours")
    case = send(city, case, "dispatcher", "approve_return", reason="so")
    assert case.state == "filed"
    rules = page_of(enter("dispatcher"), case).context["rules"]
    assert rules.said.likely and rules.suggested is None
