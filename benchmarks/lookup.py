"""From a point to its district, street, community, grids and layers: one at a time, and many at once."""

import random
import time
from datetime import UTC, datetime
from typing import Any

from benchmarks import city
from citygrid.geography import queries as geography

ASKED, AT_ONCE = 3_000, 20_000
LIMIT_MS = 5.0


def run() -> dict[str, Any]:
    """Milliseconds of one lookup, and lookups a second in one query."""
    city.use(city.RECORDED)
    rng, today = random.Random(1), datetime.now(UTC).date()
    grids = [grid.geom.point_on_surface for grid in geography.unit_grids(city.DISTRICT)]
    points = [rng.choice(grids) for _ in range(AT_ONCE)]
    for point in points[:50]:
        geography.locate(point, on=today)
    times = []
    for point in points[:ASKED]:
        began = time.perf_counter()
        found = geography.locate(point, on=today)
        times.append(time.perf_counter() - began)
        if found is None or not found.unit_grid:
            raise LookupError(point.wkt)
    began = time.perf_counter()
    geography.locate_many([(point.x, point.y) for point in points], on=today)
    many = time.perf_counter() - began
    times.sort()
    p95 = times[ASKED * 95 // 100] * 1e3
    return {
        "name": "lookup",
        "value": round(p95, 3),
        "unit": "p95 ms of one lookup",
        "size": len(grids),
        "limit": LIMIT_MS,
        "ratio": round(p95 / LIMIT_MS, 3),
        "p50_ms": round(times[ASKED // 2] * 1e3, 3),
        "many_per_second": round(AT_ONCE / many),
    }
