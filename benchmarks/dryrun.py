"""A dry run of other rules: 10,000 past cases judged by the rules in force and by the proposed ones."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import city
from citygrid.access import queries as access
from citygrid.dispatch import queries, services
from citygrid.dispatch.services import RuleIn
from citygrid.geography import queries as geography
from citygrid.geography.choices import Level

LIMIT_S = 10.0
RULES = 4_000  # besides those of the demo


def _make_rules(now: datetime) -> None:
    """Rules for every category in every community, of the units in turn: more than a district has."""
    units = [unit.pk for unit in access.units_for_choice(area_code=city.DISTRICT)]
    areas = [area.code for area in geography.areas_below(city.DISTRICT, Level.COMMUNITY)]
    keys = sorted({problem.category_key for problem in city.problems()})
    pairs = [(key, area) for key in keys for area in areas][:RULES]
    rules = [RuleIn(units[n % len(units)], key, area) for n, (key, area) in enumerate(pairs)]
    services.add_rules(rules=rules, actor=city.ACTOR, now=now)


def run() -> dict[str, Any]:
    """Seconds of the slowest of three dry runs, each of a rule for a whole street and the end of a hundred others."""
    city.use_copy(city.RECORDED)
    now = datetime.now(UTC)
    _make_rules(now)
    today = now.date()
    in_force = queries.rules_in_force(city.ACTOR, today)
    unit = access.units_for_choice(area_code=city.DISTRICT)[0].pk
    street = geography.areas_below(city.DISTRICT, Level.STREET)[0].code
    times = []
    for part in range(3):
        ended = [rule.pk for rule in in_force[part::40]][:100]
        began = time.perf_counter()
        found = services.try_rules(
            begun=[RuleIn(unit, area_code=street)],
            ended=ended,
            since=today - timedelta(days=365),
            until=today,
            actor=city.ACTOR,
            now=now,
        )
        times.append(time.perf_counter() - began)
    worst = max(times)
    return {
        "name": "dryrun",
        "value": round(worst, 2),
        "unit": "seconds",
        "size": found.cases,
        "limit": LIMIT_S,
        "ratio": round(worst / LIMIT_S, 3),
        "rules": len(in_force),
        "counts": {str(effect): count for effect, count in found.counts.items()},
        "groups": len(found.groups),
    }
