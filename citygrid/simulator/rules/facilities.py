"""What stands on plots of its own in the district: how many of each kind there are, how large, what it is called."""

from dataclasses import dataclass

from citygrid.simulator.rules.names import Name


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plot: one for so many communities, metres along and across, and what follows the community's name."""

    code: str
    one_for: int
    long_m: float
    wide_m: float
    ends: tuple[Name, ...]  # taken in turn


# The large ones first: they find room before it is taken.
KINDS = (
    Kind("hospital", 45, 150, 110, (("医院", "Hospital"),)),
    Kind("scenic", 30, 130, 100, (("旧园", "Old Garden"), ("古镇街", "Old Town"))),
    Kind("demolition", 47, 120, 100, (("片区拆迁区", "Demolition Area"),)),
    Kind("sport", 14, 110, 70, (("体育场", "Sports Ground"),)),
    Kind("school", 4, 110, 80, (("小学", "Primary School"), ("小学", "Primary School"), ("中学", "Secondary School"))),
    Kind("construction", 16, 100, 75, (("改建工地", "Rebuilding Site"), ("新苑工地", "Housing Site"))),
    Kind("market", 12, 80, 60, (("便民市场", "Market"),)),
    Kind("central_unit", 8, 80, 60, (("研究院", "Institute"), ("设计院", "Design Institute"), ("出版社", "Press"))),
    Kind("garden", 7, 70, 50, (("游园", "Garden"), ("绿地", "Green"))),
    Kind("fire_station", 36, 60, 45, (("消防救援站", "Fire Station"),)),
    Kind("heritage", 9, 45, 35, (("旧祠", "Old Shrine"), ("故居", "Old Residence"), ("书院旧址", "Old Academy"))),
    Kind("car_park", 5, 50, 40, (("停车场", "Car Park"),)),
    Kind("petrol", 24, 45, 35, (("加油站", "Petrol Station"),)),
    Kind("elderly", 8, 40, 30, (("养老服务驿站", "Elderly Care Station"),)),
    Kind("police_post", 9, 35, 30, (("派出所", "Police Station"),)),
    Kind("clinic", 6, 30, 25, (("社区卫生服务站", "Health Station"),)),
    Kind("service_point", 1, 30, 20, (("社区服务站", "Community Service Point"),)),
    Kind("refuse", 5, 22, 15, (("垃圾转运站", "Refuse Station"),)),
)
SPREAD, NEAREST = 7, 20  # kinds begin in different communities, all of them among the first 20


def kinds_in(community: int) -> list[Kind]:
    """The kinds that stand in a community, by its place from 0."""
    return [
        kind
        for number, kind in enumerate(KINDS)
        if community % kind.one_for == number * SPREAD % min(kind.one_for, NEAREST)
    ]
