"""Reading in a bounded subprocess: the file goes in as it was sent, a GeoJSON document in degrees comes out."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from citygrid.kernel import confined

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


def open_file(content: bytes, *, system: str = "", layer: str = "", limits: Limits | None = None) -> Opened:
    """Read a GeoJSON, GeoPackage or zipped Shapefile.

    `system` is that of its coordinates ("EPSG:4548"), "" for what the file says, "degrees" to leave degrees as they
    are. A crash or a breach of the limits is a refusal of the file. confined.NoTimeError when the machine gave it no
    time.
    """
    bounds = limits or Limits()
    asked = {"system": system, "layer": layer, "features": bounds.features, "positions": bounds.positions}
    with TemporaryDirectory(prefix="layer-") as name:
        folder = Path(name)
        (folder / "upload").write_bytes(content)
        status = confined.run(
            PROGRAM,
            folder,
            json.dumps({**asked, "unpacked": bounds.unpacked}),
            bounds.memory,
            bounds.processor_seconds,
            seconds=bounds.seconds,
            flags=("-E", "-s"),  # it imports its neighbours
            environment={"OPENBLAS_NUM_THREADS": "1"},  # else it claims the address space of a thread for each core
        )
        found = confined.result(folder)
    if found is None:
        log.warning("the reader of layers ended with status %d", status)
        return Opened(refusal="too_costly" if status in confined.COSTLY else "broken")
    if refusal := found.get("refused"):
        return Opened(refusal=str(refusal), detail=str(found.get("detail", "")))
    faults = [(int(number), str(code), str(detail)) for number, code, detail in found["faults"]]
    return Opened(features=found["features"], faults=faults, notes=found["notes"], system=found["system"])
