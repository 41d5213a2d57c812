"""Which cases a report may be about, among a million that are open: one query and the scores."""

import random
import time
from datetime import UTC, datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection

from benchmarks import city
from citygrid.dispatch import queries

ASKED, WARM = 400, 20
LIMIT_MS = 50.0
LOGIN = "leader1"
NEW = {  # each recorded case again, open, up to 100 m away
    "id": city.COPY_ID.format("id").replace("{copy}", "n"),
    "number": "number || '-' || n",
    "is_open": "true",
    "closed_at": "NULL",
    "location": "ST_Translate(location, 0.002 * (random() - 0.5), 0.002 * (random() - 0.5))",
}
PLACES = "SELECT ST_X(location), ST_Y(location), category_id FROM cases_case TABLESAMPLE SYSTEM (1)"


def run() -> dict[str, Any]:
    """Milliseconds of one question by a post that sees the whole district."""
    city.use_copy(city.RECORDED)
    size, places = _open(city.MANY)
    rng, actor, now = random.Random(1), city.actor(LOGIN), datetime.now(UTC)
    times = []
    for _ in range(WARM + ASKED):
        lon, lat, category = rng.choice(places)
        near = Point(lon + rng.gauss(0, 2e-4), lat + rng.gauss(0, 2e-4), srid=4326)
        said = queries.Said(near, category, rng.choice(city.TEXTS))
        began = time.perf_counter()
        found = queries.suspects(actor, said, now)
        times.append((time.perf_counter() - began) * 1e3)
        if len(found) < 5:
            raise LookupError(near.wkt)
    times = sorted(times[WARM:])
    p95 = times[ASKED * 95 // 100]
    return {
        "name": "duplicates",
        "value": round(p95, 2),
        "unit": "p95 ms of the cases a report may be about",
        "size": size,
        "limit": LIMIT_MS,
        "ratio": round(p95 / LIMIT_MS, 3),
        "p50_ms": round(times[ASKED // 2], 2),
    }


def _open(size: int) -> tuple[int, list[Any]]:
    """Make so many open cases, without histories; how many there are, and where some of them lie."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows refer to what the copied ones refer to
        cursor.execute(city.COLUMNS, ["cases_case"])
        columns = [row[0] for row in cursor.fetchall()]
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(NEW.get(name, f'"{name}"') for name in columns)
        copies = size // city.RECORDED
        cursor.execute(
            f"INSERT INTO cases_case ({names}) SELECT {values} FROM cases_case, generate_series(1, {copies}) n"
        )
        cursor.execute("VACUUM (ANALYZE) cases_case")
        cursor.execute(PLACES)
        places = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM cases_case WHERE is_open")
        found = cursor.fetchone()[0]
    connection.close()
    return found, places
