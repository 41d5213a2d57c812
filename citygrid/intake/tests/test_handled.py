"""What was dealt with on the spot is a report and a case at once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from citygrid.access.tests import factories as access
from citygrid.cases import queries as cases
from citygrid.cases.models import Case
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.cases.tests.ladder import CATEGORY, make_ladder
from citygrid.evidence.models import Attachment
from citygrid.evidence.tests import factories as evidence
from citygrid.intake import errors, models, services
from citygrid.intake.services import HandledIn, Receipt
from citygrid.intake.tests.factories import receive, report_in
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import KeyReused, NotFound, NotPermitted
from citygrid.kernel.tests.factories import run_at_once
from citygrid.workflow.errors import FieldsMissing


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def handle(
    city: City, *, role: str = "supervisor", handled: HandledIn | None = None, key: str = "k", **values: Any
) -> Receipt:
    report = report_in(**{"category_key": city.category_key, **values})
    done = handled or HandledIn("已将井盖复位。")
    return services.receive_handled(report=report, handled=done, key=key, actor=city.actors[role], now=NOW)


def stored() -> tuple[int, int]:
    return models.Report.objects.unscoped(reason="test").count(), Case.objects.unscoped(reason="test").count()


def test_what_was_dealt_with_on_the_spot_is_a_case_that_waits_to_be_looked_at(city: City) -> None:
    supervisor = city.actors["supervisor"]
    before, after = (evidence.receive(evidence.jpeg(width), actor=supervisor) for width in (64, 72))
    receipt = handle(city, photos=(before.pk,), handled=HandledIn(" 已将井盖复位。 ", (after.pk,)))
    case = cases.case_by_number(receipt.case_number, city.actors["acceptor"])
    step = case.steps.get()
    assert (case.state, step.action, step.axis, step.data["note"]) == (
        "self_disposed",
        "self_dispose",
        "handling",
        "已将井盖复位。",
    )
    report = models.Report.objects.unscoped(reason="test").get()
    assert (report.case_id, report.state, report.post_id) == (case.pk, "accepted", supervisor.post_id)
    shown = {(row.owner_id, row.role): row.media_id for row in Attachment.objects.all()}
    assert shown == {(report.pk, "before"): before.pk, (case.pk, "after"): after.pk}
    closed = city.take(case, "acceptor approve_self_disposal", at=NOW + timedelta(hours=1))
    assert (closed.state, closed.is_open) == ("closed", False)
    (proof,) = cases.prove(system_actor("tests"))
    assert (proof.broken, proof.mismatched) == ([], [])


def test_sent_again_it_gets_the_first_answer(city: City) -> None:
    first, again = handle(city), handle(city)
    assert (first.is_first, again.is_first) == (True, False)
    assert (first.receipt, first.case_number) == (again.receipt, again.case_number)
    assert stored() == (1, 1)


def test_key_of_a_report_is_none_for_one_that_was_handled_nor_for_another_deed(city: City) -> None:
    receive(city, key="k", category_key=city.category_key)
    with pytest.raises(KeyReused):
        handle(city)
    handle(city, key="other")
    with pytest.raises(KeyReused):
        handle(city, key="other", handled=HandledIn("另一次"))
    assert stored() == (2, 1)


@pytest.mark.parametrize("category", ["", "no/such/category"])
def test_nothing_is_kept_without_a_category(city: City, category: str) -> None:
    with pytest.raises(errors.CategoryUnknown):
        handle(city, category_key=category)
    assert stored() == (0, 0)


@pytest.mark.parametrize("role", ["acceptor", "shift_leader"])
def test_post_that_the_procedure_does_not_name_cannot_say_so(city: City, role: str) -> None:
    with pytest.raises(errors.NotHandledHere):
        handle(city, role=role)
    assert stored() == (0, 0)


@pytest.mark.parametrize("role", ["supervisor", "grid_worker"])
def test_category_whose_procedure_knows_no_such_beginning_does_not_allow_it(city: City, role: str) -> None:
    make_ladder(city)
    with pytest.raises(errors.NotHandledHere):
        handle(city, role=role, category_key=CATEGORY)
    assert stored() == (0, 0)


def test_place_outside_the_areas_of_the_post_does_not_allow_it(city: City) -> None:
    city.actors["supervisor"] = access.make_actor("supervisor", areas=["900001002"])
    with pytest.raises(errors.NotHandledHere):
        handle(city)
    assert stored() == (0, 0)


def test_post_that_takes_no_reports_is_refused(city: City) -> None:
    with pytest.raises(NotPermitted):
        handle(city, role="department")


def test_photo_that_is_not_there_keeps_nothing(city: City) -> None:
    with pytest.raises(NotFound):
        handle(city, handled=HandledIn("done", (uuid4(),)))
    assert stored() == (0, 0)


def test_words_of_what_was_done_are_asked_for_by_the_procedure(city: City) -> None:
    with pytest.raises(FieldsMissing):
        handle(city, handled=HandledIn("  "))
    assert stored() == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_open_one_case() -> None:
    city = make_city()

    def work(_: int) -> str:
        try:
            return handle(city).case_number
        finally:
            connections.close_all()

    assert len(set(run_at_once(work, 6))) == 1
    assert stored() == (1, 1)
