"""Reading in a bounded subprocess: the file goes in as it was sent, a GeoJSON document in degrees comes out."""

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROGRAM = Path(__file__).with_name("reader.py")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one reading may use: features, positions, bytes once unpacked, bytes of memory, seconds of processor."""

    features: int = 20_000
    positions: int = 500_000
    unpacked: int = 200 << 20
    memory: int = 1 << 30
    processor_seconds: int = 30
    seconds: int = 120


@dataclass(frozen=True)
class Opened:
    """What a file holds: features as GeoJSON, faults of single ones (number from 1, code, detail), notes by code.

    Where `refusal` has a code of `choices.FileFault`, the file cannot be used as a whole; `detail` says more.
    """

    refusal: str = ""
    detail: str = ""
    features: Sequence[dict[str, Any]] = ()
    faults: Sequence[tuple[int, str, str]] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    system: str = ""

    @property
    def document(self) -> dict[str, Any]:
        return {"type": "FeatureCollection", "features": list(self.features)}


class ReaderUnavailableError(RuntimeError):
    """The machine gave the reader no time: this says nothing about the file, and may be tried again."""


def open_file(content: bytes, *, system: str = "", layer: str = "", limits: Limits | None = None) -> Opened:
    """Read a GeoJSON, GeoPackage or zipped Shapefile.

    `system` is that of its coordinates ("EPSG:4548"), "" for what the file says, "degrees" to leave degrees as they
    are. A crash or a breach of the limits is a refusal of the file.
    """
    bounds = limits or Limits()
    asked = {"system": system, "layer": layer, "features": bounds.features, "positions": bounds.positions}
    with TemporaryDirectory(prefix="layer-") as name:
        folder = Path(name)
        (folder / "upload").write_bytes(content)
        status = _run(folder, json.dumps({**asked, "unpacked": bounds.unpacked}), bounds)
        found = _result(folder)
    if found is None:
        log.warning("the reader of layers ended with status %d", status)
        is_costly = status in (-signal.SIGXCPU, -signal.SIGKILL)
        return Opened(refusal="too_costly" if is_costly else "broken")
    if refusal := found.get("refused"):
        return Opened(refusal=str(refusal), detail=str(found.get("detail", "")))
    faults = [(int(number), str(code), str(detail)) for number, code, detail in found["faults"]]
    return Opened(features=found["features"], faults=faults, notes=found["notes"], system=found["system"])


def _run(folder: Path, asked: str, limits: Limits) -> int:
    """The exit status of the reader, negative when a signal ended it."""
    # No environment and no packages of a user: neither settings nor keys are at hand in there.
    command = [sys.executable, "-E", "-s", str(PROGRAM), str(folder), asked]
    command += [str(limits.memory), str(limits.processor_seconds)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; what a person typed is one JSON argument
            command,
            env={"OPENBLAS_NUM_THREADS": "1"},  # else it claims the address space of a thread for each core
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
        )
    except subprocess.TimeoutExpired as late:
        raise ReaderUnavailableError(f"no answer within {limits.seconds} s") from late
    return done.returncode


def _result(folder: Path) -> dict[str, Any] | None:
    """What the reader wrote; None when it came to nothing."""
    try:
        found = json.loads((folder / "result").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
