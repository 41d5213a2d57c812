"""Coordinate frames at the edges of the platform: WGS-84, CGCS2000, GCJ-02 and BD-09.

Sources. GCJ-02: the offset polynomial of the published `wgtochina_lb` code (2010) on the Krasovsky 1940 ellipsoid.
BD-09: the published formula, a small rotation and scaling of GCJ-02 about the origin. CGCS2000: equal to WGS-84
within centimetres, so taken as equal. GCJ-02 and BD-09 exist in China only; elsewhere all frames are WGS-84.
Neither has a published inverse: ours iterates the forward formula until it meets the given point.
"""

from collections.abc import Callable
from math import pi

import numpy as np
from numpy.typing import NDArray

from citygrid.geography.choices import Frame

Points = NDArray[np.float64]

# Longitude and latitude between which the published GCJ-02 code applies its offset.
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
KRASOVSKY_RADIUS = 6378245.0
KRASOVSKY_ECCENTRICITY2 = 0.00669342162296594323
BD_TURN = pi * 3000.0 / 180.0
BD_SHIFT = np.array([0.0065, 0.006])
# The offset changes by less than 3 % of a step, so each round gains more than a decimal digit and a half.
INVERSE_ROUNDS = 8


def to_wgs84(lon: float, lat: float, frame: Frame) -> tuple[float, float]:
    """Degrees in `frame` to WGS-84 degrees, within 1e-9 degrees of the forward formula; outside China unchanged."""
    x, y = points_to_wgs84(np.array([[lon, lat]], dtype=float), frame)[0]
    return float(x), float(y)


def from_wgs84(lon: float, lat: float, frame: Frame) -> tuple[float, float]:
    """WGS-84 degrees to degrees in `frame`; outside China unchanged."""
    x, y = points_from_wgs84(np.array([[lon, lat]], dtype=float), frame)[0]
    return float(x), float(y)


def points_from_wgs84(points: Points, frame: Frame) -> Points:
    """An (n, 2) array of WGS-84 longitudes and latitudes in degrees, to `frame`."""
    shifted, inside = points.copy(), in_china(points)
    if forward := _FORWARD.get(frame):
        shifted[inside] = forward(points[inside])
    return shifted


def points_to_wgs84(points: Points, frame: Frame) -> Points:
    """An (n, 2) array of longitudes and latitudes in degrees in `frame`, to WGS-84."""
    found, inside = points.copy(), in_china(points)
    if forward := _FORWARD.get(frame):
        for _ in range(INVERSE_ROUNDS):
            found[inside] -= forward(found[inside]) - points[inside]
    return found


def in_china(points: Points) -> NDArray[np.bool_]:
    """Which of the (n, 2) points lie in the box where the offset applies; shape (n,)."""
    west, south, east, north = CHINA
    lon, lat = points[:, 0], points[:, 1]
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _gcj02(points: Points) -> Points:
    lon, lat = points[:, 0], points[:, 1]
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    # Metres to degrees by the radii of curvature of the meridian and of the prime vertical.
    slope = 1.0 - KRASOVSKY_ECCENTRICITY2 * np.sin(np.radians(lat)) ** 2
    meridian = KRASOVSKY_RADIUS * (1.0 - KRASOVSKY_ECCENTRICITY2) / slope**1.5
    parallel = KRASOVSKY_RADIUS / np.sqrt(slope) * np.cos(np.radians(lat))
    return np.column_stack([lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)])


def _bd09(points: Points) -> Points:
    shifted = _gcj02(points)
    lon, lat = shifted[:, 0], shifted[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_TURN)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]) + BD_SHIFT


_FORWARD: dict[Frame, Callable[[Points], Points]] = {Frame.GCJ02: _gcj02, Frame.BD09: _bd09}
