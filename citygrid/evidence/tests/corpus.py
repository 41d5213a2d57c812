"""Files made by code to do harm: cut, mixed, lying about sizes, leading elsewhere; to be refused or contained."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from citygrid.evidence.tests import factories as make

SECRET = b"root:x:0:0"  # begins a file of every machine, and may be in no copy
PAGE = b"<html><script>alert(document.domain)</script></html>"
MANY = 100_000
SHORT = 0.4  # seconds


@dataclass(frozen=True)
class Item:
    """A file, under the name it comes with. `may_pass`: what can be played of it may become a copy."""

    name: str
    filename: str
    content: bytes
    may_pass: bool = False


def items(port: int) -> Iterator[Item]:
    """The whole corpus; playlists in it lead to a file of this machine and to a port of it, where somebody listens."""
    for part in (cut, mixed, floods, bombs, misnamed, absurd, mutated):
        yield from part()
    yield from leading_elsewhere(port)


@cache
def film(kind: str) -> bytes:
    return make.recording(kind, seconds=SHORT)


@cache
def wholes() -> dict[str, bytes]:
    """One good file of every kind, by its name's ending."""
    photos = {"jpg": make.jpeg(320, 240), "png": make.encoded("PNG"), "webp": make.encoded("WEBP")}
    return {**photos, **{kind: film(kind) for kind in (*make.FILMS, *make.RECORDINGS)}}


def cut() -> Iterator[Item]:
    """Ended at every tenth: streams may be played so far, what has a directory at its end or a length may not."""
    for kind, content in wholes().items():
        for tenth in range(10):
            may_pass = kind in ("webm", "weba", "ogg", "mp3")
            yield Item(f"{kind} cut at {tenth}0 %", f"a.{kind}", content[: len(content) * tenth // 10], may_pass)


def mixed() -> Iterator[Item]:
    """Two things in one file."""
    archive, live = make.archive(), make.recording("webm", "-live", "1", seconds=SHORT)
    for kind in ("jpg", "png", "webp", *make.FILMS, *make.RECORDINGS):
        yield Item(f"{kind} with ZIP", f"a.{kind}", wholes()[kind] + archive)
        yield Item(f"{kind} with page", f"a.{kind}", wholes()[kind] + PAGE)
    yield Item("MP4 with ZIP in a box", "a.mp4", film("mp4") + box(b"free", archive))
    yield Item("MP4 with page in a box", "a.mp4", film("mp4") + box(b"free", PAGE))
    yield Item("WebM of a browser with page", "a.webm", live + PAGE)
    yield Item("WebM with page before its segment", "a.webm", with_element(film("webm"), 0xEC, PAGE))
    yield Item("MP3 with page in its tag", "a.mp3", b"ID3\x03\0\0" + synchsafe(len(PAGE)) + PAGE + film("mp3"))
    yield Item("WAV with page", "a.wav", film("wav")[:12] + b"LIST" + struct.pack("<I", len(PAGE)) + PAGE)
    yield Item("JPEG with film", "a.mp4", make.jpeg() + film("mp4"))
    yield Item("PDF in front", "a.mp4", box(b"free", b"%PDF-1.7") + film("mp4"))


def floods() -> Iterator[Item]:
    """More pixels, frames or tracks than anybody can want, in few bytes."""
    yield Item("PNG of 60,000 squared", "a.png", make.png_saying(60_000, 60_000))
    yield Item("WebP of 16,384 squared", "a.webp", webp_saying(16_384, 16_384))
    yield Item("MP4 of 67 million pixels", "a.mp4", make.recording("mp4", "-vf", "scale=8192:8192", "-frames:v", "1"))
    many = ("-vf", "scale=16:16,fps=1000", "-an", "-frames:v", str(MANY))
    yield Item("MP4 of 100,000 frames", "a.mp4", make.recording("mp4", *many, seconds=MANY / 1000, size="16x16"))
    yield Item("WebM of 100,000 blocks", "a.webm", with_blocks(film("webm"), MANY))
    yield Item(
        "APNG of 100,000 frames", "a.png", make.with_chunk(make.png_saying(8, 8), b"acTL", struct.pack(">II", MANY, 0))
    )
    yield Item("WebP in motion", "a.webp", make.animation("WEBP"))
    yield Item("GIF in motion", "a.gif", make.animation("GIF"))
    tracks = [option for _ in range(20) for option in ("-map", "1:a")]
    yield Item("MP4 of 20 tracks", "a.m4a", make.recording("mp4", "-vn", *tracks, seconds=SHORT))


def bombs() -> Iterator[Item]:
    yield Item("EXIF bomb", "a.jpg", exif_bomb(), may_pass=True)
    yield Item("text bomb", "a.png", text_bomb(), may_pass=True)
    yield Item("many scans", "a.jpg", make.jpeg_of_many_scans(side=4_000, scans=200), may_pass=True)


def text_bomb() -> bytes:
    """200 MB of metadata, packed."""
    data = b"Raw profile type exif\0\0" + zlib.compress(bytes(200 << 20), 9)
    return make.with_chunk(make.encoded("PNG"), b"zTXt", data)


def exif_bomb() -> bytes:
    """A directory of entries that each claim four billion values, and point back at themselves."""
    entry = struct.pack("<HHII", 0x8769, 4, 0xFFFFFFFF, 8)
    directory = b"II*\0\x08\0\0\0" + struct.pack("<H", 4_000) + entry * 4_000 + b"\x08\0\0\0"
    return make.with_segment(make.jpeg(), 0xE1, b"Exif\0\0" + directory)


def misnamed() -> Iterator[Item]:
    """Every kind under the name of every other that is read in another way, and nothing at all under each."""
    alike = {"weba": "webm", "m4a": "mp4"}
    for kind, content in wholes().items():
        yield Item(f"nothing named {kind}", f"a.{kind}", b"")
        for other in wholes():
            if alike.get(kind, kind) != alike.get(other, other):
                yield Item(f"{kind} named {other}", f"a.{other}", content)
    yield Item("WebM film named recording", "a.weba", film("webm"))


def absurd() -> Iterator[Item]:
    """Sizes that lead beyond all bounds."""
    webm, mp4, wav = film("webm"), film("mp4"), film("wav")
    largest = b"\x01\xff\xff\xff\xff\xff\xff\xfe"
    at = webm.index(b"\x18\x53\x80\x67") + 4
    yield Item("segment of 2^56 bytes", "a.webm", webm[:at] + largest + webm[at + 8 :])
    cluster = webm.index(b"\x1f\x43\xb6\x75") + 4
    length = 9 - webm[cluster].bit_length()
    yield Item("cluster of 2^56 bytes", "a.webm", webm[:cluster] + largest[:length] + webm[cluster + length :], True)
    yield Item("header of 2^56 bytes", "a.webm", webm[:4] + largest + webm[5:])
    yield Item("elements without end", "a.webm", webm[:40] + b"\x1f\x43\xb6\x75\xff" * 20_000, True)
    for kind in (b"stsz", b"stco", b"stts", b"ctts", b"stsc"):
        if kind in mp4:
            count = mp4.index(kind) + (12 if kind == b"stsz" else 8)
            yield Item(
                f"{kind.decode()} of 4 billion", "a.mp4", mp4[:count] + b"\xff\xff\xff\xf0" + mp4[count + 4 :], True
            )
    yield Item("box of 2^63 bytes", "a.mp4", mp4 + struct.pack(">I4sQ", 1, b"free", 1 << 63))
    yield Item("box of 4 bytes", "a.mp4", mp4 + struct.pack(">I4s", 4, b"free"))
    yield Item("boxes in boxes", "a.mp4", mp4[:32] + nested(b"moov", 5_000))
    yield Item("WAV of 4 GB", "a.wav", wav[:4] + b"\xf0\xff\xff\xff" + wav[8:])
    yield Item("WAV of 65,535 channels", "a.wav", wav[:22] + b"\xff\xff" + wav[24:], True)
    yield Item("MP3 with a tag of 256 MB", "a.mp3", b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + film("mp3"))
    yield Item("Ogg of pages without end", "a.ogg", film("ogg")[:200] + (b"OggS" + bytes(22) + b"\0") * 20_000, True)


def leading_elsewhere(port: int) -> Iterator[Item]:
    """Playlists and scripts under names of films: ffmpeg would open what they name."""
    secret, net = "file:///etc/passwd", f"http://127.0.0.1:{port}/"
    for where in (secret, "/etc/passwd", net, f"concat:{net}|{secret}", f"subfile,,start,0,end,64,,:{secret}"):
        lists = {
            "m3u8": f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{where}\n#EXT-X-ENDLIST\n",
            "concat": f"ffconcat version 1.0\nfile '{where}'\n",
            "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\na=control:{where}\n",
            "dash": f'<?xml version="1.0"?><MPD><Period><BaseURL>{where}</BaseURL></Period></MPD>',
        }
        for form, text in lists.items():
            for kind, head in HEADS.items():
                yield Item(f"{form} of {where[:12]} named {kind}", f"a.{kind}", text.encode())
                yield Item(f"{form} of {where[:12]} behind {kind}", f"a.{kind}", head + text.encode())
    mp4 = film("mp4")
    at = mp4.index(b"url \0\0\0\1")
    yield Item("data elsewhere", "a.mp4", mp4[:at] + b"url \0\0\0\0" + mp4[at + 8 :], True)


HEADS = {
    "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "webm": b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm",
    "ogg": b"OggS\0\x02",
    "mp3": b"ID3\x03\0\0\0\0\0\0",
    "wav": b"RIFF\xff\xff\xff\xffWAVE",
}


def mutated() -> Iterator[Item]:
    for kind, content in wholes().items():
        for number, broken in enumerate(make.mutations(content, 4, seed=11)):
            yield Item(f"{kind} mutated {number}", f"a.{kind}", broken, may_pass=True)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def nested(kind: bytes, depth: int) -> bytes:
    """Boxes that each hold the next one and nothing else."""
    return b"".join(struct.pack(">I4s", 8 * (depth - level), kind) for level in range(depth))


def synchsafe(size: int) -> bytes:
    """A size as ID3 writes it: seven bits a byte."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def with_element(webm: bytes, kind: int, content: bytes) -> bytes:
    """A WebM with one more element between its header and its segment."""
    at = webm.index(b"\x18\x53\x80\x67")
    return webm[:at] + bytes([kind, 0x80 | len(content)]) + content + webm[at:]


def with_blocks(webm: bytes, count: int) -> bytes:
    """A WebM whose segment has no told end, with a cluster of so many blocks of one byte behind it."""
    at = webm.index(b"\x18\x53\x80\x67") + 4
    block = b"\xa3\x85\x81\0\0\x80\0"
    cluster = b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff\xe7\x81\0" + block * count
    return webm[:at] + b"\x01\xff\xff\xff\xff\xff\xff\xff" + webm[at + 8 :] + cluster


def webp_saying(width: int, height: int) -> bytes:
    """A WebP whose header tells a size its picture has not."""
    sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sides + make.encoded("WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body
