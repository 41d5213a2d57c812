"""Whose task a verification or a check is: chosen, named, given to another, and counted."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from citygrid.access.tests import factories as access
from citygrid.cases import errors, queries
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import COMMUNITY, NOW, City, make_city
from citygrid.geography.tests import factories as geography
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotPermitted
from citygrid.kernel.events import deliver_here
from citygrid.notices.models import Notice
from citygrid.workflow.errors import FieldsMissing, StepNotAllowed

SOON = NOW + timedelta(minutes=10)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def other(city: City) -> Actor:
    """A second supervisor, of the first community only."""
    return access.make_actor("supervisor", areas=[COMMUNITY])


def sent(city: City, **given) -> Case:
    case = city.open()
    return city.take(case, "acceptor send_to_verify", given=Given(**given))


def test_task_goes_to_the_post_with_the_fewest_and_the_step_says_so(city: City, other: Actor) -> None:
    posts = [sent(city).assignee_id for _ in range(4)]
    assert set(posts) == {city.actors["supervisor"].post_id, other.post_id}
    assert all(one != following for one, following in pairwise(posts))
    step = sent(city).steps.get(seq=2)
    assert step.data["post_by"] == "fewest_tasks" and step.data["post_id"] in map(str, posts)


def test_task_goes_to_the_post_that_is_named(city: City, other: Actor) -> None:
    cases = [sent(city, post_id=other.post_id) for _ in range(3)]
    assert {case.assignee_id for case in cases} == {other.post_id}
    assert "post_by" not in cases[0].steps.get(seq=2).data


@pytest.mark.parametrize("role", ["dispatcher", "department", "elsewhere", "unheld", "unknown"])
def test_task_goes_to_no_post_that_cannot_take_it(city: City, role: str) -> None:
    post = {
        "elsewhere": lambda: access.make_actor("supervisor", areas=["900001001003"]).post_id,
        "unheld": lambda: access.make_post("supervisor", areas=[COMMUNITY]).pk,
        "unknown": uuid4,
    }.get(role, lambda: city.actors[role].post_id)()
    with pytest.raises(errors.PostUnfit):
        sent(city, post_id=post)


def test_task_is_not_given_to_who_acted_for_another_side(city: City, other: Actor) -> None:
    """A supervisor who holds a post of a department too handled the case, and does not check it."""
    account = access.Account.objects.get(pk=city.actors["supervisor"].account_id)
    city.actors["department"] = access.make_actor(
        "department", account=account, areas=[geography.DISTRICT], unit=city.unit
    )
    case = city.play(city.open(), "shift_leader file", "dispatcher dispatch", "department reply")
    case = city.take(case, "acceptor send_to_check")
    assert case.assignee_id == other.post_id
    with pytest.raises(errors.PostUnfit):
        city.take(case, "shift_leader reassign", given=Given(post_id=city.actors["supervisor"].post_id))


def test_only_the_post_whose_task_it_is_takes_the_step(city: City, other: Actor) -> None:
    case = sent(city, post_id=other.post_id)
    supervisor = city.actors["supervisor"]
    assert [action.code for action in queries.actions_for(case, supervisor, NOW)] == []
    assert [action.code for action in queries.actions_for(case, other, NOW)] == ["report_verification"]
    assert (queries.waiting_total(supervisor, 9), queries.waiting_total(other, 9)) == (0, 1)
    assert (list(queries.waiting(supervisor, NOW)), list(queries.waiting(other, NOW))) == ([], [case])
    with pytest.raises(StepNotAllowed) as refused:
        city.take(case, "supervisor report_verification")
    assert refused.value.reason == "assigned"
    city.actors["supervisor"] = other
    done = city.take(case, "supervisor report_verification")
    assert (done.state, done.assignee_id) == ("verified", None)


def test_task_is_everybodys_where_nobody_works(city: City) -> None:
    access.Holding.objects.filter(post=city.actors["supervisor"].post_id).delete()
    case = sent(city)
    assert case.assignee_id is None and "post_id" not in case.steps.get(seq=2).data
    late = access.make_actor("supervisor", areas=[COMMUNITY])
    assert [action.code for action in queries.actions_for(case, late, NOW)] == ["report_verification"]


def test_task_is_given_to_another_post_who_is_told_and_its_limit_goes_on(city: City, other: Actor) -> None:
    case = sent(city, post_id=city.actors["supervisor"].post_id)
    moved = city.take(case, "shift_leader reassign", at=SOON, given=Given(post_id=other.post_id))
    assert (moved.assignee_id, moved.state, moved.due_at) == (other.post_id, "verifying", case.due_at)
    assert moved.counts == {"reassignments": 1}
    deliver_here()
    told = Notice.objects.unscoped(reason="test").filter(template="case_reassigned")
    assert {notice.account_id for notice in told} == {other.account_id}


def test_reassignment_names_a_post(city: City) -> None:
    with pytest.raises(FieldsMissing):
        city.take(sent(city), "shift_leader reassign", given=Given())


def test_history_with_tasks_is_proved(city: City, other: Actor) -> None:
    case = sent(city, post_id=city.actors["supervisor"].post_id)
    case = city.take(case, "acceptor reassign", given=Given(post_id=other.post_id))
    city.actors["supervisor"] = other
    city.play(case, "supervisor report_verification", "shift_leader file")
    auditor = access.make_actor("audit_administrator")
    *_, proof = queries.prove(auditor)
    assert (proof.cases, proof.mismatched, proof.broken) == (1, [], [])


def test_loads_count_tasks_overdue_ones_and_what_was_done(city: City, other: Actor) -> None:
    idle = access.make_actor("supervisor", areas=["900001001003"])
    access.make_actor("supervisor", areas=["110101"])  # of another district
    supervisor = city.actors["supervisor"]
    for post in (supervisor, supervisor, other):
        sent(city, post_id=post.post_id)
    done = sent(city, post_id=supervisor.post_id)
    city.take(done, "supervisor report_verification", at=SOON)
    later = NOW + timedelta(hours=1)
    found = {load.post.pk: load for load in queries.loads(city.actors["shift_leader"], later, NOW)}
    assert set(found) == {supervisor.post_id, other.post_id, idle.post_id}
    first = found[supervisor.post_id]
    assert (first.tasks, first.late, first.done, len(first.names)) == (2, 2, 1, 1)
    assert (found[idle.post_id].tasks, found[other.post_id].tasks) == (0, 1)
    assert [each.post.pk for each in queries.able_posts(queries.tasks(city.actors["shift_leader"]), later)] == [
        other.post_id,
        supervisor.post_id,
    ]


def test_loads_name_what_is_nobodys_and_posts_that_nobody_holds_any_more(city: City, other: Actor) -> None:
    sent(city, post_id=other.post_id)
    access.Holding.objects.all().delete()
    sent_to_all = sent(city)
    found = queries.loads(city.actors["shift_leader"], NOW, NOW)
    assert [(load.post and load.post.pk, load.tasks) for load in found] == [(None, 1), (other.post_id, 1)]
    assert sent_to_all.assignee_id is None


def test_tasks_are_of_the_own_area_and_for_who_may_oversee_them(city: City) -> None:
    case = sent(city)
    leader = access.make_actor("shift_leader", areas=["900001001"])
    assert list(queries.tasks(leader)) == [case]
    assert list(queries.tasks(access.make_actor("shift_leader", areas=["900001002"]))) == []
    with pytest.raises(NotPermitted):
        queries.tasks(city.actors["dispatcher"])


def test_check_is_late_by_the_limit_of_its_state_not_by_that_of_the_case(city: City) -> None:
    """Two urgent hours for the case, half a working hour for the check: a case handled in time can be checked late."""
    handled = ("shift_leader file", "dispatcher dispatch", "department reply", "acceptor send_to_check")
    case = city.play(city.open(), *handled, every=timedelta(minutes=1))
    leader, sent_at = city.actors["shift_leader"], case.head_at
    for minutes, lamp, counted in ((1, "green", (0, 0)), (20, "yellow", (0, 1)), (31, "red", (1, 0))):
        now = sent_at + timedelta(minutes=minutes)
        [load] = [load for load in queries.loads(leader, now, NOW) if load.tasks]
        assert (queries.task_lamp(case, now), (load.late, load.soon)) == (lamp, counted)
        assert queries.lamp_of(case, now) == "green"  # of the case itself
