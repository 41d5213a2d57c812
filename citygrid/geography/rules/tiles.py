"""Tiles of a web map (XYZ): which part of the earth one shows, and how it is cut into cells."""

from math import atan, degrees, pi, sinh
from typing import NamedTuple

DEEPEST = 20
CELL_STEPS = 5  # a cell is a tile of so many zooms deeper: 32 along an edge, one in eight pixels of 256


class Tile(NamedTuple):
    """A tile of the web mercator pyramid: zoom, column from the west, row from the north."""

    zoom: int
    x: int
    y: int

    @property
    def is_there(self) -> bool:
        """Whether the pyramid has it."""
        return 0 <= self.zoom <= DEEPEST and 0 <= self.x < 2**self.zoom and 0 <= self.y < 2**self.zoom

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees (WGS 84)."""
        return (*_corner(self.zoom, self.x, self.y + 1), *_corner(self.zoom, self.x + 1, self.y))

    def cells(self, zoom: int) -> tuple[int, int, int, int]:
        """First and last column, first and last row of its cells, where a cell is a tile of this deeper zoom."""
        size = 2 ** (zoom - self.zoom)
        return self.x * size, self.x * size + size - 1, self.y * size, self.y * size + size - 1


def _corner(zoom: int, x: int, y: int) -> tuple[float, float]:
    """The north-west corner of a tile: longitude and latitude. Spherical mercator, EPSG:3857."""
    return x / 2**zoom * 360 - 180, degrees(atan(sinh(pi * (1 - 2 * y / 2**zoom))))
