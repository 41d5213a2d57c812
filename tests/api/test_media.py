"""Photos through the API: handed in, looked at, attached to reports and steps."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citygrid.cases.tests.factories import City
from citygrid.evidence import services
from citygrid.evidence.models import Attachment, Media
from citygrid.evidence.tests import factories as make
from citygrid.evidence.tests.factories import jpeg
from citygrid.intake.models import Report
from citygrid.intake.tests.factories import INSIDE
from citygrid.kernel import clock
from citygrid.kernel.models import AuditEntry

MEDIA = "/api/v1/media"
JSON = "application/json"
SAMPLE = {"description": "井盖破损", **INSIDE}


def hand_in(client: Client, content: bytes = b"", name: str = "a.jpg", **headers: str) -> Any:
    photo = SimpleUploadedFile(name, content or jpeg(), "image/jpeg")
    return client.post(MEDIA, {"photo": photo}, headers=headers)


def send(client: Client, photos: list[str], key: str = "k1") -> Any:
    body = {**SAMPLE, "photos": photos}
    return client.post("/api/v1/reports", body, JSON, headers={"Idempotency-Key": key})


def stored(folder: Any) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file()]


def test_photo_is_handed_in_read_and_served(client_of) -> None:
    client = client_of("supervisor")
    answer = hand_in(client)
    assert (answer.status_code, answer.json()["state"], answer.json()["size"]) == (201, "received", len(jpeg()))
    media_id = answer.json()["id"]
    assert client.get(f"{MEDIA}/{media_id}/thumbnail").status_code == 404
    services.process(media_id=media_id, now=clock.now())
    told = client.get(f"{MEDIA}/{media_id}").json()
    assert (told["state"], told["width"], told["height"], told["uses"]) == ("ready", 64, 48, [])
    for rendition in ("public", "thumbnail"):
        copy = client.get(f"{MEDIA}/{media_id}/{rendition}")
        assert (copy.status_code, copy["Content-Type"]) == (200, "image/jpeg")
        assert copy["X-Content-Type-Options"] == "nosniff"
        assert copy.getvalue().startswith(b"\xff\xd8\xff")
    assert client.get(f"{MEDIA}/{media_id}/original").json()["code"] == "kernel.not_permitted"
    assert client.get(f"{MEDIA}/{media_id}/negative").status_code == 422


def test_original_is_for_those_who_may(city: City, client_of) -> None:
    media_id = hand_in(client_of("supervisor")).json()["id"]
    assert send(client_of("supervisor"), [media_id]).status_code == 201
    answer = client_of("shift_leader").get(f"{MEDIA}/{media_id}/original")
    assert (answer.status_code, answer.getvalue()) == (200, jpeg())
    assert AuditEntry.objects.filter(action="open_original").count() == 1


def test_photo_sent_again_is_the_same_until_it_belongs_to_something(client_of) -> None:
    client, other = client_of("supervisor"), client_of("acceptor")
    first, second = hand_in(client).json(), hand_in(client, name="again.jpg").json()
    assert (first["id"], Media.objects.count()) == (second["id"], 1)
    assert hand_in(other).json()["id"] != first["id"]
    send(client, [first["id"]])
    assert hand_in(client).json()["id"] != first["id"]


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"\0" * 10_000_000, "a.jpg", 415, "evidence.format_unknown"),
        (jpeg() + make.archive(), "a.jpg", 400, "evidence.polyglot"),
        (jpeg()[:-20], "a.jpg", 400, "evidence.truncated"),
        (make.encoded("PNG"), "a.jpg", 400, "evidence.extension_mismatch"),
        (make.png_saying(60_000, 60_000), "a.png", 400, "evidence.too_many_pixels"),
        (make.with_segment(jpeg(), 0xE1, b"Exif\0\0" + bytes(60_000)) * 1, "a.jpg", 201, ""),
        (make.jpeg() + b"\0" * (21 << 20), "a.jpg", 413, "evidence.too_large"),
        (b"<script>alert(1)</script>", "a.svg", 415, "evidence.format_unknown"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "a.heic", 415, "evidence.heic"),
    ],
    ids=["ten MB of nothing", "polyglot", "cut", "named wrongly", "bomb", "much EXIF", "21 MB", "script", "HEIC"],
)
def test_what_is_no_photo_is_refused_with_a_reason_and_nothing_is_kept(
    client_of, tmp_path, content: bytes, name: str, status: int, code: str
) -> None:
    answer = hand_in(client_of("supervisor"), content, name)
    assert (answer.status_code, answer.json().get("code", "")) == (status, code)
    if status != 201:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["title"]
        assert (Media.objects.count(), stored(tmp_path)) == (0, [])


def test_body_beyond_all_bounds_is_refused_before_it_is_read(client_of, settings) -> None:
    settings.EVIDENCE_MOST_BYTES = 100_000
    answer = hand_in(client_of("supervisor"), bytes(3_000_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "kernel.body_too_big")


def test_upload_without_a_file_or_a_permission_is_refused(client_of) -> None:
    assert client_of("supervisor").post(MEDIA, {"photo": "words"}).status_code == 422
    assert client_of("supervisor").post(MEDIA, SAMPLE, JSON).status_code == 422
    assert hand_in(client_of("supervisor", ["intake.report:receive"])).status_code == 403
    assert hand_in(Client()).status_code == 401


def test_photo_the_decoder_refused_tells_why(client_of) -> None:
    client = client_of("supervisor")
    media_id = hand_in(client, make.png_saying(4_000, 3_000), "a.png").json()["id"]
    services.process(media_id=media_id, now=clock.now())
    told = client.get(f"{MEDIA}/{media_id}", headers={"Accept-Language": "en"}).json()
    assert (told["state"], told["refusal"]) == ("refused", "evidence.undecodable")
    assert told["refusal_words"] == "This photo cannot be decoded."
    answer = send(client, [media_id])
    assert (answer.status_code, answer.json()["code"]) == (409, "evidence.refused_before")
    assert Report.objects.unscoped(reason="test").count() == 0


def test_report_with_photos_is_sent_once_even_when_the_photos_are_sent_again(client_of) -> None:
    client = client_of("supervisor")
    first = send(client, [hand_in(client).json()["id"]])
    again = send(client, [hand_in(client).json()["id"]])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["receipt"] == first.json()["receipt"]
    assert Attachment.objects.count() == 1
    assert send(client, []).json()["code"] == "kernel.key_reused"


def test_report_with_photos_of_somebody_else_or_too_many_is_refused(client_of) -> None:
    client = client_of("supervisor")
    theirs = hand_in(client_of("acceptor")).json()["id"]
    assert send(client, [theirs]).json()["code"] == "kernel.not_found"
    assert send(client, [str(uuid4())]).status_code == 404
    assert send(client, [str(uuid4()) for _ in range(10)]).status_code == 422
    assert Report.objects.unscoped(reason="test").count() == 0


def test_photo_says_how_far_it_fits_the_report(client_of) -> None:
    client, taken = client_of("supervisor"), clock.now() - timedelta(minutes=3)
    exif = make.exif(time=f"{taken:%Y:%m:%d %H:%M:%S}", offset="+00:00", lon=INSIDE["lon"], lat=INSIDE["lat"] + 0.0001)
    media_id = hand_in(client, make.encoded("JPEG", exif=exif)).json()["id"]
    services.process(media_id=media_id, now=clock.now())
    send(client, [media_id])
    (use,) = client.get(f"{MEDIA}/{media_id}").json()["uses"]
    assert (use["owner_kind"], use["role"], use["is_plausible"]) == ("intake.report", "before", True)
    assert use["distance_m"] == pytest.approx(11.1, abs=0.2)
    assert use["minutes"] == pytest.approx(3, abs=0.1)


def test_step_takes_photos_and_the_case_shows_them(city: City, client_of) -> None:
    lines = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file", "dispatcher dispatch")
    case = city.play(city.open(), *lines)
    client, address = client_of("department"), f"/api/v1/cases/{case.pk}"
    offered = {action["code"]: action for action in client.get(f"{address}/actions").json()}
    assert (offered["reply"]["needs"], offered["reply"]["takes"]) == (["note"], ["photo_after"])
    media_id = hand_in(client).json()["id"]
    body = {"action": "reply", "note": "done", "photos": [{"id": media_id, "role": "after"}]}
    answer = client.post(f"{address}/steps", body, JSON)
    assert answer.status_code == 201
    assert [(photo["id"], photo["role"]) for photo in answer.json()["photos"]] == [(media_id, "after")]
    assert answer.json()["steps"][-1]["data"]["photos"] == {"after": [media_id]}
    assert client_of("supervisor").get(f"{MEDIA}/{media_id}").status_code == 200
    assert client_of("other_department").get(f"{MEDIA}/{media_id}").status_code == 404


def test_parts_are_hidden_and_what_was_decided_is_told(city: City, client_of) -> None:
    media_id = hand_in(client_of("supervisor")).json()["id"]
    assert send(client_of("supervisor"), [media_id]).status_code == 201
    client, address = client_of("shift_leader"), f"{MEDIA}/{media_id}/redactions"
    assert client.get(f"{MEDIA}/{media_id}/proposals").json()["code"] == "evidence.copy_not_made"
    services.process(media_id=media_id, now=clock.now())
    first = client.get(f"{MEDIA}/{media_id}/public")
    again = client.get(f"{MEDIA}/{media_id}/public", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, first["Cache-Control"]) == (200, 304, "private, no-cache")
    part = {"kind": "face", "left": 0, "top": 0, "width": 0.5, "height": 0.5}
    made = client.post(address, {"boxes": [part]}, JSON)
    assert (made.status_code, made.json()["number"], made.json()["boxes"]) == (201, 1, [part])
    assert client.get(f"{MEDIA}/{media_id}/public").status_code == 404
    services.process(media_id=media_id, now=clock.now())
    other = client.get(f"{MEDIA}/{media_id}/public", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200 and other["ETag"] != first["ETag"]
    assert client.get(f"{MEDIA}/{media_id}/proposals").json() == []
    assert [row["number"] for row in client.get(address).json()] == [1]
    assert client.post(address, {"boxes": [{**part, "left": True}]}, JSON).status_code == 422
    assert client_of("supervisor").post(address, {"boxes": []}, JSON).status_code == 403
