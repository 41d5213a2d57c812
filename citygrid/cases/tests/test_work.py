"""A unit gives work on a case to its own crews, and reports the case as handled when none of it is open."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from citygrid.access.tests import factories as access
from citygrid.cases import errors, queries
from citygrid.cases.models import Case
from citygrid.cases.rules import Given, Outcome, works
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.cases.tests.test_handlers import run
from citygrid.evidence.tests import factories as evidence
from citygrid.geography.tests import factories as geography
from citygrid.kernel import memo
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound
from citygrid.notices import queries as notices
from citygrid.workflow.errors import FieldsMissing, StepNotAllowed

TO_DISPATCHED = ("shift_leader file", "dispatcher dispatch")
HOUR = timedelta(hours=1)


@pytest.fixture
def city(db: None) -> City:
    found = make_city()
    for name, unit in (("crew", found.unit), ("second", found.unit), ("stranger", found.other_unit)):
        found.actors[name] = access.make_actor("crew", areas=[geography.DISTRICT], unit=unit)
    return found


@pytest.fixture
def case(city: City) -> Case:
    return city.play(city.open(), *TO_DISPATCHED)


def give(city: City, case: Case, crew: str = "crew", **values: Any) -> Case:
    at = case.steps.latest("seq").at
    given = {"crew_id": city.actors[crew].post_id, "task": "清运垃圾", "by_at": at + HOUR, **values}
    return city.take(case, "department give_work", given=Given(**given))


def finish(city: City, case: Case, crew: str = "crew") -> Case:
    photo = evidence.receive(actor=city.actors[crew])
    return city.take(case, f"{crew} finish_work", given=Given(note="已清运", photos={"after": (photo.pk,)}))


def take_back(city: City, case: Case, crew: str = "crew") -> Case:
    return city.take(case, "department take_back_work", given=Given(crew_id=city.actors[crew].post_id, reason="不必"))


def waits_for(actor: Actor) -> list[str]:
    counted = queries.waiting_counts(actor, NOW)["all"]
    found = [case.number for case in queries.waiting(actor, NOW)]
    assert counted == len(found) == queries.waiting_total(actor, 100)
    return found


def proved() -> bool:
    (proof,) = queries.prove(system_actor("tests"))
    return (proof.broken, proof.mismatched) == ([], [])


def test_work_waits_for_its_crew_alone_until_it_is_done(city: City, case: Case) -> None:
    assert waits_for(city.actors["crew"]) == []
    case = give(city, case)
    assert waits_for(city.actors["crew"]) == [case.number]
    assert waits_for(city.actors["second"]) == waits_for(city.actors["stranger"]) == []
    assert (case.state, case.work) == (
        "dispatched",
        {str(city.actors["crew"].post_id): {"task": "清运垃圾", "by_at": (case.head_at + HOUR).isoformat()}},
    )
    case = finish(city, case)
    assert (waits_for(city.actors["crew"]), case.work) == ([], None)
    assert proved()


def test_case_is_not_handled_while_work_is_open(city: City, case: Case) -> None:
    case = give(city, give(city, case), "second")
    case = finish(city, case)
    with pytest.raises(StepNotAllowed) as refusal:
        city.take(case, "department reply")
    assert refusal.value.reason == "open_work"
    case = take_back(city, case, "second")
    assert city.take(case, "department reply").state == "handled"
    assert proved()


def test_what_became_of_work_is_read_from_the_steps(city: City, case: Case) -> None:
    case = give(city, give(city, case), "second", task="冲洗地面")
    case = take_back(city, finish(city, case), "second")
    case = city.take(give(city, case, task="再清一遍"), "shift_leader void")
    found = works(step.as_past() for step in case.steps.order_by("seq"))
    assert [(work.task, work.outcome, work.words) for work in found] == [
        ("清运垃圾", Outcome.DONE, "已清运"),
        ("冲洗地面", Outcome.TAKEN_BACK, "不必"),
        ("再清一遍", Outcome.LEFT, "because"),
    ]
    assert case.work is None and waits_for(city.actors["crew"]) == []
    assert proved()


def test_work_goes_on_while_the_case_is_deferred_and_ends_when_it_is_returned(city: City, case: Case) -> None:
    until = Given(reason="frost", until_at=NOW + timedelta(days=5))
    hung = city.take(city.take(give(city, case), "department hang", given=until), "dispatcher approve_hang")
    assert hung.state == "hung" and waits_for(city.actors["crew"]) == [case.number]
    back = city.play(city.take(hung, "dispatcher resume"), "department return", "dispatcher approve_return")
    assert (back.state, back.work, waits_for(city.actors["crew"])) == ("filed", None, [])


@pytest.mark.parametrize("crew", ["stranger", "department", "supervisor"])
def test_work_is_given_to_crews_of_the_unit_alone(city: City, case: Case, crew: str) -> None:
    with pytest.raises(errors.PostUnfit):
        give(city, case, crew)


@pytest.mark.parametrize("hours", [0, -1, 24 * 366])
def test_work_has_an_end_in_the_future(city: City, case: Case, hours: int) -> None:
    with pytest.raises(errors.UntilInvalid):
        give(city, case, by_at=case.head_at + hours * HOUR)


def test_crew_has_one_piece_of_work_on_a_case(city: City, case: Case) -> None:
    case = give(city, case)
    with pytest.raises(errors.CrewBusy):
        give(city, case)
    with pytest.raises(errors.PostUnfit):
        take_back(city, case, "second")


def test_work_is_not_done_without_a_photo_nor_by_another_crew(city: City, case: Case) -> None:
    case = give(city, case)
    with pytest.raises(FieldsMissing):
        city.take(case, "crew finish_work", given=Given(note="done"))
    with pytest.raises(StepNotAllowed) as refusal:
        finish(city, case, "second")
    assert refusal.value.reason == "not_its_work"
    with pytest.raises(NotFound):
        finish(city, case, "stranger")


def test_crew_and_unit_are_told(city: City, case: Case) -> None:
    case = take_back(city, give(city, finish(city, give(city, case))))
    city.take(give(city, case), "shift_leader void")
    run(2)
    with override("en"):
        told = {name: notices.notices(city.actors[name])[::-1] for name in ("crew", "second", "department")}
    kinds = {name: [one.template for one in found] for name, found in told.items()}
    assert kinds == {
        "crew": ["work_given", "work_given", "work_taken_back", "work_given", "work_taken_back"],
        "second": [],
        "department": ["case_dispatched", "work_done", "case_voided"],
    }
    assert "清运垃圾" in told["crew"][0].text and "已清运" in told["department"][1].text


def test_own_work_comes_first_that_is_to_be_done_first(city: City) -> None:
    cases = [city.play(city.open(), *TO_DISPATCHED) for _ in range(3)]
    for case, hours in zip(cases, (3, 1, 2), strict=True):
        give(city, case, by_at=case.head_at + hours * HOUR)
    assert waits_for(city.actors["crew"]) == [cases[place].number for place in (1, 2, 0)]


def test_screens_of_a_crew_are_told_of_its_work_alone(city: City, case: Case) -> None:
    give(city, case)
    found = queries.changed([city.actors[name] for name in ("crew", "second", "stranger")], [case.pk])
    assert [[change.waits for change in each] for each in found] == [[True], [False], []]


def test_own_work_is_found_by_an_index_in_one_query(city: City, case: Case, settings: Any) -> None:
    settings.KEPT_SECONDS = 600  # procedures are kept a moment, as in a process that serves
    give(city, case)
    rows = Case.objects.unscoped(reason="a plan")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "case_of_crew" in rows.filter(work__has_key=str(uuid4())).explain()
    assert len(queries.waiting(city.actors["crew"], NOW)) == 1
    with CaptureQueriesContext(connection) as caught:
        assert len(list(queries.waiting(city.actors["crew"], NOW))) == 1
    assert len(caught) == 1
    memo.forget()
