"""Evidence in a bucket: a real S3 service on the loopback, asked by the library of the platform."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.test import RequestFactory
from moto.server import ThreadedMotoServer

from citygrid.access.tests.factories import NOW
from citygrid.config import storage
from citygrid.evidence import services
from citygrid.evidence.media import answer, store
from citygrid.evidence.tests.factories import TESTER, jpeg, ready, recording
from citygrid.kernel.clock import now

pytestmark = pytest.mark.django_db
BUCKET, KEYS = "evidence", {"bucket_key": "key", "bucket_secret": "secret"}


@pytest.fixture
def bucket(settings: Any, tmp_path: Path) -> Iterator[Any]:
    """An empty bucket, which is where evidence goes."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        environment = {
            "CITYGRID_EVIDENCE_STORAGE": "s3",
            "CITYGRID_EVIDENCE_BUCKET": BUCKET,
            "CITYGRID_EVIDENCE_ENDPOINT": f"http://{host}:{port}",
            "CITYGRID_EVIDENCE_REGION": "us-east-1",
        }
        made = storage.evidence(environment, KEYS, tmp_path)
        settings.STORAGES = {**settings.STORAGES, "evidence": made}
        named = {"aws_access_key_id": KEYS["bucket_key"], "aws_secret_access_key": KEYS["bucket_secret"]}
        address = {"endpoint_url": made["OPTIONS"]["endpoint_url"], "region_name": "us-east-1"}
        made_bucket = boto3.resource("s3", **address, **named).create_bucket(Bucket=BUCKET)
        made_bucket.objects.all().delete()  # the service remembers the test before
        yield made_bucket
    finally:
        server.stop()


def stored(bucket: Any) -> set[str]:
    return {each.key for each in bucket.objects.all()}


def test_photo_and_film_lie_in_the_bucket_whole(bucket, tmp_path):
    photo, film = ready(jpeg()), ready(recording("mp4"), filename="a.mp4")
    assert [photo.state, film.state] == ["ready", "ready"]
    assert stored(bucket) == {*photo.files, *film.files}
    assert bucket.Object(film.original).get()["Body"].read() == recording("mp4")
    assert not (tmp_path / "evidence").exists()


def test_part_is_asked_of_the_bucket_alone(bucket):
    film = ready(recording("mp4"), filename="a.mp4")
    whole = store.read(film.public)
    request = RequestFactory().get("/", headers={"Range": "bytes=1000-1999"})
    part = answer.copy(request, film.public, film.pk, film.kind, "public")
    assert (part.status_code, part.getvalue()) == (206, whole[1000:2000])
    assert b"".join(store.pieces(film.public, 5, 9)) == whole[5:9]


def test_bucket_is_scrubbed_and_emptied(bucket):
    film = ready(recording("mp4"), filename="a.mp4")
    assert services.scrub(actor=TESTER, now=now()).problems == {}
    bucket.Object(film.original).put(Body=b"changed")
    bucket.Object(film.poster).delete()
    bucket.Object("original/aa/stray").put(Body=b"x")
    problems = services.scrub(actor=TESTER, now=now() + timedelta(days=2)).problems
    assert problems == {"changed": [film.original], "missing": [film.poster], "orphans": ["original/aa/stray"]}
    services.purge(now=NOW + timedelta(days=8))
    assert stored(bucket) == {"original/aa/stray"}


def test_original_that_changed_in_the_bucket_is_not_read(bucket):
    film = services.receive_photo(content=recording("mp4"), filename="a.mp4", actor=TESTER, now=NOW)
    bucket.Object(film.original).put(Body=b"changed")
    with pytest.raises(OSError, match="not what was received"):
        services.process(media_id=film.pk, now=NOW)
    bucket.Object(film.original).delete()
    with pytest.raises(FileNotFoundError):
        services.process(media_id=film.pk, now=NOW)


@pytest.mark.parametrize("said", [{"CITYGRID_EVIDENCE_STORAGE": "s3"}, {"CITYGRID_EVIDENCE_STORAGE": "tape"}])
def test_storage_that_is_said_wrongly_stops_the_start(said, tmp_path):
    with pytest.raises(ValueError, match="CITYGRID_EVIDENCE_STORAGE"):
        storage.evidence(said, KEYS, tmp_path)


def test_folder_is_the_storage_where_nothing_is_said(tmp_path):
    assert storage.evidence({}, KEYS, tmp_path)["OPTIONS"] == {"location": tmp_path / "evidence"}
    said = {"CITYGRID_EVIDENCE_FOLDER": "/elsewhere"}
    assert storage.evidence(said, KEYS, tmp_path)["OPTIONS"] == {"location": "/elsewhere"}
