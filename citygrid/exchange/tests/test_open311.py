"""The server of Open311, as an outside application meets it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validate

from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.exchange import services
from citygrid.exchange.models import OutsideReport, OutsideUpdate
from citygrid.exchange.rules import georeport
from citygrid.exchange.tests import schemas
from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.intake.models import Report, ReportContact
from citygrid.intake.tests.factories import INSIDE
from citygrid.kernel import clock, limits
from citygrid.kernel.actor import system_actor
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.tests.factories import run_at_once

PLACE = {"lat": str(INSIDE["lat"]), "long": str(INSIDE["lon"])}
SYSTEM = system_actor("tests of Open311")


@dataclass
class Outside:
    """A city, an application with a key in it, and its calls."""

    city: City
    key: str
    application: Any

    @property
    def code(self) -> str:
        return self.city.category_key.replace("/", "~")

    def ask(self, path: str, **given: str) -> Any:
        return Client().get(f"/open311/v2/{path}", given, headers={"Accept-Language": "en"})

    def post(self, path: str = "requests.json", at: str = "v2", **given: str) -> Any:
        body = urlencode({"api_key": self.key, **given})
        return Client().post(
            f"/open311/{at}/{path}",
            body,
            content_type="application/x-www-form-urlencoded; charset=utf-8",
            headers={"Accept-Language": "en"},
        )

    def report(self, **given: str) -> str:
        """Report something; its reference."""
        answer = self.post(service_code=self.code, description="井盖破损", **{**PLACE, **given})
        assert answer.status_code == 200, answer.content
        return str(answer.json()[0]["service_request_id"])

    def file(self, reference: str) -> str:
        """Its report becomes a case, which is filed; the number."""
        report_id = OutsideReport.objects.get(reference=reference).report_id
        acceptor = self.city.actors["acceptor"]
        intake_services.accept_report(
            report_id=report_id, category_key=self.city.category_key, actor=acceptor, now=clock.now()
        )
        case = intake.status_by_id(report_id).case
        self.city.play(case, "shift_leader file")
        return str(case.number)


def issue(**changes: Any) -> Any:
    given = {"name": "City app", "contact": "app@example.org", "speaks": "internet", **changes}
    return services.issue_key(**given, actor=SYSTEM, now=NOW)


@pytest.fixture
def outside(db: None) -> Iterator[Outside]:
    with clock.standing_at(NOW + timedelta(hours=1)), override("en"):
        city = make_city()
        application, key = issue()
        yield Outside(city, key, application)


def test_discovery_names_two_endpoints_in_both_formats(outside: Outside) -> None:
    client = Client()
    xml, json = client.get("/open311/discovery.xml"), client.get("/open311/discovery.json")
    told = json.json()
    assert georeport.read_xml(xml.content) == ("discovery", told)
    assert [(one["type"], one["url"]) for one in told["endpoints"]] == [
        ("production", "http://testserver/open311/v2"),
        ("test", "http://testserver/open311/test/v2"),
    ]
    assert {"changeset", "contact", "key_service", "endpoints"} == set(told)
    assert (xml["Content-Type"], json["Content-Type"]) == tuple(georeport.FORMATS.values())
    for endpoint in told["endpoints"]:
        assert client.get(endpoint["url"].removeprefix("http://testserver") + "/services.xml").status_code == 200


def test_services_and_their_attributes_follow_the_schemas(outside: Outside) -> None:
    told = outside.ask("services.json").json()
    validate(schemas.SERVICES, told)
    assert [(one["service_code"], one["metadata"]) for one in told] == [(outside.code, True)]
    definition = outside.ask(f"services/{outside.code}.json").json()
    validate(schemas.DEFINITION, definition)
    assert definition["attributes"][0]["values"][0]["key"] == outside.city.standard.code
    for path in ("services", f"services/{outside.code}"):
        assert georeport.read_xml(outside.ask(f"{path}.xml").content)[1] == outside.ask(f"{path}.json").json()


def test_report_is_stored_with_its_contact_and_no_one_else_reads_its_words(outside: Outside) -> None:
    person = {"first_name": "Xiaoming", "last_name": "Wang", "phone": "13800138000", "email": "w@example.org"}
    chosen = {"attribute[condition]": outside.city.standard.code, "attribute[colour][]": "red"}
    reference = outside.report(**person, **chosen, address_string="1 Main St", media_url="https://example.org/a.jpg")
    stored = Report.objects.unscoped(reason="test").get()
    contact = ReportContact.objects.get()
    assert (contact.name, contact.phone, contact.email) == ("Xiaoming Wang", "13800138000", "w@example.org")
    assert (stored.channel, stored.post_id, stored.received_by_id) == ("internet", None, None)
    assert stored.description.splitlines()[2:] == ["colour: red", "https://example.org/a.jpg"]
    own = outside.ask(f"requests/{reference}.json", api_key=outside.key).json()
    others = outside.ask(f"requests/{reference}.json").json()
    for told in (own, others):
        validate(schemas.REQUESTS, told)
        assert (told[0]["service_request_id"], told[0]["status"]) == (reference, "open")
    assert (own[0]["description"], own[0]["address"]) == (stored.description, "1 Main St")
    assert {others[0][name] for name in ("description", "address", "lat", "long", "address_id")} == {None}
    assert stored.receipt not in str(own) and "13800138000" not in str(own)


def test_reference_leads_to_the_case_once_it_is_public(outside: Outside) -> None:
    reference = outside.report()
    assert outside.ask("requests.json").json() == []
    assert outside.ask(f"tokens/{reference}.json").json() == [{"service_request_id": reference, "token": reference}]
    number = outside.file(reference)
    listed = outside.ask("requests.json").json()
    validate(schemas.REQUESTS, listed)
    assert [one["service_request_id"] for one in listed] == [number]
    assert listed[0]["description"] == "井盖破损"
    assert listed[0]["requested_datetime"].endswith("+08:00")
    assert outside.ask(f"tokens/{reference}.json").json()[0]["service_request_id"] == number
    both = outside.ask(f"requests/{reference},{number}.json").json()
    assert [one["service_request_id"] for one in both] == [reference, number]
    assert both[0]["description"] == "井盖破损"
    assert outside.ask("requests.json", service_request_id=f"{number},nothing").json()[0] == both[1]
    xml = outside.ask(f"requests/{reference},{number}.xml").content
    assert georeport.read_xml(xml) == ("service_requests", both)


def test_filters_and_pages_narrow_the_list(outside: Outside) -> None:
    for words in ("one", "two", "three"):
        outside.file(outside.report(address_string=words))
    numbers = [one["service_request_id"] for one in outside.ask("requests.json").json()]
    assert len(numbers) == 3
    pages = [outside.ask("requests.json", page=str(page), page_size="2").json() for page in (1, 2, 3)]
    assert [[one["service_request_id"] for one in page] for page in pages] == [numbers[:2], numbers[2:], []]
    found = {
        "open": {"status": "open"},
        "closed": {"status": "closed"},
        "both": {"status": "open,closed"},
        "code": {"service_code": f"{outside.code},other"},
        "other": {"service_code": "other"},
        "district": {"jurisdiction_id": "900001"},
        "later": {"start_date": "2026-03-03T00:00:00Z"},
        "then": {"start_date": "2026-03-02", "end_date": "2026-03-02"},
        "empty": {"status": "", "service_code": "", "jurisdiction_id": "", "start_date": ""},
    }
    counts = {name: len(outside.ask("requests.json", **given).json()) for name, given in found.items()}
    assert counts == {**dict.fromkeys(found, 3), "closed": 0, "other": 0, "later": 0}


REFUSED = [
    ("services.json", {"jurisdiction_id": "nowhere"}, 404),
    ("services/none.json", {}, 404),
    ("requests/none.json", {}, 404),
    ("tokens/none.json", {}, 404),
    ("nothing.json", {}, 404),
    ("requests.json", {"start_date": "2026-03-02T08:00:00"}, 400),
    ("requests.json", {"start_date": "2025-01-01", "end_date": "2026-01-01"}, 400),
    ("requests.json", {"status": "lost"}, 400),
    ("requests.json", {"page": "0"}, 400),
    ("requests.json", {"page": "nan"}, 400),
    ("requests.json", {"page": "11", "page_size": "1000"}, 400),
    ("requests.json", {"service_code": "a\x00b"}, 400),
]


@pytest.mark.parametrize(("path", "asked", "status"), REFUSED)
def test_refusals_are_documents_in_both_formats(
    outside: Outside, path: str, asked: dict[str, str], status: int
) -> None:
    json, xml = outside.ask(path, **asked), outside.ask(path.replace(".json", ".xml"), **asked)
    assert (json.status_code, xml.status_code) == (status, status)
    if path != "nothing.json":
        validate(schemas.ERRORS, json.json())
        assert json.json()[0]["code"] == status
        assert georeport.read_xml(xml.content) == ("errors", json.json())


UNFIT: list[tuple[dict[str, str], int]] = [
    ({"api_key": ""}, 403),
    ({"api_key": "guessed"}, 403),
    ({"service_code": ""}, 400),
    ({"service_code": "none"}, 404),
    ({"lat": ""}, 400),
    ({"lat": "91"}, 400),
    ({"lat": "inf"}, 400),
    ({"lat": "1", "long": "1"}, 400),
    ({"lat": "", "long": ""}, 400),
    ({"description": "x" * 4_001}, 400),
    ({"description": "a\x00b"}, 400),
    ({"attribute[condition]": "none"}, 400),
    ({"jurisdiction_id": "nowhere"}, 404),
    ({"lat": "", "long": "", "address_id": "123"}, 400),
]


@pytest.mark.parametrize(("given_so", "status"), UNFIT)
def test_reports_that_cannot_be_stored_are_refused(outside: Outside, given_so: dict[str, str], status: int) -> None:
    answer = outside.post(**{"service_code": outside.code, "description": "x", **PLACE, **given_so})
    assert (answer.status_code, answer.json()[0]["code"]) == (status, status)
    assert not Report.objects.unscoped(reason="test").exists()


def test_places_may_be_a_code_or_words_in_the_only_district(outside: Outside) -> None:
    given_so = {"service_code": outside.code, "lat": "", "long": ""}
    for place in ({"address_id": "900001001001"}, {"address_string": "1 Main St"}):
        assert outside.post(**given_so, **place).status_code == 200
    areas = Report.objects.unscoped(reason="test").order_by("received_at").values_list("area_code", flat=True)
    assert sorted(areas) == ["900001", "900001001001"]


def test_same_report_within_the_hour_is_one_and_a_test_is_none(outside: Outside) -> None:
    tried = outside.post(at="test/v2", service_code=outside.code, description="井盖破损", **PLACE)
    assert tried.status_code == 200
    assert not Report.objects.unscoped(reason="test").exists() and not OutsideReport.objects.exists()
    first, again = outside.report(), outside.report()
    other = outside.report(address_string="elsewhere")
    with clock.standing_at(NOW + timedelta(hours=3)):
        later = outside.report()
    assert first == again and len({first, other, later}) == 3


@pytest.mark.django_db(transaction=True)
def test_same_report_sent_many_times_at_once_is_one() -> None:
    city = make_city()
    application, _key = issue()
    request = services.RequestIn("井盖破损", city.category_key, INSIDE["lon"], INSIDE["lat"])
    given_so = {"request": request, "application": application, "is_test": False, "now": NOW}
    references = run_at_once(lambda _: services.receive_request(**given_so), 8)
    assert len(set(references)) == 1
    assert Report.objects.unscoped(reason="test").count() == 1


def test_key_reports_in_its_area_alone_and_nothing_after_it_was_taken_back(outside: Outside) -> None:
    application, outside.key = issue(area_code="900001002", name="Street app")
    refused = outside.post(service_code=outside.code, **PLACE)
    assert (refused.status_code, Report.objects.unscoped(reason="test").count()) == (400, 0)
    services.revoke_key(application_id=application.pk, actor=SYSTEM, now=NOW)
    assert outside.post(service_code=outside.code, **PLACE).status_code == 403


def test_updates_tell_an_application_of_its_own_and_everybody_of_public_ones(outside: Outside) -> None:
    reference = outside.report()
    hidden = outside.report(address_string="waits")
    number = outside.file(reference)
    span = {"start_date": "2026-03-01T00:00:00Z", "end_date": "2026-03-04T00:00:00Z"}
    everybody = outside.ask("servicerequestupdates.json", **span).json()
    own = outside.ask("servicerequestupdates.json", api_key=outside.key, **span).json()
    validate(schemas.UPDATES, own)
    assert [one["service_request_id"] for one in everybody] == [number]
    assert [one["service_request_id"] for one in own] == [reference]
    assert hidden not in str(everybody)
    xml = outside.ask("servicerequestupdates.xml", api_key=outside.key, **span).content
    assert georeport.read_xml(xml) == ("service_request_updates", own)
    report_id = OutsideReport.objects.get(reference=hidden).report_id
    acceptor = outside.city.actors["acceptor"]
    intake_services.refuse_report(report_id=report_id, reason="seen", actor=acceptor, now=clock.now())
    told = outside.ask("servicerequestupdates.json", api_key=outside.key, **span).json()
    assert {one["service_request_id"]: one["status"] for one in told} == {reference: "open", hidden: "closed"}


def test_update_is_kept_once_and_of_ones_own_alone(outside: Outside) -> None:
    reference = outside.report()
    told = {"service_request_id": reference, "update_id": "7", "description": "gone", "status": "closed"}
    for _ in range(2):
        answer = outside.post("servicerequestupdates.json", **told)
        assert answer.json() == [{"update_id": "7"}]
    assert OutsideUpdate.objects.get().description == "gone"
    assert AuditEntry.objects.filter(action="told-by-application").count() == 1
    _other, outside.key = issue(name="Other")
    assert outside.post("servicerequestupdates.json", **told).status_code == 404


def test_anonymous_calls_are_bounded_and_work_lets_through(outside: Outside) -> None:
    for _ in range(60):
        assert outside.ask("discovery.json").status_code == 200
    refused = outside.ask("discovery.json")
    assert (refused.status_code, refused.json()[0]["code"]) == (429, 429)
    assert int(refused["Retry-After"]) > 0
    proof = limits.solve(refused["X-Challenge"])
    assert outside.ask("discovery.json", proof=proof).status_code == 200
    assert outside.ask("discovery.json", proof=proof).status_code == 429
    assert outside.ask("discovery.json", api_key=outside.key).status_code == 200


def test_key_has_a_limit_of_its_own(outside: Outside) -> None:
    _application, outside.key = issue(name="Slow", per_hour=1)
    statuses = [outside.ask("discovery.json", api_key=outside.key).status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_any_page_may_read_and_methods_are_named(outside: Outside) -> None:
    answer = outside.ask("services.json")
    assert (answer["Access-Control-Allow-Origin"], answer["Cross-Origin-Resource-Policy"]) == ("*", "cross-origin")
    assert Client().options("/open311/v2/services.json").status_code == 204
    refused = Client().delete("/open311/v2/services.json")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert Client().head("/open311/v2/services.xml").status_code == 200


NAMES = st.sampled_from(
    ["service_code", "lat", "long", "start_date", "end_date", "status", "page", "page_size", "jurisdiction_id"]
    + [
        "service_request_id",
        "description",
        "address_id",
        "attribute[condition]",
        "updated_after",
        "update_id",
        "email",
    ]
)
SAID = st.text(max_size=40) | st.sampled_from(
    ["9" * 30, "-1", "1e400", "nan", "2026-01-01", "0001-01-01", "9999-12-31"]
)
PATHS = st.sampled_from(["requests", "servicerequestupdates", "services", "requests/a,b", "tokens/x", "services/%00"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    path=PATHS,
    said=st.dictionaries(NAMES, SAID, max_size=5),
    is_post=st.booleans(),
    form=st.sampled_from([".xml", ".json", ""]),
)
def test_no_parameters_break_it(outside: Outside, path: str, said: dict[str, str], is_post: bool, form: str) -> None:
    asked = {"api_key": outside.key, **said}
    url = f"/open311/v2/{path}{form}"
    answer = Client().post(url, asked) if is_post else Client().get(url, asked)
    assert answer.status_code in (200, 400, 403, 404, 405, 429), (answer.status_code, answer.content)
    if form == ".json":
        georeport.read_json(answer.content)
    else:
        georeport.read_xml(answer.content)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe%zz&&==", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"&".join(b"a%d=1" % number for number in range(1_100)), "application/x-www-form-urlencoded"),
        (b'{"api_key": 1}', "application/json"),
        (b"<request/>", "text/xml"),
        (b"a" * (6 << 20), "application/x-www-form-urlencoded"),
    ],
)
def test_malformed_bodies_are_refused(outside: Outside, body: bytes, kind: str) -> None:
    answer = Client().post("/open311/v2/requests.xml", body, content_type=kind)
    assert answer.status_code in (400, 403)
    assert georeport.read_xml(answer.content)[0] == "errors"
