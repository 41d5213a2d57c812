"""The days that are over: lives up to a moment of the last day, recorded in bulk, a day in each transaction."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction

from citygrid.cases import services as case_services
from citygrid.cases.services import Given, History, HistoryStep, Opening
from citygrid.dispatch import services as dispatch
from citygrid.dispatch.services import PastDecision
from citygrid.intake import services as intake_services
from citygrid.intake.choices import ReportState
from citygrid.intake.services import PastReport
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.simulator.queries import SUBJECT, noted
from citygrid.simulator.rules.lives import Life
from citygrid.simulator.rules.pace import Beat
from citygrid.simulator.rules.people import CODE
from citygrid.simulator.rules.scenarios import Triage
from citygrid.simulator.rules.slips import flaws_of, reported_as
from citygrid.simulator.services.company import AUTOMATIC, Company
from citygrid.simulator.services.people import Progress

AT_ONCE = timedelta(seconds=2)  # automatic dispatch follows filing
OPENING = (Triage.ACCEPT, Triage.FIX)  # triage that opens a case
STATES = {Triage.REFUSE: ReportState.REFUSED, Triage.JOIN: ReportState.JOINED}


@dataclass
class Past:
    """Records what was before `since`; keeps the cases it opened, by the number of their life."""

    company: Company
    since: datetime
    actor: Actor
    now: datetime
    cases: dict[int, UUID] = field(default_factory=dict)

    def record(self, lives: Sequence[Life], progress: Progress) -> None:
        """Write the lives of each day, once; days that an earlier run wrote are read from its notes."""
        by_day: dict[date, list[Life]] = defaultdict(list)
        for life in lives:
            if life.received_at < self.since:
                by_day[life.received_at.astimezone(self.since.tzinfo).date()].append(life)
        for day in progress(sorted(by_day), "days recorded"):
            note = noted(f"past {day}")
            if note is None:
                self._record_day(day, by_day[day])
            else:
                self.cases.update({int(number): UUID(case_id) for number, case_id in note["cases"].items()})

    @transaction.atomic
    def _record_day(self, day: date, lives: Sequence[Life]) -> None:
        begun = [life for life in lives if recorded(life, self.since) and life.scenario.triage in OPENING]
        opened: dict[int, UUID] = {}
        for group in ([one for one in begun if not one.partner], [one for one in begun if one.partner]):
            histories = [self._history(life) for life in group]
            written = case_services.record_history(histories=histories, actor=self.actor, now=self.now)
            opened |= {life.number: case_id for life, (case_id, _) in zip(group, written, strict=True)}
            self.cases |= opened  # those that bundle name the others
        reports = [self._report(life) for life in lives if life.scenario.triage != Triage.FIX]
        intake_services.record_reports(reports=reports, actor=self.actor, now=self.now)
        dispatch.record_decisions(decisions=list(self._decisions(begun)), actor=self.actor, now=self.now)
        data = {"cases": {str(number): str(case_id) for number, case_id in opened.items()}}
        audit.record(subject=SUBJECT, action=f"past {day}", actor=self.actor, now=self.now, data=data)

    def _decisions(self, lives: Sequence[Life]) -> Iterator[PastDecision]:
        """What automatic dispatch made of each case as it was filed, and went on."""
        for life in lives:
            beats = [beat for beat in recorded(life, self.since) if beat.action in ("file", "dispatch")]
            if [beat.action for beat in beats][:2] == ["file", "dispatch"]:
                situation, verdict = self.company.rulings[life.number]
                at = beats[0].at + AT_ONCE
                yield PastDecision(self.cases[life.number], at, situation, verdict, verdict.unit_id)

    def _history(self, life: Life) -> History:
        opening = Opening(
            category_key=life.problem.category_key,
            component_id=self.company.component(life),
            district_code=CODE,
            area_code=self.company.areas[life.number],
            summary=life.description,
            source=life.channel,
            location=Point(life.spot.lon, life.spot.lat, srid=4326),
            address=life.spot.address,
            procedure="social-event" if life.scenario.is_social else "city-case",
        )
        return History(opening, list(self._steps(life)))

    def _steps(self, life: Life) -> Iterator[HistoryStep]:
        """The life's beats as they were taken: a sure case was dispatched by itself when first filed."""
        unit_id: UUID | None = None
        has_returned, filed_at = False, None
        for beat in recorded(life, self.since):
            action = "dispatch" if beat.action == "redispatch" else beat.action
            actor, at = self.company.who_takes(life, beat, unit_id), beat.at
            data = Given(reason=beat.reason, note=beat.note, finding=beat.finding, until_at=beat.until_at).as_data()
            if action == "bundle":
                data["case_id"] = str(self.cases[life.partner or 0])
            elif action == "file":
                filed_at = at
                data |= _standard(life)
            elif action in ("dispatch", "call_department"):
                is_first = action == "dispatch" and unit_id is None
                if is_first and filed_at and (sure := self.company.verdicts[life.number]):
                    unit_id, actor, at = sure, AUTOMATIC, filed_at + AT_ONCE
                else:
                    unit_id = self.company.charged(life, action, unit_id, has_returned)
                data["unit_id"] = str(unit_id)
            has_returned = has_returned or action == "approve_return"
            yield HistoryStep(action, at, actor.label, data, actor)

    def _report(self, life: Life) -> PastReport:
        is_decided = bool(recorded(life, self.since))
        state = STATES.get(life.scenario.triage, ReportState.ACCEPTED) if is_decided else ReportState.RECEIVED
        case_of = life.partner if state == ReportState.JOINED else life.number
        has_case = state in (ReportState.JOINED, ReportState.ACCEPTED)
        own = self.company.receiver(life) if life.channel == "field" else None
        return PastReport(
            source_key=key_of(life),
            channel=life.channel,
            state=state,
            description=life.description,
            category_key=reported_as(life) or (life.problem.category_key if has_case else None),
            district_code=CODE,
            area_code=self.company.areas[life.number],
            received_at=life.received_at,
            case_id=self.cases[case_of or 0] if has_case else None,
            location=Point(life.spot.lon, life.spot.lat, srid=4326),
            address=life.spot.address,
            reason=life.beats[0].reason if state == ReportState.REFUSED else "",
            received_by_id=own.account_id if own else None,
            post_id=own.post_id if own else None,
            flaws=flaws_of(life) if is_decided else [],
        )


def recorded(life: Life, since: datetime) -> tuple[Beat, ...]:
    """The beats that are the past's to record: those before it goes live."""
    return tuple(beat for beat in life.beats if beat.at < since)


def key_of(life: Life) -> str:
    """The key under which the report of a life is sent: once."""
    return f"demo/{life.number}"


def _standard(life: Life) -> dict[str, Any]:
    limit = life.problem.limit
    return {"standard_id": str(life.problem.standard_id), "limit": [f"{limit.value.normalize():f}", str(limit.unit)]}
