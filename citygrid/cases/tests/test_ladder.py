"""Named lives of a social event on the ladder grid, community, street, district."""

from dataclasses import replace
from datetime import timedelta

import pytest

from citygrid.cases import errors, queries
from citygrid.cases.models import Case, Step
from citygrid.cases.rules import Given
from citygrid.cases.services import open_case
from citygrid.cases.tests.factories import COMMUNITY, NOW, City, make_city
from citygrid.cases.tests.ladder import CATEGORY, climb, make_ladder, open_event
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import NotFound
from citygrid.workflow.errors import FieldsMissing, FindingUnknown, StepNotAllowed

pytestmark = pytest.mark.django_db

UP = (
    "grid_worker escalate_to_community",
    "community_officer escalate_to_street",
    "street_officer escalate_to_district",
)
DOWN = (
    "district_officer send_down_to_street",
    "street_officer send_down_to_community",
    "community_officer send_down_to_grid",
)
LEVELS = [("grid", "grid_worker"), ("community", "community_officer"), ("street", "street_officer")]
LEVELS += [("district", "district_officer")]
ANSWERED = ("acceptor give_feedback satisfied", "shift_leader close")


@pytest.fixture
def city() -> City:
    return make_ladder(make_city())


@pytest.fixture(autouse=True)
def _history_is_proved():
    """After every scenario, the rows are the fold of the steps and the chains hold."""
    yield
    for proof in queries.prove(system_actor("tests")):
        assert proof.mismatched == proof.broken == []
    assert proof.cases == Case.objects.unscoped(reason="test").count() > 0


def data_of(case: Case, action: str) -> dict:
    return Step.objects.get(case=case, action=action).data


def test_event_is_handled_at_the_grid_answered_and_closed(city: City) -> None:
    case = open_event(city)
    assert (case.state, case.procedure) == ("at_grid", "social-event")
    case = climb(city, case, "grid_worker handle_at_grid")
    assert (case.state, case.handled_at) == ("handled_at_grid", NOW + timedelta(minutes=10))
    case = climb(city, case, *ANSWERED)
    assert (case.state, case.is_open, case.on_time, case.counts) == ("closed", False, None, {"feedbacks": 1})


@pytest.mark.parametrize("height", range(4))
def test_each_level_hands_up_with_a_reason_and_the_one_that_can_handles_it(city: City, height: int) -> None:
    level, role = LEVELS[height]
    case = climb(city, open_event(city), *UP[:height], f"{role} handle_at_{level}", *ANSWERED)
    assert (case.state, case.counts.get("escalations", 0)) == ("closed", height)
    assert [data_of(case, line.split()[1])["reason"] for line in UP[:height]] == ["because"] * height


@pytest.mark.parametrize("line", [*UP, *DOWN])
def test_no_level_hands_on_without_a_reason(city: City, line: str) -> None:
    before = [*UP, *DOWN].index(line)
    case = climb(city, open_event(city), *[*UP, *DOWN][:before])
    with pytest.raises(FieldsMissing) as refusal:
        city.take(case, line, at=NOW + timedelta(days=1), given=Given(note="no reason"))
    assert list(refusal.value.fields) == ["reason"]


def test_event_comes_down_to_the_lowest_level_that_can(city: City) -> None:
    case = climb(city, open_event(city), *UP, *DOWN, "grid_worker handle_at_grid")
    assert (case.state, case.counts) == ("handled_at_grid", {"escalations": 3, "sent_down": 3})


@pytest.mark.parametrize("height", range(4))
def test_what_was_not_solved_goes_back_to_the_level_that_handled_it(city: City, height: int) -> None:
    level, role = LEVELS[height]
    case = climb(city, open_event(city), *UP[:height], f"{role} handle_at_{level}")
    case = climb(city, case, f"acceptor not_solved_at_{level} partly_solved", start=NOW + timedelta(hours=2))
    assert (case.state, case.handled_at, case.counts["reworks"]) == (f"at_{level}", None, 1)
    assert data_of(case, f"not_solved_at_{level}")["finding"] == "partly_solved"
    case = climb(city, case, f"{role} handle_at_{level}", *ANSWERED, start=NOW + timedelta(hours=3))
    assert case.state == "closed"


def test_score_is_kept_with_the_step_and_only_known_scores_are(city: City) -> None:
    case = climb(city, open_event(city), "grid_worker handle_at_grid")
    with pytest.raises(FindingUnknown):
        climb(city, case, "acceptor give_feedback not_solved")
    climb(city, case, "acceptor give_feedback very_satisfied")
    assert data_of(case, "give_feedback") == {"finding": "very_satisfied", "note": "done", "reason": "because"}


def test_every_level_registers_what_it_found_itself(city: City) -> None:
    for level, role in LEVELS:
        case = open_event(city, role)
        assert (case.state, Step.objects.get(case=case).action) == (f"at_{level}", f"register_at_{level}")


def test_event_without_a_grid_is_taken_up_by_the_community(city: City) -> None:
    case = open_event(city, area_code=COMMUNITY)
    with pytest.raises(NotFound):
        city.take(case, "grid_worker handle_at_grid")
    case = climb(city, case, "community_officer escalate_to_community", "community_officer handle_at_community")
    assert case.state == "handled_at_community"


def test_street_calls_a_department_which_reports_to_it(city: City) -> None:
    case = climb(city, open_event(city), *UP[:2], "street_officer call_department")
    assert (case.state, case.unit, case.dispatched_at) == ("with_department", city.unit, None)
    assert [found.pk for found in queries.waiting(city.actors["department"], NOW)] == [case.pk]
    with pytest.raises(NotFound):
        city.take(case, "other_department report_to_street")
    case = climb(city, case, "department report_to_street", start=NOW + timedelta(hours=1))
    assert (case.state, case.counts["calls"]) == ("at_street", 1)
    assert climb(city, case, "street_officer handle_at_street", start=NOW + timedelta(hours=2)).state.startswith(
        "handled"
    )


@pytest.mark.parametrize("line", ["department decline_call", "street_officer recall"])
def test_call_that_comes_to_nothing_leaves_the_event_with_the_street(city: City, line: str) -> None:
    assert climb(city, open_event(city), *UP[:2], "street_officer call_department", line).state == "at_street"


@pytest.mark.parametrize("height", range(5))
def test_event_is_void_from_every_height(city: City, height: int) -> None:
    steps = [*UP, "district_officer handle_at_district"][:height]
    case = climb(city, open_event(city), *steps, "shift_leader void")
    assert (case.state, case.is_open, case.closed_at) == ("voided", False, NOW + timedelta(minutes=10 * (height + 1)))


def test_event_is_bundled_with_the_one_it_repeats(city: City) -> None:
    first, second = open_event(city), open_event(city)
    case = city.take(second, "acceptor bundle", given=Given(case_id=first.pk, reason="the same"))
    assert (case.state, queries.linked(first.pk, city.actors["acceptor"])) == (
        "bundled",
        [(case, queries.Relation.BUNDLED_HERE)],
    )


def test_oversight_is_answered_by_the_level_that_has_it(city: City) -> None:
    case = climb(city, open_event(city), UP[0], "inspector oversee", "community_officer answer_oversight")
    assert (case.state, case.counts) == ("at_community", {"escalations": 1, "oversights": 1, "answers": 1})


def test_each_level_has_its_own_limit_from_the_moment_it_gets_the_event(city: City) -> None:
    days = {"at_grid": 1, "at_community": 2, "at_street": 5, "at_district": 10}
    case = open_event(city)
    for place, line in enumerate(["", *UP]):
        at = NOW + place * timedelta(hours=1)
        case = city.take(case, line, at=at) if line else case
        assert case.node_due_at == at + timedelta(days=days[case.state])  # the calendar of tests has no nights


def test_who_handles_an_event_never_answers_for_it(city: City) -> None:
    """One person with two posts: handling and supervision are two axes of one case."""
    case = climb(city, open_event(city), "grid_worker handle_at_grid")
    worker, acceptor = city.actors["grid_worker"], city.actors["acceptor"]
    city.actors["acceptor"] = replace(acceptor, account_id=worker.account_id)
    with pytest.raises(errors.OtherAxis):
        climb(city, case, "acceptor give_feedback satisfied", start=NOW + timedelta(hours=1))


def test_one_queue_shows_both_lines(city: City) -> None:
    """The acceptor has a handled case of the one line and a handled event of the other in one list."""
    case = city.play(
        city.open(),
        *("acceptor send_to_verify", "supervisor report_verification", "shift_leader file", "dispatcher dispatch"),
        "department reply",
    )
    event = climb(city, open_event(city), "grid_worker handle_at_grid")
    acceptor, now = city.actors["acceptor"], NOW + timedelta(hours=1)
    assert {found.pk for found in queries.waiting(acceptor, now)} == {case.pk, event.pk}
    counts = queries.waiting_counts(acceptor, now)
    assert (counts["all"], counts["handled"], counts["handled_at_grid"]) == (2, 1, 1)


def test_ended_cases_of_both_lines_share_a_state(city: City) -> None:
    city.play(city.open(), "shift_leader void")
    climb(city, open_event(city), "shift_leader void")
    found = queries.cases(city.actors["acceptor"], queries.CaseFilter(state="voided"), NOW)
    assert {case.procedure for case in found} == {"city-case", "social-event"}


@pytest.mark.parametrize(
    ("role", "state", "waits"),
    [
        ("grid_worker", "at_grid", True),
        ("community_officer", "at_grid", False),
        ("community_officer", "at_community", True),
        ("grid_worker", "at_community", False),
        ("street_officer", "at_street", True),
        ("district_officer", "at_street", False),
        ("district_officer", "at_district", True),
        ("acceptor", "at_district", False),
    ],
)
def test_event_waits_for_the_level_it_stands_at(city: City, role: str, state: str, waits: bool) -> None:
    heights = ["at_grid", "at_community", "at_street", "at_district"]
    climb(city, open_event(city), *UP[: heights.index(state)])
    assert [case.state for case in queries.waiting(city.actors[role], NOW)] == ([state] if waits else [])


def test_level_sees_only_its_own_area(city: City) -> None:
    case = open_event(city, area_code=COMMUNITY[:-1] + "2")
    for role in ("grid_worker", "community_officer"):
        with pytest.raises(NotFound):
            queries.case(case.pk, city.actors[role])
    assert queries.case(case.pk, city.actors["street_officer"]).pk == case.pk


@pytest.mark.parametrize("role", ["supervisor", "dispatcher", "department", "inspector"])
def test_who_has_no_beginning_on_the_ladder_opens_no_event(city: City, role: str) -> None:
    open_event(city)  # so that there is a history to prove
    actor = city.actors[role]
    allowed = replace(actor, permissions=actor.permissions | {"cases.case:open"})
    opening = city.opening(procedure="social-event", category_key=CATEGORY)
    with pytest.raises(StepNotAllowed) as refusal:
        open_case(opening=opening, actor=allowed, now=NOW)
    assert refusal.value.reason == "role"


@pytest.mark.parametrize("axis", ["command", "support"])
def test_nothing_automatic_may_move_an_event(city: City, axis: str) -> None:
    event = open_event(city)
    offered = {action.code for action in queries.actions_for(event, system_actor("machine", axis=axis), NOW)}
    assert "dispatch" not in offered and (axis == "support" or not offered)


@pytest.mark.parametrize(
    ("hours", "lamp"), [(0, "green"), (19, "green"), (20, "yellow"), (24, "yellow"), (25, "red"), (60, "red")]
)
def test_lamp_of_an_event_shows_the_limit_of_its_level(city: City, hours: int, lamp: str) -> None:
    """The grid has one day: 80 % of it are 19.2 hours. List, queue and lamp agree."""
    case = open_event(city)
    now, worker = NOW + timedelta(hours=hours), city.actors["grid_worker"]
    assert queries.lamp_of(case, now) == lamp
    found = queries.waiting(worker, now, queries.CaseFilter(lamp=lamp))
    assert [each.pk for each in found] == [case.pk]
    assert queries.waiting_counts(worker, now).get(lamp, 0) == (0 if lamp == "green" else 1)


def test_next_level_starts_its_limit_anew_and_so_does_the_answer(city: City) -> None:
    """An event handled late is not late for the one who answers the public."""
    late = NOW + timedelta(days=3)
    case = city.take(open_event(city), "grid_worker escalate_to_community", at=late)
    assert queries.lamp_of(case, late) == "green"
    case = city.take(case, "community_officer handle_at_community", at=late + timedelta(days=5))
    assert (queries.lamp_of(case, late + timedelta(days=5)), case.due_at) == ("green", late + timedelta(days=6))
    assert queries.lamp_of(case, late + timedelta(days=7)) == "red"
    found = queries.cases(city.actors["acceptor"], queries.CaseFilter(lamp="red"), late + timedelta(days=7))
    assert [each.pk for each in found] == [case.pk]


def test_ended_event_has_no_deadline_and_no_verdict(city: City) -> None:
    case = climb(city, open_event(city), "grid_worker handle_at_grid", *ANSWERED)
    assert (case.due_at, case.warn_at, case.on_time) == (None, None, None)
    assert queries.lamp_of(case, NOW + timedelta(days=9)) == "none"


def test_oversight_does_not_move_the_limit_of_the_level(city: City) -> None:
    case = open_event(city)
    assert city.take(case, "inspector oversee", at=NOW + timedelta(hours=9)).due_at == case.due_at


def test_queue_mixes_both_lines_by_their_next_deadline(city: City) -> None:
    """A handled event due in a day stands before a case without any deadline, and after one that is due sooner."""
    registered = city.open()
    event = climb(city, open_event(city, now=NOW), "shift_leader void")  # leaves no trace in the queue
    answered = climb(city, open_event(city), "grid_worker handle_at_grid", "acceptor give_feedback satisfied")
    soon = city.play(
        city.open(),
        *("acceptor send_to_verify", "supervisor report_verification", "shift_leader file", "dispatcher dispatch"),
        *("department reply", "acceptor send_to_check", "supervisor pass_check"),
    )
    found = [case.pk for case in queries.waiting(city.actors["shift_leader"], NOW + timedelta(hours=2))]
    assert event.pk not in found
    assert found == [soon.pk, answered.pk, registered.pk]
