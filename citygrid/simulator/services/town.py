"""A town that lives on: citizens and supervisors report, and whoever has something waiting takes its next step."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from citygrid.cases import queries as cases
from citygrid.cases import services as case_services
from citygrid.cases.services import Given
from citygrid.dispatch import queries as dispatch
from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Refusal
from citygrid.kernel.events import deliver_here
from citygrid.simulator.rules import texts
from citygrid.simulator.rules.habits import HABITS, STEPS_A_REPORT
from citygrid.simulator.rules.lives import Author, Problem
from citygrid.simulator.services.company import Company
from citygrid.simulator.services.duties import SCHEME
from citygrid.simulator.services.life import report_in, stage_of

if TYPE_CHECKING:
    from citygrid.cases.models import Case

STATED = ("情况属实，请按程序办理。",)
UNHEARD = f"{SCHEME}/matter/06036"
FIRST = 10_000_000  # numbers of its lives; those of the week are far below
TRIES = 6  # people asked in turn whether something waits for them
DEFERRED = timedelta(days=3)
OLDEST = 20  # of what waits, one of so many is taken up


class Town:
    """People at work on the real clock. `done` counts what they did, by action; "declined" is what was refused."""

    def __init__(self, seed: int, now: datetime, rng: Random) -> None:
        stage = stage_of(seed, now)
        self.rng = rng
        self.author = Author(rng, stage)
        self.company = Company([], now)
        self.numbers = count(FIRST)
        self.standards: dict[str, list[Problem]] = defaultdict(list)
        self.heard: dict[str, str] = {}  # category by what people say of it
        for problem in stage.problems:
            self.heard.update(dict.fromkeys(self.author.phrases(problem), problem.category_key))
            self.standards[problem.category_key].append(problem)
        everybody: dict[str, list[Actor]] = defaultdict(list)
        for (role, _), found in self.company.holding.items():
            everybody[role] += found
        self.people = [found for role, found in sorted(everybody.items()) if not role.endswith("administrator")]
        self.done: Counter[str] = Counter()

    def act(self, now: datetime, *, reports: int) -> None:
        """So many new reports, and the steps that people take meanwhile; events are delivered at the end."""
        for _ in range(reports):
            self._report(now)
        for _ in range(reports * STEPS_A_REPORT):
            self._somebody_acts(now)
        deliver_here()

    def _report(self, now: datetime) -> None:
        life = self.author.fresh(next(self.numbers), now)
        self.company.meet([life], now)
        if life.number in self.company.areas:
            actor = self.company.receiver(life)
            report = report_in(life, actor)
            intake_services.receive_report(report=report, key=f"town/{uuid4()}", actor=actor, now=now)
            self.done["report"] += 1

    def _somebody_acts(self, now: datetime) -> None:
        for _ in range(TRIES):
            actor = self.rng.choice(self.rng.choice(self.people))
            try:
                first, then = self.rng.sample((self._triage, self._step), 2)
                if action := first(actor, now) or then(actor, now):
                    self.done[action] += 1
                    return
            except Refusal:
                self.done["declined"] += 1

    def _triage(self, actor: Actor, now: datetime) -> str:
        """The oldest report that waits, accepted as it was told, or as what its words are mostly said of."""
        if actor.role != "acceptor" or not intake.waiting_count(actor):
            return ""
        wanted = intake.ReportFilter(state="received")
        report = next(iter(intake.reports(actor, wanted, count=1, newest_first=False)))
        said = report.description.partition("，")[2].partition("。")[0]
        key = report.category_id or self.heard.get(said, UNHEARD)
        at, area = report.location, report.area_code
        about = self.company.nearby.nearest(key, area, at.x, at.y) if at else ""
        intake_services.accept_report(report_id=report.pk, category_key=key, component_id=about, actor=actor, now=now)
        return "accept"

    def _step(self, actor: Actor, now: datetime) -> str:
        """Some case that waits for this post takes the step that is usual there."""
        if not actor.may("cases.case:act"):
            return ""
        waiting = list(cases.waiting(actor, now, count=OLDEST))
        if not waiting:
            return ""
        case = self.rng.choice(waiting)
        offers = {action.code: action for action in cases.actions_for(case, actor, now)}
        usual = [code for code in offers if HABITS.get(code)]
        if not usual:
            return ""
        code = self.rng.choices(usual, [HABITS[each] for each in usual])[0]
        given = Given(**self._given(case, code, offers[code].needs, actor, now))
        case_services.take_step(case_id=case.pk, action=code, actor=actor, now=now, given=given)
        return code

    def _given(self, case: "Case", action: str, needs: tuple[str, ...], actor: Actor, now: datetime) -> dict[str, Any]:
        tables: Mapping[str, Mapping[str, tuple[str, ...]]] = {
            "reason": texts.REASONS,
            "note": texts.NOTES,
            "finding": texts.FINDINGS,
        }
        given: dict[str, Any] = {
            word: self.rng.choice(tables[word].get(action, STATED)) for word in needs if word in tables
        }
        if "unit" in needs:
            suggested = dispatch.suggest(case.pk, actor, now).unit if action == "dispatch" else None
            given["unit_id"] = suggested.pk if suggested else self.company.usual(case.area_code)
        if "standard" in needs:
            given["standard_id"] = self.rng.choice(self.standards[case.category_id]).standard_id
        if "until" in needs:
            given["until_at"] = now + DEFERRED
        return given
