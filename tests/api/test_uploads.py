"""Files in pieces through the API: the tus protocol, version 1.0.0."""

import hashlib
from base64 import b64encode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.http import http_date

from citygrid.access.models import Account
from citygrid.evidence import services
from citygrid.evidence.media import partial
from citygrid.evidence.models import Media, Upload
from citygrid.evidence.tests import factories as make
from citygrid.evidence.tests.factories import jpeg
from citygrid.intake.tests.factories import INSIDE
from citygrid.kernel import clock
from citygrid.kernel.models import AuditEntry

UPLOADS = "/api/v1/uploads"
CHUNK_TYPE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}
PHOTO = make.encoded("PNG", make.picture(400, 300))


def coded(**told: str) -> str:
    return ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in told.items())


def begin(client: Client, content: bytes = PHOTO, name: str = "a.png", digest: str | None = None, **more: Any) -> Any:
    promise = hashlib.sha256(content).hexdigest() if digest is None else digest
    told = coded(filename=name, **({"sha256": promise} if promise else {}))
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": told, **more.pop("headers", {})}
    return client.post(UPLOADS, headers=headers, **more)


def send(client: Client, address: str, piece: bytes, offset: int, **headers: str) -> Any:
    told = {**TUS, "Content-Type": CHUNK_TYPE, "Upload-Offset": str(offset), **headers}
    return client.patch(address, piece, CHUNK_TYPE, headers=told)


def code(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_file_in_pieces_becomes_a_photo(client_of) -> None:
    client = client_of("supervisor")
    begun = begin(client)
    assert (begun.status_code, begun["Upload-Offset"], begun["Tus-Resumable"]) == (201, "0", "1.0.0")
    address = begun["Location"]
    assert begun["Upload-Expires"] == http_date(Upload.objects.get().expires_at.timestamp())
    first = send(client, address, PHOTO[:1000], 0)
    assert (first.status_code, first["Upload-Offset"], "Citygrid-Media" in first) == (204, "1000", False)
    asked = client.head(address, headers=TUS)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (200, "1000", str(len(PHOTO)))
    assert asked["Cache-Control"] == "no-store"
    last = send(client, address, PHOTO[1000:], 1000)
    media = Media.objects.get()
    assert (last.status_code, last["Citygrid-Media"]) == (204, str(media.pk))
    assert client.head(address, headers=TUS)["Citygrid-Media"] == str(media.pk)
    told = client.get(address).json()
    assert (told["media"], told["offset"], told["filename"]) == (str(media.pk), len(PHOTO), "a.png")
    assert (media.sha256, media.width) == (hashlib.sha256(PHOTO).hexdigest(), 400)
    assert client.get(f"/api/v1/media/{media.pk}").status_code == 200
    assert partial.size(Upload.objects.get().pk) == -1


def test_first_piece_may_come_with_the_announcement(client_of) -> None:
    answer = begin(client_of("supervisor"), data=PHOTO, content_type=CHUNK_TYPE)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert answer["Citygrid-Media"] == str(Media.objects.get().pk)


def test_finished_upload_asked_or_sent_again_is_the_same_photo(client_of) -> None:
    client = client_of("supervisor")
    address = begin(client, data=PHOTO, content_type=CHUNK_TYPE)["Location"]
    media = Media.objects.get()
    for _ in range(2):
        assert send(client, address, b"", len(PHOTO))["Citygrid-Media"] == str(media.pk)
    again = begin(client, data=PHOTO, content_type=CHUNK_TYPE)
    assert (again["Citygrid-Media"], Media.objects.count()) == (str(media.pk), 1)


def test_options_tell_what_can_be_done(client_of) -> None:
    answer = client_of("supervisor").options(UPLOADS)
    assert (answer.status_code, answer["Tus-Version"], answer["Tus-Max-Size"]) == (204, "1.0.0", str(500 << 20))
    assert answer["Tus-Extension"] == "creation,creation-with-upload,expiration,termination,checksum"
    assert "sha256" in answer["Tus-Checksum-Algorithm"].split(",")


def test_piece_that_does_not_hash_to_its_checksum_is_not_kept(client_of) -> None:
    client = client_of("supervisor")
    address, piece = begin(client)["Location"], PHOTO[:500]
    for algorithm in ("sha1", "sha256", "sha-256"):
        digest = hashlib.new(algorithm.replace("-", ""), piece[:-1]).digest()
        told = f"{algorithm} {b64encode(digest).decode()}"
        answer = send(client, address, piece, 0, **{"Upload-Checksum": told})
        assert code(answer) == (460, "evidence.checksum_differs")
        assert client.head(address, headers=TUS)["Upload-Offset"] == "0"
    told = f"sha256 {b64encode(hashlib.sha256(piece).digest()).decode()}"
    assert send(client, address, piece, 0, **{"Upload-Checksum": told})["Upload-Offset"] == "500"
    for broken in ("md5 abcd", "sha256", "sha256 !!", "sha256 YWJj", "words"):
        answer = send(client, address, piece, 500, **{"Upload-Checksum": broken})
        assert code(answer) == (400, "evidence.checksum_unknown")


def test_file_that_is_not_what_was_promised_is_dropped(client_of) -> None:
    client = client_of("supervisor")
    address = begin(client, digest="0" * 64)["Location"]
    answer = send(client, address, PHOTO, 0)
    assert code(answer) == (460, "evidence.promise_broken")
    assert (answer["Tus-Resumable"], bool(answer.json()["hint"])) == ("1.0.0", True)
    assert client.head(address, headers=TUS).status_code == 404
    assert (Media.objects.count(), Upload.objects.count()) == (0, 0)
    assert partial.names(clock.now() + timedelta(days=1)) == []
    assert AuditEntry.objects.get(action="refuse").data["reason"] == "evidence.promise_broken"


def test_file_that_is_no_photo_is_dropped_with_the_reason(client_of) -> None:
    client = client_of("supervisor")
    address = begin(client, PHOTO + make.archive())["Location"]
    assert code(send(client, address, PHOTO + make.archive(), 0)) == (400, "evidence.polyglot")
    assert (Media.objects.count(), Upload.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        ({"Upload-Offset": "7"}, (409, "evidence.offset_differs")),
        ({"Upload-Offset": "-1"}, (422, "kernel.invalid")),
        ({"Upload-Offset": "x"}, (422, "kernel.invalid")),
        ({"Tus-Resumable": "0.2.2"}, (412, "evidence.tus_version")),
        ({"Tus-Resumable": ""}, (412, "evidence.tus_version")),
        ({"Content-Type": "application/octet-stream"}, (415, "evidence.chunk_type")),
    ],
)
def test_piece_that_is_told_wrongly_is_refused(client_of, headers: dict[str, str], answered: Any) -> None:
    client = client_of("supervisor")
    address = begin(client)["Location"]
    kind = headers.pop("Content-Type", CHUNK_TYPE)
    answer = client.patch(address, b"12345", kind, headers={**TUS, "Upload-Offset": "0", **headers})
    assert code(answer) == answered
    assert answer.headers.get("Tus-Version") == ("1.0.0" if answered[0] == 412 else None)
    assert Upload.objects.get().offset == 0


def test_piece_beyond_the_end_is_refused(client_of) -> None:
    client = client_of("supervisor")
    address = begin(client)["Location"]
    assert code(send(client, address, PHOTO + b"x", 0)) == (413, "evidence.chunk_too_long")
    assert Upload.objects.get().offset == 0


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        ({"Upload-Length": "0"}, (400, "evidence.empty")),
        ({"Upload-Length": str((20 << 20) + 1)}, (413, "evidence.too_large")),
        ({"Upload-Length": "many"}, (422, "kernel.invalid")),
        ({"Upload-Metadata": ""}, (400, "evidence.upload_metadata")),
        ({"Upload-Metadata": "filename ???"}, (400, "evidence.upload_metadata")),
        ({"Upload-Metadata": coded(filename="x" * 201)}, (400, "evidence.upload_metadata")),
        ({"Upload-Metadata": coded(filename="a.jpg", sha256="abc")}, (400, "evidence.upload_metadata")),
        ({"Upload-Metadata": coded(filename="a.exe")}, (415, "evidence.format_unknown")),
        ({"Upload-Metadata": coded(filename="a.heic")}, (415, "evidence.heic")),
        ({"Tus-Resumable": "2"}, (412, "evidence.tus_version")),
    ],
)
def test_file_that_cannot_be_taken_is_refused_before_it_is_sent(client_of, headers: Any, answered: Any) -> None:
    assert code(begin(client_of("supervisor"), headers=headers)) == answered
    assert Upload.objects.count() == 0


def test_upload_is_its_owner_s_alone(client_of) -> None:
    address = begin(client_of("supervisor"))["Location"]
    other = client_of("acceptor")
    for answer in (other.get(address), send(other, address, PHOTO, 0), other.delete(address, headers=TUS)):
        assert code(answer) == (404, "kernel.not_found")
    assert other.head(address, headers=TUS).status_code == 404
    assert begin(client_of("supervisor", ["intake.report:receive"])).status_code == 403
    assert begin(Client()).status_code == 401
    assert client_of("supervisor").get(f"{UPLOADS}/{uuid4()}").status_code == 404


def test_session_needs_its_token_against_forgery(city: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(pk=city.actors["supervisor"].account_id))
    assert begin(client).status_code == 401
    client.get("/")  # any page gives the cookie
    client.cookies["csrftoken"] = "a" * 32
    assert begin(client, headers={"X-CSRFToken": "a" * 32}).status_code == 201


def test_upload_is_given_up(client_of) -> None:
    client = client_of("supervisor")
    address = begin(client, data=PHOTO[:100], content_type=CHUNK_TYPE)["Location"]
    gone = client.delete(address, headers=TUS)
    assert (gone.status_code, gone["Tus-Resumable"]) == (204, "1.0.0")
    assert client.head(address, headers=TUS).status_code == 404
    assert partial.names(clock.now() + timedelta(days=1)) == []


def test_upload_whose_time_is_over_is_gone_and_removed(client_of) -> None:
    client = client_of("supervisor")
    address = begin(client)["Location"]
    Upload.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert code(send(client, address, PHOTO, 0)) == (410, "evidence.upload_gone")
    assert services.expire_uploads(now=clock.now()) == 1
    assert client.head(address, headers=TUS).status_code == 404
    assert partial.names(clock.now() + timedelta(days=1)) == []


def test_piece_of_another_request_is_waited_for_but_not_for_ever(client_of) -> None:
    client = client_of("supervisor")
    address = begin(client)["Location"]
    Upload.objects.update(holder=uuid4(), held_until=clock.now() + timedelta(seconds=20))
    assert code(send(client, address, PHOTO, 0)) == (423, "evidence.upload_busy")
    Upload.objects.update(held_until=clock.now() - timedelta(seconds=1))
    assert send(client, address, PHOTO[:9], 0)["Upload-Offset"] == "9"


def test_account_has_so_many_uploads_open_and_all_together_so_many_bytes(client_of, settings, monkeypatch) -> None:
    client = client_of("supervisor")
    monkeypatch.setattr(services.uploads, "MOST_OPEN", 2)
    addresses = [begin(client, name=f"{n}.png")["Location"] for n in range(2)]
    assert code(begin(client)) == (429, "evidence.too_many_uploads")
    client.delete(addresses[0], headers=TUS)
    settings.UPLOADS_MOST_BYTES = len(PHOTO) + 10
    assert code(begin(client)) == (503, "evidence.no_room")
    settings.UPLOADS_MOST_BYTES = len(PHOTO) * 2
    assert begin(client).status_code == 201
    client.delete(addresses[1], headers=TUS)
    settings.MIN_FREE_BYTES = 1 << 60
    assert code(begin(client)) == (503, "evidence.no_room")


def test_film_in_pieces_is_given_with_a_report_and_played(client_of) -> None:
    client, content = client_of("supervisor"), make.recording("webm")
    begun = begin(client, content, "hole.webm", data=content[:5000], content_type=CHUNK_TYPE)
    media_id = send(client, begun["Location"], content[5000:], 5000)["Citygrid-Media"]
    services.process(media_id=media_id, now=clock.now())
    told = client.get(f"/api/v1/media/{media_id}").json()
    assert (told["kind"], told["state"], told["width"], round(told["seconds"])) == ("video", "ready", 160, 1)
    body = {"description": "井盖异响", **INSIDE, "photos": [media_id]}
    sent = client.post("/api/v1/reports", body, "application/json", headers={"Idempotency-Key": "k1"})
    assert sent.status_code == 201
    part = client.get(f"/api/v1/media/{media_id}/public", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.getvalue(), part["Content-Type"]) == (206, b"ftyp", "video/mp4")
    assert client.get(f"/api/v1/media/{media_id}/poster")["Content-Type"] == "image/jpeg"


def test_recording_has_no_still_picture(client_of) -> None:
    client, content = client_of("supervisor"), make.recording("ogg")
    media_id = begin(client, content, "voice.ogg", data=content, content_type=CHUNK_TYPE)["Citygrid-Media"]
    services.process(media_id=media_id, now=clock.now())
    assert [client.get(f"/api/v1/media/{media_id}/{copy}").status_code for copy in ("public", "poster")] == [200, 404]


def test_film_that_cannot_be_played_is_refused_when_it_is_whole(client_of) -> None:
    content = make.recording("mp4")[:-2000]
    answer = begin(client_of("supervisor"), content, "a.mp4", data=content, content_type=CHUNK_TYPE)
    assert code(answer) == (400, "evidence.truncated")
    assert (Media.objects.count(), Upload.objects.count()) == (0, 0)


def test_small_jpeg_needs_no_promise(client_of) -> None:
    answer = begin(client_of("supervisor"), jpeg(), "a.jpg", digest="", data=jpeg(), content_type=CHUNK_TYPE)
    assert answer["Citygrid-Media"]
