"""Who is responsible for what in the demo district: layers with their units, and responsibility rules."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils.timezone import localdate
from shapely.geometry.base import BaseGeometry

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.dispatch import services as dispatch
from citygrid.dispatch.services import RuleIn
from citygrid.geography import queries as geography
from citygrid.geography import services as geography_services
from citygrid.geography.choices import AreaLayer, LayerKind
from citygrid.kernel.actor import Actor
from citygrid.simulator.rules import names
from citygrid.simulator.rules.people import CODE, ROOT, street_code, units
from citygrid.simulator.rules.plan import Plan, draw
from citygrid.simulator.services.people import SERVED

SCHEME = "gbt47678.5-2026"
# Traders outside shops are the street office's business; parked cars that of two units, so that a person decides.
BY_STREET = ("matter/09001", "matter/09005", "matter/09006")
TIED = {"matter/09009": "urban_management"}
# In a park or on a building site, litter is the business of whoever keeps it.
BY_LAYER = (
    ("matter/06010", AreaLayer.GREEN, "landscaping"),
    ("matter/06012", AreaLayer.GREEN, "landscaping"),
    ("component/03005", AreaLayer.GREEN, "landscaping"),
    ("matter/06011", AreaLayer.CONSTRUCTION, "housing"),
    ("matter/06010", AreaLayer.WATER, "water_affairs"),
)
Drawn = tuple[str, names.Name, BaseGeometry]


@transaction.atomic
def build_duties(*, seed: int, actor: Actor, now: datetime) -> int:
    """Add layers with responsible units, and the rules; returns how many rules there are. What is there stays."""
    since = localdate(now - SERVED)
    by_kind = _units_by_kind()
    _add_layers(draw(seed), by_kind, since, actor, now)
    return len(dispatch.add_rules(rules=list(_rules(by_kind, since)), actor=actor, now=now))


def _units_by_kind() -> Mapping[str, list[UUID]]:
    """Ids of the demo's units by kind; street offices in the order of the streets."""
    ids = access.organisations_by_code([unit.code for unit in units()])
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for unit in units():
        by_kind[unit.kind].append(ids[unit.code].id)
    return by_kind


def _layers(plan: Plan) -> Iterator[tuple[str, LayerKind, names.Name, str, Sequence[Drawn]]]:
    """Code, kind, name, kind of the responsible unit, and features of each layer."""
    roads = [
        (f"A{n:02d}", name, shape) for n, (name, shape) in enumerate(zip(names.AVENUES, plan.roads, strict=False), 1)
    ]
    fronts = [
        (f"F{n}", (f"{zh}门前三包责任区", f"{en} frontages"), shape)
        for n, ((zh, en), shape) in enumerate(zip(names.AVENUES, plan.frontages, strict=False), 1)
    ]
    greens = list(zip(("P1", "G1", "G2", "G3"), (names.PARK, *names.GARDENS), (plan.park, *plan.gardens), strict=True))
    sites = list(zip(("S1", "S2"), names.SITES, plan.sites, strict=True))
    schools = [(f"X{n}", name, plan.communities[n - 1][1].centroid) for n, name in enumerate(names.SCHOOLS, 1)]
    area, thematic = LayerKind.AREA, LayerKind.THEMATIC
    yield AreaLayer.ROAD, area, ("城市道路区域", "City roads"), "municipal_works", roads
    yield AreaLayer.FRONTAGE, area, ("门前三包责任区", "Frontages"), "urban_management", fronts
    yield AreaLayer.GREEN, area, ("绿地", "Green space"), "landscaping", greens
    yield AreaLayer.WATER, area, ("水域", "Water"), "water_affairs", [("W1", names.RIVER, plan.river)]
    yield AreaLayer.CONSTRUCTION, area, ("建设工地", "Construction sites"), "housing", sites
    yield "railway", thematic, ("铁路", "Railways"), "traffic", [("R1", names.RAILWAY, plan.railway)]
    yield "school", thematic, ("学校", "Schools"), "", schools
    yield "market", thematic, ("市场", "Markets"), "", [("M1", names.MARKET, plan.communities[2][1].centroid)]


def _add_layers(plan: Plan, by_kind: Mapping[str, list[UUID]], since: date, actor: Actor, now: datetime) -> None:
    there = {layer.code for layer in geography.layers()}
    for code, kind, (zh, en), unit_kind, features in _layers(plan):
        unit_id = by_kind[unit_kind][0] if unit_kind else None
        if code not in there:
            geography_services.add_layer(
                code=code, kind=kind, name_zh=zh, name_en=en, owner_unit_id=unit_id, actor=actor, now=now
            )
        known = {feature.code for feature in geography.features_of(code, on=since)}
        for own, (name_zh, name_en), shape in features:
            if f"{ROOT}-{own}" not in known:
                geography_services.add_feature(
                    layer_code=code,
                    code=f"{ROOT}-{own}",
                    name_zh=name_zh,
                    name_en=name_en,
                    geom=GEOSGeometry(shape.wkt, srid=4326),
                    valid_from_date=since,
                    responsible_unit_id=unit_id,
                    actor=actor,
                    now=now,
                )


def _rules(by_kind: Mapping[str, list[UUID]], since: date) -> Iterator[RuleIn]:
    """A rule for a whole major where one kind of unit has all of it, else for each category of a kind we have."""
    kinds: dict[str, dict[str, str]] = defaultdict(dict)
    usual = _kind_of_category(since)
    for leaf in catalogue.leaf_categories(SCHEME):
        kinds[leaf.major_key][leaf.key] = usual.get(leaf.key, "")
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


def _kind_of_category(on: date) -> Mapping[str, str]:
    """The kind of unit that most standards of a category name."""
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for standard in catalogue.standards_in_force(SCHEME, on):
        named[standard.category_key][standard.unit_kind] += 1
    return {key: kinds.most_common(1)[0][0] for key, kinds in named.items()}
