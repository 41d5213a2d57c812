"""How large the demo district is: everything that is counted, as data."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """A size of the district. `quarters` are the communities of each street: west of the river, north and south of
    the railway. `park` is the street, and `old` are the streets with families of lanes, each by its place from 0.
    """

    width_m: float
    height_m: float
    quarters: tuple[tuple[int, ...], ...]
    park: int
    park_weight: int  # how many usual communities the one with the park is as large as
    old: tuple[int, ...]
    lanes: int
    unit_grid_m: float
    duty_grids: int
    social_grids: int
    components: int
    of_patrol: int  # communities
    desks: tuple[tuple[str, int], ...]  # how many acceptors, shift leaders and dispatchers

    @property
    def communities_of(self) -> tuple[int, ...]:
        """How many communities each street has."""
        return tuple(count for quarter in self.quarters for count in quarter)

    @property
    def communities(self) -> int:
        return sum(self.communities_of)


FULL = Size(
    width_m=6_000.0,
    height_m=7_000.0,
    quarters=((12, 9, 11, 10, 8, 12), (13, 9, 12, 7, 11, 11), (14, 10, 15, 12, 11)),
    park=6,
    park_weight=4,
    old=(8, 9, 12, 13),
    lanes=832,
    unit_grid_m=142.0,
    duty_grids=374,
    social_grids=589,
    components=40_000,
    of_patrol=8,
    desks=(("acceptor", 8), ("leader", 3), ("dispatcher", 6)),
)
SMALL = Size(
    width_m=3_600.0,
    height_m=2_700.0,
    quarters=((6,), (7,), (7,)),
    park=1,
    park_weight=2,
    old=(2,),
    lanes=84,
    unit_grid_m=142.0,
    duty_grids=40,
    social_grids=62,
    components=2_000,
    of_patrol=5,
    desks=(("acceptor", 3), ("leader", 2), ("dispatcher", 2)),
)
SIZES = (FULL, SMALL)


def shared(total: int, weights: Sequence[float]) -> list[int]:
    """`total` shared out so that each gets as many as any other, the heaviest one more until none is left."""
    each, rest = divmod(total, len(weights))
    heaviest = set(sorted(range(len(weights)), key=lambda place: -weights[place])[:rest])
    return [each + (place in heaviest) for place in range(len(weights))]
