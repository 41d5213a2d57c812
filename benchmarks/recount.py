"""All counters of a million cases from nothing, and the league of a month and of a year read from them."""

from datetime import timedelta
from time import perf_counter
from typing import Any

from django.core.management import call_command

from benchmarks import city
from citygrid.evaluation import queries, services
from citygrid.evaluation.choices import Object
from citygrid.kernel import clock

PROCESSES, LIMIT_S = 2, 300.0


def run() -> dict[str, Any]:
    """Cases a second, and how long the pages' questions take."""
    city.use(city.MANY)
    call_command("load_evaluation", verbosity=0)
    began = perf_counter()
    count = services.recount(processes=PROCESSES)
    seconds = perf_counter() - began
    now, asked = clock.now(), {}
    for name, days in (("month", 30), ("year", 365)):
        period = queries.Period(now.date() - timedelta(days=days), now.date())
        for of in (Object.DEPARTMENT, Object.COMMUNITY):
            began = perf_counter()
            queries.league(city.ACTOR, of, period, now)
            asked[f"{of}_{name}_ms"] = round(1000 * (perf_counter() - began))
    return {
        "name": "recount",
        "value": round(seconds, 1),
        "unit": "s for all counters",
        "size": count,
        "limit": LIMIT_S,
        "limit_ratio": round(seconds / LIMIT_S, 2),
        "processes": PROCESSES,
        **asked,
    }
