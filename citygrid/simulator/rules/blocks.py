"""What lies inside a community, in metres: its lanes, and the plots of schools, markets, gardens between them."""

from dataclasses import dataclass
from math import ceil, cos, pi, sin
from random import Random

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from citygrid.simulator.rules.sheet import STEP_M, Box, axes, longest

SHORTEST_M = 70.0
FROM_AVENUES_M, INNER_SHARE = 45.0, 0.6  # most of a lane runs so far from the avenues around
DEAD_ENDS = 0.2  # share of lanes that end between the houses
TRIES = 40
SCALES = (1.0, 0.85, 0.7, 0.55, 0.4)  # a plot that finds no room is made smaller
Ground = Polygon | MultiPolygon


def lay_lanes(rng: Random, face: Polygon, ground: Ground, count: int, *, is_family: bool) -> list[LineString]:
    """`count` lanes: a family runs side by side with one across; others run as often one way as the other."""
    along = count - 1 if is_family else ceil(count / 2)
    site, stray = _Site(axes(face), ground, face.buffer(-FROM_AVENUES_M)), 0.1 if is_family else 0.25
    return [
        site.lane(rng, turn, (n + 0.5) / of_turn, stray / of_turn)
        for turn, of_turn in enumerate((along, count - along))
        for n in range(of_turn)
    ]


@dataclass(frozen=True, slots=True)
class _Site:
    """Where the lanes of a community are laid: its box, the free ground, and the part well off its borders."""

    box: Box
    ground: Ground
    inner: BaseGeometry

    def lane(self, rng: Random, turn: int, share: float, stray: float) -> LineString:
        """A lane along (turn 0) or across the community at about this share of its breadth; the best of some tries."""
        best, most = LineString(), -1.0
        for attempt in range(TRIES):
            lane = longest(self._line(rng, turn, share + rng.uniform(-stray, stray) * (1 + attempt / 4)) & self.ground)
            length = (lane & self.inner).length
            if length > most:
                best, most = lane, length
            if most > max(SHORTEST_M, INNER_SHARE * best.length):
                break
        if rng.random() < DEAD_ENDS and best.length > 3 * SHORTEST_M:
            best = substring(best, 0, rng.uniform(0.5, 0.8), normalized=True)
        return shapely.segmentize(best, STEP_M)

    def _line(self, rng: Random, turn: int, share: float) -> LineString:
        (x, y), angle, length, breadth = self.box
        if turn:
            angle, length, breadth = angle + pi / 2, breadth, length
        off = (share - 0.5) * breadth
        bend = (rng.uniform(-0.2, 0.2) * length, off + rng.uniform(-14, 14))
        places = ((-0.6 * length, off), bend, (0.6 * length, off + rng.uniform(-8, 8)))
        return LineString(
            [(x + a * cos(angle) - o * sin(angle), y + a * sin(angle) + o * cos(angle)) for a, o in places]
        )


def fit_plot(rng: Random, ground: Ground, face: Polygon, long_m: float, wide_m: float) -> Polygon:
    """A rectangle along the community that lies on the ground, made smaller if need be; empty where none fits."""
    _, angle, _, _ = axes(face)
    seed = np.random.default_rng(rng.getrandbits(32))
    west, south, east, north = ground.bounds
    middles = seed.uniform((west, south), (east, north), (TRIES, 1, 2))
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    for scale in SCALES:
        plots = shapely.polygons(middles + (corners * (long_m, wide_m) * scale) @ turn)
        fitting = plots[shapely.contains(ground, plots)]
        if len(fitting):
            return fitting[0]
    return Polygon()
