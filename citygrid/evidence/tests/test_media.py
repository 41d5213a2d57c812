"""The decoder in its process, and the folder that keeps what it is given."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from citygrid.evidence.media import Limits, decode
from citygrid.evidence.media.storage import DurableFolder
from citygrid.evidence.tests import factories as make
from citygrid.evidence.tests.corpus import exif_bomb, text_bomb
from citygrid.evidence.tests.factories import encoded, exif, jpeg
from citygrid.kernel.confined import NoTimeError

BEIJING = {"lon": 116.397, "lat": 39.908}
SECRET = "Maker of a phone"
SMALL = Limits(processor_seconds=2)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_copies_are_plain_jpegs_without_metadata(file_format):
    recorded = exif(time="2026:03:02 09:00:00", **BEIJING)
    photo = encoded(file_format, make.picture(3_000, 2_000), exif=recorded)
    assert SECRET.encode() in photo
    decoded = decode(photo, file_format, Limits())
    public, thumbnail = opened(decoded.public), opened(decoded.thumbnail)
    assert (public.format, public.size, thumbnail.size) == ("JPEG", (2048, 1365), (320, 213))
    for copy, content in ((public, decoded.public), (thumbnail, decoded.thumbnail)):
        assert not copy.getexif() and set(copy.info) <= {
            *("jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression")
        }
        assert SECRET.encode() not in content


def test_camera_s_time_and_position_are_told():
    photo = encoded("JPEG", exif=exif(time="2026:03:02 09:00:00", offset="+08:00", **BEIJING))
    told = decode(photo, "JPEG", Limits()).recorded
    assert (told["time"], told["offset"]) == ("2026:03:02 09:00:00", "+08:00")
    assert (told["lon"], told["lat"]) == pytest.approx((116.397, 39.908), abs=1e-6)


def test_south_and_west_are_negative():
    told = decode(encoded("JPEG", exif=exif(lon=-70.5, lat=-33.4)), "JPEG", Limits()).recorded
    assert (told["lon"], told["lat"]) == pytest.approx((-70.5, -33.4), abs=1e-6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_copy_stands_upright(orientation):
    upright = make.picture(90, 60)
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    stored = upright
    for turn in turns.get(orientation, ()):
        stored = stored.transpose(turn)
    photo = encoded("JPEG", stored, exif=exif(orientation=orientation), quality=95)
    copy = opened(decode(photo, "JPEG", Limits()).public)
    red, green, _ = copy.getpixel((5, 5))
    assert (copy.size, red - green > 80) == ((90, 60), True)


def test_transparent_and_palette_pictures_lie_on_white():
    glass = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    for photo in (encoded("PNG", glass), encoded("PNG", Image.new("P", (40, 40)), transparency=0)):
        assert opened(decode(photo, "PNG", Limits()).public).getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "RGBA", "CMYK"])
def test_picture_in_any_colour_mode_is_decoded(mode):
    file_format = "JPEG" if mode == "CMYK" else "PNG"
    photo = encoded(file_format, Image.new(mode, (400, 300)))
    assert opened(decode(photo, file_format, Limits()).thumbnail).size == (320, 240)


BOMBS = {
    "words": (b"no photo at all", "JPEG", {"evidence.undecodable"}),
    "a format it should not be": (encoded("PNG"), "JPEG", {"evidence.undecodable"}),
    "a format nobody asked for": (encoded("TIFF"), "JPEG", {"evidence.undecodable"}),
    "truncated": (jpeg(400, 400)[:-900], "JPEG", {"evidence.undecodable"}),
    "pixels missing": (make.png_saying(4_000, 4_000), "PNG", {"evidence.undecodable"}),
    "pixel flood": (make.png_saying(60_000, 60_000), "PNG", {"evidence.too_many_pixels"}),
    "three frames": (make.animation("WEBP"), "WEBP", {"evidence.animated"}),
    "many scans": (make.jpeg_of_many_scans(), "JPEG", {"evidence.too_costly"}),
    "text bomb": (text_bomb(), "PNG", {"evidence.undecodable", "evidence.too_costly", ""}),
    "EXIF bomb": (exif_bomb(), "JPEG", {"evidence.too_costly", ""}),
}


MEASURED = """
import json, resource, sys
from citygrid.evidence.media import Limits, decode
decoded = decode(sys.stdin.buffer.read(), sys.argv[1], Limits(processor_seconds=int(sys.argv[2])))
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([decoded.refusal, bool(decoded.public), used]))
"""


@pytest.mark.parametrize(("photo", "file_format", "outcomes"), BOMBS.values(), ids=BOMBS)
def test_bomb_is_defused_within_its_limits(photo, file_format, outcomes):
    # In a process of its own, whose only child is the decoder: the most a child needed is never less again.
    command = [sys.executable, "-c", MEASURED, file_format, str(SMALL.processor_seconds)]
    done = subprocess.run(command, input=photo, capture_output=True, check=True)
    refusal, has_copy, kilobytes = json.loads(done.stdout)
    assert refusal in outcomes
    assert has_copy == (refusal == "")
    assert 0 < kilobytes < SMALL.memory // 1024


def test_photo_that_needs_more_memory_than_allowed_is_refused():
    photo = encoded("PNG", Image.new("RGB", (8_000, 8_000)))
    assert decode(photo, "PNG", Limits(memory=200 << 20)).refusal == "evidence.too_costly"
    assert decode(photo, "PNG", Limits()).refusal == ""


def test_mutated_photos_are_decoded_or_refused():
    photo = encoded("JPEG", make.picture(320, 240), exif=exif(time="2026:03:02 09:00:00", **BEIJING))
    refusals = {decode(broken, "JPEG", SMALL).refusal for broken in make.mutations(photo, 25)}
    assert refusals <= {"", "evidence.undecodable", "evidence.too_costly", "evidence.animated"}
    assert len(refusals) > 1


def test_machine_without_time_says_nothing_about_the_photo():
    with pytest.raises(NoTimeError):
        decode(jpeg(), "JPEG", Limits(seconds=0))


def test_decoder_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    decode(jpeg(), "JPEG", Limits())
    decode(b"", "JPEG", Limits())
    assert list(tmp_path.iterdir()) == []


def test_file_is_there_whole_or_not_at_all(tmp_path):
    class Breaks(ContentFile):
        def chunks(self, chunk_size: int | None = None):
            yield b"half"
            raise OSError("the disk is full")

    folder = DurableFolder(location=tmp_path)
    with pytest.raises(OSError, match="the disk is full"):
        folder.save("original/ab/file", Breaks(b""))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert folder.save("original/ab/file", ContentFile(b"whole")) == "original/ab/file"
    assert folder.save("original/ab/file", ContentFile(b"again")) == "original/ab/file"
    assert (tmp_path / "original/ab/file").read_bytes() == b"again"
    assert (tmp_path / "original/ab/file").stat().st_mode & 0o777 == 0o600


def test_file_and_its_folders_reach_the_disk_before_save_returns(tmp_path, monkeypatch):
    synced: list[Path] = []
    sync = os.fsync

    def watch(handle: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{handle}")).relative_to(tmp_path))
        sync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    DurableFolder(location=tmp_path).save("original/ab/file", ContentFile(b"x"))
    assert synced[0].suffix == ".draft"
    assert [str(path) for path in synced[1:]] == ["original/ab", "original", "."]


def test_name_cannot_lead_out_of_the_folder(tmp_path):
    with pytest.raises(Exception, match="(?i)traversal"):
        DurableFolder(location=tmp_path / "inner").save("../outside", ContentFile(b"x"))
    assert not (tmp_path / "outside").exists()
