"""The plan of the demo district in degrees: streets and communities that tile it exactly, avenues, lanes and plots."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import shapely
from shapely.affinity import scale
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from citygrid.simulator.rules.bend import Bend, to_degrees
from citygrid.simulator.rules.blocks import fit_plot, lay_lanes
from citygrid.simulator.rules.facilities import kinds_in
from citygrid.simulator.rules.sheet import Sheet, draw_sheet, lengthened, longest, one_of
from citygrid.simulator.rules.sizes import FULL, Size, shared

RIVER_HALF_M, RAILWAY_HALF_M = 24.0, 8.0
BANK_M, BESIDE_RAILWAY_M = 38.0, 24.0  # the roads along the river and the railway, from their middle
MAIN_HALF_M, SIDE_HALF_M, BANK_HALF_M = 18.0, 9.0, 7.0
LEAST_MAIN = 5  # where streets are few, the longest borders between communities become main avenues too
FRONTAGE_M = 14.0
FRONTAGES = 10  # as many avenues have shops on both sides
TERMINUS_M, STATION_M = (
    260.0,
    (320.0, 34.0),
)  # how far from the river the trains end; the station's length, half breadth
PARK_EDGE_M, PARK_SHARE = 45.0, 0.84
LAKE_SHARE, LAKE_ROUND_M = 0.42, 50.0


@dataclass(frozen=True, slots=True)
class Avenue:
    """An avenue by its centre line, and half its breadth; the main ones lie between streets."""

    line: LineString
    half_m: float
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Ground of a facility, and the community it lies in by its place from 0."""

    community: int
    area: Polygon


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything in WGS-84 degrees. `communities[i]` are those of `streets[i]`, north to south, west to east.

    `lanes` are by street and community; `roads[i]` is the ground of `avenues[i]`, `frontages[i]` lie along it,
    `bridges[i]` lead it across the river.
    The first avenues are the main ones, then those along the river and the railway.
    """

    size: Size
    district: Polygon
    streets: tuple[BaseGeometry, ...]
    communities: tuple[tuple[Polygon, ...], ...]
    avenues: tuple[Avenue, ...]
    lanes: tuple[tuple[tuple[LineString, ...], ...], ...]
    roads: tuple[BaseGeometry, ...]
    frontages: tuple[BaseGeometry, ...]
    river: Polygon
    bridges: Mapping[int, BaseGeometry]
    railway: LineString
    station: Polygon
    park: Polygon
    lake: Polygon
    plots: Mapping[str, tuple[Plot, ...]]


@lru_cache(maxsize=2)
def draw(seed: int, size: Size = FULL) -> Plan:
    """The plan of this seed; the same seed gives the same plan, to the last digit. The full size takes some 4 s."""
    rng = Random(f"plan {seed}")  # noqa: S311 - a drawing, no secret
    sheet = draw_sheet(rng, size)
    bend = Bend(rng)
    communities = tuple(tuple(to_degrees(bend.metres(face)) for face in street) for street in sheet.faces)
    streets = tuple(shapely.coverage_union_all(list(street)) for street in communities)
    return _Drawing(rng, size, sheet, bend).plan(communities, streets)


class _Drawing:
    """The bent sheet in metres, and what is drawn on it one after the other."""

    def __init__(self, rng: Random, size: Size, sheet: Sheet, bend: Bend) -> None:
        self.rng, self.size = rng, size
        self.faces = [[bend.metres(face) for face in street] for street in sheet.faces]
        self.whole = shapely.union_all([face for street in self.faces for face in street])
        self.middle = bend.metres(sheet.river)
        self.water = one_of(Polygon, self.middle.buffer(RIVER_HALF_M).intersection(self.whole))
        self.track = longest(bend.metres(sheet.railway).intersection(self.whole))
        self.railway = substring(self.track, TERMINUS_M, self.track.length)
        platforms = substring(self.railway, 0, STATION_M[0])
        self.station = one_of(Polygon, platforms.buffer(STATION_M[1], cap_style="flat"))
        self.avenues = self._avenues(sheet, bend)
        self.roads = [self._road(avenue) for avenue in self.avenues]
        self.park = self._park(max(self.faces[size.park], key=lambda face: face.area))
        self.lake = scale(self.park, LAKE_SHARE, LAKE_SHARE).buffer(-LAKE_ROUND_M).buffer(LAKE_ROUND_M)
        self.taken = shapely.union_all(
            [
                self.middle.buffer(BANK_M + BANK_HALF_M),
                self.railway.buffer(BESIDE_RAILWAY_M + BANK_HALF_M),
                self.station.buffer(10),
                self.park.buffer(8),
            ]
        )

    def plan(self, communities: tuple[tuple[Polygon, ...], ...], streets: tuple[BaseGeometry, ...]) -> Plan:
        lanes = self._lanes()
        plots = self._plots([lane for street in lanes for lane in street])
        wet = self.water.buffer(5)
        crossing = {place: road.intersection(wet) for place, road in enumerate(self.roads) if self._is_bridging(road)}
        return Plan(
            size=self.size,
            district=one_of(Polygon, shapely.coverage_union_all(list(streets))),
            streets=streets,
            communities=communities,
            avenues=tuple(Avenue(to_degrees(one.line), one.half_m, one.is_main) for one in self.avenues),
            lanes=tuple(tuple(tuple(map(to_degrees, community)) for community in street) for street in lanes),
            roads=tuple(to_degrees(_solid(road)) for road in self.roads),
            frontages=tuple(to_degrees(_solid(area)) for area in self._frontages()),
            river=to_degrees(self.water),
            bridges={place: to_degrees(_solid(one)) for place, one in crossing.items()},
            railway=to_degrees(self.railway),
            station=to_degrees(self.station),
            park=to_degrees(self.park),
            lake=to_degrees(self.lake),
            plots={
                code: tuple(Plot(one.community, to_degrees(one.area)) for one in found)
                for code, found in plots.items()
            },
        )

    def _avenues(self, sheet: Sheet, bend: Bend) -> list[Avenue]:
        more = sorted(sheet.side, key=lambda line: -line.length)[: max(0, LEAST_MAIN - len(sheet.main))]
        main = [
            bend.metres(_carried(longest(line.intersection(sheet.outline)), sheet)) for line in [*sheet.main, *more]
        ]
        main.sort(key=lambda line: -line.length)
        beside = [self.middle.offset_curve(BANK_M), self.middle.offset_curve(-BANK_M)]
        beside += [self.track.offset_curve(BESIDE_RAILWAY_M), self.track.offset_curve(-BESIDE_RAILWAY_M)]
        beside.append(substring(self.track, 0, TERMINUS_M))
        side = [longest(bend.metres(line).intersection(self.whole)) for line in sheet.side if line not in more]
        return [
            *(Avenue(line, MAIN_HALF_M, is_main=True) for line in main),
            *(Avenue(longest(line.intersection(self.whole)), BANK_HALF_M) for line in beside),
            *(Avenue(line, SIDE_HALF_M) for line in side),
        ]

    def _road(self, avenue: Avenue) -> BaseGeometry:
        """Its ground, without the river where it ends there."""
        ground = avenue.line.buffer(avenue.half_m, cap_style="flat").intersection(self.whole)
        return ground if self._is_bridging(ground) else ground.difference(self.water)

    def _frontages(self) -> list[BaseGeometry]:
        """Strips on both sides of the main avenues, off the other roads and the river."""
        free = self.whole.difference(shapely.union_all([*self.roads, self.middle.buffer(BANK_M)]))
        fronts = [one.line for one in self.avenues if one.is_main][:FRONTAGES]
        return [line.buffer(MAIN_HALF_M + FRONTAGE_M, cap_style="flat").intersection(free) for line in fronts]

    def _is_bridging(self, ground: BaseGeometry) -> bool:
        return ground.intersects(self.water) and len(shapely.get_parts(self.water.difference(ground))) > 1

    def _park(self, face: Polygon) -> Polygon:
        """The park fills the corner of its community that is farthest from the river."""
        inner = face.buffer(-PARK_EDGE_M).difference(self.middle.buffer(BANK_M + PARK_EDGE_M))
        corner = max(
            inner.minimum_rotated_rectangle.exterior.coords, key=lambda point: self.middle.distance(Point(point))
        )
        return one_of(Polygon, scale(inner, PARK_SHARE, PARK_SHARE, origin=corner).buffer(-30).buffer(30))

    def _lanes(self) -> list[list[list[LineString]]]:
        grounds = [[face.buffer(-9).difference(self.taken) for face in street] for street in self.faces]
        counts = iter(shared(self.size.lanes, [ground.area for street in grounds for ground in street]))
        return [
            [
                lay_lanes(self.rng, face, ground, next(counts), is_family=street in self.size.old)
                for face, ground in zip(faces, of_street, strict=True)
            ]
            for street, (faces, of_street) in enumerate(zip(self.faces, grounds, strict=True))
        ]

    def _plots(self, lanes: Sequence[Sequence[LineString]]) -> dict[str, list[Plot]]:
        """Plots between the lanes, off the roads and off one another."""
        plots: dict[str, list[Plot]] = defaultdict(list)
        for community, face in enumerate(face for street in self.faces for face in street):
            paths = shapely.union_all(list(lanes[community])).buffer(6, quad_segs=2)
            ground = face.buffer(-MAIN_HALF_M - 8).difference(self.taken).difference(paths)
            for kind in kinds_in(community):
                area = fit_plot(self.rng, ground, face, kind.long_m, kind.wide_m)
                if not area.is_empty:
                    plots[kind.code].append(Plot(community, area))
                    ground = ground.difference(area.buffer(6, quad_segs=1))
        return plots


def _carried(line: LineString, sheet: Sheet) -> LineString:
    """An avenue that ends at the railway, or from the west at the river, is led across to the road on the far side."""
    over = [(sheet.railway, BESIDE_RAILWAY_M + 4)]
    if line.centroid.x < sheet.river.centroid.x:
        over.append((sheet.river, BANK_M + 4))
    ends = [Point(line.coords[0]), Point(line.coords[-1])]
    first, last = (max(metres if barrier.distance(end) < 5 else 0.0 for barrier, metres in over) for end in ends)
    return lengthened(line, first, last)


def _solid(area: BaseGeometry) -> BaseGeometry:
    """An area without lines, points and needles thinner than half a metre, so that rounding leaves it valid."""
    return area.buffer(-0.25, join_style="mitre")
