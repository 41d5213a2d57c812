"""What a phone is told to work without a network."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from citygrid.access.models import Account
from citygrid.cases.models import Case
from citygrid.cases.services import Given
from citygrid.desk.tests import factories
from citygrid.desk.tests.factories import COVER, LITTER, TO_DISPATCHED, City
from citygrid.evidence.tests import factories as evidence
from citygrid.intake.services import ReportIn, accept_report, receive_report
from citygrid.kernel import clock
from citygrid.terminal import queries
from citygrid.terminal.api.schemas import HomeOut, LeafOut, StandingOut

HOME = "/api/v1/terminal/home"
BASELINE = 20  # queries: three say who asks, six are kept in memory a moment outside tests


@pytest.fixture
def city(db: None) -> City:
    return factories.make_city(clock.now())


def client_of(city: City, login: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.accounts[login])
    return client


def lived(city: City, place: int, *lines: str) -> Case:
    """A case of some minutes ago after these steps."""
    start = clock.now() - timedelta(hours=2)
    return city.play(city.case(place, start), *lines, start=start, every=timedelta(minutes=5))


def home(city: City, login: str) -> dict[str, Any]:
    answer = client_of(city, login).get(HOME)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    HomeOut.model_validate(told)
    assert set(told) == set(HomeOut.model_fields)
    return told


def test_supervisor_is_told_what_to_verify_and_to_check_with_its_actions(city: City) -> None:
    verify = lived(city, 0, "acceptor send_to_verify")
    check = lived(city, 1, *TO_DISPATCHED, "sanitation reply", "acceptor send_to_check")
    lived(city, 2, *TO_DISPATCHED)
    told = home(city, "supervisor")
    tasks = {task["case_id"]: task for task in told["tasks"]}
    assert set(tasks) == {str(verify.pk), str(check.pk)}
    one = tasks[str(verify.pk)]
    assert (one["number"], one["head_seq"], one["state"], one["stage"]) == (
        verify.number,
        2,
        "verifying",
        "Being verified",
    )
    assert (one["asked"], tasks[str(check.pk)]["asked"]) == ("Verify", "Check the work")
    [action] = one["actions"]
    assert (action["code"], action["needs"], action["takes"]) == ("report_verification", ["finding"], ["photo_scene"])
    assert {"code": "not_found", "name": "Nothing found"} in action["findings"]
    assert one["task_due_at"] and one["lon"] == verify.location.x and "Yanle" in one["area"]
    assert told["counts"]["all"] == 2 and told["roles"] == ["supervisor"]


def test_department_is_told_what_to_take_and_to_handle_with_usual_reasons(city: City) -> None:
    taken, sent = lived(city, 1, *TO_DISPATCHED, "sanitation take"), lived(city, 3, *TO_DISPATCHED)
    lived(city, 0, *TO_DISPATCHED)
    tasks = {task["case_id"]: task for task in home(city, "sanitation")["tasks"]}
    assert set(tasks) == {str(taken.pk), str(sent.pk)}
    actions = {action["code"]: action for action in tasks[str(sent.pk)]["actions"]}
    assert {"take", "reply", "return", "extend"} <= set(actions) and tasks[str(sent.pk)]["asked"] == "Handle"
    assert "Not within this unit's duty." in actions["return"]["reasons"]
    assert actions["take"]["reasons"] == [] == actions["take"]["needs"]


def test_crew_is_told_its_work(city: City) -> None:
    factories.add_crew(city)
    case = lived(city, 0, *TO_DISPATCHED, "water take")
    now = clock.now()
    crew = city.actor("crew", now)
    given = Given(crew_id=crew.post_id, task="换井盖", by_at=now + timedelta(hours=2))
    water = city.actor("water", now)
    factories.services.take_step(case_id=case.pk, action="give_work", given=given, actor=water, now=now)
    [task] = home(city, "crew")["tasks"]
    assert (task["work"]["task"], task["asked"]) == ("换井盖", "Do the work")
    assert [action["code"] for action in task["actions"]] == ["finish_work"]


def test_tasks_show_the_photos_of_the_report_behind_the_case(city: City) -> None:
    now = clock.now() - timedelta(minutes=30)
    acceptor = city.actor("acceptor", now)
    photo = evidence.receive(actor=acceptor)
    report = ReportIn(description="井盖破损", channel="hotline", area_code="900001001001", photos=(photo.pk,))
    receipt = receive_report(report=report, key="k", actor=acceptor, now=now)
    case = accept_report(report_id=receipt.report_id, actor=acceptor, now=now, category_key=COVER)
    city.play(case, "acceptor send_to_verify", start=now)
    [task] = home(city, "supervisor")["tasks"]
    assert (task["before_photos"], task["lon"]) == ([str(photo.pk)], None)


def test_long_words_are_cut_and_the_earliest_deadline_comes_first(city: City) -> None:
    for place in (0, 2, 4):
        lived(city, place, "acceptor send_to_verify")
    Case.objects.unscoped(reason="test").update(summary="长" * 900)
    tasks = home(city, "supervisor")["tasks"]
    assert {len(task["summary"]) for task in tasks} == {500}
    assert [task["due_at"] for task in tasks] == sorted(task["due_at"] for task in tasks)


def test_queries_of_home_do_not_grow_with_its_tasks(city: City, django_assert_num_queries) -> None:
    lived(city, 0, "acceptor send_to_verify")
    client = client_of(city, "supervisor")
    assert len(client.get(HOME).json()["tasks"]) == 1
    for place in range(1, 9):
        lived(city, place, "acceptor send_to_verify")
    with django_assert_num_queries(BASELINE):
        assert len(client.get(HOME).json()["tasks"]) == 9


def test_copy_that_is_new_is_not_sent_again(city: City) -> None:
    lived(city, 0, "acceptor send_to_verify")
    client = client_of(city, "supervisor")
    first = client.get(HOME)
    again = client.get(HOME, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    lived(city, 1, "acceptor send_to_verify")
    assert client.get(HOME, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_categories_say_what_may_be_reported_and_fixed_and_how_it_is_typed(city: City) -> None:
    client = client_of(city, "supervisor")
    answer = client.get("/api/v1/terminal/categories")
    told = {one["key"]: one for one in answer.json()}
    assert [LeafOut.model_validate(one).key for one in answer.json()] == [COVER, LITTER]
    assert told[COVER] == {
        "key": COVER,
        "name": "Sewage manhole cover",
        "major": "Public utilities",
        "initials": "wsjg",
        "can_fix": True,
    }
    known = client.get("/api/v1/terminal/categories", headers={"If-None-Match": answer["ETag"]})
    assert known.status_code == 304


def test_post_of_some_categories_is_offered_those_and_one_that_reports_nothing_none(city: City) -> None:
    post = city.accounts["supervisor"].holdings.get().post
    post.categories = [LITTER]
    post.save()
    assert [one["key"] for one in queries.categories(city.actor("supervisor", clock.now()))] == [LITTER]
    assert client_of(city, "sanitation").get("/api/v1/terminal/categories").json() == []


def test_epoch_is_the_same_for_one_post_and_another_for_others(city: City) -> None:
    told = [
        client_of(city, login).get("/api/v1/terminal/epoch").json() for login in ("supervisor", "supervisor", "water")
    ]
    assert told[0] == told[1] and told[0]["epoch"] != told[2]["epoch"]
    assert StandingOut.model_validate(told[0]).account_id == city.accounts["supervisor"].pk
    assert home(city, "supervisor")["epoch"] == told[0]["epoch"]


@pytest.mark.parametrize("address", ["home", "categories", "epoch"])
@pytest.mark.parametrize("login", ["acceptor", "shift_leader", "dispatcher", "inspector"])
def test_posts_that_work_inside_are_not_let_in(city: City, login: str, address: str) -> None:
    answer = client_of(city, login).get(f"/api/v1/terminal/{address}")
    assert (answer.status_code, answer.json()["code"]) == (403, "kernel.not_permitted")


def test_nobody_is_let_in_without_signing_in(db: None) -> None:
    assert Client().get(HOME).status_code == 401
    assert Account.objects.count() == 0
