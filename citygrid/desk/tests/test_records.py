"""Single records by forms: checked as a file of one row, shown, written, undone; and passwords by a link."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from openpyxl import load_workbook

from citygrid.access.models import Account, Holding, Organisation
from citygrid.access.tests import factories as access
from citygrid.desk.tests.factories import City
from citygrid.dispatch.models import Rule
from citygrid.kernel import clock
from citygrid.kernel.models import AuditEntry, SheetRun

Enter = Callable[[str], Client]
PASSWORD = "Plum-rain-in-June-7"

pytestmark = pytest.mark.usefixtures("administrators")


def address(code: str, *key: str) -> str:
    return f"/administration/{code}/record/" + (f"?{urlencode([('key', part) for part in key])}" if key else "")


def planned(client: Client, address: str, **said: object) -> SheetRun:
    """What a form would do, on the page that follows."""
    answer = client.post(address, said)
    assert answer.status_code == 302, answer.context["form"].errors
    assert client.get(answer["Location"]).status_code == 200
    return SheetRun.objects.unscoped(reason="test").latest("at")


def refused(client: Client, address: str, **said: object) -> dict[str, list[str]]:
    """What is wrong with a form, by field."""
    answer = client.post(address, said)
    assert answer.status_code == 422
    return dict(answer.context["form"].errors)


def write(client: Client, run: SheetRun) -> None:
    assert client.post(f"/sheets/runs/{run.pk}/commit/").status_code == 302


def test_organisation_is_added_by_a_form_and_can_be_undone(enter: Enter) -> None:
    client = enter("system_administrator")
    said = {"code": "lamps", "kind": "street_lamps", "name_zh": "路灯中心", "active": "yes"}
    run = planned(client, address("organisations"), **said)
    assert (run.counts["new"], Organisation.objects.filter(code="lamps").exists()) == (1, False)
    write(client, run)
    assert Organisation.objects.get(code="lamps").name_zh == "路灯中心"
    client.post(f"/sheets/runs/{run.pk}/undo/")
    assert not Organisation.objects.get(code="lamps").is_active


def test_record_is_changed_but_not_what_tells_it_apart(enter: Enter) -> None:
    client = enter("system_administrator")
    said = {"login": "other", "name": "吴新名", "active": "yes"}
    write(client, planned(client, address("accounts", "water"), **said))
    assert Account.objects.get(login="water").display_name == "吴新名"
    assert not Account.objects.filter(login="other").exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"code": "ab", "kind": "k", "name_zh": "名", "credit_code": "123"}, "credit_code"),
        ({"code": "ab", "kind": "k", "name_zh": "名", "parent": "nowhere"}, "parent"),
        ({"code": "ab", "kind": "k"}, "name_zh"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(enter: Enter, said: dict[str, str], field: str) -> None:
    assert field in refused(enter("system_administrator"), address("organisations"), active="yes", **said)


def test_form_that_changes_nothing_says_so(enter: Enter) -> None:
    said = {"name": "郑排水", "language": "en", "active": "yes"}
    found = refused(enter("system_administrator"), address("accounts", "water"), **said)
    assert list(found) == ["__all__"]


def test_list_holds_what_fits_every_word(enter: Enter) -> None:
    client = enter("system_administrator")
    both = client.get("/administration/organisations/").content.decode()
    one = client.get("/administration/organisations/?words=%E7%8E%AF%E5%8D%AB").content.decode()
    assert ("排水公司" in both, "排水公司" in one, "环卫中心" in one) == (True, False, True)


@pytest.mark.parametrize(
    ("login", "code", "status"),
    [
        ("system_administrator", "accounts", 200),
        ("system_administrator", "posts", 403),
        ("security_administrator", "holdings", 200),
        ("security_administrator", "accounts", 403),
        ("audit_administrator", "accounts", 403),
        ("system_administrator", "components", 404),  # too many for a list of this kind
        ("system_administrator", "nothing", 404),
    ],
)
def test_records_are_open_to_the_posts_that_keep_them(enter: Enter, login: str, code: str, status: int) -> None:
    client = enter(login)
    assert client.get(f"/administration/{code}/").status_code == status
    assert client.get(address(code)).status_code == status


def test_record_that_is_not_there_is_not_found(enter: Enter) -> None:
    assert enter("system_administrator").get(address("accounts", "nobody")).status_code == 404


def test_security_administrator_appoints_others_and_ends_it_but_never_themselves(enter: Enter, city: City) -> None:
    client, today = enter("security_administrator"), clock.now().date().isoformat()
    title = Holding.objects.get(account__login="water").post.title_zh
    post = {"organisation": "water", "role": "department", "title_zh": title}
    write(client, planned(client, address("holdings"), login="dispatcher", **post, **{"from": today}))
    assert Holding.objects.filter(account__login="dispatcher", role="department").count() == 1
    assert "login" in refused(client, address("holdings"), login="security_administrator", **post, **{"from": today})
    key = ("dispatcher", *post.values(), today)
    write(client, planned(client, address("holdings", *key), until="2030-01-01"))
    assert Holding.objects.get(account__login="dispatcher", role="department").until_date.year == 2030


def test_rule_is_tried_on_past_cases_before_it_is_written(enter: Enter, city: City) -> None:
    client = enter("system_administrator")
    run = planned(client, address("rules"), unit="sanitation", category="city/matter/01001")
    page = client.get(f"/sheets/runs/{run.pk}/")
    assert page.context["trial"] is not None and not Rule.objects.filter(unit=city.sanitation).exists()
    write(client, run)
    assert Rule.objects.get(unit=city.sanitation).category_id == "city/matter/01001"


def link_of(client: Client, login: str) -> str:
    answer = client.post("/administration/invite/", {"login": login})
    assert answer.status_code == 200
    return str(answer.context["link"])


def test_password_is_set_by_a_link_that_works_once(enter: Enter) -> None:
    access.make_account("fresh", display_name="小新", posts=[])
    link = link_of(enter("system_administrator"), "fresh")
    assert link not in str(list(AuditEntry.objects.values_list("data", flat=True)))
    person = Client()
    assert person.post(link, {"password": "short", "again": "short"}).status_code == 422
    assert person.post(link, {"password": PASSWORD, "again": PASSWORD + "x"}).status_code == 422
    assert person.post(link, {"password": PASSWORD, "again": PASSWORD})["Location"] == "/sign-in/"
    assert person.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 410
    assert person.post("/sign-in/", {"login": "fresh", "password": PASSWORD}).status_code == 302
    actions = AuditEntry.objects.filter(subject__startswith="access.account/").values_list("action", flat=True)
    assert {"invite", "set-password"} <= set(actions)


def test_link_of_one_account_opens_no_other_and_none_that_is_closed(enter: Enter) -> None:
    link = link_of(enter("system_administrator"), "water")
    account, other = (Account.objects.get(login=login) for login in ("water", "dispatcher"))
    said = {"password": PASSWORD, "again": PASSWORD}
    assert Client().post(link.replace(str(account.pk), str(other.pk)), said).status_code == 410
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert Client().post(link, said).status_code == 410


def test_administrators_of_other_kinds_get_no_link_once_they_have_a_password(enter: Enter) -> None:
    client = enter("system_administrator")
    other = Holding.objects.filter(role="security_administrator").select_related("account").get().account
    other.set_password(PASSWORD)
    other.save()
    answer = client.post("/administration/invite/", {"login": other.login})
    assert answer.status_code == 403
    assert "manage.py set_password" in answer.content.decode()
    other.set_unusable_password()
    other.save()
    assert link_of(client, other.login)  # the first one somebody has to make


def rows_of(answer: HttpResponse) -> list[tuple[Any, ...]]:
    """The rows of a workbook, without its header."""
    return list(load_workbook(BytesIO(answer.content)).active.values)[1:]


def test_all_who_have_no_password_get_a_link_in_one_workbook(enter: Enter, city: City) -> None:
    for account in city.accounts.values():
        account.set_password(PASSWORD)
        account.save()
    for login in ("fresh-1", "fresh-2", "gone"):
        access.make_account(login, posts=[])
    Account.objects.filter(login__in=("fresh-1", "fresh-2", "gone")).update(password="!")
    Account.objects.filter(login="gone").update(is_active=False)
    client = enter("system_administrator")
    assert "2 accounts have no password yet." in client.get("/administration/accounts/").content.decode()
    answer = client.post("/administration/invite/all/")
    assert [row[0] for row in rows_of(answer)] == ["fresh-1", "fresh-2"]
    assert Client().post(rows_of(answer)[0][2], {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert AuditEntry.objects.filter(action="invite").count() == 2
    assert [row[0] for row in rows_of(client.post("/administration/invite/all/"))] == ["fresh-2"]
    assert enter("security_administrator").post("/administration/invite/all/").status_code == 403


def test_link_is_made_by_who_keeps_accounts_alone(enter: Enter) -> None:
    assert enter("security_administrator").post("/administration/invite/", {"login": "water"}).status_code == 403
