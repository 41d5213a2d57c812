"""Places to report from: beside a lane or an avenue, on the river bank, in a park."""

from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import substring

from citygrid.geography.choices import AreaLayer
from citygrid.simulator.rules.layers import avenue_names, features, lane_names
from citygrid.simulator.rules.names import RIVER
from citygrid.simulator.rules.plan import Plan
from citygrid.simulator.rules.sheet import one_of

METRE = 1 / 111_000  # in degrees, near enough for a spot
BESIDE = ("门前", "对面", "旁", "东侧", "路口", "")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to report from, in WGS-84 degrees, with its address in words."""

    lon: float
    lat: float
    address: str


class Places:
    """Draws spots of a plan, at random."""

    def __init__(self, plan: Plan, rng: Random) -> None:
        self.rng = rng
        self.inside = plan.district.buffer(-15 * METRE)
        self.banks = plan.river.exterior
        lanes = [lane for street in plan.lanes for lanes in street for lane in lanes]
        named = [zh for community in lane_names(plan) for zh, _ in community]
        self.lanes = list(zip(lanes, named, strict=True))
        self.avenues = [(one.line, zh) for one, (zh, _) in zip(plan.avenues, avenue_names(plan), strict=True)]
        self.greens = [(one_of(Polygon, one.shape), one.name[0]) for one in features(plan)[AreaLayer.GREEN]]

    def spot(self, kind: str) -> Spot:
        """A spot of a kind: "water", "green", or "" for anywhere beside a lane or an avenue."""
        if kind == "water":
            return self._beside(self.banks, f"{RIVER[0]}岸边步道", 2)
        if kind == "green":
            area, name = self.rng.choice(self.greens)
            edge = area.exterior.interpolate(self.rng.random(), normalized=True)
            inward = substring(LineString([edge, area.centroid]), 0, 0.4, normalized=True)
            return self._beside(one_of(LineString, inward), f"{name}内", 0)
        line, name = self.rng.choice(self.lanes if self.rng.random() < 0.75 else self.avenues)
        along = self.rng.random()
        number = int(along * line.length / METRE / 6) * 2 + self.rng.choice((1, 2))
        return self._beside(line, f"{name}{number}号{self.rng.choice(BESIDE)}", 8, along)

    def _beside(self, line: shapely.LineString, address: str, metres: float, along: float | None = None) -> Spot:
        """A point of the line, up to so many metres off it, inside the district."""
        while True:
            share = self.rng.random() * 0.9 if along is None else along
            base = line.interpolate(share, normalized=True)
            turn, off = self.rng.uniform(0, 2 * pi), self.rng.uniform(0, metres) * METRE
            point = Point(round(base.x + off * cos(turn), 6), round(base.y + off * sin(turn), 6))
            if self.inside.contains(point):
                return Spot(point.x, point.y, address)
            along = None  # the end of an avenue lies on the border
