"""Abuse is answered 4xx with a reason, leaves nothing behind by halves, and the next good request is served."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from citygrid.cases.tests.factories import City
from citygrid.geography.tests.factories import SOUTH, WEST
from citygrid.intake.models import Report
from citygrid.intake.tests.factories import INSIDE, receive
from citygrid.kernel import clock
from tests.robustness import naughty

JSON = "application/json"
SAMPLE = {"description": "井盖破损", **INSIDE}
TABLES = (
    *("intake_report", "intake_reportcontact", "kernel_idempotencykey", "kernel_auditentry", "procrastinate_jobs"),
    *("cases_case", "cases_step", "access_apitoken", "evidence_media", "notices_notice"),
)


def rows() -> dict[str, int]:
    """How many rows each table holds that a request could write to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES))
        return dict(zip(TABLES, cursor.fetchone(), strict=True))


def is_told(answer: Any) -> bool:
    """Whether a refused call says why: a stable code and words."""
    told = answer.json()
    is_coded = re.fullmatch(r"[a-z_]+\.[a-z_]+", told["code"]) is not None
    return answer["Content-Type"] == "application/problem+json" and is_coded and bool(told["title"] and told["kept"])


def send(client: Client, body: Any, key: str = "k", kind: str = JSON, **headers: str) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post("/api/v1/reports", text, kind, headers={"Idempotency-Key": key, **headers})


@pytest.fixture
def still_works(api_of, page_of) -> Iterator[None]:
    """After the test, a good report and a page are served as ever."""
    yield
    assert send(api_of("supervisor"), SAMPLE, "after").status_code == 201
    assert page_of("acceptor").get("/reports/").status_code == 200


pytestmark = pytest.mark.usefixtures("still_works")


def refused_whole(answer: Any, before: dict[str, int]) -> None:
    assert 400 <= answer.status_code < 500 and is_told(answer), (answer.status_code, answer.content[:300])
    assert rows() == before


# Texts.


@pytest.mark.parametrize(
    "field", ["description", "address", "contact", "category_key", "area_code", "channel", "frame"]
)
def test_any_text_in_a_report_is_kept_as_it_is_or_refused_whole(city: City, api_of, field: str) -> None:
    client = api_of("supervisor")
    for number, text in enumerate(naughty.strings()):
        before = rows()
        value = {"name": text, "phone": text, "email": text} if field == "contact" else text
        answer = send(client, {**SAMPLE, field: value}, f"{field}{number}")
        if answer.status_code != 201:
            refused_whole(answer, before)
        elif field in ("description", "address"):
            stored = Report.objects.unscoped(reason="test").get(receipt=answer.json()["receipt"])
            assert getattr(stored, field) == text.strip()


@pytest.mark.parametrize("field", ["action", "reason", "note", "finding", "unit_id", "until_at", "expected_seq"])
def test_any_text_in_a_step_is_refused_whole_or_taken(city: City, api_of, field: str) -> None:
    client, case = api_of("acceptor"), city.open(now=clock.now())
    for text in naughty.strings():
        before = rows()
        answer = client.post(f"/api/v1/cases/{case.pk}/steps", json.dumps({"action": "void", field: text}), JSON)
        if answer.status_code == 201:
            case = city.open(now=clock.now())
        else:
            refused_whole(answer, before)


def test_stored_texts_are_shown_and_never_run(city: City, page_of, api_of) -> None:
    client, sent = api_of("supervisor"), 0
    for number, text in enumerate([*naughty.INJECTIONS, *naughty.SHAPES[4:15]]):
        sent += send(client, {**SAMPLE, "description": text, "address": text[:300]}, str(number)).status_code == 201
    assert sent > 20
    browser = page_of("shift_leader")
    pages = [browser.get("/reports/")]
    pages += [browser.get(reverse("report", args=[one.pk])) for one in Report.objects.unscoped(reason="test")[:sent]]
    for page in pages:
        drawn = page.content.decode()
        assert page.status_code == 200
        for spell in ("<script>alert", "<img src=x", "<svg/onload", "<html>\r", "Set-Cookie: a=b\r\n\r\n<html>"):
            assert spell not in drawn
        assert "49" not in re.findall(r"\{\{ 7 \* 7 \}\}|>49<", drawn)


BODIES: dict[str, tuple[Any, set[int]]] = {
    "not a number": ('{"description": "x", "lon": NaN, "lat": 1}', {400}),
    "infinite": ('{"description": "x", "lon": Infinity, "lat": 1}', {400}),
    "beyond a float": ('{"description": "x", "lon": 1e999, "lat": 1}', {400, 422}),
    "huge integer": (f'{{"description": "x", "lon": {"9" * 400}, "lat": 1}}', {400, 422}),
    "half a surrogate": ('{"description": "\\ud800", "area_code": "900001001001"}', {400}),
    "surrogates the wrong way round": ('{"description": "\\udc00\\ud800", "area_code": "900001001001"}', {400}),
    "overlong UTF-8": (b'{"description": "\xc0\xaf", "area_code": "900001001001"}', {400}),
    "surrogate in UTF-8": (b'{"description": "\xed\xa0\x80", "area_code": "900001001001"}', {400}),
    "UTF-16": (json.dumps(SAMPLE).encode("utf-16"), {400}),
    "GBK": (json.dumps(SAMPLE, ensure_ascii=False).encode("gbk"), {400}),
    "with a byte order mark": (b"\xef\xbb\xbf" + json.dumps(SAMPLE).encode(), {400}),
    "half": ('{"description": "half', {400}),
    "two": (json.dumps(SAMPLE) * 2, {400}),
    "nothing": ("", {400, 422}),
    "null": ("null", {422}),
    "a list": ([SAMPLE], {422}),
    "a text": ('"report"', {422}),
    "deep": ("[" * 200_000, {400}),
    "deep and closed": ("[" * 2_000 + "]" * 2_000, {400, 422}),
    "deep objects": ('{"description":' * 5_000 + "1" + "}" * 5_000, {400, 422}),
    "10 MB": ({"description": "x" * 10_000_000}, {413}),
    "10 MB of keys": ({f"k{n}": n for n in range(600_000)}, {413}),
    "wrong types": ({"description": ["x"], "lon": {"a": 1}, "lat": True, "contact": 7}, {422}),
    "swapped": ({**SAMPLE, "lon": INSIDE["lat"], "lat": INSIDE["lon"]}, {400}),
    "far away": ({**SAMPLE, "lon": 0, "lat": 0}, {400}),
    "just outside": ({**SAMPLE, "lon": WEST - 1e-7, "lat": SOUTH - 1e-7}, {400}),
    "at the pole": ({**SAMPLE, "lon": 180, "lat": 90}, {400}),
    "off the globe": ({**SAMPLE, "lon": 181, "lat": 91}, {422}),
    "half a place": ({"description": "x", "lon": INSIDE["lon"]}, {400}),
    "no place": ({"description": "x"}, {400}),
    "an area that is not": ({"description": "x", "area_code": "123456"}, {404}),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_broken_body_is_refused_in_the_callers_language(city: City, api_of, name: str, language: str) -> None:
    body, statuses = BODIES[name]
    client = api_of("supervisor")
    before = rows()
    answer = send(client, body, **{"Accept-Language": language})
    refused_whole(answer, before)
    assert answer.status_code in statuses
    assert bool(re.search(r"[\u4e00-\u9fff]", answer.json()["kept"])) == (language == "zh-CN")


def test_key_given_twice_in_a_body_makes_one_report_at_most(city: City, api_of) -> None:
    before = rows()["intake_report"]
    body = json.dumps(SAMPLE)[:-1] + ', "description": "again", "description": "and again"}'
    assert send(api_of("supervisor"), body).status_code in (201, 400)
    assert rows()["intake_report"] <= before + 1


# Headers, addresses, queries, methods.

HEADERS: dict[str, list[str]] = {
    "Idempotency-Key": ["", "x" * 201, "键", "\x7f", "a\tb", "a\u0000b", " " * 10, "é"],
    "Accept-Language": ["*;q=nan", "en;q=1e999", "x" * 20_000, "zh-Hans-CN-x-" + "y-" * 400, "\x00", ",,,;;;"],
    "Accept": ["*/*;q=abc", "text/html;q=" + "9" * 400, "/", "application/json;" * 500, "\x00"],
    "Authorization": ["Bearer", "Bearer ", "Bearer \x00", "Bearer " + "x" * 50_000, "Bearer é", "basic", "Bearer a b"],
    "Content-Type": [
        "",
        "/",
        "application/json; charset=nonsense",
        "application/json; charset=utf-7",
        "\x00",
        "x" * 9_000,
    ],
    "Cookie": [
        "sessionid=\x00",
        "sessionid=" + "x" * 9_000,
        "django_language=../../x",
        "messages=x; csrftoken=",
        ";=;",
    ],
    "X-Forwarded-For": ["::::", "1" * 5_000, ", , ,", "\x00", "203.0.113.7, evil"],
    "Host": ["evil.example", "127.0.0.1:99999999", "[::1", "a" * 5_000, "\x00", "127.0.0.1@evil.example"],
    "Referer": ["http://[", "\x00", "x" * 9_000],
    "X-Forwarded-Proto": ["\x00", "https, http"],
}


@pytest.mark.parametrize("name", HEADERS)
def test_any_header_is_answered_without_a_fault(settings, city: City, api_of, page_of, name: str) -> None:
    settings.PROXIES = 1
    for place, value in enumerate(HEADERS[name]):
        for client, address in (
            (api_of("supervisor"), "/api/v1/cases"),
            (page_of("acceptor"), "/cases/"),
            (Client(), "/sign-in/"),
        ):
            client.raise_request_exception = False
            assert client.get(address, headers={name: value}).status_code < 500, (name, value[:40], address)
        answer = send(api_of("supervisor"), SAMPLE, **{"Idempotency-Key": f"{name}{place}", name: value})
        assert answer.status_code < 500, (name, value[:40], answer.content[:200])


def test_bad_key_of_a_report_is_refused_whole(city: City, api_of) -> None:
    client = api_of("supervisor")
    before = rows()
    for key in ("", "x" * 201, "键", "a\tb"):
        refused_whole(send(client, SAMPLE, key), before)


QUERIES = (
    *("page=1000000000000000000", "page=-1", "page=0", "page=%00", "page=١٢", "page=", "page=1&page=2", "page=1e3"),
    *("start=1000000000000000000", "start=-1", "count=0", "count=201", "count=x", "count=1&count=2"),
    *("words=%00", "words=%FF%FE", "words=%ED%A0%80", "words=" + "x" * 5_000, "words=%25%5F%5C", "words=%20%20"),
    *("state=%00", "state=nothing", "lamp=blue", "sort=;drop", "sort=-", "sort=%00", "unit=1", "unit_id=x"),
    *(f"opened_from={quote(day)}&opened_until={quote(day)}" for day in naughty.DATES),
    *(f"received_from={quote(day)}&received_until={quote(day)}" for day in naughty.DATES),
    *("area=%00", "area_code=9", "area_code=" + "9" * 16, "category=%00", "category_key=%00"),
    *("source=x", "is_open=maybe"),
    *("lon=NaN&lat=1", "lon=1e999&lat=0", "bbox=2,2,1,1", "bbox=a,b", "q=%00", "q=%FF", "scheme=%00", "major=%00"),
    *("level=street&below=%00", "level=x", "category=" + "x" * 500, "limit=-1", "on=9999-12-31"),
    *("next=%00", "%00=%00"),
    *("&".join(f"f{n}=1" for n in range(900)), "a[]=1&a[b]=2", "%", "=&=&", "?" * 50, ";" * 50, "%zz"),
)  # fmt: skip
LISTED = (
    "/cases/",
    "/reports/",
    "/waiting/",
    "/search/",
    "/categories/",
    "/procedures/",
    "/",
    "/sign-in/",
    "/choose-post/",
)
CALLED = (
    "/cases",
    "/cases/waiting",
    "/geography/place",
    "/geography/areas",
    "/catalogue/categories",
    "/catalogue/standards",
)


@pytest.mark.parametrize("address", [*LISTED, *(f"/api/v1{path}" for path in CALLED)])
def test_any_query_is_answered_without_a_fault(city: City, page_of, api_of, address: str) -> None:
    client = (api_of if address.startswith("/api/") else page_of)("shift_leader")
    before = rows()
    wrong = {
        query[:60]: status for query in QUERIES if (status := client.get(f"{address}?{query}").status_code) >= 500
    }
    assert wrong == {}
    assert rows() == before


PIECES = (
    *("%00", "%FF%FE", "%ED%A0%80", "..%2f..%2fetc%2fpasswd", "%2e%2e", "x" * 8_000, "%0d%0aSet-Cookie:a=b"),
    *("%E2%80%AE",),
    *("<script>", "'", '"', "%25", "{{7*7}}", "null", "0", "-1", "00000000-0000-0000-0000-000000000000"),
    *("a/b", " ", "%20"),
)  # fmt: skip
PLACES = (
    *("/{}/", "/cases/{}/", "/cases/{}/steps/take/", "/reports/{}/", "/categories/{}/", "/procedures/{}/1/"),
    *("/evidence/{}/public", "/procedures/city-case/{}/", "/static/{}", "/api/{}", "/api/v1/{}", "/api/v1/cases/{}"),
    *("/api/v1/reports/{}", "/api/v1/geography/areas/{}/outline", "/api/v1/geography/layers/{}/features"),
    *("/api/v1/cases/{}/actions", "/api/v1/catalogue/schemes/{}/categories"),
    *("/procedures/city-case/99999999999999999999/",),
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_any_address_is_answered_without_a_fault(city: City, page_of, api_of, place: str) -> None:
    client = (api_of if place.startswith("/api/") else page_of)("shift_leader")
    before = rows()
    for piece in PIECES:
        for ask in (client.get, client.post):
            assert ask(place.format(piece)).status_code < 500, piece[:40]
    assert rows() == before


@pytest.mark.parametrize(
    "method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO", "get", "É"]
)
def test_any_method_is_answered_without_a_fault(city: City, page_of, api_of, method: str) -> None:
    case, clients = city.open(now=clock.now()), [page_of("acceptor"), api_of("acceptor")]
    before = rows()
    for client in clients:
        for address in (
            "/",
            "/cases/",
            f"/cases/{case.number}/",
            "/reports/new/",
            "/api/v1/reports",
            f"/api/v1/cases/{case.pk}",
        ):
            assert client.generic(method, address).status_code < 500, address
    assert rows() == before


# Forms of the desk.

REPORT = {"key": "5ed43616-ebd7-4708-942b-e365c34dcf7e", "description": "x", "channel": "hotline", "frame": "wgs84"}
EMPTY = ("area", "lon", "lat", "name", "phone", "email", "address", "category")
FORMS: dict[str, tuple[str, dict[str, str], str]] = {  # role, good fields, where it goes
    "report": ("acceptor", {**REPORT, **dict.fromkeys(EMPTY, "")}, "/reports/new/"),
    "join": ("acceptor", {"number": "1"}, "/reports/{report}/join/"),
    "contact": ("acceptor", {"reason": ""}, "/reports/{report}/contact/"),
    "step": ("dispatcher", {"expected_seq": "4", "unit": ""}, "/cases/{case}/steps/dispatch/"),
    "hang": ("department", {"expected_seq": "5", "reason": "x", "until": "2027-01-01"}, "/cases/{sent}/steps/hang/"),
    "choice": ("acceptor", {"post": "", "next": "/"}, "/choose-post/"),
    "language": ("acceptor", {"language": "en", "next": "/"}, "/language/"),
}  # fmt: skip
KEPT = {"key", "expected_seq", "channel", "frame"}  # by which a form would be refused before it is looked at
TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")


@pytest.mark.parametrize("name", FORMS)
def test_any_text_in_a_form_is_kept_or_refused_whole(city: City, page_of, name: str) -> None:
    role, good, address = FORMS[name]
    texts, now = naughty.strings(), clock.now()
    filed = city.play(city.open(now=now), *TO_FILED, start=now)
    sent = city.play(city.open(now=now), *TO_FILED, "dispatcher dispatch", start=now)
    report = receive(city, now=now)
    page = address.format(report=report.report_id, case=filed.number, sent=sent.number)
    browser = page_of(role)
    whole = [{**dict.fromkeys(good, text), **{name: good[name] for name in KEPT & set(good)}} for text in texts]
    single = [{**good, field: text} for field in good for text in texts[::12]]
    for fields in whole + single:
        before = rows()
        answer = browser.post(page, fields)
        assert answer.status_code < 500, str(fields)[:400]
        if answer.status_code >= 400:
            assert rows() == before, str(fields)[:400]


def test_any_login_and_password_are_refused_in_words(db: None) -> None:
    client = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
    ask: Callable[[str, str], Any] = lambda login, password: client.post(  # noqa: E731
        "/sign-in/", {"login": login, "password": password}, REMOTE_ADDR="203.0.113.1"
    )
    for text in naughty.strings():
        assert ask(text, "x").status_code in (200, 403, 429)
        assert ask("nobody", text).status_code in (200, 403, 429)
