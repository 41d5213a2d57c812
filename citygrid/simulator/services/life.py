"""Playing the lives of the demo: every report and every step goes through the public services, at its own time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.timezone import localdate

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.cases import services as case_services
from citygrid.cases.services import Given
from citygrid.catalogue import queries as catalogue
from citygrid.geography import queries as geography
from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.intake.choices import ReportState
from citygrid.intake.services import ReportIn
from citygrid.kernel import audit, clock
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.calendars import calendar_for
from citygrid.kernel.events import run_pending_jobs
from citygrid.kernel.idempotency import once
from citygrid.simulator.queries import SUBJECT, VIEWER, actors, noted
from citygrid.simulator.rules.lives import Beat, Life, Problem, Stage, write
from citygrid.simulator.rules.people import CODE, DEPARTMENTS, ROOT
from citygrid.simulator.rules.places import Places
from citygrid.simulator.rules.plan import draw
from citygrid.simulator.rules.scenarios import Triage
from citygrid.simulator.rules.texts import TOPICS
from citygrid.simulator.services.district import CALENDAR, size_there
from citygrid.simulator.services.duties import SCHEME, TIED
from citygrid.simulator.services.people import Progress

if TYPE_CHECKING:
    from citygrid.cases.models import Case

JOBS_AFTER = timedelta(seconds=2)  # automatic dispatch follows filing at once
RARE = 0.25  # weight of a problem that is not among the topics
PORTAL = system_actor("Citizens' portal (demo)", areas=(CODE,))
MACHINES = ("internet", "video")
WRONG_UNITS = ("urban_management", "municipal_works")  # whom a dispatcher tries next after a return


def live(*, seed: int, reports: int, progress: Progress, actor: Actor, now: datetime) -> bool:
    """Play the lives of so many reports up to `now`; False when they were played already.

    A run that was broken off goes on where it ended: the plan is kept, receipts are idempotent, and a step that a
    case has taken is not taken again.
    """
    if noted("lived") is not None:
        return False
    if noted("plan") is None:
        with transaction.atomic():
            data = {"seed": seed, "reports": reports, "now": now.isoformat()}
            audit.record(subject=SUBJECT, action="plan", actor=actor, now=now, data=data)
    plan = noted("plan") or {}
    then = datetime.fromisoformat(plan["now"])
    _Play(write(plan["seed"], plan["reports"], _stage(plan["seed"], then)), then).run(progress)
    with transaction.atomic():
        audit.record(subject=SUBJECT, action="lived", actor=actor, now=now)
    return True


def _stage(seed: int, now: datetime) -> Stage:
    places = Places(draw(seed, size_there()), Random(f"places {seed}"))  # noqa: S311 - a play, no secret
    return Stage(places, list(_problems(now)), calendar_for(CALENDAR), now)


def _problems(now: datetime) -> Iterator[Problem]:
    """Every filing standard in force, the common topics with their own words."""
    topics = {(f"{SCHEME}/{topic.category}", topic.problem_type): topic for topic in TOPICS}
    kinds = {*DEPARTMENTS, "street"}
    for standard in catalogue.standards_in_force(SCHEME, localdate(now)):
        topic = topics.get((standard.category_key, standard.problem_type))
        is_tied = standard.category_key.removeprefix(f"{SCHEME}/") in TIED
        yield Problem(
            category_key=standard.category_key,
            standard_id=standard.id,
            limit=standard.limit,
            phrases=topic.phrases if topic else (standard.condition_zh,),
            weight=topic.weight if topic else RARE / 10,
            is_sure=standard.unit_kind in kinds and not is_tied,
            place=topic.place if topic else "",
        )


def _run_jobs(at: datetime) -> None:
    with clock.standing_at(at):
        run_pending_jobs()


class _Play:
    """The lives, the people who act in them, and what has come of each so far."""

    def __init__(self, lives: Sequence[Life], now: datetime) -> None:
        self.lives = {life.number: life for life in lives}
        self.now = now
        self.by_role: dict[str, list[Actor]] = defaultdict(list)
        for actor in actors(now):
            self.by_role[actor.role].append(actor)
        self.units = access.organisations_by_code([f"{ROOT}-{kind}" for kind in DEPARTMENTS])
        spots = [(life.spot.lon, life.spot.lat) for life in lives]
        places = geography.locate_many(spots, on=localdate(now))
        self.areas = {life.number: place.area_code for life, place in zip(lives, places, strict=True) if place}
        self.reports: dict[int, UUID] = {}
        self.case_ids: dict[int, UUID] = {}
        self.cases: dict[int, Case] = {}

    def run(self, progress: Progress) -> None:
        """Everything that happens, in the order of time; beat -1 of a life is its report."""
        moments = [
            (at, life.number, beat)
            for life in self.lives.values()
            for beat, at in enumerate((life.received_at, *(beat.at for beat in life.beats)), start=-1)
        ]
        for _, number, beat in progress(sorted(moments), "lives"):
            self._happen(self.lives[number], beat)
        _run_jobs(self.now)

    def _happen(self, life: Life, beat: int) -> None:
        if beat < 0:
            self._report(life)
        elif beat == 0:
            self._triage(life, life.beats[0])
        else:
            self._step(life, beat)

    def _report(self, life: Life) -> None:
        if life.scenario.triage == Triage.FIX:
            return
        report = ReportIn(
            description=life.description,
            channel=life.channel,
            lon=life.spot.lon,
            lat=life.spot.lat,
            address=life.spot.address,
            category_key=life.problem.category_key if life.channel == "field" else "",
            contact=life.contact,
        )
        receiver = "supervisor" if life.channel == "field" else "acceptor"
        actor = PORTAL if life.channel in MACHINES else self._actor(life, receiver)
        receipt = intake_services.receive_report(
            report=report, key=f"demo/{life.number}", actor=actor, now=life.received_at
        )
        self.reports[life.number] = receipt.report_id

    def _triage(self, life: Life, beat: Beat) -> None:
        if life.scenario.triage == Triage.FIX:
            self._fix(life, beat)
            return
        report_id = self.reports[life.number]
        report = intake.report(report_id, VIEWER)
        if report.state != ReportState.RECEIVED:  # by an earlier run
            if report.case_id:
                self.case_ids[life.number] = report.case_id
            return
        actor = self._actor(life, beat.role)
        if life.scenario.triage == Triage.REFUSE:
            intake_services.refuse_report(report_id=report_id, reason=beat.reason, actor=actor, now=beat.at)
        elif life.scenario.triage == Triage.JOIN:
            case_id = self.case_ids[life.partner or 0]
            intake_services.join_report(report_id=report_id, case_id=case_id, actor=actor, now=beat.at)
        else:
            case = intake_services.accept_report(
                report_id=report_id, category_key=life.problem.category_key, actor=actor, now=beat.at
            )
            self._keep(life, case)

    def _fix(self, life: Life, beat: Beat) -> None:
        """A supervisor mends something on the spot and opens the case for it."""
        opening = case_services.Opening(
            category_key=life.problem.category_key,
            district_code=CODE,
            area_code=self.areas[life.number],
            summary=life.description,
            source=life.channel,
            location=Point(life.spot.lon, life.spot.lat, srid=4326),
            address=life.spot.address,
        )
        actor = self._actor(life, beat.role)

        def answer() -> dict[str, str]:
            given = Given(note=beat.note)
            case = case_services.open_case(opening=opening, actor=actor, now=beat.at, action=beat.action, given=given)
            return {"case_id": str(case.pk)}

        body = {"description": life.description}
        said, _ = once(scope="simulator", key=f"demo/{life.number}", body=body, now=beat.at, answer=answer)
        self.case_ids[life.number] = UUID(said["case_id"])

    def _step(self, life: Life, place: int) -> None:
        beat = life.beats[place]
        if beat.role == "platform":
            case_services.resume_due(now=beat.at)
            return
        case = self._case(life)
        if case.head_seq > place:  # automatic dispatch, or an earlier run, was first
            return
        action = "dispatch" if beat.action == "redispatch" else beat.action
        actor = self._handler(case) if beat.role == "department" else self._actor(life, beat.role)
        case = case_services.take_step(
            case_id=case.pk, action=action, actor=actor, now=beat.at, given=self._given(life, case, beat)
        )
        self._keep(life, case)
        if action == "file":
            _run_jobs(beat.at + JOBS_AFTER)
        if action in ("file", "approve_hang"):
            del self.cases[life.number]  # the platform may take the next step

    def _given(self, life: Life, case: "Case", beat: Beat) -> Given:
        return Given(
            reason=beat.reason,
            note=beat.note,
            finding=beat.finding,
            until_at=beat.until_at,
            standard_id=life.problem.standard_id if beat.action == "file" else None,
            unit_id=self._unit(life, case, beat.action) if beat.action in ("dispatch", "redispatch") else None,
            case_id=self.case_ids[life.partner or 0] if beat.action == "bundle" else None,
        )

    def _unit(self, life: Life, case: "Case", action: str) -> UUID:
        """Whom a dispatcher chooses: after a return another unit, after reopening the same, else by the standard."""
        if action == "redispatch" and case.counts.get("returns"):
            return next(unit.pk for kind in WRONG_UNITS if (unit := self.units[f"{ROOT}-{kind}"]).pk != case.unit_id)
        if case.unit_id:
            return case.unit_id
        kind = catalogue.standard(life.problem.standard_id).unit_kind
        return self.units.get(f"{ROOT}-{kind}", self.units[f"{ROOT}-{WRONG_UNITS[0]}"]).pk

    def _keep(self, life: Life, case: "Case") -> None:
        self.case_ids[life.number] = case.pk
        self.cases[life.number] = case

    def _case(self, life: Life) -> "Case":
        if life.number not in self.cases:
            self.cases[life.number] = cases.case(self.case_ids[life.number], VIEWER)
        return self.cases[life.number]

    def _actor(self, life: Life, role: str) -> Actor:
        """One of those who hold the role there, always the same for a life but when it comes back from a fix."""
        able = [actor for actor in self.by_role[role] if actor.reach.covers_area(self.areas[life.number])]
        turn = life.scenario.triage == Triage.FIX and life.number in self.case_ids
        return able[(life.number + turn) % len(able)]

    def _handler(self, case: "Case") -> Actor:
        return next(actor for actor in self.by_role["department"] if actor.unit_id == case.unit_id)
