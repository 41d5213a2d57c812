"""Real Dongcheng through the real import and the real locate: do the streets tile it, are the facilities where named?

Reads ../shared/data/C_dongcheng, prints one JSON row, and leaves nothing in the database.
"""

import gzip
import json
import os
import random
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import django
from django.contrib.gis.geos import Point
from django.db import connection, transaction

FOLDER = Path(__file__).resolve().parents[2] / "shared/data/C_dongcheng"
DISTRICT = "110101"
DAY = date(2026, 1, 1)
UTM_50N = 32650
MANY = 94_000
AREAS = f"""
    WITH street AS (SELECT ST_Transform(geom, {UTM_50N}) AS geom FROM geography_area WHERE parent_id = %s),
         whole AS (SELECT ST_Transform(geom, {UTM_50N}) AS geom FROM geography_area WHERE code = %s)
    SELECT sum(ST_Area(street.geom)), ST_Area(whole.geom),
           ST_Area(ST_SymDifference(ST_Union(street.geom), whole.geom)) FROM street, whole GROUP BY whole.geom
"""


def read(name: str) -> Any:
    """A GeoJSON document of the folder, unzipped."""
    path = FOLDER / name
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        return json.load(file)


def measure() -> dict[str, Any]:
    """Import the district and its streets, then locate the facilities. Call it inside a transaction."""
    _import(Level.DISTRICT, read("dongcheng_boundary_wgs84.geojson"), code_field="adcode", parent="")
    report = _import(Level.STREET, read("dongcheng_17_streets_wgs84.geojson"), parent=DISTRICT)
    with connection.cursor() as cursor:
        cursor.execute(AREAS, [DISTRICT, DISTRICT])
        streets_m2, district_m2, difference_m2 = cursor.fetchone()
    return {
        "streets": report.added,
        "streets_km2": round(streets_m2 / 1e6, 4),
        "district_km2": round(district_m2 / 1e6, 4),
        "difference_m2": round(difference_m2, 1),
        **_facilities(),
    }


def _facilities() -> dict[str, Any]:
    facilities = read("dongcheng_facilities_wgs84.geojson.gz")["features"]
    points = [tuple(one["geometry"]["coordinates"]) for one in facilities]
    places = queries.locate_many(points, on=DAY)
    names = {area.code: area.name_zh for area in queries.areas_below(DISTRICT, Level.STREET)}
    found = [names[place.street] if place else "" for place in places]
    named = [one["properties"]["street"] or "" for one in facilities]
    pairs = list(zip(named, found, points, strict=True))
    elsewhere = [
        f"{name} -> {street or 'outside'} {point}" for name, street, point in pairs if name and name != street
    ]
    with_name = sum(map(bool, named))
    return {
        "facilities_with_street": with_name,
        "in_street_named": with_name - len(elsewhere),
        "share": round(1 - len(elsewhere) / with_name, 5),
        "elsewhere": elsewhere,
        "without_street": len(named) - with_name,
        "without_street_outside": sum(not name and not street for name, street, _ in pairs),
    }


def speed() -> dict[str, Any]:
    """Locate points among real unit-grid counts (each street cut as if it were one community)."""
    streets = read("dongcheng_17_streets_wgs84.geojson")
    for one in streets["features"]:
        one["properties"]["code"] += "001"
    _import(Level.COMMUNITY, streets, parent=DISTRICT)
    begin = time.perf_counter()
    grids = services.cut_unit_grids(below=DISTRICT, actor=ACTOR, now=NOW)
    cut_seconds = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE geography_grid, geography_area")
    rng = random.Random(1)
    points = [(rng.uniform(116.37, 116.45), rng.uniform(39.86, 39.97)) for _ in range(MANY)]
    begin = time.perf_counter()
    queries.locate_many(points, on=DAY)
    many_seconds = time.perf_counter() - begin
    times = []
    for lon, lat in points[:2000]:
        begin = time.perf_counter()
        queries.locate(Point(lon, lat), on=DAY)
        times.append(time.perf_counter() - begin)
    times.sort()
    return {
        "unit_grids": grids,
        "cut_seconds": round(cut_seconds, 2),
        "locate_p50_ms": round(times[1000] * 1e3, 3),
        "locate_p99_ms": round(times[1980] * 1e3, 3),
        f"locate_{MANY}_seconds": round(many_seconds, 2),
    }


def _import(level: Any, document: Any, *, parent: str, code_field: str = "code") -> Any:
    report = services.import_areas(
        source=services.Source(document=document, code_field=code_field),
        target=services.AreaTarget(
            level=level, parent=parent, time_zone="Asia/Shanghai", calendar_key="natural", replace=True
        ),
        actor=ACTOR,
        now=NOW,
    )
    if report.findings:
        raise ValueError(f"the import found {report.findings}")
    return report


def run() -> dict[str, Any]:
    """The figures as one row; everything is undone."""
    with transaction.atomic():
        found = {**measure(), **speed()}
        transaction.set_rollback(True)
    limit = 0.996
    about = {"name": "dongcheng", "value": found["share"], "unit": "share of facilities in the street named"}
    return {**about, "size": found["facilities_with_street"], "limit": limit, "ratio": found["share"] / limit, **found}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
    django.setup()

from citygrid.geography import queries, services  # noqa: E402 - after django.setup()
from citygrid.geography.choices import Level  # noqa: E402
from citygrid.kernel.actor import system_actor  # noqa: E402

ACTOR = system_actor("benchmark")
NOW = datetime(2026, 1, 1, tzinfo=UTC)

if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False, indent=1))
