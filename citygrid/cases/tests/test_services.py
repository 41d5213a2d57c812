"""What the services promise beyond the procedure: axes, races, scope, numbers, proofs."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from citygrid.access.models import Holding, Post
from citygrid.access.tests import factories as access
from citygrid.cases import errors, models, queries, services
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import COMMUNITY, NOW, City, make_city
from citygrid.geography.tests import factories as geography
from citygrid.kernel.actor import Reach, system_actor
from citygrid.kernel.errors import NotFound, NotPermitted, Refusal
from citygrid.kernel.models import AuditEntry
from citygrid.workflow.errors import FieldsSurplus

TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_numbers_count_up_within_district_and_day(city: City) -> None:
    days = [NOW, NOW, NOW + timedelta(days=1)]
    assert [city.open(now=now).number for now in days] == [
        "900001-20260302-0001",
        "900001-20260302-0002",
        "900001-20260303-0001",
    ]


def test_every_step_leaves_an_audit_entry(city: City) -> None:
    case = city.play(city.open(), *TO_FILED)
    found = AuditEntry.objects.filter(subject=f"cases.case/{case.pk}").order_by("id").values_list("action", flat=True)
    assert list(found) == ["accept", "send_to_verify", "report_verification", "file"]


@pytest.mark.django_db(transaction=True)
def test_account_of_supervision_cannot_handle_the_same_case() -> None:
    city = make_city()
    case = city.play(city.open(), *TO_FILED)
    leader = city.actors["shift_leader"]
    account = access.Account.objects.get(pk=leader.account_id)
    city.actors["dispatcher"] = access.make_actor("dispatcher", account=account, areas=[geography.DISTRICT])
    with pytest.raises(errors.OtherAxis):
        city.take(case, "dispatcher dispatch")
    case.refresh_from_db()
    assert (case.state, case.steps.count()) == ("filed", 4)
    other_case = city.open()
    other_case = city.play(other_case, "acceptor send_to_verify", "supervisor report_verification")
    city.actors["shift_leader"] = access.make_actor("shift_leader", areas=[geography.DISTRICT])
    other_case = city.play(other_case, "shift_leader file", "dispatcher dispatch")
    assert other_case.state == "dispatched"  # on a case it has not judged, the same account may direct


def test_steps_cannot_be_changed_or_taken_out(city: City) -> None:
    step = city.open().steps.get()
    with pytest.raises(IntegrityError, match="history is appended"):
        models.Step.objects.filter(pk=step.pk).update(label="somebody else")


def test_steps_cannot_be_deleted(city: City) -> None:
    case = city.open()
    with pytest.raises(IntegrityError, match="history is appended"):
        case.steps.all()._raw_delete(using="default")


@pytest.mark.django_db(transaction=True)
def test_of_fifty_dispatchers_one_wins_and_the_others_learn_who() -> None:
    city = make_city()
    case = city.play(city.open(), *TO_FILED)
    dispatchers = [access.make_actor("dispatcher", areas=[geography.DISTRICT]) for _ in range(50)]

    def dispatch(actor: object) -> models.Case | Refusal:
        try:
            return services.take_step(
                case_id=case.pk, action="dispatch", actor=actor, now=LATER, given=Given(unit_id=city.unit.pk)
            )
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(dispatch, dispatchers))
    won = [place for place, answer in enumerate(answers) if isinstance(answer, models.Case)]
    assert len(won) == 1
    told = [answer for answer in answers if isinstance(answer, errors.CaseMoved)]
    assert len(told) == 49
    assert {answer.params["label"] for answer in told} == {dispatchers[won[0]].label}
    assert case.steps.filter(action="dispatch").count() == 1


def test_step_on_an_outdated_view_is_refused(city: City) -> None:
    case = city.play(city.open(), *TO_FILED)
    with pytest.raises(errors.CaseMoved):
        services.take_step(
            case_id=case.pk,
            action="dispatch",
            actor=city.actors["dispatcher"],
            now=LATER,
            given=Given(unit_id=city.unit.pk),
            expected_seq=2,
        )


def test_department_sees_only_the_cases_of_its_unit(city: City) -> None:
    case = city.play(city.open(), *TO_FILED, "dispatcher dispatch")
    city.open()
    mine, theirs = city.actors["department"], city.actors["other_department"]
    assert [found.pk for found in queries.cases(mine, queries.CaseFilter(), NOW)] == [case.pk]
    assert list(queries.cases(theirs, queries.CaseFilter(), NOW)) == []
    assert list(queries.steps(case.pk, theirs)) == []
    with pytest.raises(NotFound):
        queries.case(case.pk, theirs)
    with pytest.raises(NotFound):
        services.take_step(case_id=case.pk, action="take", actor=theirs, now=LATER)


def test_post_of_another_street_does_not_see_the_case(city: City) -> None:
    case = city.open()
    elsewhere = access.make_actor("dispatcher", areas=["900001002"])
    here = access.make_actor("dispatcher", areas=["900001001"])
    assert queries.case(case.pk, here) == case
    with pytest.raises(NotFound):
        queries.case(case.pk, elsewhere)


def test_post_of_other_categories_does_not_see_the_case(city: City) -> None:
    case = city.open()
    lamps_only = access.make_actor("dispatcher", areas=[geography.DISTRICT], categories=["test/component/02"])
    covers = access.make_actor("dispatcher", areas=[geography.DISTRICT], categories=["test/component/01"])
    assert queries.case(case.pk, covers) == case
    with pytest.raises(NotFound):
        queries.case(case.pk, lamps_only)


def test_what_waits_is_in_the_order_of_its_deadlines_whatever_its_stage(city: City) -> None:
    filed = [city.play(city.open(NOW + timedelta(minutes=n)), *TO_FILED) for n in (30, 10, 20)]
    to_returned = (*TO_FILED, "dispatcher dispatch", "department return")
    asked = [city.play(city.open(NOW + timedelta(minutes=n)), *to_returned) for n in (45, 40)]
    wanted = [*sorted(asked, key=lambda case: case.due_at), *sorted(filed, key=lambda case: case.opened_at)]
    dispatcher = city.actors["dispatcher"]
    assert list(queries.waiting(dispatcher, NOW)) == wanted
    assert list(queries.waiting(dispatcher, NOW, start=1, count=2)) == wanted[1:3]
    several = replace(dispatcher, reach=Reach(areas=(COMMUNITY, "900001002")))
    assert list(queries.waiting(several, NOW)) == wanted
    assert list(queries.waiting(several, NOW, queries.CaseFilter(area_code="900001002"))) == []
    assert [queries.waiting_total(dispatcher, most) for most in (2, 10)] == [2, 5]


def test_waiting_holds_what_the_next_step_of_this_role_is(city: City) -> None:
    case = city.play(city.open(), *TO_FILED)
    assert [found.pk for found in queries.waiting(city.actors["dispatcher"], NOW)] == [case.pk]
    assert list(queries.waiting(city.actors["shift_leader"], NOW)) == []
    case = city.play(case, "dispatcher dispatch", "department return")
    assert queries.waiting_counts(city.actors["department"], NOW)["all"] == 0
    counts = queries.waiting_counts(city.actors["dispatcher"], NOW + timedelta(hours=9))
    assert counts == {"all": 1, "red": 1, "yellow": 0, "dispatched": 1}


def test_bulk_step_goes_on_past_a_refused_row(city: City) -> None:
    filed = [city.play(city.open(), *TO_FILED).pk for _ in range(3)]
    ids = [filed[0], uuid4(), *filed[1:]]
    results = services.take_steps(
        case_ids=ids, action="dispatch", actor=city.actors["dispatcher"], now=LATER, given=Given(unit_id=city.unit.pk)
    )
    assert [result.refusal is None for result in results] == [True, False, True, True]


def test_post_without_the_permission_is_refused(city: City) -> None:
    case = city.open()
    clerk = geography.clerk("cases.case:view")
    with pytest.raises(NotPermitted):
        services.take_step(case_id=case.pk, action="void", actor=clerk, now=NOW, given=Given(reason="x"))


def test_closed_unit_is_refused(city: City) -> None:
    case = city.play(city.open(), *TO_FILED)
    city.unit.is_active = False
    city.unit.save()
    with pytest.raises(errors.UnitUnknown):
        city.take(case, "dispatcher dispatch")


@pytest.mark.parametrize("posts", [{"areas": ["999999"]}, {"categories": ["other/"]}, {"role": "acceptor"}])
def test_unit_of_which_no_post_could_take_the_case_is_refused(city: City, posts: dict[str, Any]) -> None:
    case = city.play(city.open(), *TO_FILED)
    Holding.objects.filter(post__organisation=city.unit).delete()
    Post.objects.filter(organisation=city.unit).update(**posts)
    with pytest.raises(errors.UnitElsewhere, match=city.unit.name):
        city.take(case, "dispatcher dispatch")


@pytest.mark.parametrize("surplus", [{"unit_id": uuid4()}, {"task": "x"}, {"until_at": NOW + timedelta(days=2)}])
def test_what_a_step_does_not_take_changes_nothing(city: City, surplus: dict[str, Any]) -> None:
    case = city.play(city.open(), *TO_FILED, "dispatcher dispatch", "department take")
    with pytest.raises(FieldsSurplus):
        city.take(case, "department reply", given=Given(note="x", **surplus))


def test_proof_names_a_changed_row_and_a_changed_step(city: City) -> None:
    changed_row, changed_step, whole = (city.play(city.open(), *TO_FILED) for _ in range(3))
    models.Case.objects.unscoped(reason="test").filter(pk=changed_row.pk).update(state="handling")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE cases_step SET label = 'X' WHERE case_id = %s AND seq = 2", [changed_step.pk])
        cursor.execute("SET session_replication_role = DEFAULT")
    proof = list(queries.prove(system_actor("tests")))[-1]
    assert (proof.mismatched, proof.broken, proof.cases) == ([changed_row.number], [changed_step.number], 3)


def test_past_cases_are_proved_like_any_other(city: City) -> None:
    due = (NOW + timedelta(hours=1)).isoformat()
    steps = [
        ("accept", 0, {}),
        ("file", 1, {"due": due}),
        ("dispatch", 2, {"unit_id": str(city.unit.pk)}),
        ("reply", 50, {"note": "done"}),
        ("send_to_check", 51, {}),
        ("pass_check", 52, {}),
        ("close", 53, {}),
    ]
    past = services.History(
        opening=city.opening(),
        steps=[services.HistoryStep(a, NOW + timedelta(minutes=m), "Replay", d) for a, m, d in steps],
    )
    late = services.History(opening=city.opening(), steps=[*past.steps[:3]])
    written = services.record_history(histories=[past, late], actor=system_actor("replay"), now=NOW)
    assert [state.on_time for _, state in written] == [True, None]
    proof = list(queries.prove(system_actor("tests")))[-1]
    assert (proof.cases, proof.steps, proof.mismatched, proof.broken) == (2, 10, [], [])
    case = queries.case(written[0][0], city.actors["dispatcher"])
    assert (case.number, case.state, case.closed_at) == ("900001-20260302-0001", "closed", NOW + timedelta(minutes=53))


def test_past_step_names_the_account_that_took_it_and_the_case_goes_on(city: City) -> None:
    taken = (("accept", "acceptor"), ("send_to_verify", "acceptor"), ("report_verification", "supervisor"))
    steps = [
        services.HistoryStep(action, NOW + timedelta(minutes=n), "x", {}, city.actors[role])
        for n, (action, role) in enumerate(taken)
    ]
    past = services.History(opening=city.opening(), steps=steps)
    case_id, _ = services.record_history(histories=[past], actor=system_actor("past"), now=NOW)[0]
    case = city.take(queries.case(case_id, city.actors["dispatcher"]), "shift_leader file")
    found = [(step.account_id, step.is_automatic) for step in case.steps.order_by("seq")]
    assert found == [
        (city.actors[role].account_id, False) for role in ("acceptor", "acceptor", "supervisor", "shift_leader")
    ]
    assert list(queries.prove(system_actor("tests")))[-1].broken == []


def test_past_step_bundles_its_case_into_one_recorded_before(city: City) -> None:
    into = services.History(opening=city.opening(), steps=[services.HistoryStep("accept", NOW, "Past")])
    first, _ = services.record_history(histories=[into], actor=system_actor("past"), now=NOW)[0]
    data = {"case_id": str(first), "reason": "same"}
    second = services.History(city.opening(), [*into.steps, services.HistoryStep("bundle", LATER, "Past", data)])
    case_id, state = services.record_history(histories=[second], actor=system_actor("past"), now=NOW)[0]
    assert state.state == "bundled"
    link = models.CaseLink.objects.get()
    assert (link.source_id, link.target_id, link.at) == (case_id, first, LATER)


def test_impossible_past_is_refused_whole(city: City) -> None:
    good = services.History(opening=city.opening(), steps=[services.HistoryStep("accept", NOW, "Replay")])
    bad = services.History(opening=city.opening(), steps=[services.HistoryStep("close", NOW, "Replay")])
    with pytest.raises(errors.HistoryInvalid):
        services.record_history(histories=[good, bad], actor=system_actor("replay"), now=NOW)
    assert models.Case.objects.unscoped(reason="test").count() == 0


def test_list_costs_the_same_queries_for_any_number_of_rows(city: City, django_assert_num_queries) -> None:
    for _ in range(12):
        city.open()
    actor = city.actors["dispatcher"]
    with django_assert_num_queries(1):
        rows = queries.cases(actor, queries.CaseFilter(), NOW)
        assert len([(row.number, row.category.name, row.unit) for row in rows]) == 12


def test_step_costs_few_queries(city: City, django_assert_max_num_queries) -> None:
    case = city.play(city.open(), *TO_FILED)
    with django_assert_max_num_queries(11):
        city.take(case, "dispatcher dispatch")
