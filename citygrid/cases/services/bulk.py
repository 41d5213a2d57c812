"""The one bulk path into history: past cases, folded by the same rules, written by COPY."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from citygrid.cases import errors, models, permissions
from citygrid.cases.choices import LinkKind
from citygrid.cases.rules import CaseState, PastStep, apply, seal
from citygrid.cases.rules.fold import verdict_data
from citygrid.cases.services.life import Opening, series_of
from citygrid.geography import queries as geography
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import copy_rows
from citygrid.kernel.calendars import calendar_for
from citygrid.kernel.ids import uuid7
from citygrid.kernel.numbering import allocate
from citygrid.kernel.worktime import WorkingCalendar
from citygrid.workflow import queries as workflow

OPENING_FIELDS = (
    "category_id",
    "component_id",
    "district_code",
    "area_code",
    "summary",
    "source",
    "location",
    "address",
    "is_withheld",
)
CASE_FIELDS = ("id", "number", "procedure", "procedure_version", "calendar", *OPENING_FIELDS)
STEP_FIELDS = ("case_id", "hash")
LINK_FIELDS = ("source", "target", "at", "kind")


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """A step that was taken: its name in the procedure, when, by whom (a label), and its data as JSON values.

    Where an account of ours is known to have taken it, `actor` says which, as which post.
    """

    action: str
    at: datetime
    label: str
    data: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A past case: its opening and its steps in order of time.

    A component is named by its 17 digits; the database refuses one of another district or category.
    """

    opening: Opening
    steps: Sequence[HistoryStep]


@dataclass(slots=True)
class _Built:
    """A past case as it is written: id, opening, recorded steps with their hashes, and the fold of them."""

    id: UUID
    opening: Opening
    steps: list[PastStep]
    hashes: list[bytes]
    state: CaseState
    number: str = ""


@transaction.atomic
def record_history(*, histories: Iterable[History], actor: Actor, now: datetime) -> list[tuple[UUID, CaseState]]:
    """Write past cases with their chained steps; returns id and final state of each, in the order given.

    A step with a `case_id` bundles its case into that one, which is recorded already. Nothing is announced: the past
    needs no dispatch and no notice. HistoryInvalid (400) when a step does not fit the
    state before it; then nothing of the call is kept.
    """
    actor.require(permissions.OPEN)
    builder = _Builder()
    built = [builder.build(history) for history in histories]
    _number(built)
    procedures = builder.procedures
    copy_rows(
        models.Case,
        [*CASE_FIELDS, *models.Case.STATE_FIELDS, "head_hash"],
        (_case_row(case, procedures[case.opening.procedure], builder) for case in built),
    )
    names = list(models.step_values(built[0].steps[0])) if built else []
    copy_rows(models.Step, [*STEP_FIELDS, *names], (row for case in built for row in _step_rows(case)))
    copy_rows(models.CaseLink, LINK_FIELDS, (row for case in built for row in _link_rows(case)))
    audit.record(subject="cases.history", action="record_history", actor=actor, now=now, data={"cases": len(built)})
    return [(case.id, case.state) for case in built]


class _Builder:
    """Folds histories; keeps the procedures and calendars it met."""

    def __init__(self) -> None:
        self.procedures: dict[str, workflow.Procedure] = {}
        self.calendars: dict[str, WorkingCalendar] = {}
        self.calendar_keys: dict[str, str] = {}

    def build(self, history: History) -> _Built:
        opening = history.opening
        procedure = self._procedure(opening.procedure)
        calendar = self._calendar(opening)
        state, steps = CaseState(), list[PastStep]()
        for past in history.steps:
            step = self._step(procedure, state, past)
            if step.seq == 1:
                step.data.update(opening.first_data(self.calendar_key(opening)))  # type: ignore[attr-defined]
            state = apply(state, step, procedure, calendar)
            steps.append(step)
        case_id = uuid7()
        return _Built(case_id, opening, steps, seal(case_id, steps), state)

    def calendar_key(self, opening: Opening) -> str:
        code = opening.district_code
        if code not in self.calendar_keys:
            self.calendar_keys[code] = geography.calendar_key_of(code)
        return self.calendar_keys[code]

    def _calendar(self, opening: Opening) -> WorkingCalendar:
        key = self.calendar_key(opening)
        if key not in self.calendars:
            self.calendars[key] = calendar_for(key)
        return self.calendars[key]

    def _procedure(self, code: str) -> workflow.Procedure:
        if code not in self.procedures:
            self.procedures[code] = workflow.procedure(code)
        return self.procedures[code]

    def _step(self, procedure: workflow.Procedure, state: CaseState, past: HistoryStep) -> PastStep:
        action = procedure.action(past.action)
        if (state.state not in action.sources) if state.head_seq else not action.begins:
            raise errors.HistoryInvalid(f"{past.action} does not follow “{state.state}”")
        data = dict(past.data)
        if action.announces == "closed":
            data.update(verdict_data(state, past.at))
        return PastStep(
            seq=state.head_seq + 1,
            action=action.code,
            state=action.target or state.state,
            axis=_axis(past.actor, action),
            at=past.at,
            label=past.label,
            account_id=past.actor.account_id if past.actor else None,
            post_id=past.actor.post_id if past.actor else None,
            is_automatic=past.actor is None or past.actor.is_automatic,
            data=data,
        )


def _axis(actor: Actor | None, action: workflow.Action) -> str:
    """The actor's where the action lies on it, else the action's first."""
    return str(actor.axis) if actor and str(actor.axis) in action.axes else min(action.axes)


def _number(built: list[_Built]) -> None:
    """Numbers without gaps, in the order of opening within each district and day."""
    by_series: dict[str, list[_Built]] = defaultdict(list)
    zones: dict[str, ZoneInfo] = {}
    for case in built:
        district = case.opening.district_code
        if district not in zones:
            zones[district] = ZoneInfo(geography.time_zone_of(district))
        day = case.steps[0].at.astimezone(zones[district]).strftime("%Y%m%d")
        case.number = f"{district}-{day}"
        by_series[series_of(district, day)].append(case)
    for series, cases in sorted(by_series.items()):
        first = allocate(series, len(cases))
        for place, case in enumerate(sorted(cases, key=lambda case: case.steps[0].at)):
            case.number += f"-{first + place:04d}"


def _case_row(case: _Built, procedure: workflow.Procedure, builder: _Builder) -> list[Any]:
    opening = case.opening
    key = builder.calendar_key(opening)
    head = [case.id, case.number, procedure.code, procedure.version, key]
    head += [opening.category_key, opening.component_id or None]
    facts = [getattr(opening, name) for name in OPENING_FIELDS[2:]]
    return [*head, *facts, *models.row_values(case.state).values(), case.hashes[-1]]


def _step_rows(case: _Built) -> Iterable[list[Any]]:
    for step, digest in zip(case.steps, case.hashes, strict=True):
        yield [case.id, digest, *models.step_values(step).values()]


def _link_rows(case: _Built) -> Iterable[list[Any]]:
    return [
        [case.id, step.data["case_id"], step.at, LinkKind.BUNDLED] for step in case.steps if "case_id" in step.data
    ]
