"""The layers of the demo district: six of areas, 23 thematic ones, and what is drawn in each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from citygrid.geography.choices import AreaLayer
from citygrid.simulator.rules import names
from citygrid.simulator.rules.bend import to_degrees, to_metres
from citygrid.simulator.rules.beside import beside, every
from citygrid.simulator.rules.facilities import KINDS
from citygrid.simulator.rules.names import Name
from citygrid.simulator.rules.plan import Plan

BUS_STOP_M, METRO_M = 420.0, 1_300.0
METRO_LINES = 3  # the metro runs below the longest avenues
TOILETS = ((0, 0.3), (-1, 0.7))  # of a community: beside which lane, at which share of it
SHELTERS = 4  # one school of so many takes people in


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: code, names, and the kind of the unit that keeps it and answers for what is in it ("": nobody)."""

    code: str
    name_zh: str
    name_en: str
    keeper: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A feature of a layer, in WGS-84 degrees."""

    code: str
    name: Name
    shape: BaseGeometry


# Road, frontage and demolition areas are named in the mission's source; the other three are this product's choice.
AREA_LAYERS = (
    Layer(AreaLayer.ROAD, "城市道路区域", "City road areas", "municipal_works"),
    Layer(AreaLayer.FRONTAGE, "门前三包责任区", "Frontage responsibility areas", "urban_management"),
    Layer(AreaLayer.DEMOLITION, "拆迁区", "Demolition areas", "housing"),
    Layer(AreaLayer.CONSTRUCTION, "建设工地", "Construction sites", "housing"),
    Layer(AreaLayer.GREEN, "绿地", "Green space", "landscaping"),
    Layer(AreaLayer.WATER, "水域", "Water", "water_affairs"),
)
# Scenic spots, heritage and resident central units are named there; the other twenty are this product's choice.
THEMATIC_LAYERS = (
    Layer("scenic", "旅游景区", "Scenic spots", "culture"),
    Layer("heritage", "文物保护单位", "Heritage sites", "culture"),
    Layer("central_unit", "驻区中央和市属单位", "Resident central and municipal units"),
    Layer("school", "学校", "Schools"),
    Layer("hospital", "医院", "Hospitals"),
    Layer("clinic", "社区卫生服务站", "Community health stations"),
    Layer("market", "市场", "Markets"),
    Layer("park", "公园", "Parks", "landscaping"),
    Layer("toilet", "公共厕所", "Public toilets", "sanitation"),
    Layer("refuse", "垃圾转运站", "Refuse stations", "sanitation"),
    Layer("car_park", "停车场", "Car parks", "traffic"),
    Layer("charging", "充电站", "Charging stations", "power"),
    Layer("petrol", "加油站", "Petrol stations"),
    Layer("bus_stop", "公交站", "Bus stops", "traffic"),
    Layer("metro", "地铁站", "Metro stations"),
    Layer("railway", "铁路", "Railways", "traffic"),
    Layer("bridge", "桥梁", "Bridges", "municipal_works"),
    Layer("fire_station", "消防救援站", "Fire stations", "fire"),
    Layer("police_post", "派出所", "Police stations", "police"),
    Layer("service_point", "社区服务站", "Community service points"),
    Layer("elderly", "养老服务驿站", "Elderly care stations", "civil_affairs"),
    Layer("sport", "体育场地", "Sports grounds"),
    Layer("evacuation", "应急避难场所", "Evacuation grounds", "emergency"),
)


def features(plan: Plan) -> Mapping[str, list[Drawn]]:
    """What is drawn in each layer, by the layer's code."""
    made: dict[str, list[Drawn]] = {code: list(_of_plots(plan, code)) for code in plan.plots}
    gardens = made.pop("garden", [])
    avenues = avenue_names(plan)
    made |= {
        AreaLayer.ROAD: _numbered("A", avenues, plan.roads),
        AreaLayer.FRONTAGE: _numbered(
            "F", [_ended(one, "门前责任区", "Frontages") for one in avenues], plan.frontages
        ),
        AreaLayer.GREEN: [Drawn("P1", names.PARK, plan.park.difference(plan.lake)), *gardens],
        AreaLayer.WATER: [Drawn("W1", names.RIVER, plan.river), Drawn("W2", names.LAKE, plan.lake)],
        "park": [Drawn("P1", names.PARK, plan.park), *gardens],
        "railway": [Drawn("R1", names.RAILWAY, plan.railway), Drawn("R2", names.STATION, plan.station)],
        "bridge": [
            Drawn(f"B{place + 1}", _ended(avenues[place], "跨河桥", "Bridge"), shape)
            for place, shape in plan.bridges.items()
        ],
    }
    made["scenic"] = [Drawn("P1", names.PARK, plan.park), *made.get("scenic", [])]
    made["charging"] = [
        Drawn(f"E{n}", _ended(one.name, "充电站", "Charging"), one.shape.centroid)
        for n, one in enumerate(made["car_park"], start=1)
        if n % 2
    ]
    shelters = [*gardens[::2], *made["sport"], *made["school"][::SHELTERS]]
    made["evacuation"] = [
        Drawn(f"V{n}", _ended(one.name, "应急避难场所", "Evacuation Ground"), one.shape)
        for n, one in enumerate([Drawn("P1", names.PARK, plan.park), *shelters], start=1)
    ]
    main = [to_metres(one.line) for one in plan.avenues if one.is_main]
    made["bus_stop"] = _stops(plan, "H", main, BUS_STOP_M, (15.0, -15.0), ("公交站", "Bus Stop"))
    made["metro"] = _stops(plan, "M", main[:METRO_LINES], METRO_M, (0.0,), ("地铁站", "Metro Station"))
    made["toilet"] = _toilets(plan)
    return made


def avenue_names(plan: Plan) -> list[Name]:
    """Names of the plan's avenues, in their order."""
    return names.avenue_names(plan.size.communities, [one.is_main for one in plan.avenues])


def lane_names(plan: Plan) -> list[list[Name]]:
    """Names of the plan's lanes, by community."""
    lanes = [(street, lanes) for street, of_street in enumerate(plan.lanes) for lanes in of_street]
    return names.lane_names([len(one) for _, one in lanes], [street in plan.size.old for street, _ in lanes])


def _of_plots(plan: Plan, code: str) -> Iterator[Drawn]:
    ends = next(kind.ends for kind in KINDS if kind.code == code)
    words = names.communities(plan.size.communities)
    for n, plot in enumerate(plan.plots[code]):
        yield Drawn(f"{n + 1}", _ended(words[plot.community], *ends[n % len(ends)]), plot.area)


def _stops(
    plan: Plan, letter: str, lines: Sequence[LineString], every_m: float, sides: Sequence[float], end: Name
) -> list[Drawn]:
    """Stops along lines, on each of the sides; each is called after the community it lies in."""
    of_line, along = every(lines, every_m, np.full(len(lines), 0.5))
    points = [Point(at) for off in sides for at in beside(lines, of_line, along, np.full(len(along), off))]
    stops = [to_degrees(point) for point in points if plan.district.contains(to_degrees(point))]
    tree = shapely.STRtree([face for street in plan.communities for face in street])
    words = names.communities(plan.size.communities)
    called = [_ended(words[int(place)], *end) for place in tree.nearest(stops)]
    return _numbered(letter, called, stops)


def _toilets(plan: Plan) -> list[Drawn]:
    words = names.communities(plan.size.communities)
    lanes = [[to_metres(lane) for lane in of_one] for street in plan.lanes for of_one in street]
    return [
        Drawn(
            f"T{2 * place + number}",
            _ended(word, f"{number}号公厕", f"Public Toilet {number}"),
            to_degrees(lane[which].interpolate(share, normalized=True)),
        )
        for place, (word, lane) in enumerate(zip(words, lanes, strict=True))
        for number, (which, share) in enumerate(TOILETS, start=1)
    ]


def _numbered(letter: str, called: Sequence[Name], shapes: Iterable[BaseGeometry]) -> list[Drawn]:
    return [Drawn(f"{letter}{n}", name, shape) for n, (name, shape) in enumerate(zip(called, shapes, strict=False), 1)]


def _ended(name: Name, zh: str, en: str) -> Name:
    return name[0] + zh, f"{name[1]} {en}"
