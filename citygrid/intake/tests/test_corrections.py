"""Named lives of reports that were wrong at first: corrected, joined by mistake."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils.translation import override

from citygrid.cases.errors import NothingCorrected, PlaceUnknown
from citygrid.cases.rules import Correction, Given
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.catalogue.choices import Kind
from citygrid.catalogue.rules import CategoryIn
from citygrid.catalogue.services import define_categories
from citygrid.geography.tests.factories import SIDE, SOUTH, WEST
from citygrid.intake import errors, models, queries, services
from citygrid.intake.tests.factories import receive
from citygrid.intake.tests.test_handlers import told
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import Conflict, NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
LITTER = "test/matter/01001"
BESIDE = {"lon": WEST + 1.5 * SIDE, "lat": SOUTH + 0.001}
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def city() -> City:
    return make_with_litter()


def make_with_litter() -> City:
    made = make_city()
    litter = CategoryIn(Kind.MATTER, "01001", "暴露垃圾", "Exposed litter")
    define_categories(scheme_code="test", categories=[litter], actor=system_actor("tests"), now=NOW)
    return made


def correct(city: City, receipt: services.Receipt, *, seq: int | None = None, role: str = "acceptor", **right: Any):
    return services.correct_report(
        report_id=receipt.report_id,
        correction=Correction(**right),
        reason="the photo shows litter",
        actor=city.actors[role],
        now=LATER,
        expected_seq=seq,
    )


def unjoin(city: City, receipt: services.Receipt, role: str = "acceptor", **values: Any) -> models.Report:
    given = {"reason": "another cover", "now": LATER, **values}
    return services.unjoin_report(report_id=receipt.report_id, actor=city.actors[role], **given)


def join(city: City, receipt: services.Receipt, case: Any) -> models.Report:
    acceptor = city.actors["acceptor"]
    return services.join_report(report_id=receipt.report_id, case_id=case.pk, actor=acceptor, now=NOW)


def actions(receipt: services.Receipt) -> list[str]:
    return [one.step.action for one in queries.history(queries.status_of(receipt.receipt))]


def test_corrected_then_accepted_opens_the_case_of_what_is_right(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    correct(city, receipt, category_key=LITTER, **BESIDE, address="礼士胡同 3 号")
    case = services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=LATER)
    assert (case.category_id, case.area_code[:12], case.address) == (LITTER, "900001001002", "礼士胡同 3 号")
    assert actions(receipt) == ["correct", "accept"]


def test_reporter_sees_by_the_receipt_what_was_corrected_and_why(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    correct(city, receipt, category_key=LITTER)
    answer = Client(headers={"Accept-Language": "en"}).get(f"/api/v1/reports/{receipt.receipt}").json()
    (happened,) = answer["history"]
    assert (happened["action"], happened["reason"]) == ("correct", "the photo shows litter")
    assert [(one["what"], one["now"]) for one in happened["changes"]] == [("category", "Exposed litter")]
    assert "王" not in str(answer)  # who did it is the centre's own matter


def test_supervisor_is_told_of_the_correction(city: City) -> None:
    receipt = receive(city)
    correct(city, receipt, category_key=LITTER)
    (notice,) = told(city)
    assert notice.template == "report_corrected"
    assert "not known → Exposed litter" in notice.text and "the photo shows litter" in notice.text


def test_correction_of_the_case_is_told_to_the_reporters_of_its_reports(city: City) -> None:
    first, second = receive(city, category_key=city.category_key), receive(city)
    case = services.accept_report(report_id=first.report_id, actor=city.actors["acceptor"], now=NOW)
    join(city, second, case)
    given = Given(reason="it is litter", correction=Correction(category_key=LITTER))
    city.take(case, "acceptor correct", given=given)
    services.note_case_correction(case_id=case.pk, seq=2, now=LATER)
    assert (actions(first), actions(second)) == (["accept", "correct_case"], ["join", "correct_case"])
    kept = queries.status_of(first.receipt)
    assert kept.category_id == city.category_key  # what the report said stays
    notices = [notice for notice in told(city) if notice.template == "report_corrected"]
    assert len(notices) == 2 and all("Exposed litter" in notice.text for notice in notices)


def test_reason_of_a_void_reaches_who_reported(city: City) -> None:
    first, second = receive(city, category_key=city.category_key), receive(city)
    case = services.accept_report(report_id=first.report_id, actor=city.actors["acceptor"], now=NOW)
    join(city, second, case)
    city.take(case, "shift_leader void", given=Given(reason="seen twice, nothing there"))
    services.note_case_void(case_id=case.pk, seq=2, now=LATER)
    assert (actions(first), actions(second)) == (["accept", "void_case"], ["join", "void_case"])
    notices = [notice for notice in told(city) if notice.template == "report_case_voided"]
    assert len(notices) == 2 and all("nothing there" in notice.text for notice in notices)


@pytest.mark.parametrize(
    ("right", "refusal"),
    [
        ({}, NothingCorrected),
        ({"component_id": "9" * 17}, NothingCorrected),  # a report is about none
        ({"category_key": "no/such/one"}, errors.CategoryUnknown),
        ({"lon": 10.0, "lat": 10.0}, errors.OutsideDistrict),
        ({"lon": BESIDE["lon"]}, PlaceUnknown),
        ({"area_code": "900001999"}, PlaceUnknown),
    ],
)
def test_correction_that_is_none_changes_nothing(city: City, right: dict, refusal: type) -> None:
    receipt = receive(city)
    with pytest.raises(refusal):
        correct(city, receipt, **right)
    assert actions(receipt) == [] and not AuditEntry.objects.filter(action="correct").exists()


def test_decided_report_is_not_corrected_any_more(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=NOW)
    with pytest.raises(errors.AlreadyTriaged):
        correct(city, receipt, category_key=LITTER)


def test_only_who_decides_reports_corrects_and_undoes(city: City) -> None:
    receipt, case = receive(city), city.open()
    with pytest.raises(NotPermitted):
        correct(city, receipt, role="supervisor", category_key=LITTER)
    join(city, receipt, case)
    with pytest.raises(NotPermitted):
        unjoin(city, receipt, role="inspector")


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_correct_at_once_one_wins_and_the_other_is_told_who() -> None:
    city = make_with_litter()
    receipt = receive(city)

    def send(right: dict[str, Any]) -> Exception | None:
        try:
            correct(city, receipt, seq=0, **right)
        except Conflict as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, [{"category_key": LITTER}, BESIDE]))
    (refused,) = [answer for answer in answers if answer]
    assert isinstance(refused, errors.ReportMoved) and city.actors["acceptor"].label in str(refused)
    assert actions(receipt) == ["correct"]


def test_joined_by_mistake_waits_again_and_both_stay_readable(city: City) -> None:
    receipt, case = receive(city), city.open()
    join(city, receipt, case)
    found = unjoin(city, receipt)
    assert (found.state, found.case_id, found.decided_at) == ("received", None, None)
    assert not queries.reports_of_case(case.pk, city.actors["acceptor"])
    joined, undone = queries.history(found)
    assert (joined.step.case_id, undone.step.case_id, undone.step.reason) == (case.pk, case.pk, "another cover")
    assert undone.step.label == city.actors["acceptor"].label
    with override("en"):
        assert {notice.template for notice in told(city)} == {"report_joined", "report_unjoined"}


def test_joined_by_mistake_goes_straight_to_another_case(city: City) -> None:
    receipt, wrong, right = receive(city), city.open(), city.open()
    join(city, receipt, wrong)
    found = unjoin(city, receipt, case_id=right.pk)
    assert (found.state, found.case_id) == ("joined", right.pk)
    assert actions(receipt) == ["join", "unjoin", "join"]
    texts = {notice.template: notice.text for notice in told(city) if right.number in notice.text}
    assert set(texts) == {"report_joined"}


def test_never_half_undone(city: City) -> None:
    receipt, wrong = receive(city), city.open()
    ended = city.play(city.open(), "shift_leader void")
    join(city, receipt, wrong)
    with pytest.raises(errors.CaseNotOpen):
        unjoin(city, receipt, case_id=ended.pk)
    assert (queries.status_of(receipt.receipt).case_id, actions(receipt)) == (wrong.pk, ["join"])


def test_joined_again_to_the_same_case_is_told_again(city: City) -> None:
    receipt, case = receive(city), city.open()
    for _ in range(2):
        join(city, receipt, case)
        unjoin(city, receipt)
    assert len([notice for notice in told(city) if notice.template == "report_joined"]) == 2


def test_what_cannot_be_undone_is_refused(city: City) -> None:
    receipt, case = receive(city, category_key=city.category_key), city.open()
    with pytest.raises(errors.NotJoined):
        unjoin(city, receipt)
    join(city, receipt, case)
    with pytest.raises(errors.SameCase):
        unjoin(city, receipt, case_id=case.pk)
    with pytest.raises(errors.TextMissing):
        unjoin(city, receipt, reason=" ")
    with pytest.raises(errors.ReportMoved):
        unjoin(city, receipt, expected_seq=0)
    with pytest.raises(NotFound):
        unjoin(city, receipt, case_id=receipt.report_id)


@pytest.mark.parametrize("change", ["UPDATE intake_reportstep SET reason = ''", "DELETE FROM intake_reportstep"])
def test_history_of_a_report_is_never_edited(city: City, change: str) -> None:
    correct(city, receive(city), category_key=LITTER)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
