"""From the flat sheet to the globe: bent by some long waves and a turn, then in degrees.

One smooth function bends all, each point the same way, so that no avenue is straight and the borders still agree.
"""

from math import cos, pi, radians, sin
from random import Random
from typing import TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from citygrid.simulator.rules.sheet import STEP_M

WEST, SOUTH = 109.52, 38.86  # where the sheet lies: open country, so that nobody's streets are covered
PER_DEGREE = np.array([111_320.0 * cos(radians(SOUTH)), 110_990.0])
G = TypeVar("G", bound=BaseGeometry)


class Bend:
    """Bends the sheet; neighbours keep every common point."""

    def __init__(self, rng: Random) -> None:
        self.waves = [
            (
                rng.uniform(35, 60) / n,
                2 * pi * n / rng.uniform(2_400, 3_400),
                rng.uniform(0, 2 * pi),
                rng.uniform(0, pi),
            )
            for n in (1, 1, 2)
        ]
        turn = radians(rng.uniform(-9, -4))
        self.turn = np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])

    def metres(self, geometry: G) -> G:
        """The geometry bent."""
        dense = shapely.segmentize(geometry, STEP_M) if geometry.geom_type == "LineString" else geometry
        return shapely.transform(dense, self._move)

    def _move(self, points: np.ndarray) -> np.ndarray:
        x, y = points.T
        dx = sum(height * np.sin(rate * y + phase) for height, rate, phase, _ in self.waves)
        dy = sum(height * np.sin(rate * x + phase) for height, rate, _, phase in self.waves)
        return np.column_stack([x + dx, y + dy]) @ self.turn


def to_degrees(geometry: G) -> G:
    """From metres of the sheet to WGS-84 degrees, rounded to about a centimetre (equal points stay equal)."""
    return shapely.transform(geometry, lambda points: np.round([WEST, SOUTH] + points / PER_DEGREE, 7))


def to_metres(geometry: G) -> G:
    """From WGS-84 degrees to metres of the sheet."""
    return shapely.transform(geometry, lambda points: (points - [WEST, SOUTH]) * PER_DEGREE)
