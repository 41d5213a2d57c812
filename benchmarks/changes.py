"""Status changes over HTTP at a million cases: each request is a step on a case of its own.

Fresh cases are recorded for it, and ended afterwards, so that the city can be used again.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection

from benchmarks import city, load
from citygrid.cases import services

GOAL, SECONDS, MOST = 200.0, 12.0, 700
# State the cases are in, who acts, and the step.
STEPS: tuple[tuple[Sequence[str], str, dict[str, str]], ...] = (
    (("accept",), "acceptor1", {"action": "send_to_verify"}),
    (("accept", "send_to_verify", "report_verification"), "leader1", {"action": "void", "reason": "重复"}),
    (city.TO_HANDLED, "acceptor1", {"action": "send_to_check"}),
)
END = """
UPDATE cases_case SET is_open = false, state = 'voided', pending = '', closed_at = opened_at
WHERE id = ANY(%s) AND is_open
"""


def run() -> dict[str, Any]:
    """Steps a second, and how many are in the histories."""
    city.use(city.MANY)
    each = int(SECONDS * MOST / len(STEPS))
    made = [_record(each, taken) for taken, _, _ in STEPS]
    try:
        with load.serve() as server:
            requests = list(_requests(made))
            warm, measured = requests[: int(load.WARM_SECONDS * 100)], requests[int(load.WARM_SECONDS * 100) :]
            server.load(warm, load.WARM_SECONDS, is_once=True)
            before = _steps(made)
            found = server.load(measured, SECONDS, is_once=True)
            after = _steps(made)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(END, [list(chain(*made))])
    return {
        "name": "changes",
        "value": round(found.rate, 1),
        "unit": "status changes/s",
        "size": city.MANY,
        "goal": GOAL,
        "goal_ratio": round(found.rate / GOAL, 2),
        "answered": found.statuses["201"],
        "steps_stored": after - before,
        **found.times(),
    }


def _record(count: int, taken: Sequence[str]) -> list[UUID]:
    now = datetime.now(UTC)
    histories = list(city.histories(count, taken, seed=count + len(taken)))
    return [case_id for case_id, _ in services.record_history(histories=histories, actor=city.ACTOR, now=now)]


def _requests(made: Sequence[Sequence[UUID]]) -> Iterator[load.Request]:
    """One step of each kind in turn."""
    keys = {login: f"Bearer {city.token(login)}" for login in {login for _, login, _ in STEPS}}
    for cases in zip(*made, strict=True):
        for case_id, (_, login, body) in zip(cases, STEPS, strict=True):
            yield load.Request(keys[login], f"/api/v1/cases/{case_id}/steps", "POST", json.dumps(body))


def _steps(made: Sequence[Sequence[UUID]]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_step WHERE case_id = ANY(%s)", [list(chain(*made))])
        return int(cursor.fetchone()[0])


def profile_requests(kind: str, count: int) -> list[load.Request]:
    """So many steps on fresh cases."""
    return list(_requests([_record(count // len(STEPS) + 1, taken) for taken, _, _ in STEPS]))[:count]
