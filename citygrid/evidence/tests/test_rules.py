from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from citygrid.evidence import errors, rules
from citygrid.evidence.tests import factories as make
from citygrid.evidence.tests.factories import PIXELS, encoded, jpeg

BEIJING = (116.4, 39.9)
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HIDDEN = b"<script>alert(1)</script>"


def inspect(content: bytes, filename: str) -> rules.Container:
    return rules.inspect(content, filename, most_pixels=PIXELS)


@pytest.mark.parametrize(
    ("filename", "options"),
    [
        ("a.JPG", {"file_format": "JPEG"}),
        ("a.jpeg", {"file_format": "JPEG", "progressive": True}),
        ("a.b.png", {"file_format": "PNG"}),
        ("a.webp", {"file_format": "WEBP"}),
        ("a.webp", {"file_format": "WEBP", "lossless": True}),
        ("a.webp", {"file_format": "WEBP", "exif": make.exif(time="2026:03:02 09:00:00").tobytes()}),
    ],
)
def test_photo_of_an_accepted_format_is_measured(filename, options):
    found = inspect(encoded(**options), filename)
    assert (found.format, found.width, found.height) == (options["file_format"], 64, 48)


def test_photo_ends_where_its_last_byte_is():
    for file_format, name in (("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")):
        assert inspect(encoded(file_format), name).end == len(encoded(file_format))


REFUSED = {
    "nothing": (b"", "a.jpg", errors.PhotoEmpty),
    "words": (b"a text", "a.jpg", errors.FormatUnknown),
    "zeros": (bytes(1_000), "a.jpg", errors.FormatUnknown),
    "no extension": (jpeg(), "photo", errors.FormatUnknown),
    "page as photo": (b"<html>", "a.jpg", errors.FormatUnknown),
    "vector": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", errors.FormatUnknown),
    "moving GIF": (make.animation("GIF"), "a.gif", errors.FormatUnknown),
    "scan": (encoded("TIFF"), "a.tif", errors.FormatUnknown),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(100), "a.heic", errors.HeicRefused),
    "HEIC under another name": (b"\0\0\0\x18ftypmif1" + bytes(100), "a.jpg", errors.HeicRefused),
    "JPEG named PNG": (jpeg(), "a.png", errors.ExtensionMismatch),
    "PNG named JPEG": (encoded("PNG"), "a.jpg", errors.ExtensionMismatch),
    "JPEG named HEIC": (jpeg(), "a.heic", errors.ExtensionMismatch),
    "program named JPEG": (jpeg(), "a.jpg.exe", errors.FormatUnknown),
    "half a JPEG": (jpeg()[: len(jpeg()) // 2], "a.jpg", errors.PhotoTruncated),
    "JPEG without end": (jpeg()[:-2], "a.jpg", errors.PhotoTruncated),
    "three bytes": (jpeg()[:3], "a.jpg", errors.PhotoTruncated),
    "half a PNG": (encoded("PNG")[:-20], "a.png", errors.PhotoTruncated),
    "signature of a PNG": (encoded("PNG")[:8], "a.png", errors.PhotoTruncated),
    "half a WebP": (encoded("WEBP")[:-20], "a.webp", errors.PhotoTruncated),
    "JPEG without a picture": (b"\xff\xd8\xff\xd9", "a.jpg", errors.PhotoMalformed),
    "JPEG of bad segments": (b"\xff\xd8\xff\xe0\0\0" + bytes(100), "a.jpg", errors.PhotoMalformed),
    "many segments": (b"\xff\xd8" + b"\xff\xfe\0\x02" * 30_000 + jpeg()[2:], "a.jpg", errors.PhotoMalformed),
    "size 0": (make.png_saying(0, 0), "a.png", errors.PhotoMalformed),
    "pixel flood": (make.png_saying(60_000, 60_000), "a.png", errors.TooManyPixels),
    "most pixels of PNG": (make.png_saying(2**32 - 1, 2**32 - 1), "a.png", errors.TooManyPixels),
    "moving PNG": (make.animation("PNG"), "a.png", errors.PhotoAnimated),
    "moving WebP": (make.animation("WEBP"), "a.webp", errors.PhotoAnimated),
    "ZIP behind": (jpeg() + make.archive(), "a.jpg", errors.PhotoPolyglot),
    "ZIP behind PNG": (encoded("PNG") + make.archive(), "a.png", errors.PhotoPolyglot),
    "ZIP within": (make.with_segment(jpeg(), 0xFE, make.archive()), "a.jpg", errors.PhotoPolyglot),
    "ZIP behind a film": (jpeg() + b"\0\0\0\x18ftypmp42" + make.archive(), "a.jpg", errors.PhotoPolyglot),
    "program behind": (jpeg() + b"MZ\x90\0" * 20, "a.jpg", errors.PhotoPolyglot),
    "page behind WebP": (encoded("WEBP") + HIDDEN, "a.webp", errors.PhotoPolyglot),
    "page in a comment": (make.with_segment(jpeg(), 0xFE, HIDDEN), "a.jpg", errors.PhotoPolyglot),
    "page in a PNG text": (make.with_chunk(encoded("PNG"), b"tEXt", HIDDEN), "a.png", errors.PhotoPolyglot),
    "PHP in EXIF": (make.with_segment(jpeg(), 0xE1, b"Exif\0\0<?php x"), "a.jpg", errors.PhotoPolyglot),
    "PDF": (make.with_segment(jpeg(), 0xFE, b"%PDF-1.4"), "a.jpg", errors.PhotoPolyglot),
    "much metadata": (make.with_chunk(encoded("PNG"), b"prVt", bytes(9 << 20)), "a.png", errors.MetadataTooLarge),
}


@pytest.mark.parametrize(("content", "filename", "refusal"), REFUSED.values(), ids=REFUSED)
def test_file_is_refused_with_a_reason(content, filename, refusal):
    with pytest.raises(errors.PhotoRefused) as refused:
        inspect(content, filename)
    assert type(refused.value) is refusal
    assert str(refused.value) and refused.value.advice


def test_what_phones_put_behind_a_photo_is_accepted():
    film = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 4
    for tail in (bytes(512), jpeg(32, 32), film, b"anything" + b"SEFH\0\0SEFT"):
        assert inspect(jpeg() + tail, "a.jpg").format == "JPEG"


def test_mutated_photos_are_measured_or_refused_but_never_crash():
    outcomes = set()
    for file_format, name in (("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")):
        for broken in make.mutations(encoded(file_format), 500):
            try:
                outcomes.add(inspect(broken, name).format)
            except errors.PhotoRefused as refused:
                outcomes.add(refused.code)
    assert {"JPEG", "PNG", "WEBP", "evidence.truncated", "evidence.malformed"} <= outcomes


def test_photo_from_the_place_and_hour_is_plausible():
    found = rules.compare((116.401, 39.9), AT - timedelta(minutes=5), BEIJING, AT)
    assert found.distance_m == pytest.approx(85.3, abs=0.2)
    assert (found.minutes, found.is_plausible) == (5, True)


@pytest.mark.parametrize(
    ("where", "at"),
    [
        ((116.5, 39.9), AT),
        (BEIJING, AT - timedelta(days=2)),
        (BEIJING, AT + timedelta(minutes=11)),
    ],
)
def test_photo_from_elsewhere_or_another_time_is_not_plausible(where, at):
    assert not rules.compare(where, at, BEIJING, AT).is_plausible


def test_photo_that_says_nothing_contradicts_nothing():
    assert rules.compare(None, None, BEIJING, AT) == rules.Comparison(None, None, True)
    assert rules.compare(BEIJING, None, None, AT) == rules.Comparison(None, None, True)


def test_time_without_offset_is_the_zone_s():
    shanghai = ZoneInfo("Asia/Shanghai")
    assert rules.instant({"time": "2026:03:02 09:00:00"}, shanghai) == AT
    assert rules.instant({"time": "2026:03:02 02:00:00", "offset": "+01:00"}, shanghai) == AT


@pytest.mark.parametrize(
    "time", ["", "0000:00:00 00:00:00", "2026:02:30 09:00:00", "yesterday", "9999:12:31 23:59:59"]
)
def test_impossible_time_counts_as_none(time):
    assert rules.instant({"time": time, "offset": "-12:00"}, UTC) is None


@pytest.mark.parametrize(
    "place", [(None, None), (0.0, 0.0), (181.0, 0.0), (0.0, 91.0), (float("nan"), 1.0), ("1", "2")]
)
def test_impossible_position_counts_as_none(place):
    assert rules.position(dict(zip(("lon", "lat"), place, strict=True))) is None
