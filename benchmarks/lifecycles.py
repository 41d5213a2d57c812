"""Whole lives of cases through the services at a million cases: reported, accepted, seven steps of six people, closed.

Two processes, as the web has; each life is ten transactions that are on the disk before the next begins.
"""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from benchmarks import city
from citygrid.access import queries as access
from citygrid.cases import services as cases
from citygrid.catalogue import queries as catalogue
from citygrid.geography import queries as geography
from citygrid.intake import services as intake
from citygrid.kernel.actor import Actor

GOAL, SECONDS, PROCESSES = 60.0, 15.0, 2
UNIT = "sanitation"
CATEGORY = f"{city.SCHEME}/matter/06010"
ONE = "import django; django.setup(); from benchmarks import lifecycles; lifecycles.live({number})"
COUNT = "SELECT count(*) FROM cases_case WHERE procedure = 'city-case'"


def run() -> dict[str, Any]:
    """Lives a second, and times of one."""
    city.use(city.MANY)
    before = _count()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ONE.format(number=number)],
            stdout=subprocess.PIPE,
            text=True,
            env=city.environment(),
        )
        for number in range(PROCESSES)
    ]
    told = [process.communicate()[0].split() for process in started]
    times = sorted(float(each) for words in told for each in words)
    lives = _count() - before
    rate = len(times) / SECONDS
    return {
        "name": "lifecycles",
        "value": round(rate, 1),
        "unit": "lives/s",
        "size": city.MANY,
        "goal": GOAL,
        "goal_ratio": round(rate / GOAL, 2),
        "processes": PROCESSES,
        "lives": len(times),
        "cases_stored": lives,
        "p50_ms": round(times[len(times) // 2] * 1e3, 1),
        "p95_ms": round(times[len(times) * 95 // 100] * 1e3, 1),
    }


def live(number: int, seconds: float = SECONDS) -> None:
    """Lives one after another for so long; prints the seconds of each. One more before warms everything up."""
    life = _Life(number)
    life.live(0)
    ends, n = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        n += 1
        began = time.perf_counter()
        life.live(n)
        print(time.perf_counter() - began)


class _Life:
    """The people, places and the problem of the lives of one process."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.now = datetime.now(UTC)
        logins = ("acceptor1", "leader1", "dispatcher1", UNIT)
        self.actors = {login: city.actor(login) for login in logins}
        self.places = [(grid.code, grid.geom.point_on_surface) for grid in geography.unit_grids(city.DISTRICT)]
        self.supervisors = [city.actor(f"supervisor{n}") for n in range(1, 49)]
        self.standard = catalogue.standards_for(CATEGORY, self.now.date())[0].id
        self.unit = access.organisation_by_code(f"yl-{UNIT}").pk

    def live(self, n: int) -> None:
        """One life from the report to the end."""
        code, place = self.places[(n * 7 + self.number) % len(self.places)]
        now = self.now + timedelta(seconds=n)
        acceptor, leader = self.actors["acceptor1"], self.actors["leader1"]
        report = intake.ReportIn(description="便道上堆放生活垃圾", channel="hotline", lon=place.x, lat=place.y)
        receipt = intake.receive_report(report=report, key=str(uuid4()), actor=acceptor, now=now)
        accept = {"report_id": receipt.report_id, "category_key": CATEGORY, "actor": acceptor}
        case_id = intake.accept_report(**accept, now=now).pk
        supervisor = next(each for each in self.supervisors if each.reach.covers_area(code))
        self._step(case_id, "send_to_verify", acceptor, now)
        self._step(case_id, "report_verification", supervisor, now, finding="confirmed")
        self._step(case_id, "file", leader, now, standard_id=self.standard)
        self._step(case_id, "dispatch", self.actors["dispatcher1"], now, unit_id=self.unit)
        self._step(case_id, "take", self.actors[UNIT], now)
        self._step(case_id, "reply", self.actors[UNIT], now, note="已清理。")
        self._step(case_id, "send_to_check", acceptor, now)
        self._step(case_id, "pass_check", supervisor, now)
        self._step(case_id, "close", leader, now)

    def _step(self, case_id: UUID, action: str, actor: Actor, now: datetime, **given: Any) -> None:
        cases.take_step(case_id=case_id, action=action, actor=actor, now=now, given=cases.Given(**given))


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return int(cursor.fetchone()[0])
