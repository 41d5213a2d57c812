"""Whatever goes wrong is told in words, in the caller's language, and bounded by headers."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, path

from citygrid.cases.tests.factories import City
from citygrid.config import urls
from citygrid.intake.tests.factories import INSIDE

CHINESE = re.compile(r"[\u4e00-\u9fff]")
HEADINGS = {
    "en": ("What happened", "What was kept", "What to do now"),
    "zh-hans": ("发生了什么", "保留了什么", "现在怎么办"),
}
JSON = "application/json"


def fall(request: Any) -> Any:
    raise ZeroDivisionError


class Broken:
    """The platform with one more address, whose view has a fault."""

    urlpatterns = [*urls.urlpatterns, path("fall/", fall), path("api/v1/fall", fall)]
    handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


def page(language: str) -> Client:
    return Client(raise_request_exception=False, headers={"Accept": "text/html", "Accept-Language": language})


def too_big(client: Client, address: str) -> Any:
    return client.post(address, "login=" + "x" * 6_000_000, "application/x-www-form-urlencoded")


PROBLEMS: dict[str, tuple[int, Callable[[Client], Any]]] = {
    "no such page": (404, lambda client: client.get("/nowhere/")),
    "no such call": (404, lambda client: client.get("/api/v1/nowhere")),
    "wrong method": (405, lambda client: client.put("/sign-in/")),
    "wrong method of a call": (405, lambda client: client.delete("/api/v1/reports")),
    "not our host": (400, lambda client: client.get("/sign-in/", headers={"Host": "evil.example"})),
    "too big a form": (413, lambda client: too_big(client, "/sign-in/")),
    "too many fields": (400, lambda client: client.post("/sign-in/", {f"f{n}": "" for n in range(1_100)})),
    "no token": (401, lambda client: client.get("/api/v1/cases")),
    "a fault": (500, lambda client: client.get("/fall/")),
    "a fault of a call": (500, lambda client: client.get("/api/v1/fall")),
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("case", PROBLEMS)
def test_problem_tells_what_happened_what_was_kept_and_what_to_do(db, settings, case: str, language: str) -> None:
    settings.ROOT_URLCONF = Broken
    status, ask = PROBLEMS[case]
    answer = ask(page(language))
    assert answer.status_code == status
    if "call" in case or "token" in case:
        assert answer["Content-Type"] == "application/problem+json"
        told = answer.json()
        assert told["status"] == status and re.fullmatch(r"\w+\.\w+", told["code"])
        words = [told[part] for part in ("title", "kept", "hint")]
        assert all(bool(CHINESE.search(text)) == (language != "en") for text in words), words
    else:
        drawn = answer.content.decode()
        assert f'<html lang="{language}"' in drawn
        assert all(f"<h2>{heading}</h2>" in drawn for heading in HEADINGS[language])


def test_wrong_method_names_the_right_ones(db) -> None:
    assert page("en").delete("/api/v1/reports")["Allow"] == "POST"
    assert page("en").put("/sign-in/")["Allow"] == "GET, POST"


def test_json_under_another_name_is_refused(api_of) -> None:
    body = '{"description": "x", "area_code": "900001"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = api_of("supervisor").post("/api/v1/reports", body, kind, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["code"]) == (415, "kernel.media_type_unknown"), kind


# The database is gone.


@contextmanager
def database_refused() -> Iterator[None]:
    """Every new connection is refused: nothing listens where the settings point to."""
    address = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"] = address


@pytest.mark.django_db(transaction=True)
def test_platform_without_its_database_says_so_and_comes_back(city: City, page_of, api_of) -> None:
    browser, program = page_of("acceptor", Accept="text/html"), api_of("supervisor")
    report = {"description": "井盖破损", **INSIDE}

    def ask() -> list[Any]:
        send = program.post("/api/v1/reports", report, JSON, headers={"Idempotency-Key": "k"})
        pages = [browser.get(address) for address in ("/", "/cases/", "/reports/new/")]
        return [*pages, page("en").get("/api/v1/reports/ABCD-EFGH-JKMN"), program.get("/api/v1/cases"), send]

    with database_refused():
        told = ask()
    assert [answer.status_code for answer in told] == [503] * 6
    assert all(answer["Retry-After"] for answer in told)
    assert all("数据库暂时没有响应" in answer.content.decode() for answer in told[:3])
    assert [answer.json()["code"] for answer in told[3:]] == ["kernel.unavailable"] * 3
    assert [answer.status_code for answer in ask()] == [200, 200, 302, 404, 200, 201]


# Bounds of pages.


def plain_addresses(entries: list[Any], before: str = "/") -> Iterator[str]:
    """Addresses of pages that need no id."""
    for entry in entries:
        address = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield from [address] if "<" not in address else []
        elif entry.namespace != "api":
            yield from plain_addresses(entry.url_patterns, address)


def test_every_page_is_bounded_by_its_headers(city: City, page_of) -> None:
    browser = page_of("shift_leader")
    addresses = [
        *plain_addresses(urls.urlpatterns),
        f"/cases/{city.open().number}/",
        "/nowhere/",
        "/api/v1/docs",
        "/api/v1/cases",
    ]
    assert len(addresses) > 12
    for address in addresses:
        answer = browser.get(address)
        policy = answer["Content-Security-Policy"]
        is_file = answer.get("Content-Disposition", "").startswith("attachment")
        wanted = ["default-src 'none'; sandbox"] if is_file else ["script-src 'self';", "frame-ancestors 'none'"]
        assert all(each in policy for each in wanted), address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["X-Frame-Options"] == "DENY" and answer["Referrer-Policy"] == "same-origin", address
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin" and answer["Permissions-Policy"], address
        drawn = "" if is_file else answer.content.decode()
        assert not re.search(r"<script(?![^>]*src=)(?![^>]*application/json)|\son\w+=|javascript:", drawn), address


def test_calls_without_a_token_are_bounded_and_others_go_on(settings, city: City, api_of, page_of) -> None:
    settings.ANONYMOUS_PER_MINUTE = 3
    stranger = Client()
    answers = [stranger.get("/api/v1/reports/ABCD-EFGH-JKMN") for _ in range(9)]
    codes = [answer.status_code for answer in answers]
    assert codes[:3] == [404] * 3 and 429 in codes and codes.count(404) <= 6  # the minute may turn meanwhile
    assert answers[codes.index(429)].json()["code"] == "kernel.too_many_calls"
    assert api_of("dispatcher").get("/api/v1/cases").status_code == 200
    assert page_of("dispatcher").get("/cases/").status_code == 200
