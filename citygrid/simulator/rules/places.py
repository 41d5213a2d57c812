"""Places to report from: beside a lane or an avenue, on the river bank, in a park."""

from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

import shapely
from shapely.geometry import LineString, Point

from citygrid.simulator.rules.names import AVENUES, GARDENS, PARK, RIVER, lane_names
from citygrid.simulator.rules.plan import Plan

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
        names = iter(lane_names())
        self.lanes = [(lane, next(names)[0]) for street in plan.lanes for lanes in street for lane in lanes]
        self.avenues = [(avenue, zh) for avenue, (zh, _) in zip(plan.avenues, AVENUES, strict=False)]
        self.greens = list(zip((plan.park, *plan.gardens), (zh for zh, _ in (PARK, *GARDENS)), strict=True))

    def spot(self, kind: str) -> Spot:
        """A spot of a kind: "water", "green", or "" for anywhere beside a lane or an avenue."""
        if kind == "water":
            return self._beside(self.banks, f"{RIVER[0]}岸边步道", 2)
        if kind == "green":
            area, name = self.rng.choice(self.greens)
            centre = area.centroid
            return self._beside(
                LineString([centre, area.exterior.interpolate(self.rng.random(), normalized=True)]), f"{name}内", 0
            )
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
