"""Where the components of the demo district stand: lamps, trees and covers along its lines, things at its facilities.

Rows of a table say what stands where and how far apart. Distances along lines are stretched by one factor, so that
there are as many components as are wanted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPoint
from shapely.geometry.base import BaseGeometry

from citygrid.simulator.rules.bend import to_degrees, to_metres
from citygrid.simulator.rules.beside import Points, beside, every
from citygrid.simulator.rules.layers import features
from citygrid.simulator.rules.plan import BANK_HALF_M, MAIN_HALF_M, SIDE_HALF_M, Plan

LANE_HALF_M = 2.5
MORE = 1.1  # as many more are placed than wanted, some of which lie outside or in the water
AROUND_M, CORNERS_M = (0.0, 7.0), (15.0, 23.0)  # how far from the middle of a facility, and of a crossing


@dataclass(frozen=True, slots=True)
class Along:
    """A category beside lines: so far apart on main and other avenues, lanes and banks (0: not there).

    `off` is in half breadths from the middle: 1 is the kerb; `is_both` puts them on both sides.
    """

    code: str
    main: float = 0
    side: float = 0
    lane: float = 0
    bank: float = 0
    off: float = 0.0
    is_both: bool = False


# Categories of GB/T 47678.5-2026, in metres.
ALONG = (
    Along("04002", 13, 17, 0, 15, off=0.86, is_both=True),  # street trees
    Along("04011", 60, 0, 0, 0, off=0.86),  # tree pits
    Along("01037", 32, 38, 48, 40, off=0.95, is_both=True),  # street lamps
    Along("01001", 60, 70, 85, 0, off=0.3),  # manhole covers: water supply
    Along("01002", 42, 48, 42, 90, off=-0.2),  # sewage
    Along("01003", 45, 50, 60, 0, off=0.15),  # stormwater
    Along("01004", 30, 38, 60, 70, off=0.8, is_both=True),  # grates
    Along("01005", 70, 90, 150, 0, off=-0.5),  # power
    Along("01006", 130, 160, 0, 0, off=0.7),  # lamps
    Along("01007", 65, 80, 120, 0, off=0.5),  # telecom
    Along("01008", 0, 210, 230, 0, off=-0.6),  # cable television
    Along("01009", 0, 230, 0, 0, off=-0.4),  # network
    Along("01010", 110, 130, 180, 0, off=0.45),  # heating
    Along("01011", 90, 105, 115, 0, off=-0.35),  # gas
    Along("01012", 260, 0, 0, 0, off=0.6),  # public security
    Along("01014", 210, 0, 0, 160, off=0.85),  # irrigation
    Along("01017", 0, 280, 0, 0, off=0.55),  # cables
    Along("01018", 0, 0, 130, 0, off=0.8),  # septic tanks
    Along("01019", 190, 0, 0, 0, off=-0.7),  # reclaimed water
    Along("01023", 0, 0, 700, 0, off=0.1),  # whose, nobody knows
    Along("01013", 120, 130, 200, 0, off=0.95),  # hydrants
    Along("01030", 0, 0, 75, 0, off=-1.0),  # power poles
    Along("01031", 0, 0, 120, 0, off=1.0),  # telecom poles
    Along("01027", 0, 360, 900, 0, off=1.1),  # cross-connection cabinets
    Along("01048", 0, 430, 750, 0, off=1.1),  # transformers
    Along("01060", 520, 720, 0, 0, off=1.05),  # lamp distribution boxes
    Along("01050", 200, 270, 430, 300, off=1.0),  # cameras
    Along("01040", 1_000, 0, 0, 0, off=0.95),  # news kiosks
    Along("01042", 1_000, 1_600, 0, 0, off=0.95),  # letter boxes
    Along("01046", 0, 0, 420, 0, off=2.2),  # fitness equipment
    Along("01075", 0, 0, 520, 0, off=2.0),  # parcel lockers
    Along("01059", 0, 0, 900, 0, off=1.8),  # used-clothes bins
    Along("02010", 85, 120, 0, 0, off=1.0, is_both=True),  # traffic signs
    Along("02017", 130, 0, 0, 0, off=0.0),  # guardrails
    Along("02021", 0, 110, 0, 0, off=1.0),  # bollards
    Along("02025", 190, 270, 0, 0, off=1.0),  # parking of bicycles
    Along("02026", 550, 0, 0, 0, off=1.0),  # their rental
    Along("02038", 0, 0, 52, 0, off=1.3, is_both=True),  # house numbers
    Along("02043", 0, 0, 600, 0, off=0.0),  # speed bumps
    Along("03005", 60, 90, 110, 75, off=0.98),  # litter bins
    Along("03006", 320, 0, 0, 0, off=1.1),  # advertisements
    Along("03007", 60, 110, 0, 0, off=1.2, is_both=True),  # shop signs
    Along("03008", 0, 0, 620, 0, off=1.5),  # notice boards
    Along("04007", 220, 0, 0, 85, off=1.0),  # benches
    Along("01039", 0, 0, 0, 55, off=-0.95),  # landscape lamps
    Along("01070", 0, 0, 0, 40, off=1.6, is_both=True),  # guardrails of the river
    Along("01073", 0, 0, 0, 360, off=1.7),  # outfalls
    Along("02030", 0, 0, 0, 420, off=1.5),  # signs of the river
)
# So many at each feature of a layer, around it.
AT: Mapping[str, tuple[tuple[str, int], ...]] = {
    "toilet": (("03001", 1), ("03002", 1)),
    "refuse": (("03004", 1), ("03014", 1)),
    "car_park": (("02001", 1), ("02003", 1), ("01054", 6)),
    "bus_stop": (("02004", 1), ("01032", 1)),
    "metro": (("02032", 4), ("02034", 2)),
    "petrol": (("05003", 1),),
    "heritage": (("05009", 1), ("02037", 1), ("04001", 1)),
    "scenic": (("02040", 3), ("01064", 1)),
    "police_post": (("02039", 2),),
    "evacuation": (("02035", 2),),
    "bridge": (("02009", 1),),
    "school": (("02017", 2), ("02033", 1)),
    "service_point": (("03008", 1), ("01065", 1)),
}
# So many at each crossing with a main avenue.
AT_CROSSINGS = (("02014", 4), ("01015", 1), ("02012", 2), ("02034", 2), ("01050", 1))
# So many on a hectare of the park, and of a garden.
ON_GREEN = (
    *(("04003", 3.0, 30.0), ("04007", 0.8, 12.0), ("01039", 1.0, 8.0), ("03005", 0.5, 6.0), ("04008", 0.3, 4.0)),
    *(("04005", 0.2, 8.0), ("04006", 0.1, 0.0), ("04001", 0.2, 0.0), ("04009", 0.2, 2.0), ("01014", 0.4, 3.0)),
)
Standing = tuple[str, float, float]  # category, longitude, latitude


def stand(plan: Plan, rng: Random) -> list[Standing]:
    """As many components as the plan's size wants, no two of a category at one place."""
    dice = np.random.default_rng(rng.getrandbits(64))
    fixed = [*_at_facilities(plan, dice), *_at_crossings(plan, dice), *_on_green(plan, dice)]
    wanted = plan.size.components - len(fixed)
    along = list(dict.fromkeys(_along(plan, dice, wanted)))
    kept = sorted(rng.sample(range(len(along)), wanted))
    return [*fixed, *(along[n] for n in kept)]


def _along(plan: Plan, dice: np.random.Generator, wanted: int) -> Iterator[Standing]:
    lines = _lines(plan)
    rows = [(row, kind, apart) for row in ALONG for kind in lines if (apart := getattr(row, kind)) > 0]
    lengths = {kind: sum(line.length for line in of_kind) for kind, (of_kind, _) in lines.items()}
    usual = sum(lengths[kind] / apart * (1 + row.is_both) for row, kind, apart in rows)
    stretch = usual / (wanted * MORE)
    for row, kind, apart in rows:
        of_kind, half_m = lines[kind]
        for sign in (1, -1) if row.is_both else (1,):
            of_line, along = every(of_kind, apart * stretch, dice.uniform(0, 1, len(of_kind)))
            along = along + dice.uniform(-0.1, 0.1, len(along)) * min(apart, 20)
            off = np.full(len(along), row.off * half_m * sign) + dice.uniform(-0.3, 0.3, len(along))
            yield from _inside(plan, row.code, beside(of_kind, of_line, along, off))


def _lines(plan: Plan) -> Mapping[str, tuple[list[LineString], float]]:
    """Lines by kind in metres, and half their breadth."""
    made: dict[str, tuple[list[LineString], float]] = {
        "main": ([], MAIN_HALF_M),
        "side": ([], SIDE_HALF_M),
        "bank": ([], BANK_HALF_M),
        "lane": ([to_metres(lane) for street in plan.lanes for lanes in street for lane in lanes], LANE_HALF_M),
    }
    kinds = {SIDE_HALF_M: "side", BANK_HALF_M: "bank"}
    for avenue in plan.avenues:
        made["main" if avenue.is_main else kinds[avenue.half_m]][0].append(to_metres(avenue.line))
    return {kind: (lines, half_m) for kind, (lines, half_m) in made.items() if lines}


def _at_facilities(plan: Plan, dice: np.random.Generator) -> Iterator[Standing]:
    of_layer = features(plan)
    for layer, things in AT.items():
        middles = shapely.get_coordinates([to_metres(one.shape.representative_point()) for one in of_layer[layer]])
        yield from _around(plan, middles, things, AROUND_M, dice)


def _at_crossings(plan: Plan, dice: np.random.Generator) -> Iterator[Standing]:
    """Where another avenue ends at a main one."""
    main = shapely.union_all([to_metres(one.line) for one in plan.avenues if one.is_main]).buffer(3)
    ends = shapely.points([end for one in plan.avenues for end in _ends(to_metres(one.line)) if not one.is_main])
    inner = to_metres(plan.district).buffer(-30)
    crossings = ends[shapely.intersects(main, ends) & shapely.contains(inner, ends)]
    yield from _around(plan, shapely.get_coordinates(crossings), AT_CROSSINGS, CORNERS_M, dice)


def _ends(line: LineString) -> Sequence[tuple[float, ...]]:
    return line.coords[0], line.coords[-1]


def _around(
    plan: Plan,
    middles: Points,
    things: Sequence[tuple[str, int]],
    between_m: tuple[float, float],
    dice: np.random.Generator,
) -> Iterator[Standing]:
    for code, count in things:
        spots = np.repeat(middles, count, axis=0)
        turn, off = dice.uniform(0, 2 * np.pi, len(spots)), dice.uniform(*between_m, len(spots))
        yield from _inside(plan, code, spots + np.column_stack([np.cos(turn), np.sin(turn)]) * off[:, None])


def _on_green(plan: Plan, dice: np.random.Generator) -> Iterator[Standing]:
    gardens = [plot.area for plot in plan.plots["garden"]]
    for code, in_park, in_garden in ON_GREEN:
        for area, per_hectare in [(plan.park.difference(plan.lake), in_park), *((one, in_garden) for one in gardens)]:
            yield from _inside(plan, code, _scattered(to_metres(area), per_hectare, dice))


def _scattered(area: BaseGeometry, per_hectare: float, dice: np.random.Generator) -> Points:
    west, south, east, north = area.bounds
    count = int((east - west) * (north - south) / 10_000 * per_hectare)
    spots = dice.uniform((west, south), (east, north), (count, 2))
    return spots[shapely.contains_xy(area, *spots.T)]


def _inside(plan: Plan, code: str, points: Points) -> Iterator[Standing]:
    """The points in degrees, without those outside the district."""
    spots = shapely.get_coordinates(to_degrees(MultiPoint(points)))
    for lon, lat in spots[shapely.contains_xy(plan.district, *spots.T)].tolist():
        yield code, lon, lat
