"""Reports accepted over HTTP: a receipt means that report, audit entry and jobs are on the disk.

8 clients send reports with a key each, one in ten twice at once, for BENCHMARK_SECONDS (60). Then the database is
asked for every receipt, and for reports that a key made twice. The same statements are run by pgbench before: what
the database alone does on this machine, now.
"""

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from typing import Any
from uuid import uuid4

from django.db import connection

from benchmarks import city, load
from citygrid.access import queries as access
from citygrid.geography import queries as geography
from citygrid.intake import services
from citygrid.kernel.actor import Actor

SECONDS = float(os.environ.get("BENCHMARK_SECONDS", "60"))
GOAL, LIMIT_MS = 300.0, 250.0
MOST = 900  # reports a second that are prepared; there are never fewer than are sent
TWICE = 10
LOGIN = "acceptor1"


def run() -> dict[str, Any]:
    """Reports a second, times, and what was lost or doubled."""
    city.use_copy(city.RECORDED)
    token = city.token(LOGIN)
    script = _script(token)
    alone = load.database_alone(script, 10)
    made_alone = _count("intake_report")
    with load.serve() as server:
        server.load(_reports(token, 2_000), load.WARM_SECONDS, is_once=True)
        before = _count("intake_report")
        found = server.load(_reports(token, int(SECONDS * MOST)), SECONDS, keeps_bodies=True, is_once=True)
    answers = [json.loads(body) for body in found.bodies]
    receipts = {answer["receipt"] for answer in answers if "receipt" in answer}
    kept = _receipts()
    return {
        "name": "accept",
        "value": round(found.rate, 1),
        "unit": "receipts/s",
        "size": len(receipts),
        "seconds": SECONDS,
        "goal": GOAL,
        "goal_ratio": round(found.rate / GOAL, 2),
        "baseline": round(alone, 1),
        "baseline_is": f"the same {len(script)} statements by pgbench, transactions/s",
        "ratio": round(found.rate / alone, 3),
        "p99_limit_ms": LIMIT_MS,
        **found.times(),
        "repeated": sum(not answer.get("is_first", True) for answer in answers),
        "lost": len(receipts - kept),
        "doubled": _count("intake_report") - made_alone - (_count("kernel_idempotencykey") - made_alone),
        "stored": _count("intake_report") - before,
        "fsync": _show("fsync"),
        "synchronous_commit": _show("synchronous_commit"),
    }


def _reports(token: str, count: int) -> Iterator[load.Request]:
    rng = random.Random(count)
    grids = [grid.geom.point_on_surface for grid in geography.unit_grids(city.DISTRICT)]
    for n in range(count):
        at = rng.choice(grids)
        body = {
            "description": f"{rng.choice(city.TEXTS)}（{n}）",
            "channel": "hotline",
            "lon": at.x,
            "lat": at.y,
            "address": f"{n % 300 + 1} 号",
            "contact": {"name": "王女士", "phone": f"1380013{n % 10_000:04d}"},
        }
        sent = load.Request(f"Bearer {token}", "/api/v1/reports", "POST", json.dumps(body), str(uuid4()))
        yield sent
        if n % TWICE == 0:
            yield sent


def _script(token: str) -> list[str]:
    """The statements of one acceptance, from the token to the commit, with values of their own for each run."""
    request = next(_reports(token, 1))
    given = json.loads(request.body)
    stored: list[services.Receipt] = []

    def accept() -> None:
        now = datetime.now(UTC)
        actor = access.actor_by_token(token, now)
        assert isinstance(actor, Actor)  # noqa: S101 - for the type
        report = services.ReportIn(**given)
        stored.append(services.receive_report(report=report, key=request.key, actor=actor, now=now))

    accept()  # what is read once a process is read
    request = next(_reports(token, 2))
    script = load.statements(accept)
    fresh = {
        f"'{request.key}'": "md5(:n::text)",
        f"'{stored[-1].report_id.hex}'::uuid": "md5(:n::text)::uuid",
        f"'{stored[-1].receipt}'": "left(md5(:n::text), 14)",
    }
    return [reduce(lambda text, each: text.replace(*each), fresh.items(), statement) for statement in script]


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _receipts() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt FROM intake_report")
        return {row[0] for row in cursor.fetchall()}


def _show(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        return str(cursor.fetchone()[0])
