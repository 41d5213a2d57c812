"""Whether a photo fits the place and the time it is shown for, as far as the camera recorded them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from math import asin, cos, isfinite, radians, sin, sqrt
from typing import Any

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
# Wide enough for a phone that wrote GCJ-02 (up to 700 m off), narrow enough for another street.
FARTHEST_M = 1_000.0
OLDEST_MINUTES = 24 * 60
AHEAD_MINUTES = 10  # a clock that is a little fast
Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Metres and minutes between a photo and what it is shown for; None where the photo does not say.

    `minutes` is positive when the photo is older. `is_plausible`: nothing that is known contradicts.
    """

    distance_m: float | None
    minutes: float | None
    is_plausible: bool


def compare(
    taken_where: Position | None, taken_at: datetime | None, where: Position | None, at: datetime
) -> Comparison:
    """Compare a photo's position (lon, lat; WGS-84) and time with those of a report or a step."""
    distance = _metres(taken_where, where) if taken_where and where else None
    minutes = (at - taken_at).total_seconds() / 60 if taken_at else None
    is_near = distance is None or distance <= FARTHEST_M
    is_timely = minutes is None or -AHEAD_MINUTES <= minutes <= OLDEST_MINUTES
    return Comparison(distance, minutes, is_near and is_timely)


def instant(taken: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    """The time in EXIF (DateTimeOriginal, OffsetTimeOriginal); without an offset it is the time of `zone`.

    Or `iso_time`, the time of a film (ISO 8601). None when there is none, or when it is no time at all.
    """
    if told := taken.get("iso_time"):
        return _iso_instant(str(told), zone)
    text, offset = str(taken.get("time", ""))[:19], str(taken.get("offset", ""))[:6]
    try:
        if offset:
            return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z").astimezone(UTC)
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _iso_instant(text: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def position(taken: Mapping[str, Any]) -> Position | None:
    """The position (lon, lat; WGS-84) in EXIF's GPS tags; None when there is none, or none on this planet."""
    lon, lat = taken.get("lon"), taken.get("lat")
    if not isinstance(lon, float) or not isinstance(lat, float) or not (isfinite(lon) and isfinite(lat)):
        return None
    is_null_island = lon == lat == 0  # what a receiver without a fix writes
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 and not is_null_island else None


def _metres(one: Position, other: Position) -> float:
    """Great-circle distance by the haversine formula (R. W. Sinnott, 1984); within 0.6 % of the ellipsoid."""
    lon1, lat1, lon2, lat2 = map(radians, (*one, *other))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))
