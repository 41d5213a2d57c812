"""The reader, a program of its own: it reads `upload` in a folder and writes `result`.

    reader.py FOLDER ASKED MEMORY SECONDS

ASKED is JSON: {"system": "" or "degrees" or "EPSG:4548", "layer": "", "features": most, "positions": most,
"unpacked": most}. `result` is JSON: a GeoJSON document in WGS-84 degrees (or in the degrees of the file, when these
were asked for) with what was found about it, or {"refused": code, "detail": words}. Each feature keeps its place: what
is wrong with one is told under its number. It imports nothing of the platform; the formats are its neighbours.
"""

import json
import math
import resource
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from formats import Read, RefusedError, read_file
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

MOST_OUTPUT = 256 << 20
SAME_DATUM = (4326, 4490)  # equal within centimetres, so taken as equal
DEPTH = 6  # lists around a number in a MultiPolygon, and one more


def limit(memory: int, seconds: int) -> None:
    """Bound this process for good (soft and hard): a file may crash it, but not fill the machine."""
    bounds = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: MOST_OUTPUT,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for bound, value in bounds.items():
        resource.setrlimit(bound, (value, value))


def system_of(named: Any) -> CRS:
    """A coordinate system by its name or text. Refused when there is none, or none that is known."""
    if not named:
        raise RefusedError("no_system")
    try:
        return CRS.from_user_input(named)
    except (CRSError, ProjError, TypeError, ValueError) as unknown:
        raise RefusedError("unknown_system", str(named)[:80]) from unknown


def positions(coordinates: Any, depth: int = 0) -> Iterator[list[Any]]:
    """The innermost lists of GeoJSON coordinates."""
    if depth > DEPTH or not isinstance(coordinates, list):
        return
    if coordinates and not isinstance(coordinates[0], list):
        yield coordinates
        return
    for inner in coordinates:
        yield from positions(inner, depth + 1)


def flatten(read: Read, most: int) -> list[tuple[int, list[Any]]]:
    """All positions with the numbers of their features, cut to two dimensions. Refused where there are too many."""
    found: list[tuple[int, list[Any]]] = []
    raised: set[int] = set()  # features with heights or measures
    for number, feature in enumerate(read.features, start=1):
        geometry = feature.get("geometry")
        for position in positions(geometry.get("coordinates")) if isinstance(geometry, dict) else ():
            if len(position) > 2 and all(isinstance(value, int | float) for value in position):
                raised.add(number)
                del position[2:]
            found.append((number, position))
        if len(found) > most:
            raise RefusedError("too_many_positions", str(most))
    if raised:
        read.notes["height_dropped"] = str(len(raised))
    return found


def is_usable(position: list[Any]) -> bool:
    """Whether a position can be converted; what cannot is left for the check of features to name."""
    return len(position) == 2 and all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) for value in position
    )


def to_degrees(read: Read, most: int) -> None:
    """Convert all positions to WGS-84, in place; a position outside its system is a fault of its feature."""
    found = [(number, position) for number, position in flatten(read, most) if is_usable(position)]
    system = system_of(read.system)
    if system.to_epsg() in SAME_DATUM or not found:
        return
    convert = Transformer.from_crs(system, CRS.from_epsg(4326), always_xy=True)
    datum = system.geodetic_crs
    is_ours = datum is not None and datum.to_epsg() in SAME_DATUM
    if not is_ours and not 0 <= convert.accuracy <= 1:
        read.notes["inexact"] = system.name
    points = np.array([position for _, position in found], dtype=float)
    lons, lats = convert.transform(points[:, 0], points[:, 1])
    for (number, position), lon, lat in zip(found, lons.tolist(), lats.tolist(), strict=True):
        if math.isfinite(lon) and math.isfinite(lat):
            position[:] = [lon, lat]
        elif not read.faults or read.faults[-1][:2] != (number, "out_of_range"):
            read.faults.append((number, "out_of_range", f"{position[0]:.2f} {position[1]:.2f}"))


def clean(value: Any) -> Any:
    """A property as JSON of the database can hold it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def document(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """What the file holds, in degrees. Refused."""
    read = read_file(folder / "upload", asked)
    if not read.features:
        raise RefusedError("empty")
    if len(read.features) > asked["features"]:
        raise RefusedError("too_many_features", str(asked["features"]))
    if asked["system"] == "degrees":
        flatten(read, asked["positions"])
    else:
        read.system = asked["system"] or read.system
        to_degrees(read, asked["positions"])
    for feature in read.features:
        feature["properties"] = clean(feature.get("properties") or {})
    system = "" if asked["system"] == "degrees" else system_of(read.system).name
    return {"features": read.features, "faults": read.faults, "notes": read.notes, "system": system}


def result(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """The document, or why there is none."""
    try:
        return document(folder, asked)
    except RefusedError as refused:
        return {"refused": refused.code, "detail": refused.detail}
    except (MemoryError, RecursionError):
        return {"refused": "too_costly"}
    except Exception as broken:  # noqa: BLE001 - foreign files are broken in every way there is
        return {"refused": "broken", "detail": f"{type(broken).__name__}: {broken}"[:200]}


def main() -> None:
    """Run on the arguments of the command line."""
    folder, asked, memory, seconds = sys.argv[1:]
    warnings.simplefilter("ignore")
    limit(int(memory), int(seconds))
    found = result(Path(folder), json.loads(asked))
    (Path(folder) / "result").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8", errors="replace")


if __name__ == "__main__":
    main()
