"""What was wrong with a report: found by what is done with it, told to its reporter, counted for posts alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citygrid.access.tests import factories as access
from citygrid.cases.rules import Correction, Given
from citygrid.cases.tests.factories import NOW, City
from citygrid.intake import errors, models, queries, services
from citygrid.intake.choices import ADVICE, Flaw
from citygrid.intake.rules import found_between, judge_matter, standing
from citygrid.intake.tests.factories import receive
from citygrid.intake.tests.test_corrections import BESIDE, LATER, LITTER, correct, join, make_with_litter, unjoin
from citygrid.intake.tests.test_handlers import told
from citygrid.kernel.errors import NotPermitted
from citygrid.kernel.models import AuditEntry

SAID = {"category": "a", "area": "900001001001", "location": [1.0, 2.0], "address": "x"}
UNPLACED = {**SAID, "location": None}


@pytest.fixture
def city(db: None) -> City:
    return make_with_litter()


@pytest.mark.parametrize(
    ("said", "right", "judged"),
    [
        (SAID, {"category": "b"}, {Flaw.WRONG_CATEGORY: True}),
        (SAID, {"category": "a"}, {Flaw.WRONG_CATEGORY: False}),
        ({**SAID, "category": None}, {"category": "b"}, {Flaw.WRONG_CATEGORY: False}),
        (SAID, {"location": [1.0, 2.5]}, {Flaw.WRONG_PLACE: True}),
        (SAID, {"area": "900001001002", "location": None}, {Flaw.WRONG_PLACE: True}),
        (SAID, {"location": [1.0, 2.0]}, {Flaw.WRONG_PLACE: False}),
        (UNPLACED, {"area": "900001001001004", "location": [1.0, 2.0]}, {Flaw.WRONG_PLACE: False}),
        (UNPLACED, {"area": "900001002"}, {Flaw.WRONG_PLACE: True}),
        (SAID, {"address": "y"}, {}),
        (SAID, {"category": "b", "area": "900001002"}, {Flaw.WRONG_CATEGORY: True, Flaw.WRONG_PLACE: False}),
    ],
)
def test_only_what_was_said_and_is_not_so_is_wrong(said: dict, right: dict, judged: dict) -> None:
    assert judge_matter(said, right) == judged


def test_flaws_after_a_step_are_those_before_as_it_judged_them() -> None:
    assert standing(["repeated"], {}) == ["repeated"]
    assert standing(["repeated"], {Flaw.REPEATED: False, Flaw.NO_EVIDENCE: True}) == ["no_evidence"]
    assert standing(["repeated"], {Flaw.WRONG_PLACE: True}) == ["wrong_place", "repeated"]
    assert found_between(["repeated"], ["wrong_place", "repeated"]) == (Flaw.WRONG_PLACE,)


def test_every_flaw_has_advice_that_a_notice_can_hold_with_all_others() -> None:
    assert set(ADVICE) == set(Flaw)
    assert max(len(f"{flaw.label}: {ADVICE[flaw]}") for flaw in Flaw) < 100


def flaws(receipt: services.Receipt) -> list[str]:
    """Those of the report, which are those of its last step."""
    report = queries.status_of(receipt.receipt)
    last = report.steps.order_by("-seq").first()
    assert last is None or (last.seq, last.flaws) == (report.head_seq, report.flaws)
    return report.flaws


def accept(city: City, receipt: services.Receipt, **values: Any) -> Any:
    return services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=LATER, **values)


def refuse(city: City, receipt: services.Receipt, flaw: str) -> None:
    given = {"report_id": receipt.report_id, "reason": "nothing to see", "flaw": flaw}
    services.refuse_report(**given, actor=city.actors["acceptor"], now=LATER)


def test_case_of_another_category_says_that_the_reported_one_was_wrong(city: City) -> None:
    other, same, open_ = receive(city, category_key=LITTER), receive(city, category_key=LITTER), receive(city)
    accept(city, other, category_key=city.category_key)
    accept(city, same)
    accept(city, open_, category_key=LITTER)
    assert [flaws(each) for each in (other, same, open_)] == [["wrong_category"], [], []]
    (happened,) = queries.history(queries.status_of(other.receipt))
    assert happened.flaws == (Flaw.WRONG_CATEGORY,) and [one.what for one in happened.changes] == ["category"]
    assert AuditEntry.objects.get(action="accept", data__has_key="flaws").data["flaws"] == ["wrong_category"]


def test_correction_says_what_was_wrong_and_one_of_a_correction_takes_it_back(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    correct(city, receipt, category_key=LITTER, **BESIDE)
    assert flaws(receipt) == ["wrong_category", "wrong_place"]
    correct(city, receipt, category_key=city.category_key)
    assert flaws(receipt) == ["wrong_place"]
    accept(city, receipt)
    assert flaws(receipt) == ["wrong_place"]


def test_accepting_what_was_corrected_finds_nothing_new(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    correct(city, receipt, category_key=LITTER)
    accept(city, receipt)
    assert [one.flaws for one in queries.history(queries.status_of(receipt.receipt))] == [(Flaw.WRONG_CATEGORY,), ()]


def test_joined_report_is_a_repeated_one_until_the_joining_is_undone(city: City) -> None:
    receipt, case = receive(city), city.open()
    join(city, receipt, case)
    assert flaws(receipt) == ["repeated"]
    unjoin(city, receipt)
    assert flaws(receipt) == []


@pytest.mark.parametrize("flaw", ["", *Flaw.values])
def test_refusal_says_what_was_wrong_where_that_is_the_reason(city: City, flaw: str) -> None:
    receipt = receive(city)
    refuse(city, receipt, flaw)
    assert flaws(receipt) == ([flaw] if flaw else [])


def test_refusal_for_no_known_flaw_changes_nothing(city: City) -> None:
    receipt = receive(city)
    with pytest.raises(errors.FlawUnknown):
        refuse(city, receipt, "ugly")
    assert queries.status_of(receipt.receipt).state == "received"


def test_correction_of_the_case_is_one_of_the_report_it_began_with(city: City) -> None:
    first, second = receive(city, category_key=city.category_key), receive(city, category_key=city.category_key)
    case = accept(city, first)
    join(city, second, case)
    given = Given(reason="it is litter", correction=Correction(category_key=LITTER, **BESIDE))
    city.take(case, "acceptor correct", given=given)
    services.note_case_correction(case_id=case.pk, seq=2, now=LATER)
    assert (flaws(first), flaws(second)) == (["wrong_category", "wrong_place"], ["repeated"])


@pytest.mark.parametrize(("finding", "found"), [("not_found", ["no_evidence"]), ("confirmed", [])])
def test_void_case_of_which_nothing_was_found_was_reported_without_evidence(city: City, finding: str, found) -> None:
    receipt = receive(city, category_key=city.category_key)
    case = city.play(accept(city, receipt), "acceptor send_to_verify")
    city.take(case, "supervisor report_verification", given=Given(finding=finding, note="looked twice"))
    city.take(case, "shift_leader void", given=Given(reason="nothing there"))
    services.note_case_void(case_id=case.pk, seq=4, now=LATER)
    assert flaws(receipt) == found


def test_reporter_is_told_with_the_reason_what_to_do_better(city: City) -> None:
    flawed, right = receive(city, category_key=LITTER), receive(city, category_key=LITTER)
    accept(city, flawed, category_key=city.category_key)
    accept(city, right)
    texts = {notice.link_id: notice.text for notice in told(city)}
    assert "Wrong category: Choose the category of what is seen" in texts[str(flawed.report_id)]
    assert texts[str(right.report_id)].endswith("Thank you for reporting it.")


def test_only_what_a_step_found_itself_is_told_with_it(city: City) -> None:
    receipt, case = receive(city, category_key=city.category_key), city.open()
    correct(city, receipt, category_key=LITTER)
    join(city, receipt, case)
    texts = {notice.template: notice.text for notice in told(city)}
    assert "Repeated report" in texts["report_joined"] and "Wrong category" not in texts["report_joined"]


def test_who_holds_the_receipt_reads_what_to_do_better_and_no_count(city: City) -> None:
    receipt = receive(city, channel="internet", contact={"phone": "13800001234"})
    refuse(city, receipt, "no_evidence")
    answer = Client(headers={"Accept-Language": "en"}).get(f"/api/v1/reports/{receipt.receipt}").json()
    (happened,) = answer["history"]
    advice = "Add a photo that shows the problem and its surroundings."
    assert happened["flaws"] == [{"kind": "no_evidence", "name": "No evidence", "advice": advice}]
    assert not [name for name, value in answer.items() if isinstance(value, int)]


# Counters: of posts, of what they saw themselves.


def counted(city: City, role: str = "shift_leader", **period: Any) -> dict[str, queries.Counters]:
    since, until = period.get("since", NOW), period.get("until", LATER)
    found = queries.of_posts(city.actors[role], since, until)
    return {one.post.role: one.counters for one in found}


def test_reports_of_a_post_are_counted_by_what_became_of_them(city: City) -> None:
    category = {"category_key": city.category_key}
    accept(city, receive(city, **category))
    accept(city, receive(city, **category), category_key=LITTER)
    refuse(city, receive(city), "no_evidence")
    join(city, receive(city), city.open())
    receive(city)
    receive(city, now=NOW - timedelta(days=1))
    expected = queries.Counters(
        sent=5,
        accepted=2,
        refused=1,
        flaws={Flaw.WRONG_CATEGORY: 1, Flaw.WRONG_PLACE: 0, Flaw.NO_EVIDENCE: 1, Flaw.REPEATED: 1},
    )
    assert counted(city) == {"supervisor": expected}
    assert queries.of_own_post(city.actors["supervisor"], NOW, LATER) == expected
    assert counted(city, since=LATER, until=LATER + timedelta(days=1)) == {}


def test_what_people_report_is_counted_for_nobody(city: City) -> None:
    """Not for who sent it, nor for the clerk who took it down; the database refuses that it ever is."""
    clerk = city.actors["acceptor"]
    citizen = {"name": "王女士", "phone": "13800001234"}
    for channel in ("hotline", "internet", "leader", "media"):
        for actor in (clerk, city.actors["supervisor"]):
            refuse(city, receive(city, actor=actor, channel=channel, contact=citizen), "no_evidence")
    assert counted(city) == {}
    assert queries.of_own_post(clerk, NOW, LATER) == queries.Counters()
    reports = models.Report.objects.unscoped(reason="test")
    with pytest.raises(IntegrityError, match="report_of_a_post_is_its_own"), transaction.atomic():
        reports.update(post=clerk.post_id)
    kept = {field.name for field in models.ReportContact._meta.get_fields()}
    assert kept == {
        "report",
        "name",
        "phone",
        "email",
        "phone_index",
    }  # nothing that was found wrong hangs on a person


def test_counters_are_read_by_who_oversees_and_only_of_posts_in_reach(city: City) -> None:
    receive(city)
    receive(city, actor=access.make_actor("supervisor", areas=["900002"]), **BESIDE)
    assert set(counted(city)) == set(counted(city, "inspector")) == {"supervisor"}
    assert len(queries.of_posts(city.actors["shift_leader"], NOW, LATER)) == 1
    for role in ("supervisor", "acceptor", "dispatcher"):
        with pytest.raises(NotPermitted):
            counted(city, role)


def test_counters_cost_two_queries_however_many_posts_and_reports(city: City) -> None:
    spent = []
    for _ in range(2):
        for actor in [access.make_actor("supervisor", areas=["900001"]) for _ in range(5)]:
            receive(city, actor=actor)
        with CaptureQueriesContext(connection) as caught:
            counted(city)
        spent.append(len(caught))
    assert spent == [2, 2]
