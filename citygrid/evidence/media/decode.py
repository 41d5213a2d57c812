"""Decoding in a bounded subprocess: the photo goes in as a file, two copies and what the camera recorded come out."""

import json
import logging
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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


class DecoderUnavailableError(RuntimeError):
    """The machine gave the decoder no time: this says nothing about the photo, and is tried again."""


def decode(photo: bytes, expected: str, limits: Limits) -> Decoded:
    """Decode a photo of the expected format. A crash or a breach of the limits is a refusal of the photo."""
    with TemporaryDirectory(prefix="photo-") as name:
        folder = Path(name)
        (folder / "photo").write_bytes(photo)
        status = _run(folder, expected, limits)
        found = _result(folder)
        if found is None:
            return Decoded(refusal=_reason(status))
        if refusal := found.get("refused"):
            log.warning("photo refused: %s %s", refusal, found.get("problem", ""))
            return Decoded(refusal=str(refusal))
        width, height = int(found.pop("width")), int(found.pop("height"))
        public, thumbnail = ((folder / f"{copy}.jpg").read_bytes() for copy in ("public", "thumbnail"))
        return Decoded("", public, thumbnail, width, height, found)


def _run(folder: Path, expected: str, limits: Limits) -> int:
    """The exit status of the decoder, negative when a signal ended it."""
    # Isolated (-I), with no environment: neither settings nor keys are at hand in there.
    command = [sys.executable, "-I", str(PROGRAM), str(folder), expected]
    command += [str(bound) for bound in (limits.pixels, limits.memory, limits.processor_seconds)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; nothing of the command comes from the photo
            command,
            env={},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
        )
    except subprocess.TimeoutExpired as late:
        raise DecoderUnavailableError(f"no answer within {limits.seconds} s") from late
    return done.returncode


def _result(folder: Path) -> dict[str, Any] | None:
    """What the decoder wrote; None when it came to nothing."""
    try:
        found = json.loads((folder / "result").read_bytes()[:MOST_RESULT])
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _reason(status: int) -> str:
    log.warning("the decoder ended with status %d", status)
    return "evidence.too_costly" if status in (-signal.SIGXCPU, -signal.SIGKILL) else "evidence.undecodable"
