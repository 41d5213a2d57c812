"""Who is responsible for what in the demo district: layers with their units, and responsibility rules."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.dispatch import services as dispatch
from citygrid.dispatch.services import RuleIn
from citygrid.geography import queries as geography
from citygrid.geography import services as geography_services
from citygrid.geography.choices import AreaLayer, LayerKind
from citygrid.geography.services import Source
from citygrid.kernel.actor import Actor
from citygrid.simulator.rules.geojson import collection
from citygrid.simulator.rules.layers import AREA_LAYERS, THEMATIC_LAYERS, features
from citygrid.simulator.rules.people import CODE, ROOT, street_code, units
from citygrid.simulator.rules.plan import Plan, draw
from citygrid.simulator.rules.zones import FIREWORKS, zones
from citygrid.simulator.services.district import require, size_there
from citygrid.simulator.services.people import SERVED

SCHEME = "gbt47678.5-2026"
# Traders outside shops are the street office's business; parked cars that of two units, so that a person decides.
BY_STREET = ("matter/09001", "matter/09005", "matter/09006")
# Nobody has written a rule for these yet: what was learned from closed cases sends them.
UNRULED = ("matter/09011",)
TIED = {"matter/09009": "urban_management"}
# In a park or on a building site, litter is the business of whoever keeps it.
BY_LAYER = (
    ("matter/06010", AreaLayer.GREEN, "landscaping"),
    ("matter/06012", AreaLayer.GREEN, "landscaping"),
    ("component/03005", AreaLayer.GREEN, "landscaping"),
    ("matter/06011", AreaLayer.CONSTRUCTION, "housing"),
    ("matter/06011", AreaLayer.DEMOLITION, "housing"),
    ("matter/06010", AreaLayer.WATER, "water_affairs"),
)


@transaction.atomic
def build_duties(*, seed: int, actor: Actor, now: datetime) -> int:
    """Add layers with responsible units, and the rules; returns how many rules there are. What is there stays."""
    since = localdate(now - SERVED)
    by_kind = _units_by_kind()
    _add_layers(draw(seed, size_there()), by_kind, since, actor, now)
    return len(dispatch.add_rules(rules=list(_rules(by_kind, since)), actor=actor, now=now))


def _units_by_kind() -> Mapping[str, list[UUID]]:
    """Ids of the demo's units by kind; street offices in the order of the streets."""
    there = units(size_there())
    ids = access.organisations_by_code([unit.code for unit in there])
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for unit in there:
        by_kind[unit.kind].append(ids[unit.code].id)
    return by_kind


def _add_layers(plan: Plan, by_kind: Mapping[str, list[UUID]], since: date, actor: Actor, now: datetime) -> None:
    """The layers, each with what is drawn in it; a layer that is there stays as it is."""
    there = {layer.code for layer in geography.layers()}
    drawn: Mapping[str, Sequence[Any]] = {**features(plan), FIREWORKS.code: zones(plan)}
    kinds = (
        (LayerKind.AREA, AREA_LAYERS),
        (LayerKind.THEMATIC, THEMATIC_LAYERS),
        (LayerKind.ZONE, (FIREWORKS,)),
    )
    for kind, layer in ((kind, layer) for kind, layers in kinds for layer in layers if layer.code not in there):
        unit_id = by_kind[layer.keeper][0] if layer.keeper else None
        geography_services.add_layer(
            code=layer.code,
            kind=kind,
            name_zh=layer.name_zh,
            name_en=layer.name_en,
            owner_unit_id=unit_id,
            actor=actor,
            now=now,
        )
        found = drawn[layer.code]
        codes, named, shapes, said = (
            [f"{ROOT}-{one.code}" for one in found],
            [one.name for one in found],
            [one.shape for one in found],
            [getattr(one, "said", {}) for one in found],
        )
        require(
            geography_services.import_features(
                source=Source(document=collection(codes, named, shapes, said)),
                layer_code=layer.code,
                valid_from_date=since,
                responsible_unit_id=unit_id,
                actor=actor,
                now=now,
            )
        )


def _rules(by_kind: Mapping[str, list[UUID]], since: date) -> Iterator[RuleIn]:
    """A rule for a whole major where one kind of unit has all of it, else for each category of a kind we have."""
    kinds: dict[str, dict[str, str]] = defaultdict(dict)
    usual = kind_of_category(since)
    for leaf in catalogue.leaf_categories(SCHEME):
        is_ruled = leaf.key.removeprefix(f"{SCHEME}/") not in UNRULED
        kinds[leaf.major_key][leaf.key] = usual.get(leaf.key, "") if is_ruled else ""
    for major, of_leaf in kinds.items():
        only = set(of_leaf.values())
        wanted = {major: only.pop()} if len(only) == 1 and only != {"street"} else of_leaf
        for key, kind in wanted.items():
            yield from _rules_of_kind(key, kind, by_kind, since)
    for own in BY_STREET:
        yield from _rules_of_kind(f"{SCHEME}/{own}", "street", by_kind, since)
    for own, kind in TIED.items():
        yield RuleIn(unit_id=by_kind[kind][0], category_key=f"{SCHEME}/{own}", area_code=CODE, valid_from_date=since)
    for own, layer, kind in BY_LAYER:
        key = f"{SCHEME}/{own}"
        unit_id = by_kind[kind][0]
        yield RuleIn(unit_id=unit_id, category_key=key, area_code=CODE, layer_code=layer, valid_from_date=since)


def _rules_of_kind(key: str, kind: str, by_kind: Mapping[str, Sequence[UUID]], since: date) -> Iterator[RuleIn]:
    if kind == "street":
        for street, unit_id in enumerate(by_kind[kind]):
            yield RuleIn(unit_id=unit_id, category_key=key, area_code=street_code(street), valid_from_date=since)
    elif kind in by_kind:
        yield RuleIn(unit_id=by_kind[kind][0], category_key=key, area_code=CODE, valid_from_date=since)


def kind_of_category(on: date) -> Mapping[str, str]:
    """The kind of unit that most standards of a category name."""
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for standard in catalogue.standards_in_force(SCHEME, on):
        named[standard.category_key][standard.unit_kind] += 1
    return {key: kinds.most_common(1)[0][0] for key, kinds in named.items()}
