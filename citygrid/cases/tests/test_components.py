"""Cases that are about a component of the inventory: from the beginning, by a correction, no more."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from citygrid.access.tests import factories as access
from citygrid.cases import errors, queries, services
from citygrid.cases.choices import NO_COMPONENT
from citygrid.cases.models import Case
from citygrid.cases.rules import Correction, Given, PastStep, matter
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.catalogue.choices import Kind
from citygrid.catalogue.tests import factories as catalogue
from citygrid.geography import services as geography_services
from citygrid.geography.tests import factories as geography
from citygrid.inventory.models import Component
from citygrid.inventory.services import change_state
from citygrid.inventory.tests.factories import CLERK, LON, add
from citygrid.kernel.actor import system_actor

pytestmark = pytest.mark.django_db
LAMP, LITTER = "test/component/01002", "test/matter/01001"
NOBODYS = "90000101001999999"
TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")
OPENING_COSTS = 6


@pytest.fixture
def city() -> City:
    """The city with covers, and with lamps and litter as further categories."""
    made = make_city()
    catalogue.category("01002", "路灯", "Lamp")
    catalogue.category("01001", "暴露垃圾", "Exposed litter", kind=Kind.MATTER)
    return made


@pytest.fixture
def cover(city: City) -> Component:
    return add()


@pytest.fixture(autouse=True)
def _history_is_proved() -> Iterator[None]:
    yield
    for proof in queries.prove(system_actor("tests")):
        assert proof.mismatched == proof.broken == []


def correct(city: City, case: Case, line: str = "acceptor correct", **right: Any) -> Case:
    return city.take(case, line, given=Given(reason="seen on the label", correction=Correction(**right)))


def stored() -> Any:
    return Case.objects.unscoped(reason="test")


def step(seq: int, **data: Any) -> PastStep:
    return PastStep(seq, "any", "any", "supervision", NOW, "x", data=data)


def test_matter_of_the_steps_is_what_they_say_last() -> None:
    corrected = step(2, correction={"was": {"component": "a"}, "now": {"component": "b"}})
    assert matter([step(1, category="c")]) == {"category": "c", "component": None}
    assert matter([step(1, category="c", component="a")]) == {"category": "c", "component": "a"}
    assert matter([step(1, component="a"), corrected])["component"] == "b"
    assert matter([step(1), step(2, component="not of the first step")])["component"] is None


def test_case_is_about_a_component_from_the_beginning(city: City, cover: Component) -> None:
    case = city.open(component_id=cover.pk)
    assert case.component_id == case.steps.get().data["component"] == cover.pk
    assert stored().get().component_id == cover.pk


def test_component_is_told_by_its_earlier_identifier_too(city: City) -> None:
    cover = add(alias_code="9000010101000001")
    assert city.open(component_id=cover.alias_code).component_id == cover.pk


def test_case_about_no_component_says_nothing_of_one(city: City) -> None:
    case = city.open()
    assert case.component_id is None and "component" not in case.steps.get().data


def test_component_that_does_not_fit_is_refused_and_nothing_is_kept(city: City, cover: Component) -> None:
    lamp = add(category="01002", longitude=LON + 0.0001)
    removed = add(longitude=LON + 0.0002)
    change_state(component_id=removed.pk, state="removed", reason="taken down", actor=CLERK, now=NOW)
    elsewhere = in_another_district(city)
    for component_id, values, refusal in (
        (NOBODYS, {}, errors.ComponentUnknown),
        (removed.pk, {}, errors.ComponentUnknown),
        (lamp.pk, {}, errors.ComponentUnfit),
        (cover.pk, {"category_key": LITTER}, errors.ComponentUnfit),  # the same code, but of a matter
        (elsewhere.pk, {}, errors.ComponentElsewhere),
    ):
        with pytest.raises(refusal) as refused:
            city.open(component_id=component_id, **values)
        assert refused.value.status == 400
    assert stored().count() == 0


def in_another_district(city: City) -> Component:
    """A cover in the district next to ours, which the acceptor has too."""
    geography_services.define_district(
        code="900002",
        name_zh="邻区",
        name_en="Next District",
        geom=geography.polygon(10),
        time_zone="Asia/Shanghai",
        calendar_key="natural",
        actor=geography.ACTOR,
        now=geography.NOW,
    )
    city.actors["acceptor"] = access.make_actor("acceptor", areas=[geography.DISTRICT, "900002"])
    return add(longitude=geography.WEST + 10.5 * geography.SIDE)


def test_component_of_a_street_that_is_not_the_posts_is_unknown_to_it(city: City) -> None:
    far = add(longitude=geography.WEST + 2.5 * geography.SIDE)
    city.actors["acceptor"] = access.make_actor("acceptor", areas=["900001001"])
    with pytest.raises(errors.ComponentUnknown):
        city.open(component_id=far.pk)


def test_corrected_component_stands_in_the_history_with_what_it_was(city: City, cover: Component) -> None:
    other = add(longitude=LON + 0.0001)
    case = city.open(component_id=cover.pk)
    case = correct(city, case, component_id=other.pk)
    case = correct(city, case, component_id=NO_COMPONENT)
    case = correct(city, case, component_id=cover.pk)
    told = [step.data["correction"] for step in case.steps.filter(action="correct").order_by("seq")]
    assert [one["was"]["component"] for one in told] == [cover.pk, other.pk, None]
    assert [one["now"]["component"] for one in told] == [other.pk, None, cover.pk]
    words = queries.CorrectionWords(told)
    first, second = (f"{one.name} {int(one.pk[-6:])} 号" for one in (cover, other))
    assert [words.of(one) for one in told][1:] == [[("component", second, "")], [("component", "", first)]]
    assert stored().get().component_id == cover.pk


def test_component_of_a_filed_case_is_corrected_and_it_keeps_its_standard(city: City, cover: Component) -> None:
    case = city.play(city.open(), *TO_FILED)
    case = correct(city, case, "shift_leader correct_filed", component_id=cover.pk)
    assert (case.state, case.standard_id, case.component_id) == ("registered", city.standard.pk, cover.pk)


def test_with_another_category_the_component_goes_or_is_one_of_that(city: City, cover: Component) -> None:
    lamp = add(category="01002", longitude=LON + 0.0001)
    case = correct(city, city.open(component_id=cover.pk), category_key=LITTER)
    assert case.component_id is None
    assert case.steps.latest("seq").data["correction"]["was"]["component"] == cover.pk
    case = correct(city, case, category_key=LAMP, component_id=lamp.pk)
    assert (case.category_id, case.component_id) == (LAMP, lamp.pk)


def test_correction_of_the_place_leaves_the_component(city: City, cover: Component) -> None:
    case = correct(city, city.open(component_id=cover.pk), area_code="900001001002")
    assert case.component_id == cover.pk
    assert "component" not in case.steps.latest("seq").data["correction"]["now"]


def test_wrong_correction_of_the_component_changes_nothing(city: City, cover: Component) -> None:
    lamp = add(category="01002", longitude=LON + 0.0001)
    case = city.open(component_id=cover.pk)
    for right, refusal in (
        ({"component_id": cover.pk}, errors.NothingCorrected),
        ({"component_id": NOBODYS}, errors.ComponentUnknown),
        ({"component_id": lamp.pk}, errors.ComponentUnfit),
        ({"component_id": cover.pk, "category_key": LAMP}, errors.ComponentUnfit),
    ):
        with pytest.raises(refusal):
            correct(city, case, **right)
    with pytest.raises(errors.NothingCorrected):
        correct(city, city.open(), component_id=NO_COMPONENT)
    kept = stored().get(pk=case.pk)
    assert (kept.head_seq, kept.component_id) == (1, cover.pk)


def test_changed_component_of_a_row_is_found_by_the_proof(city: City, cover: Component) -> None:
    with_one, without = city.open(component_id=cover.pk), city.open()
    for case, wrong in ((with_one, None), (without, cover.pk)):
        stored().filter(pk=case.pk).update(component_id=wrong)
        (proof,) = queries.prove(system_actor("tests"))
        assert proof.mismatched == [case.number]
        case.save(update_fields=["component"])


def test_database_refuses_a_component_of_another_category_or_district(city: City, cover: Component) -> None:
    city.open()
    catalogue.category("02001", "停车场", "Car park")
    for wrong in ({"category_id": "test/component/02001"}, {"district_code": "900002"}):
        with pytest.raises(IntegrityError, match="case_component_of_its"), transaction.atomic():
            stored().update(component_id=cover.pk, **wrong)


def test_past_case_is_about_a_component_too(city: City, cover: Component) -> None:
    past = services.History(city.opening(component_id=cover.pk), [services.HistoryStep("accept", NOW, "Past")])
    ((case_id, _),) = services.record_history(histories=[past], actor=system_actor("past"), now=NOW)
    case = queries.case(case_id, city.actors["acceptor"])
    assert case.component_id == case.steps.get().data["component"] == cover.pk


def test_cases_of_one_component_are_found_newest_first(city: City, cover: Component) -> None:
    first, _other = city.open(component_id=cover.pk), city.open()
    second = city.open(component_id=cover.pk, now=NOW + timedelta(hours=1))
    found = queries.cases(city.actors["acceptor"], queries.CaseFilter(component_id=cover.pk), NOW)
    assert [case.pk for case in found] == [second.pk, first.pk]


def test_opening_costs_one_query_more_with_a_component_and_none_without(
    city: City, cover: Component, django_assert_num_queries
) -> None:
    city.open(component_id=cover.pk)  # reads what is read once a process
    with django_assert_num_queries(OPENING_COSTS):
        city.open()
    with django_assert_num_queries(OPENING_COSTS + 1):
        city.open(component_id=cover.pk)
