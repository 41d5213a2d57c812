"""Points beside lines, in metres, many at once."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString

Points = NDArray[np.float64]


def beside(
    lines: Sequence[LineString], of_line: NDArray[np.int64], along_m: NDArray[np.float64], off_m: NDArray[np.float64]
) -> Points:
    """A point for each place: which line, how far along it, how far off to the left (negative: to the right)."""
    taken = np.array(lines, dtype=object)[of_line]
    here = shapely.get_coordinates(shapely.line_interpolate_point(taken, along_m))
    back, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(taken, np.maximum(along_m + step, 0)))
        for step in (-1.0, 1.0)
    )
    way = ahead - back
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    return here + np.column_stack([-way[:, 1], way[:, 0]]) * off_m[:, None]


def every(
    lines: Sequence[LineString], every_m: float, start: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Places at this distance along each line: which line, and how far along; `start` is its first share."""
    lengths = shapely.length(np.array(lines, dtype=object))
    counts = np.maximum(np.floor(lengths / every_m + 1 - start), 0).astype(np.int64)
    of_line = np.repeat(np.arange(len(lines)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    along = (np.arange(len(of_line)) - first + np.repeat(start, counts)) * every_m
    return of_line, along
