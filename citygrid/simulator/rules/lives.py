"""The lives of the demo: what is reported where and when, and who does what about it. Pure, the same for a seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from citygrid.kernel.worktime import Limit, WorkingCalendar
from citygrid.simulator.rules import texts
from citygrid.simulator.rules.places import Places, Spot
from citygrid.simulator.rules.scenarios import Scenario, Triage, cast

WORKDAYS = 12  # how far back the lives begin
CHANNELS = {"field": 55, "hotline": 24, "internet": 11, "inspection": 4, "video": 3, "leader": 2, "media": 1}
PEOPLE_REPORT = ("hotline", "internet")

# Minutes of working time from the step before, by action. An automatic dispatch comes before any "dispatch".
WAITS = {
    "receive": (2, 18),
    "send_to_verify": (1, 6),
    "report_verification": (8, 27),
    "file": (3, 14),
    "send_back_to_file": (6, 15),
    "dispatch": (6, 25),
    "redispatch": (6, 25),
    "take": (4, 30),
    "return": (8, 30),
    "extend": (5, 20),
    "hang": (15, 60),
    "send_to_check": (3, 20),
    "pass_check": (8, 27),
    "fail_check": (8, 27),
    "answer_oversight": (12, 60),
    "oversee": (10, 45),
    "reopen": (240, 480),
}
USUAL_WAIT = (3, 15)
ROLES = {
    "receive": "acceptor",
    "accept": "acceptor",
    "self_dispose": "supervisor",
    "send_to_verify": "acceptor",
    "report_verification": "supervisor",
    "bundle": "acceptor",
    "dispatch": "dispatcher",
    "redispatch": "dispatcher",
    "send_back_to_file": "dispatcher",
    "take": "department",
    "reply": "department",
    "return": "department",
    "extend": "department",
    "hang": "department",
    "answer_oversight": "department",
    "approve_return": "dispatcher",
    "decline_return": "dispatcher",
    "approve_extend": "dispatcher",
    "decline_extend": "dispatcher",
    "approve_hang": "dispatcher",
    "resume": "platform",
    "send_to_check": "acceptor",
    "pass_check": "supervisor",
    "fail_check": "supervisor",
    "oversee": "inspector",
}
USUAL_ROLE = "shift_leader"


@dataclass(frozen=True, slots=True)
class Problem:
    """What can be wrong: a filing standard, how people put it, and whether the rules name one unit for it."""

    category_key: str
    standard_id: UUID
    limit: Limit
    phrases: tuple[str, ...]
    weight: float
    is_sure: bool
    place: str = ""


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing done: when, which action, by which role, and the words that go with it."""

    at: datetime
    action: str
    role: str
    reason: str = ""
    note: str = ""
    finding: str = ""
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """A report and what becomes of it. `beats[0]` is its triage (none for a report nobody looked at yet)."""

    number: int
    scenario: Scenario
    problem: Problem
    spot: Spot
    channel: str
    description: str
    received_at: datetime
    beats: tuple[Beat, ...] = ()
    partner: int | None = None
    contact: dict[str, str] = field(default_factory=dict)

    @property
    def ends_at(self) -> datetime:
        return self.beats[-1].at if self.beats else self.received_at


@dataclass(frozen=True)
class Stage:
    """What the lives are played on: places, what can go wrong there, the calendar, and the present."""

    places: Places
    problems: Sequence[Problem]
    calendar: WorkingCalendar
    now: datetime


def write(seed: int, reports: int, stage: Stage) -> list[Life]:
    """The lives of so many reports, numbered from 1; lives that meet another one come last."""
    author = _Author(Random(f"lives {seed}"), stage)  # noqa: S311 - a play, no secret
    scenarios = cast(reports)
    alone = [scenario for scenario in scenarios if not _needs_partner(scenario)]
    lives = [author.life(number, scenario) for number, scenario in enumerate(alone, start=1)]
    paired = [scenario for scenario in scenarios if _needs_partner(scenario)]
    lives += [author.second(number, scenario, lives) for number, scenario in enumerate(paired, start=len(lives) + 1)]
    return lives


def _needs_partner(scenario: Scenario) -> bool:
    return scenario.triage == Triage.JOIN or scenario.steps == "bundle"


def _must_end(scenario: Scenario) -> bool:
    return scenario.is_whole or scenario.is_recent


class _Author:
    """Draws lives, one after the other."""

    def __init__(self, rng: Random, stage: Stage) -> None:
        self.rng = rng
        self.stage = stage
        self.taken_by: dict[int, int] = {}

    def life(self, number: int, scenario: Scenario) -> Life:
        problem = self._problem(scenario)
        spot = self.stage.places.spot(problem.place)
        channel = self._channel(scenario)
        start = self._start(scenario)
        draft = Life(
            number=number,
            scenario=scenario,
            problem=problem,
            spot=spot,
            channel=channel,
            description=f"{spot.address}，{self.rng.choice(problem.phrases)}。",
            received_at=start,
            contact=self._contact(channel),
        )
        life = self._timed(draft, start)
        if _must_end(scenario):
            return life
        return replace(life, beats=tuple(beat for beat in life.beats if beat.at < self.stage.now))

    def second(self, number: int, scenario: Scenario, lives: Sequence[Life]) -> Life:
        """A report of something that is a case already: received while that case is open, then joined or bundled."""
        first = self._partner(lives)
        spot = replace(first.spot, lat=round(first.spot.lat + 0.00003, 6))
        received_at = self._after(first.beats[0].at, (3, 20))
        channel = self._channel(scenario)
        draft = Life(
            number=number,
            scenario=scenario,
            problem=first.problem,
            spot=spot,
            channel=channel,
            description=f"{spot.address}，{self.rng.choice(first.problem.phrases)}。{self.rng.choice(texts.MORE)}",
            received_at=received_at,
            partner=first.number,
            contact=self._contact(channel),
        )
        return replace(draft, beats=tuple(self._beats(draft, draft.received_at)))

    def _problem(self, scenario: Scenario) -> Problem:
        fitting = [problem for problem in self.stage.problems if self._fits(problem, scenario)]
        return self.rng.choices(fitting, [problem.weight for problem in fitting])[0]

    def _fits(self, problem: Problem, scenario: Scenario) -> bool:
        """A limit that passes at night leaves no time to ask for more; one of weeks is for lives without haste."""
        hours = problem.limit.seconds(self.stage.calendar) / 3600
        most = 4 if scenario.is_short else 40 if scenario.is_whole else 10_000
        is_in_time = problem.limit.is_working or "extend" not in scenario.steps
        return not (problem.is_sure and scenario.is_unsure) and hours <= most and is_in_time

    def _partner(self, lives: Sequence[Life]) -> Life:
        """A life whose case stays open for hours after it began, the least met so far."""
        patience = timedelta(hours=2)
        able = [
            life
            for life in lives
            if life.scenario.triage == Triage.ACCEPT
            and life.scenario.name in ("happy", "late", "overdue", "overseen", "extended")
            and len(life.beats) > 3
            and self._after(life.beats[0].at, (60, 60)) < min(life.ends_at, self.stage.now - patience)
        ]
        least = min(self.taken_by.get(life.number, 0) for life in able)
        chosen = self.rng.choice([life for life in able if self.taken_by.get(life.number, 0) == least])
        self.taken_by[chosen.number] = least + 1
        return chosen

    def _channel(self, scenario: Scenario) -> str:
        if scenario.triage == Triage.FIX:
            return "field"
        if scenario.triage in (Triage.REFUSE, Triage.JOIN) or scenario.steps.startswith("send_to_verify"):
            return self.rng.choice(PEOPLE_REPORT)
        return self.rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]

    def _contact(self, channel: str) -> dict[str, str]:
        """No telephone number in China begins with 100, so that nobody can be called by mistake."""
        if channel not in PEOPLE_REPORT:
            return {}
        title = self.rng.choice(("先生", "女士"))
        return {"name": self.rng.choice("赵钱孙李周吴郑王") + title, "phone": f"100{self.rng.randrange(10**8):08d}"}

    def _start(self, scenario: Scenario) -> datetime:
        """When the report comes in; recent lives are moved to end just now afterwards."""
        if scenario.is_recent:
            return self._before(self.stage.now, self.rng.uniform(5, 150))
        day = self.stage.calendar.day_seconds / 60
        earliest, latest = (3 * day, 1.4 * day) if scenario.name == "overdue" else (WORKDAYS * day, 30)
        return self._before(self.stage.now, self.rng.uniform(latest, earliest))

    def _timed(self, draft: Life, start: datetime) -> Life:
        """The life with its beats; it is moved back until its last beat lies before now, where it should."""
        script = self.rng.getrandbits(64)
        while True:
            self.rng.seed(script)
            received_at = self._received(draft, start)
            life = replace(draft, received_at=received_at, beats=tuple(self._beats(draft, received_at)))
            if life.ends_at < self.stage.now or not _must_end(draft.scenario):
                return life
            start = self._before(start, 30)

    def _received(self, draft: Life, start: datetime) -> datetime:
        """Some people call in the evening."""
        is_late = draft.channel in PEOPLE_REPORT and not draft.scenario.is_recent and self.rng.random() < 0.15
        if not is_late:
            return start
        local = start.astimezone(self.stage.calendar.zone).replace(hour=18, minute=10)
        evening = local + timedelta(seconds=self.rng.randrange(12_000))
        return evening if evening < self.stage.now else start

    def _beats(self, life: Life, at: datetime) -> Iterator[Beat]:
        scenario, dispatched_at, until_at = life.scenario, at, at
        if scenario.triage == Triage.NONE:
            return
        if scenario.triage != Triage.FIX:
            at = self._after(at, WAITS["receive"])
        yield self._beat(life, at, str(scenario.triage))
        for action in self._actions(life):
            if action == "reply":
                at = self._replied(life, dispatched_at, at)
            elif action == "resume":
                at = self._after(until_at, (1, 1))
            else:
                at = self._after(at, WAITS.get(action, USUAL_WAIT))
            if action in ("dispatch", "reopen"):
                dispatched_at = at
            beat = self._beat(life, at, action)
            until_at = beat.until_at or until_at
            yield beat

    def _actions(self, life: Life) -> list[str]:
        """The steps after triage. Supervisors and inspectors have seen it themselves: nothing to verify."""
        verify = ["send_to_verify", "report_verification"] if life.channel in (*PEOPLE_REPORT, "media") else []
        steps = life.scenario.steps.split()
        return [each for step in steps for each in (verify if step == "verify" else [step])]

    def _beat(self, life: Life, at: datetime, action: str) -> Beat:
        words = {
            "reason": texts.REASONS.get(action, ("",)),
            "note": texts.NOTES.get(action, ("",)),
            "finding": texts.FINDINGS.get(action, ("",)),
        }
        if action == Triage.REFUSE:
            words["reason"] = texts.REFUSALS
        chosen = {name: self.rng.choice(options) for name, options in words.items()}
        return Beat(
            at,
            action,
            ROLES.get(action, USUAL_ROLE),
            until_at=self._until(life, at) if action == "hang" else None,
            **chosen,
        )

    def _until(self, life: Life, at: datetime) -> datetime:
        """Deferred for a working day or two when the life goes on, else for weeks."""
        if "resume" in life.scenario.steps:
            return self._after(at, (480, 900))
        return at + timedelta(days=self.rng.randrange(20, 60))

    def _replied(self, life: Life, dispatched_at: datetime, at: datetime) -> datetime:
        """When the unit has used its share of the limit, but not at once after the step before."""
        seconds = life.problem.limit.seconds(self.stage.calendar) * self.rng.uniform(*life.scenario.spent)
        if life.problem.limit.is_working:
            planned = self.stage.calendar.add(dispatched_at, int(seconds))
        else:
            planned = dispatched_at + timedelta(seconds=int(seconds))
        return max(planned, at + timedelta(minutes=self.rng.randrange(6, 12)))

    def _after(self, at: datetime, minutes: tuple[float, float]) -> datetime:
        return self.stage.calendar.add(at, int(60 * self.rng.uniform(*minutes)) + 1)

    def _before(self, at: datetime, minutes: float) -> datetime:
        return self.stage.calendar.add(at, -int(60 * minutes) - 1)
