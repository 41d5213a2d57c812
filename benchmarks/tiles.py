"""Map tiles at a million cases, over HTTP: every tile of the district at zooms 9 to 19 (at most 60 a zoom), once each.

Beside them the same tile at zoom 12 by plain SQL (every case a point), and the same tiles by tipg, which draws points
at every zoom, for everybody, and of a tile the first 10,000. The counts of each zoom up to 14, where all tiles are
asked for, must sum up to the cases with a position.
"""

import random
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib.gis.gdal import DataSource
from django.db import connection

from benchmarks import city, load, peers
from citygrid.geography.queries import Tile

LIMIT_MS, LIMIT_BYTES, MOST, SUMMED = 100.0, 100_000, 60, 14
TIPG_MOST = 10_000  # of a tile, unless it is told otherwise
LOGIN, RAW_ZOOM = "leader1", 12
Times = dict[int, list[float]]
DEEPEST = "SELECT DISTINCT cell_x >> 2, cell_y >> 2 FROM cases_case WHERE cell_x IS NOT NULL"  # of zoom 19
WITH_PLACE = "SELECT count(*) FROM cases_case WHERE cell_x IS NOT NULL"
RAW = """
SELECT ST_AsMVT(point) FROM (
    SELECT ST_AsMVTGeom(ST_Transform(location, 3857), ST_TileEnvelope(%s, %s, %s)) AS geom, number, state
    FROM cases_case WHERE location && ST_Transform(ST_TileEnvelope(%s, %s, %s), 4326)
) point
"""


def run() -> dict[str, Any]:
    """Slowest and largest of each zoom; the value is the p95 of all."""
    city.use(city.MANY)
    headers = {"Authorization": f"Bearer {city.token(LOGIN)}"}
    times: Times = {}
    sizes: dict[int, int] = {}
    chosen: dict[int, list[Tile]] = {}
    wrong = {}
    with connection.cursor() as cursor:
        cursor.execute(WITH_PLACE)
        cases = cursor.fetchone()[0]
        cursor.execute(DEEPEST)
        deepest = cursor.fetchall()
    with load.serve() as server:
        root = f"http://127.0.0.1:{server.port}/api/v1/cases/tiles"
        _asked(root, Tile(0, 0, 0), "", headers)
        for zoom in range(9, 20):
            tiles = sorted({Tile(zoom, x >> 19 - zoom, y >> 19 - zoom) for x, y in deepest})
            chosen[zoom] = tiles if zoom <= SUMMED else random.Random(zoom).sample(tiles, min(MOST, len(tiles)))
            answers = [_asked(root, tile, "", headers) for tile in chosen[zoom]]
            times[zoom] = sorted(ms for ms, _ in answers)
            sizes[zoom] = max(len(body) for _, body in answers)
            summed = sum(_cases(body) for _, body in answers)
            if zoom <= SUMMED and summed != cases:
                wrong[zoom] = summed
    raw_ms, raw_bytes = _raw(min({(x >> 19 - RAW_ZOOM, y >> 19 - RAW_ZOOM) for x, y in deepest}))
    value = _p95([ms for found in times.values() for ms in found])
    return {
        "name": "tiles",
        "value": round(value, 1),
        "unit": "p95 ms of a tile",
        "size": cases,
        "limit": LIMIT_MS,
        "ratio": round(value / LIMIT_MS, 2),
        "most_bytes": max(sizes.values()),
        "bytes_limit": LIMIT_BYTES,
        "wrong_sums": wrong,
        "p95_ms_by_zoom": _by_zoom(times),
        "bytes_by_zoom": sizes,
        "raw_ms": round(raw_ms, 1),
        "raw_bytes": raw_bytes,
        "faster_than_raw": round(raw_ms / times[RAW_ZOOM][-1], 1),
        **_tipg(chosen, value),
    }


def _tipg(chosen: dict[int, list[Tile]], ours: float) -> dict[str, Any]:
    """The same tiles by tipg; `tipg_cut` are those of which it left cases out."""
    query = f"?{urlencode({'properties': peers.NAMES})}"
    with peers.tipg() as root:
        _asked(root, Tile(0, 0, 0), query, {})
        answers = {zoom: [_asked(root, tile, query, {}) for tile in tiles] for zoom, tiles in chosen.items()}
    times = {zoom: sorted(ms for ms, _ in found) for zoom, found in answers.items()}
    value = _p95([ms for found in times.values() for ms in found])
    return {
        "tipg": peers.version("tipg"),
        "tipg_ms": round(value, 1),
        "tipg_ms_by_zoom": _by_zoom(times),
        "tipg_bytes": max(len(body) for found in answers.values() for _, body in found),
        "tipg_cut": sum(_cases(body) >= TIPG_MOST for found in answers.values() for _, body in found),
        "ratio_to_tipg": round(ours / value, 2),
    }


def _p95(times: Iterable[float]) -> float:
    found = sorted(times)
    return found[len(found) * 95 // 100]


def _by_zoom(times: Times) -> dict[int, float]:
    return {zoom: round(_p95(found), 1) for zoom, found in times.items()}


def _asked(root: str, tile: Tile, query: str, headers: dict[str, str]) -> tuple[float, bytes]:
    address = f"{root}/{tile.zoom}/{tile.x}/{tile.y}{query}"
    began = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:
        body = answer.read()
    return (time.perf_counter() - began) * 1e3, body


def _cases(body: bytes) -> int:
    if not body:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0-0-0.pbf"
        path.write_bytes(body)
        return sum(_count(layer) for layer in DataSource(str(path)))


def _count(layer: Any) -> int:
    return sum(one.get("cases") for one in layer) if layer.name == "cells" else len(layer)


def _raw(at: tuple[int, int]) -> tuple[float, int]:
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(RAW, [RAW_ZOOM, *at, RAW_ZOOM, *at])
        found = bytes(cursor.fetchone()[0])
    return (time.perf_counter() - began) * 1e3, len(found)
