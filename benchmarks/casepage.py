"""Case pages over HTTP: the desk's page of a case and its detail in the API, at 20,000 and at a million cases."""

import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from benchmarks import city, load

LIMIT_MS = 60.0
SECONDS = 8.0
CASES = 300
LOGIN = "leader1"
SAMPLE = "SELECT id, number FROM cases_case WHERE id >= %s ORDER BY id LIMIT 1"
ENDS = """
SELECT (SELECT id FROM cases_case ORDER BY id LIMIT 1), (SELECT id FROM cases_case ORDER BY id DESC LIMIT 1)
"""


def _cases() -> Iterator[tuple[Any, str]]:
    """Cases from everywhere in the table, open and closed."""
    rng = random.Random(CASES)
    with connection.cursor() as cursor:
        cursor.execute(ENDS)
        first, last = (each.int for each in cursor.fetchone())
        for _ in range(CASES):
            cursor.execute(SAMPLE, [UUID(int=rng.randint(first, last))])
            yield cursor.fetchone()


def desk_pages() -> Iterator[load.Request]:
    """The page of the desk."""
    who = city.session(LOGIN)
    yield from (load.Request(who, f"/cases/{number}/") for _, number in _cases())


def api_details() -> Iterator[load.Request]:
    """The detail of the API."""
    who = f"Bearer {city.token(LOGIN)}"
    yield from (load.Request(who, f"/api/v1/cases/{case_id}") for case_id, _ in _cases())


KINDS = {"desk": desk_pages, "api": api_details}


def run() -> dict[str, Any]:
    """Times of one client, as somebody waits for a page, and pages a second of eight."""
    found: dict[str, dict[str, float]] = {}
    for size in (city.RECORDED, city.MANY):
        city.use(size)
        with load.serve() as server:
            for kind, requests in KINDS.items():
                asked = list(requests())
                server.load(asked, load.WARM_SECONDS)
                alone = server.load(asked, SECONDS, clients=1)
                many = server.load(asked, SECONDS)
                found[f"{kind}_{size}"] = {
                    **alone.times(),
                    "per_second_of_8": round(many.rate, 1),
                    "p95_ms_of_8": round(many.p95_ms, 2),
                }
    value = found[f"desk_{city.MANY}"]["p95_ms"]
    return {
        "name": "casepage",
        "value": value,
        "unit": "p95 ms of a case page",
        "size": city.MANY,
        "limit": LIMIT_MS,
        "ratio": round(value / LIMIT_MS, 2),
        "ratio_to_20000": round(value / found[f"desk_{city.RECORDED}"]["p95_ms"], 2),
        **found,
    }


def profile_requests(kind: str, count: int) -> list[load.Request]:
    """So many requests of a kind."""
    asked = list(KINDS[kind]())
    return [asked[n % len(asked)] for n in range(count)]
