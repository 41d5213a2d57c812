"""Photos made by code, whole and broken in every way, and media of them."""

import io
import struct
import subprocess
import zipfile
import zlib
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from citygrid.access.tests.factories import NOW
from citygrid.evidence import models, services
from citygrid.kernel.actor import Actor, system_actor

TESTER = system_actor("tests")
OPUS, AAC = ("-c:a", "libopus"), ("-c:a", "aac")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
FILMS = {
    "mp4": (*H264, *AAC),
    "mov": (*H264, *AAC),
    "webm": ("-c:v", "libvpx", "-deadline", "realtime", *OPUS),
}
RECORDINGS = {"weba": (*OPUS, "-f", "webm"), "ogg": OPUS, "m4a": AAC, "mp3": ("-c:a", "libmp3lame"), "wav": ()}
PIXELS = 64_000_000


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """A picture with something in every corner, so that turning it can be seen: red in the upper left."""
    image = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    image.paste((255, 0, 0), (0, 0, width // 3, height // 3))
    return image


def exif(
    *, time: str = "", offset: str = "", lon: float | None = None, lat: float | None = None, orientation: int = 1
) -> Image.Exif:
    """EXIF as a phone writes it: degrees, minutes and seconds as rationals."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010F] = "Maker of a phone"
    details = found.get_ifd(0x8769)
    details.update({tag: text for tag, text in ((0x9003, time), (0x9011, offset)) if text})
    if lon is not None and lat is not None:
        places = {1: "N" if lat >= 0 else "S", 2: _parts(lat), 3: "E" if lon >= 0 else "W", 4: _parts(lon)}
        found.get_ifd(0x8825).update(places)
    return found


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = abs(degrees) % 1 * 60
    return float(int(abs(degrees))), float(int(minutes)), round(minutes % 1 * 60, 4)


def encoded(file_format: str, image: Image.Image | None = None, **options: Any) -> bytes:
    """A picture as a file of the format."""
    out = io.BytesIO()
    (image or picture()).save(out, file_format, **options)
    return out.getvalue()


@cache
def jpeg(width: int = 64, height: int = 48) -> bytes:
    """A plain JPEG."""
    return encoded("JPEG", picture(width, height))


def archive() -> bytes:
    """A ZIP with one entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("inside.txt", "hidden")
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_saying(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose header tells a size its data need not have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(data or bytes(64))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk right behind its header."""
    return png[:33] + chunk(kind, data) + png[33:]


def with_segment(photo: bytes, marker: int, data: bytes) -> bytes:
    """A JPEG with one more segment right at its start."""
    return photo[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data + photo[2:]


def animation(file_format: str) -> bytes:
    """Three frames."""
    frames = [picture(), picture().rotate(90), picture().rotate(180)]
    return encoded(file_format, frames[0], save_all=True, append_images=frames[1:], duration=100)


def jpeg_of_many_scans(side: int = 8_000, scans: int = 400) -> bytes:
    """A progressive JPEG of a megabyte that repeats its scans over a large picture: it costs minutes to decode."""
    whole = encoded("JPEG", Image.new("L", (side, side)), progressive=True, quality=1)
    start = whole.index(b"\xff\xda")
    scan = whole[start : whole.index(b"\xff\xc4", start) if b"\xff\xc4" in whole[start:] else -2]
    return whole[:-2] + scan * scans + whole[-2:]


def mutations(photo: bytes, count: int, seed: int = 7) -> list[bytes]:
    """The photo with bytes flipped, doubled and cut at random places, the same ones every time."""
    random = Random(seed)
    made = []
    for _ in range(count):
        broken = bytearray(photo)
        for _ in range(random.choice((1, 4, 32))):
            broken[random.randrange(len(broken))] = random.randrange(256)
        at = random.randrange(len(broken))
        made.append(bytes(random.choice((broken, broken[:at], broken + broken[at:]))))
    return made


@cache
def recording(kind: str = "mp4", *options: str, seconds: float = 1.0, size: str = "160x120") -> bytes:
    """A film or a recording in the container of this name ending, written by ffmpeg; `options` are its own."""
    picture_source = ("-f", "lavfi", "-i", f"testsrc2=s={size}:r=15:d={seconds}")
    sound = ("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}")
    sources = (*picture_source, *sound) if kind in FILMS else sound
    codecs = FILMS.get(kind) or RECORDINGS[kind]
    with TemporaryDirectory() as folder:
        made = Path(folder) / f"made.{kind}"
        command = ["ffmpeg", "-nostdin", "-v", "error", *sources, "-shortest", *codecs, *options, str(made)]
        subprocess.run(command, check=True)
        return made.read_bytes()


def receive(
    content: bytes = b"", *, filename: str = "photo.jpg", actor: Actor | None = None, now: datetime = NOW
) -> models.Media:
    """A photo that came in and waits for its job."""
    return services.receive_photo(content=content or jpeg(), filename=filename, actor=actor or TESTER, now=now)


def ready(content: bytes = b"", **values: Any) -> models.Media:
    """A photo that came in and was decoded."""
    media = receive(content, **values)
    return services.process(media_id=media.pk, now=values.get("now", NOW))
