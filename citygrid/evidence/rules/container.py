"""What a photo file is made of, read from its structure alone. No pixel is decoded here.

Formats: JPEG (ITU-T T.81, annex B), PNG (W3C, third edition, 5), WebP (RFC 9649).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error as struct_error
from struct import unpack_from

from citygrid.evidence import errors
from citygrid.evidence.rules.archive import is_archive

FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "jpe": "JPEG", "jfif": "JPEG", "png": "PNG", "webp": "WEBP"}
HEIC_NAMES = frozenset({"heic", "heif", "hif"})
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"heif", b"mif1", b"msf1"})
MOST_PARTS = 20_000  # a 20 MB PNG in chunks of 1 kB
MOST_METADATA = 8 << 20
SCAN_END = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
MARKUP = re.compile(rb"<(?:script|!doctype|\?php|html|iframe|svg)\b", re.IGNORECASE)
SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # JPEG markers without a length
SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
PICTURE_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
VP8X_ANIMATED = 0x02


@dataclass(slots=True)
class Container:
    """Format, size in pixels, where the picture ends, and the spans of the file that hold other things than pixels."""

    format: str
    width: int = 0
    height: int = 0
    end: int = 0
    metadata: list[tuple[int, int]] = field(default_factory=list)


def inspect(content: bytes, filename: str, *, most_pixels: int) -> Container:
    """The container of a photo, or a PhotoRefused that names what is wrong with it."""
    if not content:
        raise errors.PhotoEmpty()
    found = _format(content, filename)
    try:
        container = WALKS[found](content)
    except (struct_error, IndexError) as cut:
        raise errors.PhotoTruncated() from cut
    if not container.width or not container.height:
        raise errors.PhotoMalformed()
    if container.width * container.height > most_pixels:
        raise errors.TooManyPixels()
    if sum(stop - start for start, stop in container.metadata) > MOST_METADATA:
        raise errors.MetadataTooLarge()
    if _hides_something(content, container):
        raise errors.PhotoPolyglot()
    return container


def _extension(filename: str) -> str:
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def _format(content: bytes, filename: str) -> str:
    """The format that name and first bytes agree on."""
    extension = _extension(filename)
    found = _magic(content)
    if found == "HEIC" or (extension in HEIC_NAMES and not found):
        raise errors.HeicRefused()
    if not found or extension not in {*FORMATS, *HEIC_NAMES}:
        raise errors.FormatUnknown()
    if FORMATS.get(extension) != found:
        raise errors.ExtensionMismatch(extension=extension.upper(), format=found)
    return found


def _magic(content: bytes) -> str:
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return "HEIC" if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS else ""


def _walk_jpeg(content: bytes) -> Container:
    found, at = Container("JPEG"), 2
    for _ in range(MOST_PARTS):
        marker, at = _marker(content, at)
        if marker == EOI:
            found.end = at
            return found
        if marker in ALONE:
            continue
        stop = at + _length(content, at)
        if marker in SOF:
            found.height, found.width = unpack_from(">HH", content, at + 3)
        elif 0xE0 <= marker <= 0xEF or marker == COM:
            found.metadata.append((at, stop))
        at = _after_scan(content, stop) if marker == SOS else stop
    raise errors.PhotoMalformed()


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The JPEG marker at this place, and where what follows it begins."""
    if content[at] != 0xFF:
        raise errors.PhotoMalformed()
    while content[at] == 0xFF:
        at += 1
    if content[at] in (0x00, SOI):
        raise errors.PhotoMalformed()
    return content[at], at + 1


def _length(content: bytes, at: int) -> int:
    """The length of a JPEG segment, which counts its own two bytes."""
    (length,) = unpack_from(">H", content, at)
    if length < 2:
        raise errors.PhotoMalformed()
    if at + length > len(content):
        raise errors.PhotoTruncated()
    return int(length)


def _after_scan(content: bytes, start: int) -> int:
    marker = SCAN_END.search(content, start)
    if marker is None:
        raise errors.PhotoTruncated()
    return marker.start()


def _walk_png(content: bytes) -> Container:
    found = Container("PNG")
    for kind, start, stop in _png_chunks(content):
        if kind == b"IHDR":
            found.width, found.height = unpack_from(">II", content, start)
        elif kind in (b"acTL", b"fcTL", b"fdAT"):
            raise errors.PhotoAnimated()
        elif kind == b"IEND":
            found.end = stop + 4
        elif kind not in (b"IDAT", b"PLTE"):
            found.metadata.append((start, stop))
    return found


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each chunk's data, to IEND; after each come four bytes of checksum."""
    at = 8
    for _ in range(MOST_PARTS):
        length, kind = unpack_from(">I4s", content, at)
        stop = at + 8 + length
        if stop + 4 > len(content):
            raise errors.PhotoTruncated()
        yield kind, at + 8, stop
        if kind == b"IEND":
            return
        at = stop + 4
    raise errors.PhotoMalformed()


def _walk_webp(content: bytes) -> Container:
    (size,) = unpack_from("<I", content, 4)
    found = Container("WEBP", end=8 + size + size % 2)
    if found.end > len(content):
        raise errors.PhotoTruncated()
    at, parts = 12, 0
    while at < 8 + size:
        kind, length = unpack_from("<4sI", content, at)
        _webp_chunk(found, content, kind, at + 8, at + 8 + length)
        at += 8 + length + length % 2
        parts += 1
        if parts > MOST_PARTS or at > found.end:
            raise errors.PhotoMalformed()
    return found


def _webp_chunk(found: Container, content: bytes, kind: bytes, start: int, stop: int) -> None:
    if kind in (b"ANIM", b"ANMF"):
        raise errors.PhotoAnimated()
    if kind == b"VP8X":
        flags, width, height = unpack_from("<B3x3s3s", content, start)
        if flags & VP8X_ANIMATED:
            raise errors.PhotoAnimated()
        found.width, found.height = (int.from_bytes(side, "little") + 1 for side in (width, height))
    elif kind in PICTURE_CHUNKS:
        _webp_picture(found, content, kind, start)
    else:
        found.metadata.append((start, stop))


def _webp_picture(found: Container, content: bytes, kind: bytes, start: int) -> None:
    """The size of the picture itself; of a canvas and a picture the larger counts, so that neither hides the other."""
    width = height = 0
    if kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in unpack_from("<HH", content, start + 6))
    elif kind == b"VP8L":
        (bits,) = unpack_from("<I", content, start + 1)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    found.width, found.height = max(found.width, width), max(found.height, height)


WALKS = {"JPEG": _walk_jpeg, "PNG": _walk_png, "WEBP": _walk_webp}


def _hides_something(content: bytes, found: Container) -> bool:
    """Whether the file is also something else: an archive, a PDF, a page, or anything behind the picture's end."""
    tail = content[found.end :]
    return (
        (any(tail) and not (found.format == "JPEG" and _is_of_a_camera(tail)))
        or b"%PDF-" in content[:1024]
        or is_archive(content)
        or any(MARKUP.search(content, start, stop) for start, stop in [*found.metadata, (found.end, len(content))])
    )


def _is_of_a_camera(tail: bytes) -> bool:
    """What phones put behind a JPEG: a second picture (CIPA DC-007), the film of a motion photo, Samsung's trailer."""
    return tail.startswith(b"\xff\xd8\xff") or tail[4:8] == b"ftyp" or tail.rstrip(b"\0").endswith(b"SEFT")
