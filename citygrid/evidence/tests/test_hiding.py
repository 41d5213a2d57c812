"""Parts of pictures that copies hide: what is painted over, for whom, and what the detectors propose."""

import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from citygrid.access.tests import factories as access
from citygrid.access.tests.factories import NOW
from citygrid.evidence import errors, models, queries, services
from citygrid.evidence.media import film, store
from citygrid.evidence.media.seek import seek
from citygrid.evidence.registry import Box, Seen, detectors, owners
from citygrid.evidence.rules import hiding
from citygrid.evidence.tests import factories as make
from citygrid.evidence.tests.factories import TESTER, jpeg, ready, receive
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.events import run_pending_jobs
from citygrid.kernel.ids import uuid7
from citygrid.kernel.models import AuditEntry

RED_CORNER = Box("face", 0, 0, 0.4, 0.4)
RIGHT_HALF = Box("plate", 0.5, 0, 0.5, 1)
HOLDER = uuid7()
SHARES = st.floats(-0.5, 1.5)


@pytest.fixture(autouse=True)
def _holder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that everybody sees."""
    sees = {**owners.all(), "test.box": lambda box, actor: Seen() if box == HOLDER else None}
    monkeypatch.setattr(owners, "_entries", sees)


@pytest.fixture
def leader(db: None) -> Actor:
    return access.make_actor("shift_leader")


def shown(media: models.Media) -> models.Media:
    services.attach(media_ids=[media.pk], owner_kind="test.box", owner_id=HOLDER, role="scene", actor=TESTER, now=NOW)
    return media


def hide(media: models.Media, *boxes: Box, actor: Actor) -> models.Media:
    services.redact(media_id=media.pk, boxes=boxes, actor=actor, now=NOW)
    services.process(media_id=media.pk, now=NOW)
    media.refresh_from_db()
    return media


def pixels(name: str) -> Image.Image:
    return Image.open(io.BytesIO(store.read(name))).convert("RGB")


def darkest(image: Image.Image, box: Box) -> int:
    """The brightest value of any colour in a part: 0 where all is black."""
    left, top = round(box.left * image.width), round(box.top * image.height)
    right, bottom = round((box.left + box.width) * image.width), round((box.top + box.height) * image.height)
    return max(high for _, high in image.crop((left, top, right, bottom)).getextrema())


def test_part_is_painted_over_in_every_copy_and_nowhere_else(leader: Actor) -> None:
    media = shown(ready(jpeg(640, 480)))
    old = media.files[1:]
    hide(media, RED_CORNER, actor=leader)
    for name in (media.public, media.thumbnail):
        assert darkest(pixels(name), Box("face", 0, 0, 0.38, 0.38)) < 12  # as near to black as JPEG is
        assert darkest(pixels(name), Box("face", 0.6, 0.6, 0.3, 0.3)) > 60
    assert store.read(media.original) == jpeg(640, 480)
    assert not set(old) & set(media.files)


def test_photo_that_was_turned_hides_what_is_seen_upright(leader: Actor) -> None:
    turned = make.encoded("JPEG", make.picture(640, 480), exif=make.exif(orientation=6))
    media = hide(shown(ready(turned)), Box("face", 0.7, 0, 0.3, 0.3), actor=leader)  # the red corner, upper right
    image = pixels(media.public)
    assert image.size == (480, 640)
    assert darkest(image, Box("face", 0.72, 0.02, 0.26, 0.26)) < 12


@pytest.mark.django_db(transaction=True)
def test_old_copies_are_gone_at_once_and_from_the_disk() -> None:
    leader, media = access.make_actor("shift_leader"), shown(ready())
    old = media.files[1:]
    services.redact(media_id=media.pk, boxes=[RED_CORNER], actor=leader, now=NOW)
    media.refresh_from_db()
    assert (media.state, media.files) == ("received", [media.original])
    assert [name for name in old if store.exists(name)] == []
    with pytest.raises(NotFound):
        queries.copy_of(media.pk, "public", leader)
    run_pending_jobs()
    media.refresh_from_db()
    assert media.state == "ready" and store.exists(media.public)


def test_same_photo_handed_in_by_another_hides_the_same(leader: Actor) -> None:
    first, before = shown(ready()), ready(actor=access.make_actor("acceptor"))
    services.redact(media_id=first.pk, boxes=[RIGHT_HALF], actor=leader, now=NOW)
    after = receive(actor=access.make_actor("inspector"))
    for media in (first, before, after):
        services.process(media_id=media.pk, now=NOW)
        media.refresh_from_db()
        assert darkest(pixels(media.public), Box("plate", 0.55, 0, 0.45, 1)) < 12


def test_fewer_parts_show_the_rest_again(leader: Actor) -> None:
    media = hide(shown(ready(jpeg(640, 480))), RED_CORNER, RIGHT_HALF, actor=leader)
    hide(media, RED_CORNER, actor=leader)
    assert darkest(pixels(media.public), Box("plate", 0.55, 0.3, 0.4, 0.4)) > 60
    assert [(row.number, len(row.boxes)) for row in queries.redactions(media)] == [(2, 1), (1, 2)]


def test_looked_and_nothing_to_hide_keeps_the_copies(leader: Actor) -> None:
    media = shown(ready())
    files = media.files
    services.redact(media_id=media.pk, boxes=[], actor=leader, now=NOW)
    media.refresh_from_db()
    assert (media.state, media.files, media.redaction.boxes) == ("ready", files, [])


def test_decision_made_while_copies_are_drawn_is_not_overtaken(leader: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    media = shown(receive())
    decode = services.receive.decode

    def decided_meanwhile(*given: Any) -> Any:
        monkeypatch.setattr(services.receive, "decode", decode)
        services.redact(media_id=media.pk, boxes=[RED_CORNER], actor=leader, now=NOW)
        return decode(*given)

    monkeypatch.setattr(services.receive, "decode", decided_meanwhile)
    services.process(media_id=media.pk, now=NOW)
    media.refresh_from_db()
    assert media.state == "received"
    services.process(media_id=media.pk, now=NOW)
    media.refresh_from_db()
    assert darkest(pixels(media.public), Box("face", 0, 0, 0.35, 0.35)) < 12


def test_who_decided_is_on_record_and_stays(leader: Actor) -> None:
    media = hide(shown(ready()), RED_CORNER, RIGHT_HALF, actor=leader)
    entry = AuditEntry.objects.get(action="redact")
    assert (entry.subject, entry.account_id) == (f"evidence.media/{media.pk}", leader.account_id)
    assert entry.data == {"number": 1, "hidden": ["face", "plate"]}
    with pytest.raises(IntegrityError, match="history is appended"), transaction.atomic():
        models.Redaction.objects.update(boxes=[])


def test_only_a_post_that_may_hides_parts_of_what_it_sees(leader: Actor) -> None:
    media = shown(ready())
    with pytest.raises(NotPermitted):
        services.redact(media_id=media.pk, boxes=[], actor=access.make_actor("supervisor"), now=NOW)
    with pytest.raises(NotFound):
        services.redact(media_id=ready(jpeg(80, 60)).pk, boxes=[], actor=leader, now=NOW)


def test_recording_has_nothing_to_hide(leader: Actor) -> None:
    sound = shown(ready(make.recording("ogg"), filename="a.ogg"))
    with pytest.raises(errors.NothingToHide):
        services.redact(media_id=sound.pk, boxes=[], actor=leader, now=NOW)


def test_film_hides_a_part_from_beginning_to_end(leader: Actor, tmp_path: Path) -> None:
    media = shown(ready(make.recording("mp4", seconds=3, size="320x240"), filename="a.mp4"))
    hide(media, RIGHT_HALF, actor=leader)
    (tmp_path / "film.mp4").write_bytes(store.read(media.public))
    for second in ("0", "1.5", "2.8"):
        film._make(
            tmp_path, film.DRAWING, "-ss", second, *film._input(tmp_path / "film.mp4", "MP4"),
            *("-frames:v", "1", "-f", "mjpeg", "-y", str(tmp_path / "frame.jpeg")),
        )  # fmt: skip
        frame = Image.open(tmp_path / "frame.jpeg").convert("RGB")
        assert darkest(frame, Box("plate", 0.52, 0.02, 0.46, 0.96)) < 24
        assert darkest(frame, Box("plate", 0.02, 0.02, 0.4, 0.96)) > 60
    for name in (media.poster, media.thumbnail):
        assert darkest(pixels(name), Box("plate", 0.55, 0.05, 0.4, 0.9)) < 24


@given(st.lists(st.tuples(SHARES, SHARES, SHARES, SHARES), max_size=4))
def test_kept_boxes_hide_at_least_what_was_drawn_within_the_picture(sides: Sequence[tuple[float, ...]]) -> None:
    for drawn in (Box("other", *each) for each in sides):
        left, top = max(0, drawn.left), max(0, drawn.top)
        right, bottom = min(1, drawn.left + drawn.width), min(1, drawn.top + drawn.height)
        if min(right - left, bottom - top) < hiding.SMALLEST:
            with pytest.raises(errors.BoxOutside):
                hiding.checked([drawn])
            continue
        (kept,) = hiding.checked([drawn])
        assert 0 <= kept.left <= left and 0 <= kept.top <= top
        assert right - 1e-9 <= kept.left + kept.width <= 1 + 1e-9
        assert bottom - 1e-9 <= kept.top + kept.height <= 1 + 1e-9


def test_boxes_too_many_or_of_no_kind_are_named() -> None:
    with pytest.raises(errors.TooManyBoxes):
        hiding.checked([RED_CORNER] * 51)
    with pytest.raises(errors.BoxOutside, match="2"):
        hiding.checked([RED_CORNER, Box("beard", 0, 0, 0.5, 0.5)])


def face_picture(size: int) -> Image.Image:
    """A face as far as a cascade is concerned: eyes in sockets, brows, nose and mouth, at a place that is known."""
    image = Image.new("RGB", (640, 480), (120, 130, 140))
    pen = ImageDraw.Draw(image)

    def oval(x: float, y: float, wide: float, high: float, colour: tuple[int, int, int]) -> None:
        sides = (300 + size * (x - wide), 120 + size * (y - high), 300 + size * (x + wide), 120 + size * (y + high))
        pen.ellipse(sides, fill=colour)

    oval(0.5, 0.45, 0.46, 0.52, (60, 45, 35))
    oval(0.5, 0.55, 0.38, 0.48, (224, 182, 150))
    for x in (0.33, 0.67):
        oval(x, 0.46, 0.11, 0.075, (150, 110, 90))
        oval(x, 0.37, 0.1, 0.018, (50, 35, 28))
        oval(x, 0.47, 0.075, 0.04, (240, 240, 240))
        oval(x, 0.47, 0.035, 0.04, (30, 25, 25))
    oval(0.5, 0.6, 0.05, 0.1, (205, 160, 128))
    oval(0.5, 0.8, 0.14, 0.04, (150, 70, 70))
    return image.filter(ImageFilter.GaussianBlur(size / 60))


def plate_picture(width: int) -> Image.Image:
    image = Image.new("RGB", (640, 480), (90, 90, 95))
    pen = ImageDraw.Draw(image)
    pen.rectangle((150, 100, 310 + width, 380), fill=(60, 65, 80))
    pen.rectangle((230, 300, 230 + width, 300 + width * 0.22), fill=(245, 245, 245), outline=(10, 10, 10), width=2)
    font = ImageFont.load_default(width * 0.187)
    pen.text((230 + width * 0.04, 300 - width * 0.0044), "P454AM 77", fill=(20, 20, 20), font=font)
    return image.filter(ImageFilter.GaussianBlur(0.8))


@pytest.mark.parametrize("size", [60, 160, 300])
def test_detectors_propose_a_face_where_it_is(size: int) -> None:
    (found,) = seek("face", make.encoded("JPEG", face_picture(size)))
    middle = ((found.left + found.width / 2) * 640, (found.top + found.height / 2) * 480)
    assert middle == pytest.approx((300 + size * 0.5, 120 + size * 0.55), abs=size * 0.2)
    assert found.width * 640 > size * 0.6


@pytest.mark.parametrize("width", [120, 200])
def test_detectors_propose_a_plate_where_it_is(width: int) -> None:
    (found,) = seek("plate", make.encoded("JPEG", plate_picture(width)))
    assert found.left * 640 < 240 and (found.left + found.width) * 640 > 220 + width
    assert found.top * 480 < 302 and (found.top + found.height) * 480 > 298 + width * 0.2


@pytest.mark.parametrize("picture", [b"", b"no picture", jpeg()[:200]])
def test_detectors_propose_nothing_in_what_is_no_picture(picture: bytes) -> None:
    assert seek("face", picture) == []


def test_proposals_are_of_every_detector_that_is_registered(leader: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    media = shown(ready(make.encoded("JPEG", face_picture(200))))
    monkeypatch.setattr(detectors, "_entries", {**detectors.all(), "test": lambda picture: [RED_CORNER]})
    found = queries.proposals(media.pk, leader)
    assert RED_CORNER in found and [box.kind for box in found].count("face") == 2
    with pytest.raises(NotFound):
        queries.proposals(ready(jpeg(80, 60)).pk, leader)


def test_purge_and_scrub_know_the_copies_that_hide(leader: Actor) -> None:
    media = hide(shown(ready()), RED_CORNER, actor=leader)
    assert services.scrub(actor=TESTER, now=NOW).problems == {}
    models.Media.objects.filter(pk=media.pk).update(retain_until_date=NOW.date())
    names = media.files
    services.purge(now=NOW + timedelta(days=2))
    assert [name for name in names if store.exists(name)] == []
