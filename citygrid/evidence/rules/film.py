"""What a recording or a film may be made of, read from its first and last bytes and from what ffprobe tells of it.

Formats: WebM (a subset of Matroska, RFC 9559), Ogg (RFC 3533), MP4 and QuickTime (ISO/IEC 14496-12), MP3 (ISO/IEC
11172-3), WAV (Microsoft RIFF). No frame is decoded here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from os import SEEK_END
from struct import error as struct_error
from struct import unpack
from typing import IO, Any

from citygrid.evidence import errors
from citygrid.evidence.rules.archive import is_archive

FORMATS = {
    **{"webm": "WEBM", "weba": "WEBM", "ogg": "OGG", "oga": "OGG", "opus": "OGG"},
    **{"mp4": "MP4", "m4v": "MP4", "m4a": "MP4", "mov": "MOV", "mp3": "MP3", "wav": "WAV"},
}
SOUND_ONLY = frozenset({"weba", "ogg", "oga", "opus", "m4a", "mp3", "wav"})
DEMUXERS = {"WEBM": "matroska", "OGG": "ogg", "MP4": "mov", "MOV": "mov", "MP3": "mp3", "WAV": "wav"}
PCM = frozenset({"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"})
SOUNDS = {"WEBM": {"opus"}, "OGG": {"opus"}, "MP4": {"aac"}, "MOV": {"aac"}, "MP3": {"mp3"}, "WAV": PCM}
PICTURES = {"WEBM": {"vp8", "vp9"}, "MP4": {"h264", "hevc"}, "MOV": {"h264", "hevc"}}
MOST_STREAMS = 16
MOST_PIXELS = 4096 * 2304
MOST_FRAMES_A_SECOND = 120
MOST_BOXES = 100_000
HEAD, TAIL = 4096, 128 << 10
MARKUP = re.compile(rb"<(?:script|!doctype|\?php|html|iframe)\b", re.IGNORECASE)
EBML, SEGMENT, DOCTYPE = 0x1A45DFA3, 0x18538067, b"\x42\x82"
PLACE = re.compile(r"^([+-]\d{2}(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)(?:[+-]|/|$)")
PLACE_TAGS = ("com.apple.quicktime.location.ISO6709", "location", "location-eng")
TIME_TAGS = ("com.apple.quicktime.creationdate", "creation_time")


@dataclass(frozen=True, slots=True)
class Film:
    """A recording (`has_picture` is false) or a film: pixels as stored; seconds, None where the file does not say."""

    has_picture: bool
    width: int
    height: int
    seconds: float | None
    recorded: dict[str, Any]


def extension(filename: str) -> str:
    """What follows the last dot, in small letters; "" for none."""
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def inspect(file: IO[bytes], filename: str) -> str:
    """The format that name, first bytes and structure agree on; a PhotoRefused names what is wrong."""
    size = file.seek(0, SEEK_END)
    if not size:
        raise errors.PhotoEmpty()
    file.seek(0)
    head = file.read(HEAD)
    file.seek(max(0, size - TAIL))
    tail = file.read()
    found, told = _magic(head), extension(filename)
    if not found:
        raise errors.FormatUnknown()
    if FORMATS.get(told) != found:
        raise errors.ExtensionMismatch(extension=told.upper(), format=found)
    if found in WALKS:
        try:
            WALKS[found](file, size)
        except (struct_error, IndexError) as cut:
            raise errors.PhotoTruncated() from cut
    if is_archive(tail) or MARKUP.search(head) or MARKUP.search(tail) or b"%PDF-" in head:
        raise errors.PhotoPolyglot()
    return found


def judge(told: Mapping[str, Any], file_format: str, filename: str, *, most_seconds: float) -> Film:
    """What ffprobe told of a file (format, streams with counted packets), or the PhotoRefused that it deserves."""
    streams = told.get("streams") or []
    if len(streams) > MOST_STREAMS:
        raise errors.TooManyStreams()
    pictures = [one for one in streams if one.get("codec_type") == "video" and not _is_cover(one)]
    sounds = [one for one in streams if one.get("codec_type") == "audio"]
    if len(pictures) > 1:
        raise errors.TooManyStreams()
    if not pictures and not sounds:
        raise errors.NothingPlayable()
    if pictures and extension(filename) in SOUND_ONLY:
        raise errors.ExtensionMismatch(extension=extension(filename).upper(), format="video")
    allowed = [(pictures[:1], PICTURES.get(file_format, set())), (sounds[:1], SOUNDS[file_format])]
    if any(one.get("codec_name") not in names for found, names in allowed for one in found):
        raise errors.CodecUnknown()
    seconds = _seconds(told.get("format") or {})
    if seconds is not None and seconds > most_seconds:
        raise errors.TooLong()
    width, height = _size(pictures[0], most_seconds) if pictures else (0, 0)
    return Film(bool(pictures), width, height, seconds, _recorded(told))


def _size(picture: Mapping[str, Any], most_seconds: float) -> tuple[int, int]:
    """Width and height of a film that has neither too many pixels nor too many pictures."""
    width, height = (int(picture.get(side) or 0) for side in ("width", "height"))
    if not width or not height:
        raise errors.NothingPlayable()
    if width * height > MOST_PIXELS:
        raise errors.TooManyPixels()
    counts = (picture.get("nb_read_packets"), picture.get("nb_frames"))
    if max(int(count or 0) for count in counts) > most_seconds * MOST_FRAMES_A_SECOND:
        raise errors.TooManyFrames()
    return width, height


def _is_cover(stream: Mapping[str, Any]) -> bool:
    return bool((stream.get("disposition") or {}).get("attached_pic"))


def _seconds(told: Mapping[str, Any]) -> float | None:
    try:
        return max(0.0, float(told["duration"]))
    except (KeyError, ValueError):
        return None


def _recorded(told: Mapping[str, Any]) -> dict[str, Any]:
    """Place (degrees, WGS-84; ISO 6709, annex H) and time (ISO 8601) as the camera wrote them."""
    parts = [told.get("format") or {}, *(told.get("streams") or [])]
    tags = [part.get("tags") or {} for part in parts]
    place = next((str(each[name]) for name in PLACE_TAGS for each in tags if name in each), "")
    time = next((str(each[name]) for name in TIME_TAGS for each in tags if name in each), "")
    found = PLACE.match(place)
    where = {"lat": float(found[1]), "lon": float(found[2])} if found else {}
    return {"iso_time": time[:40], **where}


def _magic(head: bytes) -> str:
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        at = head.find(DOCTYPE, 0, 128)
        return "WEBM" if at > 0 and head[at + 3 :].startswith(b"webm") else ""
    if head[4:8] == b"ftyp":
        return "MOV" if head[8:12] == b"qt  " else "MP4"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "WAV"
    if head.startswith(b"OggS"):
        return "OGG"
    is_frame = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # a frame of layer III
    return "MP3" if head.startswith(b"ID3") or is_frame else ""


def _walk_boxes(file: IO[bytes], size: int) -> None:
    """The boxes of an MP4 fill the file to its last byte."""
    at = 0
    for _ in range(MOST_BOXES):
        file.seek(at)
        length, kind = unpack(">I4s", file.read(8))
        if length == 1:
            (length,) = unpack(">Q", file.read(8))
        if not all(32 <= letter < 127 or letter == 0xA9 for letter in kind) or 1 < length < 8:
            raise errors.PhotoPolyglot()
        at = size if length == 0 else at + length
        if at > size:
            raise errors.PhotoTruncated()
        if at == size:
            return
    raise errors.PhotoMalformed()


def _walk_webm(file: IO[bytes], size: int) -> None:
    """A header, and a segment that ends where the file does, or says of itself that its end was not known."""
    file.seek(0)
    start, at = file.read(HEAD), 0
    for wanted in (EBML, SEGMENT):
        kind, length, begins = _element(start, at)
        if kind != wanted:
            raise errors.PhotoMalformed()
        if length is None:
            return
        at = begins + length
    if at != size:
        raise errors.PhotoTruncated() if at > size else errors.PhotoPolyglot()


def _element(data: bytes, at: int) -> tuple[int, int | None, int]:
    """Id and length of the element at this place (None: unknown), and where its content begins (RFC 8794, 5-6)."""
    id_length = 9 - data[at].bit_length()
    kind = int.from_bytes(data[at : at + id_length])
    at += id_length
    size_length = 9 - data[at].bit_length()
    told = int.from_bytes(data[at : at + size_length])
    length = told - (1 << 7 * size_length)
    is_unknown = length == (1 << 7 * size_length) - 1
    return kind, None if is_unknown else length, at + size_length


def _walk_riff(file: IO[bytes], size: int) -> None:
    """The size in a WAV's header; recorders that were ended at once leave 0 or the largest number."""
    file.seek(4)
    (length,) = unpack("<I", file.read(4))
    if length not in (0, 0xFFFFFFFF) and length + 8 > size:
        raise errors.PhotoTruncated()


WALKS = {"MP4": _walk_boxes, "MOV": _walk_boxes, "WEBM": _walk_webm, "WAV": _walk_riff}
