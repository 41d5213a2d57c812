"""Devices that work with the terminal: enrolled by themselves, revoked from afar."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from citygrid.access import services as access
from citygrid.access.models import Device
from citygrid.access.services.devices import MOST_DEVICES, SEEN_EVERY
from citygrid.desk.tests import factories
from citygrid.desk.tests.factories import City
from citygrid.intake.models import Report
from citygrid.intake.tests.factories import INSIDE
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.kernel.models import AuditEntry
from citygrid.terminal.rules import agent_in_short

JSON = "application/json"
PHONE = "Mozilla/5.0 (Linux; Android 14; 22101320C) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def city(db: None) -> City:
    city = factories.make_city(clock.now())
    factories.add_administrator(city)
    return city


def client_of(city: City, login: str) -> Client:
    client = Client(headers={"User-Agent": PHONE, "Accept-Language": "en"})
    client.force_login(city.accounts[login])
    return client


def enroll(client: Client, device_id: UUID, name: str = "小周的手机") -> Any:
    return client.post("/api/v1/terminal/devices", {"id": str(device_id), "name": name}, JSON)


def ask(client: Client, address: str, device_id: UUID | None = None) -> Any:
    return client.get(f"/api/v1/terminal/{address}", headers={"Citygrid-Device": str(device_id)} if device_id else {})


def revoke(city: City, device_id: UUID, login: str = "system_administrator") -> None:
    now = clock.now()
    access.revoke_device(device_id=device_id, actor=city.actor(login, now), now=now)


def test_device_is_enrolled_under_its_own_id_and_again_without_effect(city: City) -> None:
    client, device_id = client_of(city, "supervisor"), uuid4()
    first, again = enroll(client, device_id), enroll(client, device_id)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert (first.json()["name"], first.json()["agent"]) == ("小周的手机", "Chrome, Android")
    assert enroll(client, device_id, "新名").json()["name"] == "新名"
    assert [one["id"] for one in client.get("/api/v1/terminal/devices").json()] == [str(device_id)]
    assert AuditEntry.objects.filter(subject=f"access.device/{device_id}", action="enroll").count() == 1


def test_device_of_another_account_is_not_taken_over_nor_listed(city: City) -> None:
    device_id = uuid4()
    enroll(client_of(city, "supervisor"), device_id)
    other = client_of(city, "water")
    answer = enroll(other, device_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "access.device_taken")
    assert other.get("/api/v1/terminal/devices").json() == []


def test_devices_of_an_account_are_bounded(city: City) -> None:
    client, ids = client_of(city, "supervisor"), [uuid4() for _ in range(MOST_DEVICES + 1)]
    codes = [enroll(client, device_id).status_code for device_id in ids]
    assert codes == [200] * MOST_DEVICES + [409]
    revoke(city, ids[1])
    assert enroll(client_of(city, "supervisor"), ids[-1]).status_code == 200


@pytest.mark.parametrize("is_named", [True, False])
def test_revoked_device_is_told_so_everywhere_and_its_session_ends(city: City, is_named: bool) -> None:
    client, device_id = client_of(city, "supervisor"), uuid4()
    enroll(client, device_id)
    named = device_id if is_named else None
    assert ask(client, "epoch", named).status_code == 200
    revoke(city, device_id)
    answer = ask(client, "epoch", named)
    assert (answer.status_code, answer.json()["code"]) == (403, "terminal.revoked")
    assert client.get("/api/v1/cases/waiting").status_code == 401
    for address in ("epoch", "home", "categories", "devices"):
        answer = ask(client_of(city, "supervisor"), address, device_id)
        assert (answer.status_code, answer.json()["code"]) == (403, "terminal.revoked"), address


def test_report_and_step_of_a_revoked_device_are_refused(city: City) -> None:
    case = city.case(0, clock.now() - timedelta(hours=1))
    city.play(case, "acceptor send_to_verify", start=clock.now() - timedelta(hours=1))
    before = Report.objects.unscoped(reason="test").count()
    bodies = {
        "/api/v1/reports": {"description": "井盖破损", **INSIDE},
        f"/api/v1/cases/{case.pk}/steps": {"action": "report_verification", "finding": "confirmed"},
    }
    for address, body in bodies.items():
        client, device_id = client_of(city, "supervisor"), uuid4()
        enroll(client, device_id)
        revoke(city, device_id)
        answer = client.post(address, body, JSON, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["code"]) == (403, "terminal.revoked")
        again = client.post(address, body, JSON, headers={"Idempotency-Key": "k"})
        assert again.status_code == 401
    assert Report.objects.unscoped(reason="test").count() == before
    assert case.steps.count() == 2


def test_page_of_a_revoked_device_goes_on_to_the_sign_in(city: City) -> None:
    client, device_id = client_of(city, "supervisor"), uuid4()
    enroll(client, device_id)
    assert client.get("/waiting/").status_code == 200
    revoke(city, device_id)
    answer = client.get("/waiting/")
    assert answer.status_code == 302 and "sign-in" in answer["Location"]


def test_device_of_an_account_that_was_closed_is_told_so(city: City) -> None:
    client, device_id = client_of(city, "supervisor"), uuid4()
    enroll(client, device_id)
    account = city.accounts["supervisor"]
    access.close_account(account_id=account.pk, actor=system_actor("tests"), now=clock.now())
    answer = ask(client, "epoch", device_id)
    assert (answer.status_code, answer.json()["code"]) == (403, "terminal.revoked")


def test_revoked_device_cannot_be_enrolled_again(city: City) -> None:
    device_id = uuid4()
    enroll(client_of(city, "supervisor"), device_id)
    revoke(city, device_id)
    answer = enroll(client_of(city, "supervisor"), device_id)
    assert (answer.status_code, answer.json()["code"]) == (403, "terminal.revoked")
    assert Device.objects.get().revoked_at is not None


def test_what_other_browsers_of_the_account_send_is_taken(city: City) -> None:
    device_id = uuid4()
    enroll(client_of(city, "supervisor"), device_id)
    revoke(city, device_id)
    assert ask(client_of(city, "supervisor"), "home").status_code == 200
    assert ask(client_of(city, "supervisor"), "home", uuid4()).status_code == 200


@pytest.mark.parametrize("header", ["", "not a uuid", "\x00"])
def test_header_that_is_no_id_is_as_none(city: City, header: str) -> None:
    answer = client_of(city, "supervisor").get("/api/v1/terminal/epoch", headers={"Citygrid-Device": header})
    assert answer.status_code == 200


def test_owner_and_administrator_see_a_device_and_revoke_it_with_a_trace(city: City) -> None:
    for login in ("supervisor", "system_administrator"):
        phone, device_id = client_of(city, "supervisor"), uuid4()
        enroll(phone, device_id, f"phone {login}")
        client = client_of(city, login)
        own = login == "supervisor"
        page = "/account/" if own else "/administration/accounts/record/?key=supervisor"
        assert f"phone {login}" in client.get(page).content.decode()
        answer = client.post(f"/account/devices/{device_id}/revoke/")
        assert (answer.status_code, answer["Location"]) == (302, page)
        entry = AuditEntry.objects.get(subject=f"access.device/{device_id}", action="revoke")
        assert (entry.account_id, entry.data["account"]) == (city.accounts[login].pk, "supervisor")
        shown = client_of(city, login).get(page).content.decode()
        assert f"Revoke phone {login}" not in shown and f"phone {login}" in shown


@pytest.mark.parametrize("login", ["water", "shift_leader", "dispatcher"])
def test_nobody_else_revokes_a_device_or_learns_that_it_is_there(city: City, login: str) -> None:
    device_id = uuid4()
    enroll(client_of(city, "supervisor"), device_id)
    client = client_of(city, login)
    answers = [client.post(f"/account/devices/{each}/revoke/") for each in (device_id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert Device.objects.get().revoked_at is None


def test_device_is_noted_as_seen_every_five_minutes_and_costs_one_query(city: City, django_assert_num_queries) -> None:
    client, device_id = client_of(city, "supervisor"), uuid4()
    enroll(client, device_id)
    Device.objects.update(last_seen_at=clock.now() - SEEN_EVERY - timedelta(seconds=1))
    ask(client, "epoch", device_id)
    seen = Device.objects.get().last_seen_at
    ask(client, "epoch", device_id)
    assert Device.objects.get().last_seen_at == seen > clock.now() - SEEN_EVERY
    with django_assert_num_queries(5):  # three say who asks
        ask(client, "epoch", device_id)


@pytest.mark.parametrize(
    ("agent", "short"),
    [
        (PHONE, "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/116 Mobile MicroMessenger/8.0", "WeChat, Android"),
        ("curl/8", ""),
    ],
)
def test_agent_is_told_in_short(agent: str, short: str) -> None:
    assert agent_in_short(agent) == short
