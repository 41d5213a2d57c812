"""Which component a report is probably about: the nearest one of its category, in the same community."""

from collections import defaultdict
from collections.abc import Iterable
from math import hypot

from citygrid.simulator.rules.bend import PER_DEGREE

WITHIN_M = 50.0  # as far as the desk offers them
COMMUNITY = 12  # digits of its code: whoever sees a report there sees its components too

Placed = tuple[str, str, str, float, float]  # identifier, category, area, longitude, latitude


class Nearby:
    """The components of the district by category and community; finds the nearest."""

    def __init__(self, components: Iterable[Placed]) -> None:
        self.there: dict[tuple[str, str], list[tuple[str, float, float]]] = defaultdict(list)
        for component_id, category, area, lon, lat in components:
            self.there[category, area[:COMMUNITY]].append((component_id, lon, lat))

    def nearest(self, category: str, area: str, lon: float, lat: float) -> str:
        """Its identifier; "" where none of the category stands near enough."""
        found = self.there.get((category, area[:COMMUNITY]), ())
        # A community has a few of each category: there is nothing to index.
        away = [(_metres(there[0] - lon, there[1] - lat), component_id) for component_id, *there in found]
        metres, component_id = min(away, default=(WITHIN_M, ""))
        return component_id if metres < WITHIN_M else ""


def _metres(east: float, north: float) -> float:
    """How long a way of so many degrees is."""
    return hypot(east * PER_DEGREE[0], north * PER_DEGREE[1])
