"""One working week of a city: which days, the rhythm of each, the weather, and its hot spots."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from citygrid.kernel.worktime import WorkingCalendar
from citygrid.simulator.rules.places import METRE, Places, Spot

DAYS = 5
FIRST_LOOK, EVENING = time(10), time(20, 30)  # a day younger than this is not shown; one that is over ends so

# How many come in each hour of the local day. Staff report while they work, everybody else in the evening too.
STAFF = {8: 3, 9: 9, 10: 11, 11: 6, 13: 3, 14: 9, 15: 11, 16: 8, 17: 4}
PEOPLE = {
    6: 1,
    7: 4,
    8: 6,
    9: 8,
    10: 7,
    11: 5,
    12: 4,
    13: 3,
    14: 4,
    15: 6,
    16: 6,
    17: 6,
    18: 7,
    19: 8,
    20: 7,
    21: 4,
    22: 1,
}
WEEKDAYS = (1.12, 1.0, 0.96, 0.98, 1.04, 0.8, 0.8)  # Monday has what the weekend left

# How much more often something comes in such weather; what is not named comes as on a fine day.
WEATHER: Mapping[str, Mapping[str, float]] = {
    "rain": {
        "component/01004": 12,
        "component/01003": 4,
        "component/01002": 3,
        "component/02014": 2,
        "component/04002": 2,
        "matter/06012": 2,
        "matter/06013": 3.5,
        "matter/08004": 0.05,
        "matter/09001": 0.4,
        "matter/06028": 0.4,
    },
    "wind": {
        "component/04002": 9,
        "component/03006": 6,
        "component/02017": 2,
        "matter/08007": 6,
        "matter/08004": 4,
        "matter/10002": 6,
        "matter/06010": 1.4,
    },
    "fine": {},
}
MORE_IN = {"rain": 1.14, "wind": 1.06, "fine": 1.0}


@dataclass(frozen=True, slots=True)
class HotKind:
    """A kind of hot spot: its name in words, how many the district has, what is wrong there, and in which hours."""

    name: str
    count: int
    weight: float
    categories: tuple[str, ...]
    hours: Mapping[int, float]
    place: str = ""


HOT_KINDS = (
    HotKind(
        "夜市",
        4,
        4,
        ("matter/06010", "matter/09002", "matter/09006", "matter/06028", "matter/06029", "matter/06030"),
        {18: 3, 19: 6, 20: 8, 21: 7, 22: 4},
    ),
    HotKind(
        "早市",
        5,
        3,
        ("matter/09001", "matter/06010", "matter/09020", "matter/06012", "matter/09006"),
        {6: 3, 7: 8, 8: 7, 9: 4},
    ),
    HotKind(
        "车站前广场",
        3,
        5,
        ("matter/09011", "matter/09009", "matter/07001", "matter/07002", "matter/09001", "component/03005"),
        {7: 6, 8: 7, 9: 3, 12: 2, 17: 6, 18: 7, 19: 4},
    ),
    HotKind(
        "校门口",
        8,
        3,
        ("matter/09001", "matter/09009", "matter/09010", "component/02010", "matter/09022"),
        {7: 8, 8: 2, 15: 3, 16: 8, 17: 2},
    ),
    HotKind(
        "工地门前",
        6,
        3,
        ("matter/08004", "matter/06014", "matter/08012", "matter/08007", "matter/08001", "matter/06011"),
        {6: 1, 8: 3, 9: 5, 10: 5, 14: 5, 15: 5, 16: 4, 21: 3, 22: 2},
    ),
    HotKind(
        "小吃街",
        5,
        3,
        ("matter/06027", "matter/09005", "matter/06010", "component/03005", "matter/06030", "component/01002"),
        {11: 4, 12: 5, 13: 3, 17: 3, 18: 6, 19: 6, 20: 4},
    ),
    HotKind(
        "地铁口",
        6,
        4,
        ("matter/09011", "matter/09010", "matter/09001", "matter/07001", "matter/06051"),
        {7: 5, 8: 8, 9: 5, 17: 5, 18: 8, 19: 4},
    ),
    HotKind(
        "医院门前",
        3,
        3,
        ("matter/09009", "matter/09019", "matter/09001", "component/02014", "matter/07001"),
        {7: 5, 8: 8, 9: 8, 10: 5, 14: 5, 15: 4},
    ),
    HotKind(
        "老旧小区外",
        8,
        2,
        ("matter/06010", "matter/06035", "matter/06036", "component/01002", "component/01037", "matter/06001"),
        {8: 4, 10: 4, 15: 4, 18: 4, 19: 5, 20: 4},
    ),
    HotKind(
        "晨练点",
        3,
        2,
        ("matter/06017", "component/04013", "component/04007", "matter/06028", "component/01046"),
        {6: 5, 7: 6, 8: 2, 19: 5, 20: 5},
        "green",
    ),
    HotKind(
        "河边",
        2,
        2,
        ("matter/06025", "matter/06026", "component/01070", "matter/06010"),
        {7: 3, 9: 4, 10: 4, 15: 4, 16: 4, 18: 2},
        "water",
    ),
)


@dataclass(frozen=True, slots=True)
class Week:
    """Five working days up to a moment: the earlier ones are over, the last is lived until then."""

    days: tuple[date, ...]
    until: datetime
    weather: tuple[str, ...]

    @property
    def dawn(self) -> datetime:
        """Midnight before the last day, on its own clock."""
        return datetime.combine(self.days[-1], time(), self.until.tzinfo)

    def moment(self, rng: Random, hours: Mapping[int, float]) -> datetime:
        """When something comes in that has these hours: on any of the days, before the end."""
        shares = [
            WEEKDAYS[day.weekday()] * MORE_IN[weather] for day, weather in zip(self.days, self.weather, strict=True)
        ]
        while True:
            day = rng.choices(self.days, shares)[0]
            hour = rng.choices(list(hours), list(hours.values()))[0]
            at = datetime.combine(day, time(hour), self.until.tzinfo) + timedelta(seconds=rng.randrange(3600))
            if at < self.until:
                return at.astimezone(UTC)

    def weather_at(self, at: datetime) -> str:
        """The weather of the day of a moment; fine on days before the week."""
        return dict(zip(self.days, self.weather, strict=True)).get(at.astimezone(self.until.tzinfo).date(), "fine")


def week_before(now: datetime, calendar: WorkingCalendar, rng: Random) -> Week:
    """The last five working days: up to now where today is one and old enough, else up to an evening."""
    local = now.astimezone(calendar.zone)
    last = local.date()
    if local.time() < FIRST_LOOK or not calendar.works_on(last):
        last = _working_day_before(last, calendar)
    days = [last]
    while len(days) < DAYS:
        days.insert(0, _working_day_before(days[0], calendar))
    until = min(local, datetime.combine(last, EVENING, calendar.zone))
    rainy, windy = rng.sample(range(DAYS - 1), 2)
    weather = tuple("rain" if n == rainy else "wind" if n == windy else "fine" for n in range(DAYS))
    return Week(tuple(days), until, weather)


def _working_day_before(day: date, calendar: WorkingCalendar) -> date:
    day -= timedelta(days=1)
    while not calendar.works_on(day):
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A place where things go wrong again and again."""

    kind: HotKind
    spot: Spot
    name: str

    def near(self, rng: Random) -> Spot:
        """A spot a few steps from it."""
        lon, lat = (round(value + rng.uniform(-10, 10) * METRE, 6) for value in (self.spot.lon, self.spot.lat))
        return Spot(lon, lat, f"{self.name}{rng.choice(('', '东侧', '西侧', '入口', '旁'))}")


def hot_spots(places: Places) -> list[HotSpot]:
    """The hot spots of the district, each with a name after its street."""
    found = []
    for kind in HOT_KINDS:
        for _ in range(kind.count):
            spot = places.spot(kind.place)
            found.append(HotSpot(kind, spot, f"{_street(spot.address)}{kind.name}"))
    return found


def _street(address: str) -> str:
    """The name before the number, or before the words for where beside it."""
    return re.split(r"\d", address)[0].removesuffix("内").removesuffix("岸边步道")
