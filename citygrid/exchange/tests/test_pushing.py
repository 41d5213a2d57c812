"""Our client of Open311 against our own server, over HTTP, with lines that are cut."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from citygrid.cases.tests.factories import City, make_city
from citygrid.exchange import services
from citygrid.exchange.models import OutsideReport, PushedCase, RemoteCity
from citygrid.exchange.services.pushing import NotPushed, _noted
from citygrid.intake import services as intake_services
from citygrid.intake.models import Report
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.kernel.events import deliver_here

ACTOR = system_actor("tests of pushing")
pytestmark = pytest.mark.django_db(transaction=True)


def remote(url: str, city: City, key: str, **values: Any) -> RemoteCity:
    """The other city: ours."""
    code = city.category_key.replace("/", "~")
    given = {"url": f"{url}/open311/v2", "api_key": key, "services": {city.category_key[:5]: code}, **values}
    return services.define_remote(**{"name": "There", **given}, actor=ACTOR, now=clock.now())


def filed(city: City, **values: Any) -> PushedCase:
    """A case that was filed and is queued."""
    case = city.play(city.open(now=clock.now(), **values), "shift_leader file")
    deliver_here()
    return PushedCase.objects.get(number=case.number)


def push(pushed: PushedCase, now: Any = None) -> PushedCase:
    services.push_case(pushed_id=pushed.pk, now=now or clock.now())
    pushed.refresh_from_db()
    return pushed


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def key(city: City) -> str:
    given = {"name": "City app", "contact": "a@example.org", "speaks": "exchange"}
    return services.issue_key(**given, actor=ACTOR, now=clock.now())[1]


@contextmanager
def cutting(target: str) -> Iterator[str]:
    """A line to a server on which the request arrives whole and no answer comes back."""
    host, port = target.removeprefix("http://").split(":")
    listening = socket.create_server(("127.0.0.1", 0))

    def carry() -> None:
        while True:
            try:
                near, _address = listening.accept()
            except OSError:
                return
            with near, socket.create_connection((host, int(port))) as far:
                far.sendall(whole(near))
                far.recv(1)  # the server has answered: what it did is done

    carrier = Thread(target=carry)
    carrier.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        carrier.join()


def whole(line: socket.socket) -> bytes:
    """A request with its body."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += line.recv(65_536)
    head, _, body = said.partition(b"\r\n\r\n")
    length = next(
        (int(one.split(b":")[1]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += line.recv(65_536)
    return head + b"\r\n\r\n" + body


def test_filed_case_goes_there_once_and_what_became_of_it_comes_back(live_server: Any, city: City, key: str) -> None:
    remote(live_server.url, city, key)
    pushed = push(filed(city))
    outside = OutsideReport.objects.get()
    assert (pushed.state, pushed.remote_id, pushed.fault) == ("sent", outside.reference, "")
    report = Report.objects.unscoped(reason="test").get()
    assert (report.description, report.channel) == (f"井盖破损\n[{pushed.number}]", "exchange")
    assert push(pushed).attempts == 1
    assert services.queue_pushes(number=pushed.number, now=clock.now()) == 0
    actor = city.actors["acceptor"]
    intake_services.refuse_report(report_id=report.pk, reason="known", actor=actor, now=clock.now())
    later = clock.now() + timedelta(seconds=1)
    assert [services.pull_updates(now=later) for _ in range(2)] == [1, 0]
    pushed.refresh_from_db()
    assert pushed.status == "closed"


def test_cut_between_request_and_answer_makes_no_second_report(live_server: Any, city: City, key: str) -> None:
    with cutting(live_server.url) as line:
        remote(line, city, key)
        pushed = filed(city)
        with pytest.raises(NotPushed):
            push(pushed)
    pushed.refresh_from_db()
    assert (pushed.state, pushed.attempts, Report.objects.unscoped(reason="test").count()) == ("waiting", 1, 1)
    remote(live_server.url, city, key)
    pushed = push(pushed)
    assert (pushed.state, pushed.remote_id) == ("sent", OutsideReport.objects.get().reference)
    assert Report.objects.unscoped(reason="test").count() == 1 and pushed.fault == ""


def test_server_that_is_away_is_tried_again_and_one_that_refuses_is_not(
    live_server: Any, city: City, key: str
) -> None:
    remote("http://127.0.0.1:9", city, key)
    pushed = filed(city)
    with pytest.raises(NotPushed):
        push(pushed)
    remote(live_server.url, city, "wrong")
    pushed = push(pushed)
    assert (pushed.state, pushed.fault[:3]) == ("refused", "403")
    assert not Report.objects.unscoped(reason="test").exists()


@pytest.mark.parametrize("values", [{"area_code": "900002"}, {"services": {"other": "x"}}, {"is_active": False}])
def test_city_gets_only_its_cases(city: City, values: dict[str, Any]) -> None:
    remote("http://127.0.0.1:9", city, "key", **values)
    city.play(city.open(now=clock.now()), "shift_leader file")
    deliver_here()
    assert not PushedCase.objects.exists()


def test_city_is_defined_by_a_command_and_its_key_is_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYGRID_REMOTE_KEY", "secret")
    call_command("define_remote_city", "There", "https://city.example/open311/v2", '{"gb": "001"}')
    assert RemoteCity.objects.get().api_key == "secret"
    for url, told in (("file:///etc", '{"a": "b"}'), ("https://city.example", "{")):
        with pytest.raises(CommandError):
            call_command("define_remote_city", "There", url, told)


@pytest.mark.parametrize(
    "bad",
    [None, 7, {}, {"updated_datetime": "soon"}, {"updated_datetime": "2026-03-02T00:00:00Z"}, {"status": "\x00"}],
)
def test_update_that_cannot_be_used_is_left_alone(city: City, bad: Any) -> None:
    there = remote("http://127.0.0.1:9", city, "key")
    pushed = filed(city)
    PushedCase.objects.filter(pk=pushed.pk).update(state="sent", remote_id="R1")
    good = {"service_request_id": "R1", "updated_datetime": "2026-03-02T00:00:00Z", "status": "open"}
    assert [_noted(there, update, clock.now()) for update in (bad, {**good, "description": "a\x00"}, good, good)] == [
        False,
        False,
        True,
        False,
    ]
