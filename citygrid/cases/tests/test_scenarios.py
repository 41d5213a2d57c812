"""Named lives of a case: the main line and every side flow."""

from datetime import datetime, timedelta

import pytest

from citygrid.cases import errors, queries
from citygrid.cases.choices import Lamp
from citygrid.cases.models import Case, CaseLink
from citygrid.cases.rules import Given
from citygrid.cases.services import make_part, open_case, resume_due
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import NotFound
from citygrid.workflow.errors import FieldsMissing, StepNotAllowed

pytestmark = pytest.mark.django_db

TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")
TO_DISPATCHED = (*TO_FILED, "dispatcher dispatch")
DAY = timedelta(days=1)
TO_HANDLED = (*TO_DISPATCHED, "department take", "department reply")
TO_CHECKED = (*TO_HANDLED, "acceptor send_to_check", "supervisor pass_check")
HAPPY = (*TO_CHECKED, "shift_leader close")


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture(autouse=True)
def _history_is_proved():
    """After every scenario, the rows are the fold of the steps and the chains hold."""
    yield
    for proof in queries.prove(system_actor("tests")):
        assert proof.mismatched == proof.broken == []
    assert proof.cases == Case.objects.unscoped(reason="test").count() > 0


def test_stage_is_what_an_open_case_waits_for(city: City) -> None:
    rows = Case.objects.unscoped(reason="test")
    returned = city.play(city.open(), *TO_DISPATCHED, "department return")
    closed, filed = city.play(city.open(), *HAPPY), city.play(city.open(), *TO_FILED)
    stages = {case: rows.get(pk=case.pk).stage for case in (returned, closed, filed)}
    under = f"{filed.procedure}/{filed.procedure_version}"
    assert stages == {returned: f"{under}/?return", closed: None, filed: f"{under}/filed"}
    assert set(queries.waiting(city.actors["dispatcher"], NOW)) == {returned, filed}
    assert not queries.waiting(city.actors["department"], NOW)
    counts = queries.waiting_counts(city.actors["dispatcher"], NOW + timedelta(days=1))
    assert counts == {"all": 2, "red": 1, "yellow": 0, "dispatched": 1, "filed": 1}


def test_happy_path_closes_on_time(city: City) -> None:
    case = city.play(city.open(), *HAPPY)
    assert (case.state, case.is_open, case.on_time) == ("closed", False, True)
    assert case.due_at == NOW + timedelta(minutes=40) + timedelta(hours=2)
    assert case.counts == {"verifications": 1, "dispatches": 1, "checks": 1}


def test_late_handling_is_late_however_fast_the_check_is(city: City) -> None:
    case = city.play(city.open(), *HAPPY, every=timedelta(hours=3))
    assert case.on_time is False


def test_slow_check_is_not_blamed_on_the_unit(city: City) -> None:
    case = city.play(city.open(), *TO_HANDLED)
    case = city.play(
        case, "acceptor send_to_check", "supervisor pass_check", "shift_leader close", start=NOW + timedelta(days=2)
    )
    assert case.on_time is True


def test_returned_case_is_dispatched_again_and_keeps_its_first_deadline(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED, "department return")
    first_deadline = case.due_at
    with pytest.raises(StepNotAllowed):
        city.take(case, "department reply", at=NOW + timedelta(hours=1))
    case = city.play(case, "dispatcher approve_return", start=NOW + timedelta(hours=1))
    assert (case.state, case.pending, case.counts["returns"]) == ("filed", "", 1)
    other = Given(unit_id=city.other_unit.pk)
    case = city.take(case, "dispatcher dispatch", at=NOW + timedelta(hours=2), given=other)
    assert (case.unit, case.due_at, case.counts["dispatches"]) == (city.other_unit, first_deadline, 2)
    assert city.take(case, "other_department take", at=NOW + timedelta(hours=2)).state == "handling"


def test_declined_return_leaves_the_case_with_the_unit(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED, "department return", "dispatcher decline_return", "department reply")
    assert (case.state, case.counts.get("returns")) == ("handled", None)


def test_case_reworked_twice_stays_with_its_unit_and_its_clock_goes_on(city: City) -> None:
    again = ("department reply", "acceptor send_to_check", "supervisor fail_check")
    case = city.play(city.open(), *TO_HANDLED, "acceptor send_to_check", "supervisor fail_check", *again)
    deadline = case.due_at
    assert (case.state, case.unit, case.counts["reworks"], case.handled_at) == ("dispatched", city.unit, 2, None)
    case = city.play(case, "department reply", "acceptor send_to_check", start=NOW + timedelta(hours=5))
    case = city.play(case, "supervisor pass_check", "shift_leader close", start=NOW + timedelta(hours=6))
    assert (case.due_at, case.on_time) == (deadline, False)


def test_hung_case_pauses_its_clock_and_resumes_by_itself(city: City) -> None:
    until = NOW + timedelta(days=30)
    case = city.play(city.open(), *TO_DISPATCHED)
    case = city.take(case, "department hang", given=Given(reason="frost", until_at=until), at=NOW + timedelta(hours=1))
    case = city.take(case, "dispatcher approve_hang", at=NOW + timedelta(hours=1), given=Given())
    assert (case.state, case.due_at, queries.lamp_of(case, until)) == ("hung", None, Lamp.PAUSED)
    assert resume_due(now=until - timedelta(minutes=1)) == 0
    assert resume_due(now=until) == 1
    case.refresh_from_db()
    assert (case.state, case.due_at) == ("handling", until + timedelta(hours=1, minutes=40))
    assert case.steps.get(seq=case.head_seq).is_automatic


def test_hanging_for_more_than_a_year_is_refused(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    with pytest.raises(errors.UntilInvalid):
        city.take(case, "department hang", given=Given(reason="frost", until_at=NOW + timedelta(days=400)))


def test_extended_case_gets_its_limit_once_more_but_not_three_times(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    for _ in range(2):
        case = city.play(case, "department extend", "dispatcher approve_extend")
    assert (case.due_at, case.counts["extensions"]) == (NOW + timedelta(minutes=40, hours=6), 2)
    with pytest.raises(StepNotAllowed) as refusal:
        city.take(case, "department extend", at=NOW + timedelta(hours=1))
    assert refusal.value.reason == "too_often"


def test_extension_is_refused_after_the_deadline(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    with pytest.raises(StepNotAllowed) as refusal:
        city.take(case, "department extend", at=NOW + timedelta(hours=5))
    assert refusal.value.reason == "overdue"


def test_voided_case_ends_without_a_verdict(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED, "shift_leader void")
    assert (case.state, case.is_open, case.on_time) == ("voided", False, None)


def test_self_disposed_case_is_reviewed_and_closed(city: City) -> None:
    supervisor = city.actors["supervisor"]
    case = open_case(
        opening=city.opening(), actor=supervisor, now=NOW, action="self_dispose", given=Given(note="picked it up")
    )
    assert case.state == "self_disposed"
    case = city.play(case, "acceptor approve_self_disposal")
    assert (case.state, case.on_time) == ("closed", None)


def test_refused_self_disposal_becomes_an_ordinary_case(city: City) -> None:
    case = open_case(
        opening=city.opening(), actor=city.actors["supervisor"], now=NOW, action="self_dispose", given=Given(note="x")
    )
    assert city.play(case, "acceptor refuse_self_disposal", "shift_leader file").state == "filed"


def test_bundled_case_ends_and_points_to_the_other(city: City) -> None:
    kept, twin = city.open(), city.open()
    twin = city.take(twin, "acceptor bundle", given=Given(reason="the same cover", case_id=kept.pk))
    assert (twin.state, twin.is_open) == ("bundled", False)
    assert CaseLink.objects.get(source=twin).target_id == kept.pk


def test_case_is_not_bundled_into_itself(city: City) -> None:
    case = city.open()
    with pytest.raises(NotFound):
        city.take(case, "acceptor bundle", given=Given(reason="twin", case_id=case.pk))
    case.refresh_from_db()
    assert case.state == "registered"


def test_part_belongs_to_one_case_and_goes_on_by_itself(city: City) -> None:
    parent, part, other = city.open(), city.open(), city.open()
    acceptor = city.actors["acceptor"]
    make_part(case_id=part.pk, parent_id=parent.pk, actor=acceptor, now=NOW)
    for case, above in ((part, other), (parent, part), (other, other)):
        with pytest.raises(errors.AlreadyPart):
            make_part(case_id=case.pk, parent_id=above.pk, actor=acceptor, now=NOW)
    assert city.play(part, *TO_FILED).state == "filed"
    assert CaseLink.objects.get(source=part).target_id == parent.pk


def test_overseen_case_needs_an_answer_and_keeps_its_state(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED, "inspector oversee")
    assert (case.state, case.counts["oversights"]) == ("dispatched", 1)
    case = city.play(case, "department answer_oversight")
    with pytest.raises(StepNotAllowed) as refusal:
        city.take(case, "department answer_oversight")
    assert refusal.value.reason == "nothing_to_answer"


def test_reopened_case_gets_its_whole_limit_from_the_next_dispatch(city: City) -> None:
    case = city.play(city.open(), *TO_HANDLED)
    case = city.play(case, "acceptor send_to_check", "supervisor pass_check", "shift_leader close", start=NOW + DAY)
    first = case.due_at
    assert case.closed_at > first and case.on_time is True  # the check took long, not the unit
    case = city.take(case, "shift_leader reopen", at=case.closed_at + DAY)
    assert (case.state, case.is_open, case.closed_at, case.counts["reopens"]) == ("filed", True, None, 1)
    assert (case.due_at, case.clock, case.on_time) == (None, None, True)
    again = case.head_at + timedelta(hours=1)
    case = city.take(case, "dispatcher dispatch", at=again)
    assert case.due_at == again + timedelta(hours=2) and queries.lamp_of(case, again) == Lamp.GREEN


def test_case_in_time_at_first_is_late_when_its_second_round_is(city: City) -> None:
    case = city.play(city.open(), *HAPPY)
    assert case.on_time is True
    case = city.take(case, "shift_leader reopen", at=case.closed_at + DAY)
    case = city.play(case, "dispatcher dispatch", *HAPPY[4:], start=case.head_at, every=timedelta(hours=3))
    assert (case.state, case.on_time) == ("closed", False)


def test_verdict_once_late_stays_late_after_reopening(city: City) -> None:
    case = city.play(city.open(), *HAPPY, every=timedelta(hours=3))
    case = city.take(case, "shift_leader reopen", at=case.closed_at + timedelta(days=1))
    again = ("dispatcher dispatch", *HAPPY[4:])
    case = city.play(case, *again, start=case.closed_at or NOW + timedelta(days=5), every=timedelta(minutes=1))
    assert (case.state, case.on_time) == ("closed", False)


def test_step_without_what_it_needs_is_refused_and_changes_nothing(city: City) -> None:
    case = city.play(city.open(), *TO_FILED)
    with pytest.raises(FieldsMissing) as refusal:
        city.take(case, "dispatcher dispatch", given=Given(note="no unit"))
    assert list(refusal.value.fields) == ["unit"]
    assert Case.objects.unscoped(reason="test").get(pk=case.pk).head_seq == case.head_seq


def test_lamp_turns_yellow_at_four_fifths_and_red_after_the_limit(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    started = NOW + timedelta(minutes=40)
    for minutes, lamp in ((0, Lamp.GREEN), (95, Lamp.GREEN), (96, Lamp.YELLOW), (120, Lamp.YELLOW), (121, Lamp.RED)):
        now = started + timedelta(minutes=minutes)
        assert queries.lamp_of(case, now) == lamp
        assert [found.pk for found in listed(city, lamp, now)] == [case.pk]


def listed(city: City, lamp: Lamp, now: datetime) -> list[Case]:
    return list(queries.cases(city.actors["dispatcher"], queries.CaseFilter(lamp=lamp), now))
