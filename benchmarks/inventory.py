"""40,000 components: how fast a file of them comes in, and how fast the nearest of a category is found.

In a district of its own, inside a transaction that is rolled back. The shipped catalogue is loaded where it is not.
"""

import random
import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point, Polygon
from django.db import connection, transaction

from citygrid.catalogue import queries as catalogue
from citygrid.catalogue import services as catalogue_services
from citygrid.geography import services as geography
from citygrid.geography.choices import Level
from citygrid.inventory import queries, services
from citygrid.kernel.actor import system_actor

ROWS, ASKED = 40_000, 2_000
LIMIT_SECONDS, LIMIT_MS = 60.0, 5.0
DISTRICT, STREET, COMMUNITY = "990099", "990099001", "990099001001"
WEST, SOUTH, EAST, NORTH = 116.35, 39.86, 116.43, 39.92  # about 6.8 km x 6.7 km
SCHEME = "gbt47678.5-2026"
ACTOR, NOW = system_actor("benchmark"), datetime(2026, 3, 2, tzinfo=UTC)


def run() -> dict[str, Any]:
    """Rows per second of the import, and of the file again (everything the same); milliseconds of a nearest search."""
    with transaction.atomic():
        _build_district()
        codes = _codes()
        rows = _rows(codes)
        first, again = _import(rows), _import(rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE inventory_component")
        times = _search(codes)
        transaction.set_rollback(True)
    return {
        "name": "inventory",
        "value": round(ROWS / first),
        "unit": "imported rows/s",
        "size": ROWS,
        "limit": round(ROWS / LIMIT_SECONDS),
        "ratio": round(ROWS / first / (ROWS / LIMIT_SECONDS), 2),
        "import_seconds": round(first, 1),
        "same_file_again_seconds": round(again, 1),
        "nearest_p50_ms": round(times[ASKED // 2] * 1e3, 2),
        "nearest_p95_ms": round(times[ASKED * 95 // 100] * 1e3, 2),
        "nearest_limit_ms": LIMIT_MS,
    }


def _build_district() -> None:
    outline = Polygon.from_bbox((WEST, SOUTH, EAST, NORTH))
    outline.srid = 4326
    geography.define_district(
        code=DISTRICT,
        name_zh="测试区",
        name_en="Benchmark",
        geom=outline,
        time_zone="Asia/Shanghai",
        calendar_key="natural",
        actor=ACTOR,
        now=NOW,
    )
    for level, code in ((Level.STREET, STREET), (Level.COMMUNITY, COMMUNITY)):
        feature = {"type": "Feature", "properties": {"code": code, "name": code}, "geometry": _geometry(outline)}
        geography.import_areas(
            source=geography.Source(document={"type": "FeatureCollection", "features": [feature]}),
            target=geography.AreaTarget(level=level, parent=DISTRICT),
            actor=ACTOR,
            now=NOW,
        )


def _geometry(outline: Polygon) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in outline[0].coords]]}


def _codes() -> list[str]:
    if not catalogue.leaf_categories(SCHEME):
        catalogue_services.load_catalogue(folder=settings.ROOT / "data/catalogue", actor=ACTOR, now=NOW)
    return [leaf.code for leaf in catalogue.leaf_categories(SCHEME) if leaf.kind == "component"]


def _rows(codes: list[str]) -> list[dict[str, Any]]:
    rng = random.Random(1)
    numbers = dict.fromkeys(codes, 0)
    rows = []
    for _ in range(ROWS):
        code = rng.choice(codes)
        numbers[code] += 1
        rows.append(
            {
                "component_id": f"{DISTRICT}{code}{numbers[code]:06d}",
                "authority_code": "11110101000000000A",
                "authority_name": "水务局",
                "component_state": "完好",
                "initial_date": "20200102",
                "longitude": f"{rng.uniform(WEST, EAST):.7f}",
                "latitude": f"{rng.uniform(SOUTH, NORTH):.7f}",
            }
        )
    return rows


def _import(rows: list[dict[str, Any]]) -> float:
    began = time.perf_counter()
    report = services.import_components(rows=rows, actor=ACTOR, now=NOW)
    if report.wrong:
        raise ValueError(f"{report.wrong} rows are wrong: {report.findings[:3]}")
    return time.perf_counter() - began


def _search(codes: list[str]) -> list[float]:
    rng = random.Random(2)
    times = []
    for _ in range(ASKED):
        point = Point(rng.uniform(WEST, EAST), rng.uniform(SOUTH, NORTH), srid=4326)
        began = time.perf_counter()
        list(queries.nearest(ACTOR, point, f"{SCHEME}/component/{rng.choice(codes)}"))
        times.append(time.perf_counter() - began)
    return sorted(times)
