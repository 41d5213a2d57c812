"""A composite index of communities: reckoned from the tree and the values of a month, or read as it was published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zlib import crc32

import numpy as np
from django.db.models import FloatField, Func, Value
from django.db.models.functions import Cast

from citygrid.evaluation import models, permissions
from citygrid.evaluation.choices import Mean, Object, Scale
from citygrid.evaluation.queries.rates import Period, sums_of
from citygrid.evaluation.rules import composite, indextree
from citygrid.evaluation.rules.composite import Node
from citygrid.geography import queries as geography
from citygrid.geography.choices import Level
from citygrid.kernel.actor import Actor, system_actor

Given = Mapping[str, Mapping[str, float]]  # the values of each indicator, by the code of the community
WORST = 10  # every tenth of the communities: these are looked at first


@dataclass(frozen=True, slots=True)
class Standing:
    """A community in an index. `values`: from 0 to 100 by the key of each node that has one; `known`: the share of
    the weights whose values were there. `score` is None, and the ranks 0, where too little was. `low` and `high`:
    between which ranks it lies in 90 of 100 ways in which the index could have been reckoned as well.
    """

    area_code: str
    score: float | None
    rank: int
    low: int
    high: int
    known: float
    values: Mapping[str, float]
    is_worst: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a month: its tree, what was given, and every community, the best first, those without a score last.

    `edition` is None as long as the month is not published; what was published is read, never reckoned anew.
    """

    tree: Node
    names: Mapping[str, tuple[str, str]]
    given: Given
    rows: Sequence[Standing]
    month: date
    edition: models.IndexEdition | None = None


def roots() -> list[models.IndexNode]:
    """The indices there are, by the nodes at their top."""
    return list(models.IndexNode.objects.filter(parent="").order_by("position"))


def months_of(root: str) -> list[date]:
    """The months of which there are values or editions, the newest first."""
    keys = {leaf.key for leaf in tree_of(root).leaves()} if models.IndexNode.objects.filter(key=root) else set()
    held = set(models.IndexValue.objects.filter(key__in=keys).values_list("month", flat=True).distinct())
    return sorted(
        held | set(models.IndexEdition.objects.filter(root=root).values_list("month", flat=True)), reverse=True
    )


def tree_of(root: str) -> Node:
    """The tree of an index as it stands. Raises ValueError where there is none."""
    return indextree.tree_of(_lines(root))


def index(actor: Actor, root: str, month: date, now: datetime) -> Index:
    """An index of a month as it was published last, or reckoned from what there is; ValueError where there is no tree.

    Four queries, and one for each kind of day that its definitions go by; two where it was published. It covers whole
    districts whatever the reach of the post: a rank among a part of the communities would be none.
    """
    actor.require(permissions.VIEW)
    edition = models.IndexEdition.objects.filter(root=root, month=month).order_by("-number").first()
    if edition is not None:
        return _published(edition)
    return reckoned_index(root, month, now)


def nodes() -> list[models.IndexNode]:
    """All nodes of all indices, in their order."""
    return list(models.IndexNode.objects.order_by("position", "key"))


def values() -> list[models.IndexValue]:
    """All values that were imported, the newest month first."""
    return list(models.IndexValue.objects.order_by("-month", "key", "area_code"))


def reckoned_index(root: str, month: date, now: datetime) -> Index:
    """An index of a month from what there is, published or not. ValueError where there is no tree."""
    nodes = {node.key: node for node in models.IndexNode.objects.all()}
    tree = tree_of(root)
    leaves = [nodes[leaf.key] for leaf in tree.leaves()]
    names = {node.key: (node.name_zh, node.name_en) for node in nodes.values() if node.key in keys_of(tree)}
    sizes = geography.sizes(Level.COMMUNITY)
    given = {**_imported(leaves, month), **_counted(leaves, month, now, sizes)}
    return Index(tree, names, given, reckoned(tree, given, sorted(sizes), seed_of(root, month)), month)


def reckoned(tree: Node, given: Given, areas: Sequence[str], seed: int) -> list[Standing]:
    """Every community with its score, rank and interval; the same for everybody who has the tree, the values and
    the seed.
    """
    columns = {
        leaf.key: np.array([given.get(leaf.key, {}).get(area, np.nan) for area in areas]) for leaf in tree.leaves()
    }
    if not areas:
        return []
    found = composite.index(tree, columns)
    low, high = composite.rank_intervals(tree, columns, seed=seed)
    last = int((found.ranks > 0).sum())
    rows = [
        Standing(
            *(area, _number(found.values[tree.key][at]), int(found.ranks[at]), int(low[at]), int(high[at])),
            *(float(found.known[at]), {key: float(v[at]) for key, v in found.values.items() if not np.isnan(v[at])}),
            bool(found.ranks[at] > last - last // WORST),
        )
        for at, area in enumerate(areas)
    ]
    return sorted(rows, key=lambda row: (row.rank == 0, row.rank, row.area_code))


def published_scores(root: str, area_code: str) -> dict[date, float | None]:
    """The score of a community in every month that was published, by the last edition of each. One query."""
    score = Cast(Func("found", Value(area_code), Value("score"), function="jsonb_extract_path_text"), FloatField())
    editions = models.IndexEdition.objects.filter(root=root).order_by("month", "number").annotate(score=score)
    return dict(editions.values_list("month", "score"))


def seed_of(root: str, month: date) -> int:
    """What the simulation of the ranks begins with."""
    return crc32(f"{root} {month:%Y-%m}".encode())


def keys_of(node: Node) -> set[str]:
    """The keys of a node and all below it."""
    return {node.key}.union(*map(keys_of, node.parts))


def _lines(root: str) -> list[indextree.Line]:
    nodes = list(models.IndexNode.objects.order_by("position"))
    parents = {node.key: node.parent for node in nodes}
    return [line(node) for node in nodes if _is_below(node.key, root, parents)]


def line(node: models.IndexNode) -> indextree.Line:
    """A node as the rules take it."""
    return indextree.Line(
        *(node.key, node.parent, node.weight, Mean(node.mean), node.needed, Scale(node.scale)),
        *(node.is_good, node.is_log, node.low, node.high),
    )


def _is_below(key: str, root: str, parents: Mapping[str, str]) -> bool:
    for _step in range(len(parents)):
        if key == root:
            return True
        key = parents.get(key, "")
    return key == root


def _imported(leaves: Sequence[models.IndexNode], month: date) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {leaf.key: {} for leaf in leaves if not leaf.indicator}
    for one in models.IndexValue.objects.filter(month=month, key__in=found):
        found[one.key][one.area_code] = one.value
    return found


def _counted(
    leaves: Sequence[models.IndexNode], month: date, now: datetime, sizes: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """What follows from the counters of the month, for all communities."""
    wanted = [leaf for leaf in leaves if leaf.indicator]
    period = Period(month, (month + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    rates = sums_of(
        system_actor("evaluation"),
        Object.COMMUNITY,
        indicators=[leaf.indicator for leaf in wanted],
        period=period,
        now=now,
    )
    found: dict[str, dict[str, float]] = {leaf.key: {} for leaf in wanted}
    for leaf in wanted:
        for area, size in sizes.items():
            rate = rates.get(area, {}).get(leaf.indicator)
            value = rate.value if rate else None
            if leaf.per_km2:
                found[leaf.key][area] = float(value or 0) / size
            elif value is not None:
                found[leaf.key][area] = float(value)
    return found


def _published(edition: models.IndexEdition) -> Index:
    tree = indextree.from_data(edition.tree)
    rows = [Standing(area_code=area, **one) for area, one in edition.found.items()]
    rows.sort(key=lambda row: (row.rank == 0, row.rank, row.area_code))
    names = {key: (zh, en) for key, (zh, en) in edition.names.items()}
    return Index(tree, names, edition.given, rows, edition.month, edition)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
