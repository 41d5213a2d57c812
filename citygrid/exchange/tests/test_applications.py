"""Keys of outside applications, and the page on which they are given."""

import re
from typing import Any

import pytest
from django.test import Client

from citygrid.access.tests.factories import PASSWORD, make_account, make_post
from citygrid.exchange import queries, services
from citygrid.exchange.errors import ApplicationUnfit
from citygrid.exchange.models import Application
from citygrid.geography.tests.factories import make_communities
from citygrid.kernel.actor import Reach, system_actor
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.tests.factories import NOW, make_actor

SYSTEM = system_actor("tests of keys")
GIVEN = {"name": "City app", "contact": "app@example.org", "speaks": "internet"}
FORM = {**GIVEN, "area_code": "", "per_hour": "600"}


def page_of(role: str, language: str = "en") -> Client:
    """A browser signed in as a post of everywhere."""
    account = make_account(password=PASSWORD, language=language, posts=[make_post(role)])
    browser = Client()
    browser.force_login(account)
    return browser


@pytest.mark.django_db
def test_key_is_kept_as_a_hash_alone_and_opens_until_it_is_taken_back() -> None:
    application, key = services.issue_key(**GIVEN, actor=SYSTEM, now=NOW)
    assert key not in str(list(Application.objects.unscoped(reason="test").values()))
    assert queries.application_of(key) == application
    assert queries.application_of("") is None and queries.application_of(key[1:]) is None
    for _ in range(2):
        services.revoke_key(application_id=application.pk, actor=SYSTEM, now=NOW)
    assert queries.application_of(key) is None
    subject = f"exchange.application/{application.pk}"
    assert sorted(AuditEntry.objects.filter(subject=subject).values_list("action", flat=True)) == ["issue", "revoke"]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"name": " "}, {"contact": ""}, {"per_hour": 0}])
def test_key_without_a_name_or_a_call_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ApplicationUnfit):
        services.issue_key(**{**GIVEN, **change}, actor=SYSTEM, now=NOW)


@pytest.mark.django_db
def test_post_gives_keys_of_its_area_alone_and_sees_no_others() -> None:
    make_communities()
    application, _key = services.issue_key(**GIVEN, area_code="900001", actor=SYSTEM, now=NOW)
    allowed = frozenset({"exchange.application:manage"})
    elsewhere = make_actor(reach=Reach(areas=("900002",)), permissions=allowed, post_id=None)
    with pytest.raises(NotFound):
        services.issue_key(**GIVEN, actor=elsewhere, now=NOW)
    with pytest.raises(NotFound):
        services.revoke_key(application_id=application.pk, actor=elsewhere, now=NOW)
    assert list(queries.applications(elsewhere)) == []
    with pytest.raises(NotPermitted):
        queries.applications(make_actor())


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "heading"), [("en", "Applications"), ("zh-hans", "外部应用")])
def test_page_shows_a_key_once_and_takes_it_back(language: str, heading: str) -> None:
    browser = page_of("system_administrator", language)
    assert heading in browser.get("/applications/").content.decode()
    answer = browser.post("/applications/", FORM)
    key = re.search(r'link-once">([^<]+)<', answer.content.decode())
    assert key and queries.application_of(key[1])
    again = browser.get("/applications/").content.decode()
    assert key[1] not in again and "City app" in again
    application = Application.objects.unscoped(reason="test").get()
    browser.post(f"/applications/{application.pk}/revoke/")
    assert queries.application_of(key[1]) is None


@pytest.mark.django_db
def test_page_tells_what_is_wrong_and_opens_to_administrators_alone() -> None:
    browser = page_of("system_administrator")
    for wrong in ({"name": ""}, {"per_hour": "0"}, {"area_code": "12"}, {"area_code": "999999"}):
        assert browser.post("/applications/", {**FORM, **wrong}).status_code == 422
    assert page_of("supervisor").get("/applications/").status_code == 403
    assert "/applications/" in browser.get("/administration/").content.decode()
    assert not Application.objects.unscoped(reason="test").exists()
