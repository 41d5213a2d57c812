"""Named lives of cases that were wrong at first: corrected, bundled by mistake."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from citygrid.cases import errors, queries
from citygrid.cases.models import Case, CaseLink
from citygrid.cases.rules import Correction, Given
from citygrid.cases.services import take_step
from citygrid.cases.tests.factories import COMMUNITY, NOW, City, make_city
from citygrid.cases.tests.ladder import CATEGORY, make_ladder, open_event
from citygrid.catalogue.choices import Kind
from citygrid.catalogue.rules import CategoryIn
from citygrid.catalogue.services import define_categories
from citygrid.geography.tests.factories import SIDE, SOUTH, WEST
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import Conflict, NotFound
from citygrid.workflow.errors import FieldsMissing, StepNotAllowed

pytestmark = pytest.mark.django_db
LITTER = "test/matter/01001"
BESIDE = {"lon": WEST + 1.5 * SIDE, "lat": SOUTH + 0.001}
TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")


@pytest.fixture
def city() -> City:
    return make_with_litter()


def make_with_litter() -> City:
    """The city with a second category, of litter."""
    made = make_city()
    litter = CategoryIn(Kind.MATTER, "01001", "暴露垃圾", "Exposed litter")
    define_categories(scheme_code="test", categories=[litter], actor=system_actor("tests"), now=NOW)
    return made


@pytest.fixture(autouse=True)
def _history_is_proved():
    yield
    for proof in queries.prove(system_actor("tests")):
        assert proof.mismatched == proof.broken == []


def correct(city: City, case: Case, line: str = "acceptor correct", **right: object) -> Case:
    return city.take(case, line, given=Given(reason="seen on the photo", correction=Correction(**right)))


def test_corrected_then_filed_keeps_what_it_was_at_first(city: City) -> None:
    case = correct(city, city.open(), category_key=LITTER, **BESIDE, address="礼士胡同 3 号")
    case = city.play(case, "acceptor send_to_verify", "supervisor report_verification")
    case.refresh_from_db()
    assert (case.category_id, case.address, case.area_code[:12]) == (LITTER, "礼士胡同 3 号", "900001001002")
    assert case.location.tuple == (BESIDE["lon"], BESIDE["lat"])
    data = case.steps.get(action="correct").data
    assert data["correction"]["was"]["category"] == city.category_key
    assert data["correction"]["was"]["area"] == COMMUNITY and data["reason"] == "seen on the photo"
    with pytest.raises(errors.StandardMismatch):
        city.take(case, "shift_leader file")


def test_filed_case_that_is_corrected_loses_its_standard_and_is_filed_anew(city: City) -> None:
    case = city.play(city.open(), *TO_FILED)
    assert case.standard_id
    case = correct(city, case, "shift_leader correct_filed", category_key=LITTER)
    assert (case.state, case.standard_id, case.limit) == ("registered", None, None)


def test_filed_case_keeps_its_standard_where_only_the_place_was_wrong(city: City) -> None:
    case = city.play(city.open(), *TO_FILED)
    case = correct(city, case, "shift_leader correct_filed", **BESIDE)
    assert (case.state, case.standard_id) == ("registered", city.standard.pk)
    assert city.take(case, "shift_leader file").state == "filed"


def test_case_of_which_only_the_area_is_known_loses_its_position(city: City) -> None:
    case = correct(city, city.open(), area_code="900001001002")
    assert (case.area_code, case.location) == ("900001001002", None)


@pytest.mark.parametrize(
    ("right", "refusal"),
    [
        ({}, errors.NothingCorrected),
        ({"category_key": "test/component/01001"}, errors.NothingCorrected),
        ({"category_key": "no/such/one"}, errors.CategoryUnfit),
        ({"category_key": "test/component/01"}, errors.CategoryUnfit),
        ({"category_key": CATEGORY}, errors.CategoryUnfit),
        ({"lon": 10.0, "lat": 10.0}, errors.PlaceUnknown),
        ({"lon": BESIDE["lon"]}, errors.PlaceUnknown),
        ({"area_code": "900001999"}, errors.PlaceUnknown),
        ({"area_code": "110101"}, errors.OtherDistrict),
    ],
)
def test_correction_that_is_none_changes_nothing(city: City, right: dict, refusal: type) -> None:
    make_ladder(city)
    case = city.open()
    with pytest.raises(refusal):
        correct(city, case, **right)
    assert Case.objects.unscoped(reason="test").get(pk=case.pk).head_seq == 1


def test_correction_needs_what_is_right_and_a_reason(city: City) -> None:
    with pytest.raises(FieldsMissing) as refusal:
        city.take(city.open(), "acceptor correct", given=Given())
    assert list(refusal.value.fields) == ["correction", "reason"]


@pytest.mark.parametrize("line", ["dispatcher correct_filed", "department correct_filed", "acceptor correct"])
def test_filed_case_is_corrected_by_its_shift_leader_only(city: City, line: str) -> None:
    case = city.play(city.open(), *TO_FILED)
    with pytest.raises((StepNotAllowed, errors.CaseMoved, NotFound)):  # a department does not even see it
        correct(city, case, line, category_key=LITTER)


def test_dispatched_case_is_not_corrected_any_more(city: City) -> None:
    case = city.play(city.open(), *TO_FILED, "dispatcher dispatch")
    with pytest.raises(errors.CaseMoved):
        correct(city, case, "shift_leader correct_filed", category_key=LITTER)


def test_event_on_the_ladder_is_corrected_where_it_stands(city: City) -> None:
    make_ladder(city)
    case = correct(city, open_event(city), area_code="900001001002")
    assert (case.state, case.area_code) == ("at_grid", "900001001002")


def test_changed_row_is_found_by_the_proof(city: City) -> None:
    case = correct(city, city.open(), **BESIDE)
    rows = Case.objects.unscoped(reason="test").filter(pk=case.pk)
    for change in ({"area_code": COMMUNITY}, {"location": None}, {"category_id": LITTER}):
        rows.update(**change)
        (proof,) = queries.prove(system_actor("tests"))
        assert proof.mismatched == [case.number], change
        case.save(update_fields=["area_code", "location", "category"])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_correct_at_once_one_wins_and_the_other_is_told_who() -> None:
    city = make_with_litter()
    case = city.open()

    def send(right: Correction) -> Exception | None:
        try:
            given = Given(reason="x", correction=right)
            actor = city.actors["acceptor" if right.category_key else "shift_leader"]
            take_step(case_id=case.pk, action="correct", actor=actor, now=NOW, given=given, expected_seq=1)
        except Conflict as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, [Correction(category_key=LITTER), Correction(**BESIDE)]))
    (refused,) = [answer for answer in answers if answer]
    assert isinstance(refused, errors.CaseMoved) and "王小明" in str(refused)
    assert Case.objects.unscoped(reason="test").get(pk=case.pk).head_seq == 2


def test_bundled_by_mistake_goes_on_by_itself_and_can_be_bundled_again(city: City) -> None:
    kept, twin = city.open(), city.open()
    twin = city.take(twin, "acceptor bundle", given=Given(reason="the same cover", case_id=kept.pk))
    twin = city.play(twin, "shift_leader unbundle")
    assert (twin.state, twin.is_open, twin.closed_at) == ("registered", True, None)
    assert not CaseLink.objects.filter(source=twin).exists()
    assert [step.action for step in twin.steps.order_by("seq")] == ["accept", "bundle", "unbundle"]
    twin = city.take(twin, "acceptor bundle", given=Given(reason="it is the same after all", case_id=kept.pk))
    assert CaseLink.objects.get(source=twin).target_id == kept.pk


def test_time_in_a_bundle_does_not_count(city: City) -> None:
    kept = city.open()
    case = city.play(city.open(), *TO_FILED, "dispatcher dispatch", "department return", "dispatcher approve_return")
    due = case.due_at
    case = city.take(case, "shift_leader bundle", given=Given(reason="the same", case_id=kept.pk))
    case = city.play(case, "shift_leader unbundle")
    assert (case.due_at - due).total_seconds() == 600
