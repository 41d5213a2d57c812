"""Decoding in a bounded subprocess: the photo goes in as a file, two copies and what the camera recorded come out."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from citygrid.evidence.registry import Box
from citygrid.kernel import confined

PROGRAM = Path(__file__).with_name("decoder.py")
MOST_RESULT = 10_000
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one decoding may use: pixels, bytes of address space, seconds of processor, seconds on the clock."""

    pixels: int = 64_000_000
    memory: int = 768 << 20
    processor_seconds: int = 20
    seconds: int = 120


@dataclass(frozen=True)
class Decoded:
    """The outcome: a refusal's code, or the copies (JPEG) and what the camera recorded, unchecked."""

    refusal: str = ""
    public: bytes = b""
    thumbnail: bytes = b""
    width: int = 0
    height: int = 0
    recorded: dict[str, Any] | None = None


def decode(photo: bytes, expected: str, limits: Limits, boxes: Sequence[Box] = ()) -> Decoded:
    """Decode a photo of the expected format; the copies hide these parts of it.

    A crash or a breach of the limits is a refusal of the photo. confined.NoTimeError when the machine gave the decoder
    no time.
    """
    with TemporaryDirectory(prefix="photo-") as name:
        folder = Path(name)
        (folder / "photo").write_bytes(photo)
        (folder / "boxes").write_text(json.dumps([[box.left, box.top, box.width, box.height] for box in boxes]))
        bounds = (limits.pixels, limits.memory, limits.processor_seconds)
        status = confined.run(PROGRAM, folder, expected, *bounds, seconds=limits.seconds)
        found = confined.result(folder, MOST_RESULT)
        if found is None:
            return Decoded(refusal=_reason(status))
        if refusal := found.get("refused"):
            log.warning("photo refused: %s %s", refusal, found.get("problem", ""))
            return Decoded(refusal=str(refusal))
        width, height = int(found.pop("width")), int(found.pop("height"))
        public, thumbnail = ((folder / f"{copy}.jpg").read_bytes() for copy in ("public", "thumbnail"))
        return Decoded("", public, thumbnail, width, height, found)


def _reason(status: int) -> str:
    log.warning("the decoder ended with status %d", status)
    return "evidence.too_costly" if status in confined.COSTLY else "evidence.undecodable"
