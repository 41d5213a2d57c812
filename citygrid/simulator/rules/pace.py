"""How long people take for what, and who does it: a life becomes beats, timed by the working calendar."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from citygrid.kernel.worktime import Limit, WorkingCalendar
from citygrid.simulator.rules import texts
from citygrid.simulator.rules.scenarios import Scenario, Triage

if TYPE_CHECKING:
    from citygrid.simulator.rules.lives import Life

# Minutes of working time from the step before, by action. An automatic dispatch comes before any "dispatch".
WAITS = {
    "receive": (2, 18),
    "send_to_verify": (1, 6),
    "report_verification": (8, 27),
    "file": (3, 14),
    "send_back_to_file": (7, 15),
    "dispatch": (7, 25),
    "redispatch": (7, 25),
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
    "handle_at_grid": (40, 420),
    "handle_at_community": (120, 800),
    "handle_at_street": (60, 600),
    "handle_at_district": (300, 1200),
    "escalate_to_community": (20, 240),
    "escalate_to_street": (60, 500),
    "escalate_to_district": (60, 500),
    "call_department": (20, 180),
    "report_to_street": (120, 900),
    "give_feedback": (10, 120),
    "not_solved_at_grid": (10, 120),
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
    "handle_at_grid": "grid_worker",
    "escalate_to_community": "grid_worker",
    "handle_at_community": "community_officer",
    "escalate_to_street": "community_officer",
    "handle_at_street": "street_officer",
    "escalate_to_district": "street_officer",
    "call_department": "street_officer",
    "report_to_street": "department",
    "handle_at_district": "district_officer",
    "give_feedback": "acceptor",
    "not_solved_at_grid": "acceptor",
}
USUAL_ROLE = "shift_leader"
PEOPLE_REPORT = ("hotline", "internet")
VERIFIED = (*PEOPLE_REPORT, "media")  # supervisors and inspectors have seen it themselves: nothing to verify


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


class Pace:
    """Draws the beats of lives."""

    def __init__(self, rng: Random, calendar: WorkingCalendar) -> None:
        self.rng = rng
        self.calendar = calendar

    def beats(self, life: "Life", at: datetime) -> Iterator[Beat]:
        """Triage and the steps after it, each at its time; none for a report nobody looks at."""
        scenario, dispatched_at, until_at = life.scenario, at, at
        if scenario.triage == Triage.NONE:
            return
        if scenario.triage != Triage.FIX:
            at = self.after(at, WAITS["receive"])
        yield self._beat(life, at, str(scenario.triage))
        for action in _actions(life):
            if action == "reply":
                at = self._replied(scenario, life.problem.limit, dispatched_at, at)
            elif action == "resume":
                at = self.after(until_at, (1, 1))
            else:
                at = self.after(at, WAITS.get(action, USUAL_WAIT))
            if action in ("dispatch", "reopen"):
                dispatched_at = at
            beat = self._beat(life, at, action)
            until_at = beat.until_at or until_at
            yield beat

    def after(self, at: datetime, minutes: tuple[float, float]) -> datetime:
        """So many minutes of working time later."""
        return self.calendar.add(at, int(60 * self.rng.uniform(*minutes)) + 1)

    def before(self, at: datetime, minutes: float) -> datetime:
        """So many minutes of working time earlier."""
        return self.calendar.add(at, -int(60 * minutes) - 1)

    def _beat(self, life: "Life", at: datetime, action: str) -> Beat:
        scenario, of_kind = life.scenario, f"{action} {life.truth.own.partition('/')[0]}"
        words = {
            "reason": tuple(texts.REFUSALS) if action == Triage.REFUSE else _said(texts.REASONS, of_kind, action),
            "note": _said(texts.NOTES, of_kind, action),
            "finding": _said(texts.FINDINGS, of_kind, action),
        }
        chosen = {name: self.rng.choice(options) for name, options in words.items()}
        if scenario.is_wrong and action in texts.NOT_AS_REPORTED:
            chosen["reason" if action == "void" else "finding"] = texts.NOT_AS_REPORTED[action]
        until_at = self._until(scenario, at) if action == "hang" else None
        return Beat(at, action, ROLES.get(action, USUAL_ROLE), until_at=until_at, **chosen)

    def _until(self, scenario: Scenario, at: datetime) -> datetime:
        """Deferred for a working day or two when the life goes on, else for weeks."""
        if "resume" in scenario.steps:
            return self.after(at, (480, 900))
        return at + timedelta(days=self.rng.randrange(20, 60))

    def _replied(self, scenario: Scenario, limit: Limit, dispatched_at: datetime, at: datetime) -> datetime:
        """When the unit has used its share of the limit, but not at once after the step before."""
        seconds = int(limit.seconds(self.calendar) * self.rng.uniform(*scenario.spent))
        if limit.is_working:
            planned = self.calendar.add(dispatched_at, seconds)
        else:
            planned = dispatched_at + timedelta(seconds=seconds)
        return max(planned, at + timedelta(minutes=self.rng.randrange(6, 12)))


def _said(table: Mapping[str, tuple[str, ...]], of_kind: str, action: str) -> tuple[str, ...]:
    """What is said with an action about a component or a matter, else with it anyway, else nothing."""
    return table.get(of_kind) or table.get(action, ("",))


def _actions(life: "Life") -> list[str]:
    """The steps after triage."""
    verify = ["send_to_verify", "report_verification"] if life.channel in VERIFIED else []
    steps = life.scenario.steps.split()
    return [each for step in steps for each in (verify if step == "verify" else [step])]
