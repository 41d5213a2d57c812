"""What may be said of differences in a league: flags, places with their uncertainty, what remains at an equal mix."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from django.db.models import F

from citygrid.evaluation import models, permissions
from citygrid.evaluation.choices import Direction, Flag, Object
from citygrid.evaluation.queries.rates import KEYS, League, Period, rows_of, sum_of
from citygrid.evaluation.rules import ranks
from citygrid.evaluation.rules.casemix import Adjusted, Counts, adjusted
from citygrid.evaluation.rules.funnel import Funnel, dispersion, flag, funnel
from citygrid.evaluation.rules.ranks import Place
from citygrid.kernel.actor import Actor

SIZES = 24  # at so many numbers of cases the limits are drawn


@dataclass(frozen=True, slots=True)
class Fair:
    """An object by one rate: its flag against the common rate, and its place, 1 the best.

    `surely_better`: the keys of those it is better than with a probability of at least 95 %.
    """

    key: str
    count: int
    cases: int
    flag: Flag
    place: Place
    surely_better: frozenset[str]

    @property
    def rate(self) -> float:
        """From 0 to 1."""
        return self.count / self.cases


@dataclass(frozen=True, slots=True)
class Fairness:
    """Objects with cases by their place, the common rate from 0 to 1, and the limits to draw around it.

    `spread`: how many times more the rates differ than chance lets them. `seed`: of the simulation of the places.
    """

    definition: models.Definition
    rows: Sequence[Fair] = ()
    share: float = 0.0
    limits: Sequence[Funnel] = ()
    spread: float = 1.0
    seed: int = 0
    by_key: dict[str, Fair] = field(default_factory=dict)


def fairness(found: League, definition: models.Definition, period: Period) -> Fairness:
    """The objects of a league by one of its rates; no queries. Nothing for a count, which is no rate of anything.

    The seed follows from what is asked, so that everybody who reckons it comes to the same places.
    """
    asked = found.scoring.object if found.scoring else ""
    seed = crc32(f"{definition} {asked} {period.first} {period.last}".encode())
    held = [(row.key, row.rates[definition.indicator]) for row in found.rows]
    counted = [(key, rate.numerator, rate.denominator) for key, rate in held if rate.denominator]
    if not counted:
        return Fairness(definition, seed=seed)
    keys, counts, cases = (list(each) for each in zip(*counted, strict=True))
    share = sum(counts) / sum(cases)
    is_good = definition.direction != Direction.LOWER
    good = counts if is_good else [n - count for count, n in zip(counts, cases, strict=True)]
    league = ranks.league(good, cases, seed=seed)
    better = league.matrix() >= ranks.SURE
    rows = [
        Fair(
            key,
            counts[at],
            cases[at],
            flag(counts[at], cases[at], share),
            league.places[at],
            frozenset(keys[other] for other in better[at].nonzero()[0] if other != at),
        )
        for at, key in enumerate(keys)
    ]
    rows.sort(key=lambda row: (row.place.rank, -row.cases, row.key))
    limits = funnel(share, _sizes(max(cases)))
    return Fairness(
        *(definition, rows, share, limits, dispersion(counts, cases), seed),
        by_key={row.key: row for row in rows},
    )


def at_an_equal_mix(
    actor: Actor, of: Object, definition: models.Definition, period: Period, now: datetime
) -> dict[str, Adjusted]:
    """The rate of each object if all had the same mix of categories, by key. One query. Nothing for a count."""
    actor.require(permissions.VIEW)
    if not definition.denominator:
        return {}
    rows = rows_of(actor, of, definition.moment, period, now).annotate(key=KEYS[of]).filter(key__isnull=False)
    sums = {"count": sum_of(definition.numerator), "cases": sum_of(definition.denominator)}
    found: dict[str, Counts] = {}
    for row in rows.order_by().values("key", kind_of_case=F("category")).annotate(**sums):
        if row["cases"]:
            counts = {**found.get(str(row["key"]), {}), str(row["kind_of_case"]): (row["count"], row["cases"])}
            found[str(row["key"])] = counts
    return adjusted(found)


def _sizes(most: int) -> list[int]:
    """Numbers of cases from 1 to the most, evenly by their logarithm."""
    return sorted({round(most ** (step / (SIZES - 1))) for step in range(SIZES)})
