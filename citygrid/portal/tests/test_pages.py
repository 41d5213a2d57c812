"""What everybody can read and do, without an account and without scripts."""

import csv
import io
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import City, make_city
from citygrid.evidence import services as evidence_services
from citygrid.evidence.models import Attachment, Media
from citygrid.evidence.tests import factories as evidence
from citygrid.geography.tests import factories as geography
from citygrid.intake import services as intake
from citygrid.intake.models import Report, ReportContact
from citygrid.kernel import clock, memo
from citygrid.kernel.actor import system_actor
from citygrid.kernel.models import AuditEntry
from citygrid.portal.web import reporting

PHONE = "13800001234"
WORDS = {"description": "井盖破损，电话13912345678", "area_code": "900001001001", "address": "建国路12号"}
KEY = "0b6f7c2e-3f0a-4d1e-9b57-6f3b1d6f2a10"
HERE = {"lon": geography.WEST + 0.001, "lat": geography.SOUTH + 0.001}
PAGES = ("portal", "portal-report", "portal-cases", "portal-figures", "portal-data", "portal-accessibility")


@pytest.fixture
def city(db: None) -> City:
    memo.forget()
    return make_city()


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


def reports() -> list[Report]:
    return list(Report.objects.unscoped(reason="test").order_by("received_at"))


def send(visitor: Client, **values: Any) -> Any:
    return visitor.post(reverse("portal-report"), {**WORDS, "key": KEY, **values})


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("cover.jpg", evidence.jpeg(), "image/jpeg")


def filed(city: City, **values: Any) -> Case:
    return city.play(city.open(now=clock.now(), **values), "shift_leader file", every=timedelta())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_opens_to_everybody_in_both_languages(city: City, page: str, language: str) -> None:
    response = Client(headers={"accept-language": language}).get(reverse(page))
    assert (response.status_code, f'lang="{language}"' in response.content.decode().lower()) == (200, True)


def test_report_without_an_account_gets_a_receipt(city: City, visitor: Client) -> None:
    response = send(visitor, phone=PHONE)
    (report,) = reports()
    assert response["Location"] == reverse("portal-receipt", args=[report.receipt])
    assert (report.channel, report.received_by_id, report.area_code) == ("internet", None, WORDS["area_code"])
    assert ReportContact.objects.get().phone == PHONE
    assert AuditEntry.objects.get(action="receive").actor_label == "portal"


def test_receipt_page_tells_its_holder_and_never_the_telephone(city: City, visitor: Client) -> None:
    page = visitor.get(send(visitor, phone=PHONE)["Location"])
    told = page.content.decode()
    assert "Received" in told and "井盖破损" in told and PHONE not in told
    assert page["X-Robots-Tag"] == "noindex"
    assert visitor.get(reverse("portal-receipt", args=["WRONG"])).status_code == 404


def test_receipt_leads_to_the_case_once_that_is_public(city: City, visitor: Client) -> None:
    address = send(visitor, category_key=city.category_key)["Location"]
    now = clock.now()
    case = intake.accept_report(report_id=reports()[0].pk, actor=city.actors["acceptor"], now=now)
    page = reverse("portal-case", args=[case.number])
    assert page not in visitor.get(address).content.decode()
    city.play(case, "shift_leader file", every=timedelta())
    assert page in visitor.get(address).content.decode()
    assert visitor.get(reverse("portal-find"), {"q": case.number})["Location"] == page


def test_same_form_sent_twice_is_one_report(city: City, visitor: Client) -> None:
    assert send(visitor)["Location"] == send(visitor)["Location"]
    assert len(reports()) == 1


def test_photo_comes_with_the_report(city: City, visitor: Client) -> None:
    send(visitor, photo=photo())
    assert Attachment.objects.get().owner_id == reports()[0].pk


def test_refused_form_keeps_words_and_photo(city: City, visitor: Client) -> None:
    refused = visitor.post(reverse("portal-report"), {"description": "井盖破损", "key": KEY, "photo": photo()})
    told = refused.content.decode()
    assert (refused.status_code, "井盖破损" in told, "1 photo is kept" in told) == (422, True, True)
    token = refused.context["form"]["held"].value()
    assert send(visitor, held=token).status_code == 302
    assert (Media.objects.count(), Attachment.objects.count()) == (1, 1)


def test_photo_of_another_cannot_be_taken_by_its_id(city: City, visitor: Client) -> None:
    other = evidence.receive(actor=city.actors["supervisor"])
    assert send(visitor, held=f'["{other.pk}"]').status_code == 302
    assert not Attachment.objects.exists()


def test_what_is_no_photo_is_told_beside_the_field(city: City, visitor: Client) -> None:
    refused = send(visitor, photo=SimpleUploadedFile("cover.jpg", b"no picture", "image/jpeg"))
    assert (refused.status_code, bool(refused.context["form"].errors["photo"]), reports()) == (422, True, [])


def test_known_case_nearby_is_shown_before_the_report_is_sent(city: City, visitor: Client) -> None:
    case = filed(city)
    first = send(visitor, **HERE)
    assert (first.status_code, case.number in first.content.decode(), reports()) == (200, True, [])
    assert first.context["form"]["seen"].value() == "on"
    assert send(visitor, **HERE, seen="on").status_code == 302


def test_confidential_report_says_so(city: City, visitor: Client) -> None:
    send(visitor, is_confidential="on")
    assert reports()[0].is_confidential


def test_past_the_limit_nothing_typed_is_lost(city: City, visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reporting.MOST, reporting.REPORTS, 1)
    send(visitor)
    refused = send(visitor, key="0b6f7c2e-3f0a-4d1e-9b57-6f3b1d6f2a11")
    assert (refused.status_code, "井盖破损" in refused.content.decode(), len(reports())) == (429, True, 1)


def test_place_is_needed(city: City, visitor: Client) -> None:
    assert send(visitor, area_code="").status_code == 422
    assert send(visitor, area_code="", lon=1.0, lat=1.0).status_code == 400  # outside the district
    assert not reports()


def test_public_case_shows_its_course_and_nothing_hidden(city: City, visitor: Client) -> None:
    case = filed(city, summary="井盖破损，找王小明先生13912345678")
    given = Given(unit_id=city.unit.pk)
    city.take(case, "dispatcher dispatch", given=given)
    photo = evidence.receive(actor=city.actors["department"])
    city.take(case, "department reply", given=Given(note="canary", photos={"after": (photo.pk,)}))
    evidence_services.process(media_id=photo.pk, now=clock.now())
    address = reverse("portal-photo", args=[case.number, photo.pk, "public"])
    assert visitor.get(address).status_code == 404
    evidence_services.redact(media_id=photo.pk, boxes=[], actor=system_actor("tests"), now=clock.now())
    told = visitor.get(reverse("portal-case", args=[case.number])).content.decode()
    assert "In progress" in told and "找***先生" in told and str(photo.pk) in told
    assert not [hidden for hidden in ("13912345678", "王小明", "canary") if hidden in told]
    copy = visitor.get(address)
    assert (copy.status_code, copy["Content-Type"], b"".join(copy)[:2]) == (200, "image/jpeg", b"\xff\xd8")
    assert visitor.get(address.replace("public", "original")).status_code == 404


def test_case_that_is_not_public_is_unknown_everywhere(city: City, visitor: Client) -> None:
    case = city.open(now=clock.now())
    for name in ("portal-case", "portal-case-feed"):
        assert visitor.get(reverse(name, args=[case.number])).status_code == 404
    assert case.number not in visitor.get(reverse("portal-cases")).content.decode()


def test_number_of_a_bundled_case_leads_on(city: City, visitor: Client) -> None:
    kept, twin = filed(city), city.open(now=clock.now())
    city.take(twin, "acceptor bundle", given=Given(reason="the same", case_id=kept.pk))
    led = visitor.get(reverse("portal-case", args=[twin.number]))
    assert led["Location"] == reverse("portal-case", args=[kept.number])


def test_list_is_read_page_by_page(city: City, visitor: Client) -> None:
    every = {filed(city).number for _ in range(21)}
    first = visitor.get(reverse("portal-cases"), {"is_open": "1"})
    second = visitor.get(f"{reverse('portal-cases')}?{first.context['next']}")
    shown = [one.number for page in (first, second) for one in page.context["cases"]]
    assert (len(shown), set(shown), second.context["next"]) == (21, every, "")


def test_feeds_are_atom(city: City, visitor: Client) -> None:
    case = filed(city)
    for address in (reverse("portal-feed") + "?area=900001", reverse("portal-case-feed", args=[case.number])):
        page = visitor.get(address)
        assert page["Content-Type"].startswith("application/atom+xml")
        assert case.number in page.content.decode()
    assert case.number not in visitor.get(reverse("portal-feed"), {"area": "900002"}).content.decode()


def test_open_data_of_a_day_is_the_same_in_both_forms(city: City, visitor: Client) -> None:
    case = filed(city, summary="=1+1 井盖13912345678")
    day = timezone.localdate(clock.now()).isoformat()
    text = b"".join(visitor.get(reverse("portal-download", args=[day, "csv"]))).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    told = orjson.loads(b"".join(visitor.get(reverse("portal-download", args=[day, "geojson"]))))
    (feature,) = told["features"]
    assert row["number"] == feature["id"] == case.number
    assert (row["summary"], feature["properties"]["summary"]) == ("'=1+1 井盖***", "=1+1 井盖***")
    assert feature["geometry"]["coordinates"] == pytest.approx([HERE["lon"], HERE["lat"]])
    for wrong in (("2026-13-01", "csv"), (day, "xlsx")):
        assert visitor.get(reverse("portal-download", args=wrong)).status_code == 404


def test_figures_below_ten_are_not_told(city: City, visitor: Client) -> None:
    def told() -> list[int | None]:
        return [row.opened for row in visitor.get(reverse("portal-figures")).context["rows"]]

    for _ in range(9):
        filed(city)
    assert told() == [None]
    filed(city)
    assert told() == [10]
