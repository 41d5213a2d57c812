"""The words of a notice are changed without code: seen before, from a moment on, faults told at their field."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from citygrid.desk.tests.factories import City
from citygrid.desk.tests.test_notices import tell
from citygrid.kernel import clock
from citygrid.notices import queries
from citygrid.notices.models import TemplateVersion

Enter = Callable[[str], Client]
LIST, PAGE = "/administration/notices/", "/administration/notices/case_dispatched/"
SPENT = {LIST: 6, PAGE: 6}

pytestmark = pytest.mark.usefixtures("administrators")


def said(client: Client, **changes: str) -> dict[str, str]:
    """The form as it stands, changed so."""
    values = {bound.name: bound.value() for bound in client.get(PAGE).context["form"] if bound.value()}
    return {**values, "act": "preview", **changes}


def test_words_are_seen_in_both_languages_before_they_are_published(enter: Enter) -> None:
    client = enter("system_administrator")
    answer = client.post(PAGE, said(client, text_zh="{number}：<b>{place}</b>", text_en="{number} <b>at</b> {place}"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "110101-20261123-0042 &lt;b&gt;at&lt;/b&gt; Yanle Hutong 12" in page and "<b>at</b>" not in page
    assert [label for label, _, _ in answer.context["changes"]] == ["Chinese text", "English text"]
    assert not TemplateVersion.objects.exists()


def test_published_words_are_those_of_the_next_notice(enter: Enter, city: City) -> None:
    client, water = enter("system_administrator"), enter("water")
    tell(city, "water", 1)
    changes = {"text_zh": "速往{place}，案件 {number}。", "text_en": "Go to {place}, case {number}."}
    assert client.post(PAGE, said(client, **changes, act="publish")).status_code == 302
    tell(city, "water", 1, first=1)
    page = water.get("/notices/").content.decode()
    assert page.count("Go to ") == 1 and page.count("was sent to") == 1
    rows = client.get(LIST).content.decode()
    assert "Go to {place}, case {number}." in rows and "冯管理" in rows


def test_words_of_a_later_moment_wait_for_it(enter: Enter, city: City) -> None:
    client, now = enter("system_administrator"), clock.now()
    later = timezone.localtime(now + timedelta(days=1))
    moment = f"{later:%Y-%m-%dT%H:%M}"
    assert client.post(PAGE, said(client, name_en="Later", holds_from=moment, act="publish")).status_code == 302
    found = TemplateVersion.objects.get()
    assert f"{timezone.localtime(found.valid_from_at):%Y-%m-%dT%H:%M}" == moment
    assert client.get(f"{PAGE}?version=0").context["form"]["name_en"].value() == "Case to handle"
    assert client.get(PAGE).context["form"]["name_en"].value() == "Later"
    refused = client.post(PAGE, said(client, name_en="Sooner", act="publish"))
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["holds_from"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text_zh": ""}, "text_zh"),
        ({"name_en": "x" * 61}, "name_en"),
        ({"text_zh": "{number}{phone}"}, "text_zh"),
        ({"text_en": "{number.__class__}"}, "text_en"),
        ({"name_en": "Now", "holds_from": "2020-01-01T00:00"}, "holds_from"),
        ({"holds_from": "soon"}, "holds_from"),
        ({}, "__all__"),
    ],
)
def test_words_that_cannot_be_are_refused_at_their_field(enter: Enter, changes: dict[str, str], field: str) -> None:
    client = enter("system_administrator")
    answer = client.post(PAGE, said(client, act="publish", **changes))
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not TemplateVersion.objects.exists()


def test_every_shipped_notice_has_a_page_that_reads(enter: Enter) -> None:
    client = enter("system_administrator")
    for code in queries.templates():
        page = client.get(f"{LIST}{code}/")
        assert page.status_code == 200
    with override("zh-hans"):
        assert client.get(f"{LIST}unheard_of/").status_code == 404


def test_words_are_for_who_keeps_them(enter: Enter) -> None:
    client = enter("security_administrator")
    assert client.get(LIST).status_code == client.get(PAGE).status_code == client.post(PAGE).status_code == 403


@pytest.mark.parametrize("address", SPENT)
def test_pages_cost_no_more_queries_with_more_versions(enter: Enter, address: str, django_assert_num_queries) -> None:
    client = enter("system_administrator")
    client.get(address)
    for n in range(3):
        with django_assert_num_queries(SPENT[address]):
            client.get(address)
        client.post(PAGE, said(client, name_en=f"Name {n}", act="publish"))
