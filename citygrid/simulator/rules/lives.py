"""The lives of the demo: what is reported where and when, and who does what about it. Pure, the same for a seed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from citygrid.kernel.worktime import Limit, WorkingCalendar
from citygrid.simulator.rules import texts
from citygrid.simulator.rules.pace import PEOPLE_REPORT, Beat, Pace
from citygrid.simulator.rules.places import Places, Spot
from citygrid.simulator.rules.scenarios import SCENARIOS, Scenario, Triage, cast
from citygrid.simulator.rules.week import PEOPLE, STAFF, WEATHER, HotSpot, Week, hot_spots

CHANNELS = {"field": 55, "hotline": 24, "internet": 11, "inspection": 4, "video": 3, "leader": 2, "media": 1}
EVENING_CHANNELS = {"hotline": 24, "internet": 13, "media": 1}
TOLD_OF_TWICE = (*PEOPLE_REPORT, "field")  # of what is known already, or is refused
STAFF_CHANNELS = ("field", "inspection", "video")
USUAL = SCENARIOS[0]
STAFF_SEE = 2.2  # how much more staff report of what is free to be theirs, to have their share of all
AT_HOT_SPOTS = 0.3  # the share of reports that come from there
JOINED_THERE = 4  # how much likelier a hot spot's problem is reported again
MOST_SECONDS = 3  # reports of one problem after its first
TO_TRIAGE = 45  # working minutes that it may take until a report is joined or bundled
STAYS_OPEN = ("happy", "late", "overdue", "overseen", "extended")


@dataclass(frozen=True, slots=True)
class Problem:
    """What can be wrong: a filing standard (none for a social event), how people put it, and who it is a matter for.

    `is_sure`: the rules are expected to name one unit for it.
    """

    category_key: str
    standard_id: UUID | None
    limit: Limit
    phrases: tuple[str, ...]
    weight: float
    is_sure: bool
    place: str = ""
    problem_type: str = ""
    unit_kind: str = ""
    is_social: bool = False

    @property
    def own(self) -> str:
        """The category's key within its scheme: kind/code."""
        return "/".join(self.category_key.split("/")[-2:])


@dataclass(frozen=True, slots=True)
class Life:
    """A report and what becomes of it. `beats[0]` is its triage (none for a report nobody looked at yet).

    `problem` is what it is taken for, `truth` what it is: mostly the same.
    """

    number: int
    scenario: Scenario
    problem: Problem
    truth: Problem
    spot: Spot
    channel: str
    description: str
    received_at: datetime
    beats: tuple[Beat, ...] = ()
    partner: int | None = None
    contact: dict[str, str] = field(default_factory=dict)
    is_hot: bool = False

    @property
    def ends_at(self) -> datetime:
        """When the last thing in it happens."""
        return self.beats[-1].at if self.beats else self.received_at


@dataclass(frozen=True)
class Stage:
    """Where and when the lives are set."""

    places: Places
    problems: Sequence[Problem]
    calendar: WorkingCalendar
    week: Week


def write(seed: int, reports: int, stage: Stage) -> list[Life]:
    """The lives of so many reports, numbered from 1. Those that join another one's case come last."""
    author = Author(Random(f"lives {seed}"), stage)  # noqa: S311 - a play, no secret
    scenarios = cast(reports)
    alone = [scenario for scenario in scenarios if not _needs_partner(scenario)]
    lives = [author.life(number, scenario) for number, scenario in enumerate(alone, start=1)]
    paired = [scenario for scenario in scenarios if _needs_partner(scenario)]
    lives += author.seconds(paired, lives)
    return lives


def _needs_partner(scenario: Scenario) -> bool:
    return scenario.triage == Triage.JOIN or scenario.steps == "bundle"


class Author:
    """Draws lives, one after the other; the same ones where its random numbers are the same."""

    def __init__(self, rng: Random, stage: Stage) -> None:
        self.rng = rng
        self.stage = stage
        self.until = stage.week.until
        self.pace = Pace(rng, stage.calendar)
        self.hot = hot_spots(stage.places)
        self.hot_shares = list(accumulate(one.kind.weight * rng.uniform(0.4, 1.6) for one in self.hot))
        self.by_own: dict[str, list[Problem]] = defaultdict(list)
        for problem in stage.problems:
            self.by_own[problem.own].append(problem)
        self.pools: dict[tuple[object, ...], tuple[list[Problem], list[float]]] = {}

    def life(self, number: int, scenario: Scenario) -> Life:
        """A life of its own: what, where and when, by whom, and what becomes of it."""
        hot = self._hot(scenario)
        channel = self._channel(scenario)
        start = self._start(scenario, channel, hot)
        channel = self._channel_at(start, channel)
        draft = self._draft(number, scenario, hot, channel, start)
        life = self._timed(draft, start)
        return replace(life, beats=tuple(beat for beat in life.beats if beat.at < self.until))

    def _draft(self, number: int, scenario: Scenario, hot: HotSpot | None, channel: str, start: datetime) -> Life:
        truth = self._truth(scenario, start, hot)
        spot = hot.near(self.rng) if hot else self.stage.places.spot(truth.place)
        return Life(
            number=number,
            scenario=scenario,
            problem=self._taken_for(truth, scenario),
            truth=truth,
            spot=spot,
            channel=channel,
            description=f"{spot.address}，{self._phrase(truth, start)}。",
            received_at=start,
            contact=self._contact(channel),
            is_hot=hot is not None,
        )

    def fresh(self, number: int, at: datetime) -> Life:
        """A report that comes in at this moment; what becomes of it is open."""
        hot = self.rng.choices(self.hot, cum_weights=self.hot_shares)[0] if self.rng.random() < AT_HOT_SPOTS else None
        channel = self._channel_at(at, self._channel(USUAL))
        return self._draft(number, USUAL, hot, channel, at)

    def seconds(self, scenarios: Sequence[Scenario], lives: Sequence[Life]) -> Iterator[Life]:
        """Reports of something that is a case already: each comes while that case is open, is joined or bundled."""
        able = [life for life in lives if self._stays_open(life)]
        shares = list(accumulate(JOINED_THERE if life.is_hot else 1 for life in able))
        met: dict[int, int] = defaultdict(int)
        for number, scenario in enumerate(scenarios, start=len(lives) + 1):
            first = self.rng.choices(able, cum_weights=shares)[0]
            while met[first.number] >= max(MOST_SECONDS, len(scenarios) // len(able) + 1):
                first = self.rng.choice(able)
            met[first.number] += 1
            yield self._second(number, scenario, first)

    def _second(self, number: int, scenario: Scenario, first: Life) -> Life:
        spot = replace(first.spot, lat=round(first.spot.lat + 0.00003, 6))
        accepted_at = first.beats[0].at
        received_at = self.pace.after(accepted_at, (2, min(300, self._open_minutes(first))))
        channel = self.rng.choice(TOLD_OF_TWICE)
        draft = Life(
            number=number,
            scenario=scenario,
            problem=first.problem,
            truth=first.truth,
            spot=spot,
            channel=channel,
            description=f"{spot.address}，{self._phrase(first.truth, received_at)}。{self.rng.choice(texts.MORE)}",
            received_at=received_at,
            partner=first.number,
            contact=self._contact(channel),
            is_hot=first.is_hot,
        )
        return replace(draft, beats=tuple(self.pace.beats(draft, received_at)))

    def _stays_open(self, life: Life) -> bool:
        is_usual = life.scenario.triage == Triage.ACCEPT and life.scenario.name in STAYS_OPEN and len(life.beats) > 3
        return is_usual and self._open_minutes(life) > 10

    def _open_minutes(self, life: Life) -> float:
        """Working minutes from its triage in which a second report can come and be triaged before its end."""
        latest = min(life.ends_at, self.until)
        return self.stage.calendar.between(life.beats[0].at, latest) / 60 - TO_TRIAGE

    def _hot(self, scenario: Scenario) -> HotSpot | None:
        """A hot spot, for a share of the lives that are free to be anywhere."""
        is_bound = scenario.is_social or scenario.is_whole or scenario.is_recent or scenario.name == "overdue"
        if is_bound or self.rng.random() > AT_HOT_SPOTS:
            return None
        return self.rng.choices(self.hot, cum_weights=self.hot_shares)[0]

    def _start(self, scenario: Scenario, channel: str, hot: HotSpot | None) -> datetime:
        """When the report comes in; whole lives are moved back afterwards until they end in time."""
        if scenario.is_recent:
            return self.pace.before(self.until, self.rng.uniform(5, 150))
        if scenario.name == "overdue":
            day = self.stage.calendar.day_seconds / 60
            return self.pace.before(self.until, self.rng.uniform(1.4 * day, 3 * day))
        hours = hot.kind.hours if hot else STAFF if channel in STAFF_CHANNELS else PEOPLE
        return self.stage.week.moment(self.rng, hours)

    def _channel(self, scenario: Scenario) -> str:
        if scenario.triage == Triage.FIX:
            return "field"
        is_told = scenario.triage == Triage.REFUSE or scenario.steps.startswith("send_to_verify")
        if is_told or scenario.is_social:
            return self.rng.choice(TOLD_OF_TWICE if scenario.triage == Triage.REFUSE else PEOPLE_REPORT)
        shares = [share * (STAFF_SEE if channel in STAFF_CHANNELS else 1) for channel, share in CHANNELS.items()]
        return self.rng.choices(list(CHANNELS), shares)[0]

    def _channel_at(self, at: datetime, channel: str) -> str:
        """Nobody of the staff reports outside working hours."""
        works = self.stage.calendar.between(at - timedelta(seconds=1), at) > 0
        if works or channel not in STAFF_CHANNELS:
            return channel
        return self.rng.choices(list(EVENING_CHANNELS), list(EVENING_CHANNELS.values()))[0]

    def _truth(self, scenario: Scenario, at: datetime, hot: HotSpot | None) -> Problem:
        """What is wrong: at a hot spot one of its kinds, else any, as the weather is."""
        if hot:
            usual = [one for own in hot.kind.categories for one in self.by_own[own] if self._fits(one, scenario)]
            if usual:
                return self.rng.choices(usual, [one.weight for one in usual])[0]
        found, shares = self._pool(scenario, self.stage.week.weather_at(at))
        return self.rng.choices(found, cum_weights=shares)[0]

    def _pool(self, scenario: Scenario, weather: str) -> tuple[list[Problem], list[float]]:
        """The problems that fit, with the sums of their weights."""
        key = (
            *(scenario.is_short, scenario.is_whole or scenario.is_recent, scenario.is_unsure, scenario.is_social),
            *(scenario.is_wrong, "extend" in scenario.steps, "return" in scenario.steps, weather),
        )
        if key not in self.pools:
            found = [problem for problem in self.stage.problems if self._fits(problem, scenario)]
            more = WEATHER[weather]
            self.pools[key] = found, list(accumulate(one.weight * more.get(one.own, 1) for one in found))
        return self.pools[key]

    def _fits(self, problem: Problem, scenario: Scenario) -> bool:
        """A limit that passes at night leaves no time to ask for more; one of days is for lives without haste."""
        if problem.is_social != scenario.is_social or (problem.is_sure and scenario.is_unsure):
            return False
        if scenario.is_wrong and not self._mistakes(problem, scenario):
            return False
        hours = problem.limit.seconds(self.stage.calendar) / 3600
        most = 4 if scenario.is_short else 16 if scenario.is_whole or scenario.is_recent else 10_000
        return hours <= most and (problem.limit.is_working or "extend" not in scenario.steps)

    def _mistakes(self, truth: Problem, scenario: Scenario) -> list[Problem]:
        """What it may be taken for; when it comes back from the unit, something of another unit."""
        wrong = [one for own in texts.CONFUSIONS.get(truth.own, ()) for one in self.by_own[own]]
        if "return" in scenario.steps:
            wrong = [one for one in wrong if one.unit_kind != truth.unit_kind and one.is_sure]
        return wrong

    def _taken_for(self, truth: Problem, scenario: Scenario) -> Problem:
        """Mostly what it is; else something that looks alike, of the same fault where there is one."""
        if not scenario.is_wrong:
            return truth
        wrong = self._mistakes(truth, scenario)
        if not wrong:
            return truth
        alike = [one for one in wrong if one.problem_type == truth.problem_type]
        return self.rng.choice(alike or wrong)

    def phrases(self, problem: Problem) -> list[str]:
        """Everything people say of it, in any weather."""
        return [
            *problem.phrases,
            *(phrase for said in texts.IN_WEATHER.values() for phrase in said.get(problem.own, ())),
        ]

    def _phrase(self, truth: Problem, at: datetime) -> str:
        in_weather = texts.IN_WEATHER.get(self.stage.week.weather_at(at), {}).get(truth.own)
        return self.rng.choice(in_weather or truth.phrases)

    def _contact(self, channel: str) -> dict[str, str]:
        """No telephone number in China begins with 100, so that nobody can be called by mistake."""
        if channel not in PEOPLE_REPORT:
            return {}
        title = self.rng.choice(("先生", "女士"))
        return {"name": self.rng.choice("赵钱孙李周吴郑王") + title, "phone": f"100{self.rng.randrange(10**8):08d}"}

    def _timed(self, draft: Life, start: datetime) -> Life:
        """The life with its beats; where its last one must be over by now, it is moved back until it is."""
        must_end = draft.scenario.is_whole or draft.scenario.is_recent
        script = self.rng.getrandbits(64) if must_end else 0
        while True:
            if must_end:
                self.rng.seed(script)
            life = replace(draft, received_at=start, beats=tuple(self.pace.beats(draft, start)))
            if life.ends_at < self.until or not must_end:
                return life
            start = self.pace.before(start, 30)
