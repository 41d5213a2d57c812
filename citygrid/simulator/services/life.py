"""Playing the week of the demo: the days that are over in bulk, the last one step by step through the services."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.timezone import localdate

from citygrid.cases import queries as cases
from citygrid.cases import services as case_services
from citygrid.cases.services import Given
from citygrid.catalogue import queries as catalogue
from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.intake.choices import ReportState
from citygrid.intake.services import ReportIn
from citygrid.kernel import audit, clock
from citygrid.kernel.actor import Actor
from citygrid.kernel.calendars import calendar_for
from citygrid.kernel.events import deliver_here, run_pending_jobs
from citygrid.kernel.idempotency import once
from citygrid.kernel.worktime import Limit, Unit
from citygrid.simulator.queries import SUBJECT, VIEWER, noted, recorded_reports
from citygrid.simulator.rules.lives import Life, Problem, Stage, write
from citygrid.simulator.rules.pace import Beat
from citygrid.simulator.rules.people import CODE, DEPARTMENTS
from citygrid.simulator.rules.places import Places
from citygrid.simulator.rules.plan import draw
from citygrid.simulator.rules.scenarios import Triage
from citygrid.simulator.rules.slips import reported_as
from citygrid.simulator.rules.texts import REFUSALS, SOCIAL, TOPICS
from citygrid.simulator.rules.week import Week, week_before
from citygrid.simulator.services.company import Company
from citygrid.simulator.services.district import CALENDAR, size_there
from citygrid.simulator.services.duties import SCHEME, TIED
from citygrid.simulator.services.learning import learn
from citygrid.simulator.services.past import Past, key_of
from citygrid.simulator.services.people import Progress
from citygrid.simulator.services.photos import photos

if TYPE_CHECKING:
    from citygrid.cases.models import Case

SLICE = timedelta(minutes=3)  # events are delivered so often: nobody follows up a filing sooner
RARE = 0.025  # weight of a problem that is not among the topics
SOCIAL_SCHEME = "citygrid-social"
A_DAY = Limit(Decimal(1), Unit.WORK_DAY)  # events have limits of their states, not of a standard


def live(*, seed: int, reports: int, most: int, progress: Progress, actor: Actor, now: datetime) -> bool:
    """Play the lives of so many reports in the week before `now`; False when they were played already.

    Of the last day, at most so many of the last moments are played through the services, one by one; what was before
    is recorded in bulk.

    A run that was broken off goes on where it ended: the plan is kept, days that are recorded are noted, receipts
    are idempotent, and a step that a case has taken is not taken again.
    """
    if noted("lived") is not None:
        return False
    if noted("plan") is None:
        with transaction.atomic():
            data = {"seed": seed, "reports": reports, "most": most, "now": now.isoformat()}
            audit.record(subject=SUBJECT, action="plan", actor=actor, now=now, data=data)
    plan = noted("plan") or {}
    stage = stage_of(plan["seed"], datetime.fromisoformat(plan["now"]))
    lives = write(plan["seed"], plan["reports"], stage)
    company = Company(lives, stage.week.until)
    since = _live_since(lives, stage.week, plan["most"])
    past = Past(company, since, actor, now)
    past.record(lives, progress)
    learn(since, actor)
    Play(company, stage.week, since, past.cases).run(lives, progress)
    with transaction.atomic():
        audit.record(subject=SUBJECT, action="lived", actor=actor, now=now)
    return True


def _live_since(lives: Sequence[Life], week: Week, most: int) -> datetime:
    """The dawn of the last day, or the later moment after which no more than so much happens."""
    moments = sorted(at for life in lives for at in (life.received_at, *(beat.at for beat in life.beats)))
    return max([week.dawn, *moments[-most - 1 : -most]]).astimezone(week.until.tzinfo)


def stage_of(seed: int, now: datetime) -> Stage:
    """Where and when the lives of the week before `now` are set."""
    calendar = calendar_for(CALENDAR)
    week = week_before(now, calendar, Random(f"week {seed}"))  # noqa: S311 - a play, no secret
    places = Places(draw(seed, size_there()), Random(f"places {seed}"))  # noqa: S311 - a play, no secret
    return Stage(places, [*problems(week.until), *social_problems()], calendar, week)


def problems(now: datetime) -> Iterator[Problem]:
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
            weight=topic.weight if topic else RARE,
            is_sure=standard.unit_kind in kinds and not is_tied,
            place=topic.place if topic else "",
            problem_type=standard.problem_type,
            unit_kind=standard.unit_kind,
        )


def social_problems() -> Iterator[Problem]:
    """What comes to the ladder of social events; the first named are the commonest."""
    for place, (own, phrases) in enumerate(SOCIAL.items()):
        key = f"{SOCIAL_SCHEME}/{own}"
        yield Problem(key, None, A_DAY, phrases, len(SOCIAL) - place / 2, is_sure=False, is_social=True)


@dataclass
class Play:
    """What has come of each life so far, and what happens next."""

    company: Company
    week: Week
    since: datetime
    case_ids: dict[int, UUID]
    reports: dict[int, UUID] = field(default_factory=dict)
    cases: "dict[int, Case]" = field(default_factory=dict)

    def run(self, lives: Sequence[Life], progress: Progress) -> None:
        """Everything the past has not recorded, in the order of time, a slice at a time: people first, then jobs."""
        self._recall(lives)
        for at, moments in groupby(progress(self._moments(lives), "lives"), key=lambda moment: moment[0]):
            for _, _, life, beat in moments:
                self._happen(life, beat)
            deliver(min(at + SLICE, self.week.until))
        with clock.standing_at(self.week.until.astimezone(UTC)):
            run_pending_jobs(at_once=2)  # the photos' copies are drawn

    def _moments(self, lives: Sequence[Life]) -> "list[tuple[datetime, datetime, Life, int]]":
        """Slice, time, life, and the place of its beat (-1: its report)."""
        since = self.since
        found = [
            (at, life, beat)
            for life in lives
            for beat, at in enumerate((life.received_at, *(beat.at for beat in life.beats)), start=-1)
            if at >= since
        ]
        ordered = sorted(found, key=lambda moment: (moment[0], moment[1].number, moment[2]))
        return [(since + (at - since) // SLICE * SLICE, at, life, beat) for at, life, beat in ordered]

    def _recall(self, lives: Sequence[Life]) -> None:
        """Reports of the evening before that wait for triage, and the cases of those an earlier run has triaged."""
        before = recorded_reports(self.week.days[-2])
        for life in lives:
            report_id, state, case_id = before.get(key_of(life), (None, "", None))
            if report_id and state == ReportState.RECEIVED:
                self.reports[life.number] = report_id
            elif case_id and state == ReportState.ACCEPTED:
                self.case_ids[life.number] = case_id

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
        actor = self.company.receiver(life)
        report = report_in(life, actor)
        receipt = intake_services.receive_report(report=report, key=key_of(life), actor=actor, now=life.received_at)
        if receipt.is_first or self._is_undecided(life, receipt.report_id):
            self.reports[life.number] = receipt.report_id

    def _is_undecided(self, life: Life, report_id: UUID) -> bool:
        """Whether an earlier run left the report; else its case is known by it."""
        report = intake.report(report_id, VIEWER)
        if report.case_id and report.state == ReportState.ACCEPTED:
            self.case_ids[life.number] = report.case_id
        return report.state == ReportState.RECEIVED

    def _triage(self, life: Life, beat: Beat) -> None:
        if life.scenario.triage == Triage.FIX:
            self._fix(life, beat)
            return
        report_id = self.reports.pop(life.number, None)
        if report_id is None:  # by an earlier run
            return
        actor = self.company.actor(life, beat.role)
        if life.scenario.triage == Triage.REFUSE:
            why = {"reason": beat.reason, "flaw": REFUSALS[beat.reason]}
            intake_services.refuse_report(report_id=report_id, **why, actor=actor, now=beat.at)
        elif life.scenario.triage == Triage.JOIN:
            case_id = self.case_ids[life.partner or 0]
            intake_services.join_report(report_id=report_id, case_id=case_id, actor=actor, now=beat.at)
        else:
            case = intake_services.accept_report(
                report_id=report_id,
                category_key=life.problem.category_key,
                component_id=self.company.component(life),
                actor=actor,
                now=beat.at,
            )
            self._keep(life, case)

    def _fix(self, life: Life, beat: Beat) -> None:
        """A supervisor mends something on the spot and opens the case for it."""
        opening = case_services.Opening(
            category_key=life.problem.category_key,
            component_id=self.company.component(life),
            district_code=CODE,
            area_code=self.company.areas[life.number],
            summary=life.description,
            source=life.channel,
            location=Point(life.spot.lon, life.spot.lat, srid=4326),
            address=life.spot.address,
        )
        actor = self.company.who_takes(life, beat, None)

        def answer() -> dict[str, str]:
            given = Given(note=beat.note, photos=photos(life, beat.action, actor, beat.at))
            case = case_services.open_case(opening=opening, actor=actor, now=beat.at, action=beat.action, given=given)
            return {"case_id": str(case.pk)}

        body = {"description": life.description}
        said, _ = once(scope="simulator", key=key_of(life), body=body, now=beat.at, answer=answer)
        self.case_ids[life.number] = UUID(said["case_id"])

    def _step(self, life: Life, place: int) -> None:
        beat = life.beats[place]
        if beat.role == "platform":
            case_services.resume_due(now=beat.at)
            return
        case = self._case(life)
        if case.head_seq > place:  # automatic dispatch, or an earlier run, was first
            return
        actor = self.company.who_takes(life, beat, case.unit_id, case.assignee_id)
        case = case_services.take_step(
            case_id=case.pk,
            action="dispatch" if beat.action == "redispatch" else beat.action,
            actor=actor,
            now=beat.at,
            given=self._given(life, case, beat, actor),
        )
        self._keep(life, case)
        if beat.action in ("file", "approve_hang"):
            del self.cases[life.number]  # the platform may take the next step

    def _given(self, life: Life, case: "Case", beat: Beat, actor: Actor) -> Given:
        is_charging = beat.action in ("dispatch", "redispatch", "call_department")
        has_returned = beat.action == "redispatch" and bool(case.counts.get("returns"))
        return Given(
            reason=beat.reason,
            note=beat.note,
            finding=beat.finding,
            until_at=beat.until_at,
            standard_id=life.problem.standard_id if beat.action == "file" else None,
            unit_id=self.company.charged(life, beat.action, case.unit_id, has_returned) if is_charging else None,
            case_id=self.case_ids[life.partner or 0] if beat.action == "bundle" else None,
            photos=photos(life, beat.action, actor, beat.at),
        )

    def _keep(self, life: Life, case: "Case") -> None:
        self.case_ids[life.number] = case.pk
        self.cases[life.number] = case

    def _case(self, life: Life) -> "Case":
        if life.number not in self.cases:
            self.cases[life.number] = cases.case(self.case_ids[life.number], VIEWER)
        return self.cases[life.number]


def report_in(life: Life, actor: Actor) -> ReportIn:
    """The report of a life as it comes in; who saw it themselves says what it is, and shows it now and then."""
    has_seen = life.channel == "field"
    shown = photos(life, "report", actor, life.received_at) if has_seen else {}
    return ReportIn(
        description=life.description,
        channel=life.channel,
        lon=life.spot.lon,
        lat=life.spot.lat,
        address=life.spot.address,
        category_key=reported_as(life),
        contact=life.contact,
        photos=shown.get("before", ()),
    )


def deliver(at: datetime) -> None:
    """Hand events to those who wait for them, with the clock standing at a time of the play."""
    with clock.standing_at(at.astimezone(UTC)):
        deliver_here()
