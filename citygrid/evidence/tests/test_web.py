from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from citygrid.access.tests import factories as access
from citygrid.evidence import services
from citygrid.evidence.media import store
from citygrid.evidence.registry import Seen, owners
from citygrid.evidence.tests import factories as make
from citygrid.evidence.tests.factories import TESTER, jpeg, ready, receive
from citygrid.kernel.actor import Actor
from citygrid.kernel.clock import now
from citygrid.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
BOX = uuid7()
READERS = ("inspector", "shift_leader")


@pytest.fixture(autouse=True)
def _boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A box that inspectors and shift leaders see."""
    sees = {**owners.all(), "test.box": lambda box, actor: Seen() if actor.role in READERS else None}
    monkeypatch.setattr(owners, "_entries", sees)


def signed_in(role: str) -> tuple[Client, Actor]:
    actor = access.make_actor(role)
    client = Client()
    client.force_login(access.Account.objects.get(pk=actor.account_id))
    return client, actor


def boxed(content: bytes = b"", **values: Any) -> Any:
    media = ready(content, **values)
    services.attach(media_ids=[media.pk], owner_kind="test.box", owner_id=BOX, role="scene", actor=TESTER, now=now())
    return media


def address(media_id: Any, rendition: str) -> str:
    return reverse(f"evidence-{rendition}", args=[media_id])


@pytest.mark.parametrize("rendition", ["public", "thumbnail"])
def test_copy_is_served_guarded_to_who_sees_the_owner(rendition):
    client, _ = signed_in("inspector")
    answer = client.get(address(boxed().pk, rendition))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Content-Disposition"].startswith("inline; filename=")
    assert answer["Cache-Control"].startswith("private")
    assert answer.getvalue().startswith(b"\xff\xd8\xff")


def test_original_is_served_to_be_saved_only_and_not_cached():
    client, _ = signed_in("shift_leader")
    photo = make.encoded("WEBP")
    media = boxed(photo, filename="a.webp")
    answer = client.get(address(media.pk, "original"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Content-Disposition"] == f'attachment; filename="{media.pk}.webp"'
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.getvalue() == photo


def test_post_that_does_not_see_the_owner_gets_404_for_every_rendition():
    client, _ = signed_in("supervisor")
    media = boxed()
    for rendition in ("public", "thumbnail"):
        assert client.get(address(media.pk, rendition)).status_code == 404
    assert client.get(address(media.pk, "original")).status_code == 403


def test_nobody_signed_out_gets_anything():
    media = boxed()
    for rendition in ("public", "thumbnail", "original"):
        answer = Client().get(address(media.pk, rendition))
        assert (answer.status_code, "sign-in" in answer["Location"] or "login" in answer["Location"]) == (302, True)


def test_photo_that_is_not_there_is_404():
    client, actor = signed_in("shift_leader")
    waiting = receive(actor=actor)
    gone = boxed()
    store._storage().delete(gone.public)
    store._storage().delete(gone.original)
    for media_id, rendition in (
        (uuid4(), "public"),
        (waiting.pk, "thumbnail"),
        (gone.pk, "public"),
        (gone.pk, "original"),
    ):
        assert client.get(address(media_id, rendition)).status_code == 404


def test_refused_photo_is_not_served_at_all():
    client, actor = signed_in("shift_leader")
    media = receive(make.png_saying(4_000, 3_000), filename="a.png", actor=actor)
    services.process(media_id=media.pk, now=now())
    for rendition in ("public", "thumbnail", "original"):
        assert client.get(address(media.pk, rendition)).status_code == 404


def test_photo_is_only_read():
    client, _ = signed_in("shift_leader")
    media = boxed()
    for rendition in ("public", "thumbnail", "original"):
        assert client.post(address(media.pk, rendition)).status_code == 405
    assert (store.read(media.original)) == jpeg()
