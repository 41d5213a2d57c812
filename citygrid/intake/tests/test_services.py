from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.translation import override

from citygrid.access.tests import factories as access
from citygrid.cases import queries as cases
from citygrid.cases.errors import ComponentUnknown
from citygrid.cases.models import Case
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.cases.tests.ladder import CATEGORY, make_ladder
from citygrid.evidence.queries import photos as photos_of
from citygrid.evidence.tests import factories as evidence
from citygrid.geography.queries import from_wgs84
from citygrid.geography.tests.factories import DISTRICT
from citygrid.intake import errors, models, queries, services
from citygrid.intake.tests.factories import INSIDE, receive, report_in
from citygrid.inventory.tests import factories as inventory
from citygrid.kernel.errors import KeyReused, NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.workflow.errors import StepNotAllowed

PHONE = "13800001234"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def stored() -> models.ReportQuerySet:
    return models.Report.objects.unscoped(reason="test")


def test_report_is_stored_where_it_lies_and_its_receipt_finds_it(city: City) -> None:
    receipt = receive(city)
    report = queries.status_of(receipt.receipt.lower())
    assert (report.pk, report.state, report.area_code) == (receipt.report_id, "received", "900001001001")
    assert report.location.tuple == pytest.approx((INSIDE["lon"], INSIDE["lat"]))


def test_same_key_and_report_gets_the_first_answer(city: City) -> None:
    first, second = receive(city, key="k"), receive(city, key="k", now=NOW + timedelta(hours=1))
    assert (second.receipt, first.is_first, second.is_first) == (first.receipt, True, False)
    assert stored().count() == 1


def test_same_key_with_another_report_is_refused(city: City) -> None:
    receive(city, key="k")
    with pytest.raises(KeyReused):
        receive(city, key="k", description="another")
    assert stored().count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_threads_with_one_key_make_one_report_and_get_one_answer() -> None:
    city = make_city()

    def send(_: int) -> str:
        try:
            return receive(city, key="the same").receipt
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        receipts = list(pool.map(send, range(50)))
    assert len(receipts) == 50
    assert len(set(receipts)) == stored().count() == 1


def test_position_in_another_frame_is_converted_and_the_frame_is_kept(city: City) -> None:
    lon, lat = from_wgs84(**INSIDE, frame="gcj02")
    receipt = receive(city, lon=lon, lat=lat, frame="gcj02")
    report = stored().get(pk=receipt.report_id)
    assert (report.frame, report.area_code) == ("gcj02", "900001001001")
    assert report.location.tuple == pytest.approx((INSIDE["lon"], INSIDE["lat"]), abs=1e-7)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"description": "  "}, errors.TextMissing),
        ({"description": "\u200b\u200b \u2060"}, errors.TextMissing),
        ({"area_code": "900001002001"}, errors.PlaceContradicted),
        ({"description": "长" * 5_001}, errors.TextTooLong),
        ({"lon": 10.0, "lat": 10.0}, errors.OutsideDistrict),
        ({"lon": INSIDE["lat"], "lat": INSIDE["lon"]}, errors.SwappedCoordinates),
        ({"lon": None, "lat": None}, errors.PlaceMissing),
        ({"lon": float("nan"), "lat": 1.0}, errors.OutsideDistrict),
        ({"lon": 1e9, "lat": 1e9}, errors.OutsideDistrict),
        ({"category_key": "no/such/category"}, errors.CategoryUnknown),
        ({"channel": "pigeon"}, errors.ChannelUnknown),
        ({"frame": "mars"}, errors.FrameUnknown),
        ({"description": "with a zero \x00 byte"}, errors.TextUnusable),
        ({"contact": {"phone": "1" * 300}}, errors.TextTooLong),
    ],
)
def test_unusable_report_is_refused_and_nothing_is_kept(city: City, values: dict, refusal: type) -> None:
    with pytest.raises(refusal):
        receive(city, **values)
    assert stored().count() == AuditEntry.objects.filter(action="receive").count() == 0


def test_contradiction_names_both_places(city: City) -> None:
    with override("en"), pytest.raises(errors.PlaceContradicted) as told:
        receive(city, area_code="900001002001")
    assert "(900001001001" in str(told.value) and "(900001002001)" in str(told.value)


@pytest.mark.parametrize("area", ["900001", "900001001", "900001001001"])
def test_area_around_the_position_contradicts_nothing(city: City, area: str) -> None:
    assert stored().get(pk=receive(city, area_code=area).report_id).area_code.startswith("900001001001")


def test_report_by_telephone_needs_only_the_area(city: City) -> None:
    receipt = receive(city, lon=None, lat=None, area_code="900001001", channel="hotline")
    assert stored().get(pk=receipt.report_id).area_code == "900001001"


def test_accepted_report_becomes_a_case(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    case = services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=NOW)
    report = stored().get(pk=receipt.report_id)
    assert (report.state, report.case_id, case.state) == ("accepted", case.pk, "registered")
    assert (case.summary, case.location.tuple) == (report.description, report.location.tuple)


def test_report_is_accepted_as_a_case_about_a_component(city: City) -> None:
    cover, receipt = inventory.add(), receive(city, category_key=city.category_key)
    accepted = {"report_id": receipt.report_id, "actor": city.actors["acceptor"], "now": NOW}
    with pytest.raises(ComponentUnknown):
        services.accept_report(**accepted, component_id="9" * 17)
    assert (stored().get().state, Case.objects.unscoped(reason="test").count()) == ("received", 0)
    assert services.accept_report(**accepted, component_id=cover.pk).component_id == cover.pk


def test_report_without_a_category_needs_one_to_be_accepted(city: City) -> None:
    receipt = receive(city)
    with pytest.raises(errors.CategoryUnknown):
        services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=NOW)
    assert Case.objects.unscoped(reason="test").count() == 0


def test_joined_report_belongs_to_the_case_that_was_there(city: City) -> None:
    case, receipt = city.open(), receive(city)
    services.join_report(report_id=receipt.report_id, case_id=case.pk, actor=city.actors["acceptor"], now=NOW)
    assert [r.pk for r in queries.reports_of_case(case.pk, city.actors["acceptor"])] == [receipt.report_id]


def test_report_is_not_joined_to_a_case_that_has_ended(city: City) -> None:
    case, receipt = city.play(city.open(), "shift_leader void"), receive(city)
    with pytest.raises(errors.CaseNotOpen):
        services.join_report(report_id=receipt.report_id, case_id=case.pk, actor=city.actors["acceptor"], now=NOW)


def test_refused_report_tells_its_reporter_why(city: City) -> None:
    receipt = receive(city)
    services.refuse_report(report_id=receipt.report_id, reason="private land", actor=city.actors["acceptor"], now=NOW)
    report = queries.status_of(receipt.receipt)
    assert (report.state, report.reason) == ("refused", "private land")


def test_report_is_decided_once(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    acceptor = city.actors["acceptor"]
    services.accept_report(report_id=receipt.report_id, actor=acceptor, now=NOW)
    with pytest.raises(errors.AlreadyTriaged):
        services.refuse_report(report_id=receipt.report_id, reason="late", actor=acceptor, now=NOW)
    assert Case.objects.unscoped(reason="test").count() == 1


def test_contact_data_is_masked_encrypted_and_revealed_on_record(city: City) -> None:
    contact = {"name": "张三丰", "phone": PHONE, "email": "san@example.org"}
    receipt = receive(city, contact=contact)
    report = queries.report(receipt.report_id, city.actors["acceptor"])
    masked = queries.masked_contact(report)
    assert (masked.name, masked.phone, masked.email) == ("张**", "138****1234", "s***@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT convert_from(phone, 'UTF8'), phone_index FROM intake_reportcontact")
        assert PHONE not in "".join(cursor.fetchone())
    shown = services.reveal_contact(
        report_id=report.pk, reason="to find the place", actor=city.actors["acceptor"], now=NOW
    )
    assert shown.phone == PHONE
    entry = AuditEntry.objects.get(action="reveal_contact")
    assert entry.data == {"reason": "to find the place"}
    assert PHONE not in str(list(AuditEntry.objects.values_list("data", flat=True)))


def test_contact_data_is_not_revealed_without_a_reason_or_the_permission(city: City) -> None:
    receipt = receive(city, contact={"phone": PHONE})
    with pytest.raises(errors.TextMissing):
        services.reveal_contact(report_id=receipt.report_id, reason=" ", actor=city.actors["acceptor"], now=NOW)
    with pytest.raises(NotPermitted):
        services.reveal_contact(report_id=receipt.report_id, reason="x", actor=city.actors["dispatcher"], now=NOW)


def test_post_of_another_street_neither_sees_nor_decides_the_report(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    elsewhere = access.make_actor("acceptor", areas=["900001002"])
    assert list(queries.reports(elsewhere, queries.ReportFilter())) == []
    assert queries.waiting_count(elsewhere) == 0
    with pytest.raises(NotFound):
        services.accept_report(report_id=receipt.report_id, actor=elsewhere, now=NOW)


def test_filters_narrow_the_list(city: City) -> None:
    cover = receive(city)
    receive(city, description="垃圾成堆", now=NOW - timedelta(days=3), channel="hotline")
    acceptor = city.actors["acceptor"]
    for wanted in (
        queries.ReportFilter(words="井盖"),
        queries.ReportFilter(words=cover.receipt),
        queries.ReportFilter(channel="field"),
        queries.ReportFilter(received_from=NOW.date()),
        queries.ReportFilter(area_code=DISTRICT, state="received", words="破损"),
    ):
        assert [found.pk for found in queries.reports(acceptor, wanted)] == [cover.report_id]


def test_receiving_costs_few_queries(city: City, django_assert_max_num_queries) -> None:
    report = report_in(category_key=city.category_key)
    with django_assert_max_num_queries(7):
        services.receive_report(report=report, key="k", actor=city.actors["supervisor"], now=NOW)


def test_scheme_of_the_category_names_the_procedure(city: City) -> None:
    make_ladder(city)
    receipt = receive(city, category_key=CATEGORY)
    case = services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=NOW)
    assert (case.procedure, case.state) == ("social-event", "at_grid")


def test_grid_worker_registers_what_they_took_down_themselves(city: City) -> None:
    worker = make_ladder(city).actors["community_officer"]
    mine, other = receive(city, actor=worker, category_key=CATEGORY), receive(city, category_key=CATEGORY)
    case = services.accept_report(report_id=mine.report_id, actor=worker, now=NOW)
    assert (case.state, case.steps.get().action) == ("at_community", "register_at_community")
    with pytest.raises(NotPermitted):
        services.accept_report(report_id=other.report_id, actor=worker, now=NOW)


def test_role_without_a_beginning_in_the_procedure_opens_nothing(city: City) -> None:
    worker = make_ladder(city).actors["community_officer"]
    receipt = receive(city, actor=worker, category_key=city.category_key)
    with pytest.raises(StepNotAllowed):
        services.accept_report(report_id=receipt.report_id, actor=worker, now=NOW)
    assert stored().get(pk=receipt.report_id).state == "received"


def test_same_photo_leads_to_the_case_it_was_sent_with_before(city: City) -> None:
    acceptor, receipts = city.actors["acceptor"], []
    for key, content in (("first", evidence.jpeg()), ("again", evidence.jpeg()), ("other", evidence.jpeg(70, 40))):
        photo = evidence.receive(content, actor=city.actors["supervisor"])
        receipts.append(receive(city, key=key, category_key=city.category_key, photos=(photo.pk,)))
    first, again, other = (queries.report(receipt.report_id, acceptor) for receipt in receipts)
    case = services.accept_report(report_id=first.pk, actor=acceptor, now=NOW)
    assert case.pk in queries.cases_with_its_photo(again)
    assert queries.cases_with_its_photo(other) == set()


def test_photos_come_with_the_report_and_are_seen_with_its_case(city: City) -> None:
    photo = evidence.receive(actor=city.actors["supervisor"])
    receipt = receive(city, category_key=city.category_key, photos=(photo.pk,))
    (shown,) = photos_of("intake.report", receipt.report_id, city.actors["acceptor"])
    assert (shown.media, shown.role) == (photo, "before")
    case = services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=NOW)
    assert photos_of("cases.case", case.pk, city.actors["department"]) == []
    city.play(case, "shift_leader file", "dispatcher dispatch")
    (shown,) = photos_of("cases.case", case.pk, city.actors["department"])
    assert (shown.media, shown.owner_kind) == (photo, "intake.report")
    assert photos_of("intake.report", receipt.report_id, city.actors["department"])
    assert not photos_of("intake.report", receipt.report_id, city.actors["other_department"])


def test_report_whose_photo_cannot_be_attached_is_not_kept(city: City) -> None:
    theirs = evidence.receive(actor=city.actors["acceptor"])
    with pytest.raises(NotFound):
        receive(city, key="k", photos=(theirs.pk,))
    assert stored().count() == 0
    assert receive(city, key="k").is_first


def test_same_report_with_the_photo_sent_again_gets_the_first_answer(city: City) -> None:
    supervisor = city.actors["supervisor"]
    first = receive(city, key="k", photos=(evidence.receive(actor=supervisor).pk,))
    again = evidence.receive(actor=supervisor)
    assert receive(city, key="k", photos=(again.pk,)).receipt == first.receipt
    with pytest.raises(KeyReused):
        receive(city, key="k")


def test_report_is_not_decided_before_it_was_received(city: City) -> None:
    receipt = receive(city, category_key=city.category_key)
    with pytest.raises(errors.BeforeReceived):
        services.accept_report(
            report_id=receipt.report_id, actor=city.actors["acceptor"], now=NOW - timedelta(seconds=1)
        )


def test_case_of_a_confidential_report_is_born_withheld_and_its_photo_is_shown_to_nobody(city: City) -> None:
    photo = evidence.receive(actor=city.actors["supervisor"])
    receipt = receive(city, category_key=city.category_key, photos=(photo.pk,), is_confidential=True)
    case = services.accept_report(report_id=receipt.report_id, actor=city.actors["acceptor"], now=NOW)
    city.play(case, "shift_leader file")
    assert case.is_withheld
    assert cases.public_case(case.number) is None
    assert not queries.public_ids_of_cases([case.pk])
    assert queries.ids_of_cases([case.pk]) == {receipt.report_id: case.pk}


def test_same_key_with_another_wish_for_confidence_is_refused(city: City) -> None:
    receive(city, key="k")
    with pytest.raises(KeyReused):
        receive(city, key="k", is_confidential=True)
