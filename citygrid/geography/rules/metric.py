"""Metres near a place, by a linear map of degrees: straight stays straight, tilings stay exact."""

from math import cos, radians
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

AnyGeometry = TypeVar("AnyGeometry", bound=BaseGeometry)

WGS84_RADIUS = 6378137.0
WGS84_ECCENTRICITY2 = 0.00669437999014


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres of one degree of longitude and of latitude at `lat` degrees.

    Radii of curvature of the WGS-84 ellipsoid (any geodesy text); good to 1e-4 within some 10 km of that latitude.
    """
    slope = 1.0 - WGS84_ECCENTRICITY2 * np.sin(radians(lat)) ** 2
    east = radians(1.0) * WGS84_RADIUS / slope**0.5 * cos(radians(lat))
    north = radians(1.0) * WGS84_RADIUS * (1.0 - WGS84_ECCENTRICITY2) / slope**1.5
    return float(east), float(north)


def in_metres(geometry: AnyGeometry, lat: float) -> AnyGeometry:
    """The geometry in metres from longitude 0, latitude 0, true to scale near `lat`. Areas are then square metres."""
    scale: NDArray[np.float64] = np.array(metres_per_degree(lat))
    scaled: AnyGeometry = shapely.transform(geometry, lambda points: points * scale)
    return scaled


def middle_latitude(geometry: BaseGeometry) -> float:
    """Latitude of the middle of the bounding box, in degrees."""
    _, south, _, north = geometry.bounds
    return float((south + north) / 2)
