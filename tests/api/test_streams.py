"""Live video through the API: pieces from a phone, who sees what is live, and the playlist of who opened it."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from citygrid.access.models import Account
from citygrid.access.tests.factories import make_actor
from citygrid.evidence.media import shown
from citygrid.evidence.models import LiveStream
from citygrid.evidence.tests.live import INSIDE, WEBM, digest
from citygrid.kernel import clock
from citygrid.kernel.models import AuditEntry
from tests.api.conftest import key_of

STREAMS = "/api/v1/streams"
PIECE = b"a second of it"


def begin(client: Client, **values: Any) -> Any:
    body = {"id": str(uuid4()), "mime_type": WEBM, **INSIDE, **values}
    return client.post(STREAMS, body, "application/json")


def send(client: Client, stream: str, number: int, content: bytes, told: str = "") -> Any:
    headers = {"Citygrid-Sha256": told or digest(content)}
    return client.put(f"{STREAMS}/{stream}/pieces/{number}", content, "application/octet-stream", headers=headers)


def code(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_phone_sends_pieces_and_ends(client_of) -> None:
    client = client_of("supervisor")
    begun = begin(client, note="fireworks")
    told = begun.json()
    assert (begun.status_code, told["state"], told["next"], told["pieces"]) == (201, "live", 0, None)
    assert told["place"] and told["who"] and told["note"] == "fireworks"
    assert begin(client, id=told["id"]).json() == told
    answers = [send(client, told["id"], number, PIECE) for number in (1, 0, 0)]
    assert [(one.status_code, one.json()) for one in answers] == [
        (200, {"next": 0, "state": "live"}),
        (200, {"next": 2, "state": "live"}),
        (200, {"next": 2, "state": "live"}),
    ]
    moved = client.post(f"{STREAMS}/{told['id']}/place", INSIDE, "application/json")
    assert moved.status_code == 200
    ended = client.post(f"{STREAMS}/{told['id']}/end", {"pieces": 2}, "application/json")
    assert (ended.status_code, ended.json()["state"], ended.json()["pieces"]) == (200, "ending", 2)


def test_piece_that_is_wrong_is_refused_with_its_code(client_of) -> None:
    client = client_of("supervisor")
    stream = begin(client).json()["id"]
    send(client, stream, 0, PIECE)
    assert code(send(client, stream, 0, b"another")) == (409, "evidence.piece_differs")
    assert code(send(client, stream, 1, PIECE, digest(b"x"))) == (460, "evidence.checksum_differs")
    assert code(send(client, stream, 1, PIECE, "short"))[0] == 422
    assert code(send(client, stream, 1, bytes(4 << 20 | 1))) == (413, "evidence.piece_too_large")
    assert code(send(client, stream, 1, bytes(6 << 20)))[0] == 413
    assert send(client, stream, 1, bytes(4 << 20)).status_code == 200
    assert code(send(client, stream, 20_000, PIECE))[0] == 422
    assert code(send(client, str(uuid4()), 0, PIECE)) == (404, "kernel.not_found")


@pytest.mark.parametrize("body", [{"mime_type": "image/png"}, {"lon": 400}, {"frame": "mars"}, {"more": 1}])
def test_stream_that_cannot_be_is_not_begun(client_of, body: dict[str, Any]) -> None:
    assert begin(client_of("supervisor"), **body).status_code == 422
    assert not LiveStream.objects.unscoped(reason="test").exists()


def test_who_may_not_send_or_watch_is_refused(client_of) -> None:
    stream = begin(client_of("supervisor")).json()["id"]
    assert code(begin(client_of("dispatcher"))) == (403, "kernel.not_permitted")
    assert code(client_of("supervisor").post(f"{STREAMS}/{stream}/views")) == (403, "kernel.not_permitted")
    assert code(send(client_of("department"), stream, 0, PIECE)) == (404, "kernel.not_found")


def test_live_streams_are_listed_for_who_may_watch_them_there(client_of) -> None:
    stream = begin(client_of("supervisor")).json()["id"]
    elsewhere = Client(headers={"Authorization": f"Bearer {key_of(make_actor('dispatcher', areas=['900002']))}"})
    lists = [client.get(STREAMS).json() for client in (client_of("dispatcher"), client_of("department"), elsewhere)]
    assert [[one["id"] for one in each] for each in lists] == [[stream], [], []]
    assert code(elsewhere.get(f"{STREAMS}/{stream}")) == (404, "kernel.not_found")
    assert code(elsewhere.post(f"{STREAMS}/{stream}/views")) == (404, "kernel.not_found")
    assert not AuditEntry.objects.filter(action="watch").exists()


def test_number_of_queries_of_the_list_does_not_grow(client_of, django_assert_max_num_queries: Any) -> None:
    client = client_of("shift_leader")
    for _ in range(3):
        begin(Client(headers={"Authorization": f"Bearer {key_of(make_actor('supervisor'))}"}))
    client.get(STREAMS)
    with django_assert_max_num_queries(6):
        assert len(client.get(STREAMS).json()) == 3


def test_playlist_is_for_who_opened_the_stream(client_of, city) -> None:
    stream = LiveStream.objects.unscoped(reason="test").get(pk=begin(client_of("supervisor")).json()["id"])
    browser = Client()
    browser.force_login(Account.objects.get(pk=city.actors["dispatcher"].account_id))
    opened = client_of("dispatcher").post(f"{STREAMS}/{stream.pk}/views")
    assert opened.status_code == 201
    playlist = opened.json()["playlist"]
    assert AuditEntry.objects.filter(subject=f"evidence.stream/{stream.pk}", action="watch").count() == 1
    assert browser.get(playlist).status_code == 404  # there is no picture yet
    shown.folder(stream.pk).mkdir(parents=True)
    (shown.folder(stream.pk) / shown.PLAYLIST).write_text("#EXTM3U\n")
    answer = browser.get(playlist)
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"#EXTM3U\n", "private, no-store")
    for name in ("../pieces/000000", "000000", "head.mp5", "part1.m4s", "part000001.m4s"):
        assert browser.get(playlist.replace("live.m3u8", name)).status_code == 404
    other = Client()
    other.force_login(Account.objects.get(pk=city.actors["shift_leader"].account_id))
    assert other.get(playlist).status_code == 404
    assert Client().get(playlist, headers={"Accept": "application/json"}).status_code == 401
    LiveStream.objects.unscoped(reason="test").update(area_code="900002", began_at=clock.now())
    assert browser.get(playlist).status_code == 404  # it has left the area of the post
