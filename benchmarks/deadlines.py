"""How long one deadline takes: the China calendar, all four units, pauses and extensions."""

import json
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from citygrid.kernel.daytable import build_calendar, read_day_table
from citygrid.kernel.worktime import Clock, Limit, Unit

TABLES = [Path(__file__).parents[1] / "data/calendars" / name for name in ("cn.csv", "cn_statutory.csv")]
CLOCKS = 50_000
LIMIT_MICROSECONDS = 5.0


def random_clock(rng: random.Random) -> Clock:
    """A clock that starts in 2015-2026, with up to two pauses and an extension."""
    unit = rng.choice(list(Unit))
    at = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(12 * 365 * 86_400))
    clock = Clock.start(Limit(rng.randint(1, 20), unit), at)
    for _ in range(rng.randrange(3)):
        begin = at + timedelta(seconds=rng.randrange(86_400))
        at = begin + timedelta(seconds=rng.randrange(3 * 86_400))
        clock = clock.pause(begin).resume(at)
    return clock.extend(Limit(rng.randint(1, 5), unit)) if rng.random() < 0.3 else clock


def run() -> dict[str, object]:
    """Mean microseconds of Clock.due_at, best of five rounds. Row: name, value, unit, size, limit, ratio."""
    calendar = build_calendar("cn", 1, read_day_table(*TABLES), ZoneInfo("Asia/Shanghai"))
    rng = random.Random(1)
    clocks = [random_clock(rng) for _ in range(CLOCKS)]
    rounds = []
    for _ in range(5):
        began = time.perf_counter()
        for clock in clocks:
            clock.due_at(calendar)
        rounds.append((time.perf_counter() - began) / CLOCKS * 1e6)
    value = round(min(rounds), 3)
    return {
        "name": "deadlines",
        "value": value,
        "unit": "microseconds each",
        "size": CLOCKS,
        "limit": LIMIT_MICROSECONDS,
        "ratio": round(value / LIMIT_MICROSECONDS, 3),
    }


if __name__ == "__main__":
    print(json.dumps(run()))
