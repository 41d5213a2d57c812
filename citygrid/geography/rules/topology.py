"""Does a layer still fit together after a change? Only what the change touches is looked at.

Strips narrower than `TOLERANCE_M` pass: they come from rounding in other programs, not from a border drawn wrongly.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from citygrid.geography.choices import Fault
from citygrid.geography.rules.validation import is_wide, measure

TOLERANCE_M = 0.1
SLIVER_M = 2.0  # an enclosed gap narrower than this was not meant; a wider one may be a yard
EDGE_DEGREES = 1e-5  # about 1 m: how far over the border of a jurisdiction a feature may reach
Outlines = Mapping[str, BaseGeometry]


@dataclass(frozen=True, slots=True)
class Spot:
    """A fault of topology: of which feature, which other code or how much, and the region where it is."""

    code: str
    fault: Fault
    detail: str
    region: BaseGeometry


def outside(shapes: Outlines, reach: BaseGeometry) -> Iterator[Spot]:
    """Features that are not inside the areas of a post."""
    near = reach.buffer(EDGE_DEGREES)
    shapely.prepare(near)
    for code, geometry in shapes.items():
        if not near.covers(geometry):
            yield Spot(code, Fault.OUTSIDE_REACH, "", geometry.difference(reach))


def overlaps(changed: Outlines, siblings: Outlines) -> Iterator[Spot]:
    """Changed features that lie over each other or over one that stays; each pair once."""
    codes = [*changed, *siblings]
    geometries = [*changed.values(), *siblings.values()]
    tree = shapely.STRtree(geometries)
    for number, (code, geometry) in enumerate(changed.items()):
        for other in sorted(tree.query(geometry, predicate="intersects").tolist()):
            if other > number and is_wide(common := geometry.intersection(geometries[other]), TOLERANCE_M):
                yield Spot(code, Fault.OVERLAID, f"{codes[other]}, {measure(common)}", common)


def slivers(changed: Outlines, siblings: Outlines) -> Iterator[Spot]:
    """Enclosed gaps between a changed feature and its neighbours that are too narrow to be meant."""
    everything = shapely.union_all([*changed.values(), *siblings.values()])
    for polygon in shapely.get_parts(everything):
        for ring in polygon.interiors:
            gap = shapely.Polygon(ring)
            beside = [code for code, geometry in changed.items() if geometry.distance(gap) < EDGE_DEGREES / 100]
            if beside and is_wide(gap, TOLERANCE_M) and not is_wide(gap, SLIVER_M):
                yield Spot(beside[0], Fault.GAP, measure(gap), gap)


def uncovered(parents: Outlines, everything: Sequence[BaseGeometry]) -> Iterator[Spot]:
    """Parts of areas that a layer must cover and does not; the code is that of the area."""
    cover = shapely.union_all(list(everything))
    for code, area in parents.items():
        for part in shapely.get_parts(area.difference(cover)):
            if is_wide(part, TOLERANCE_M):
                yield Spot(code, Fault.GAP, measure(part), part)


def touched(areas: Outlines, shapes: Iterable[BaseGeometry]) -> dict[str, BaseGeometry]:
    """The areas that share more than a border with one of the shapes."""
    given = list(shapes)
    tree = shapely.STRtree(given)
    return {
        code: area
        for code, area in areas.items()
        if any(area.intersection(given[n]).area > 0 for n in tree.query(area, predicate="intersects").tolist())
    }
