"""The life of a case: it is opened, and takes one step after another."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from citygrid.access import queries as access
from citygrid.cases import errors, events, models, permissions
from citygrid.cases.choices import LinkKind
from citygrid.cases.queries.single import PHOTO_OWNER, charge_of, situation_of
from citygrid.cases.rules import CaseState, Given, PastStep, apply, seal
from citygrid.cases.rules.fold import WORK_ENDED, verdict_data
from citygrid.cases.rules.history import limit_as_data
from citygrid.cases.services.assigning import assignee_data, work_data
from citygrid.cases.services.matter import component_for, correction_data
from citygrid.catalogue import queries as catalogue
from citygrid.evidence import services as evidence
from citygrid.geography import queries as geography
from citygrid.kernel import audit, bell, chain
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import write_together
from citygrid.kernel.calendars import calendar_for
from citygrid.kernel.errors import NotFound, Refusal
from citygrid.kernel.events import announce
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.numbering import allocate
from citygrid.kernel.words import in_language
from citygrid.workflow import errors as workflow_errors
from citygrid.workflow import queries as workflow

LONGEST_DEFERMENT = timedelta(days=365)
WRITTEN: tuple[str, ...] = (*models.Case.STATE_FIELDS, "head_hash")


@dataclass(frozen=True)
class Opening:
    """What a case begins with. `area_code` is the most precise code known of its place.

    `component_id`: of the component of the inventory that it is about, where that is known. `is_withheld`: kept from
    the public, as its reporter asked.
    """

    category_key: str
    district_code: str
    area_code: str
    summary: str
    source: str
    location: Point | None = None
    address: str = ""
    procedure: str = "city-case"
    component_id: str = ""
    is_withheld: bool = False

    def first_data(self, calendar: str) -> dict[str, Any]:
        """What the first step records of it: the matter, by the words of `rules.matter`, and the calendar."""
        said = {"category": self.category_key, "component": self.component_id, "calendar": calendar}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class StepResult:
    """One row of a bulk action: the case, and the refusal if it was refused."""

    case_id: UUID
    case: models.Case | None = None
    refusal: Refusal | None = None


@transaction.atomic
def open_case(
    *, opening: Opening, actor: Actor, now: datetime, action: str = "", given: Given | None = None
) -> models.Case:
    """Begin a case with its first step; its number is the next of its district and day.

    Without an `action` it begins as the procedure lets this post begin first. StepNotAllowed (409) when it does not;
    ComponentUnknown, ComponentUnfit, ComponentElsewhere (400).
    """
    actor.require(permissions.OPEN)
    given = given or Given()
    procedure = workflow.procedure(opening.procedure)
    move = workflow.begin(procedure, action or _beginning(procedure, actor), actor, given.words)
    about = component_for(opening.component_id, opening.category_key, opening.district_code, actor)
    opening = replace(opening, component_id=about or "")
    district = geography.district_of(opening.area_code)
    calendar = district.calendar_key
    case = models.Case(
        category_id=opening.category_key,
        component_id=about,
        procedure=procedure.code,
        procedure_version=procedure.version,
        calendar=calendar,
        district_code=opening.district_code,
        area_code=opening.area_code,
        summary=opening.summary,
        source=opening.source,
        location=opening.location,
        address=opening.address,
        is_withheld=opening.is_withheld,
    )
    data = {**opening.first_data(calendar), **given.as_data()}
    step = _past_step(move, 1, actor, now, data)
    state = apply(CaseState(), step, procedure, calendar_for(calendar))
    rows = _take_over(case, state, step, chain.START, actor)
    case.number = _next_number(opening.district_code, now.astimezone(ZoneInfo(district.time_zone)))
    write_together(case, *rows)
    case._state.adding = False
    _attach(case, given, actor, now)
    announce(events.CaseOpened(case_id=case.pk, seq=1, at=now))
    return case


def take_step(
    *,
    case_id: UUID,
    action: str,
    actor: Actor,
    now: datetime,
    given: Given | None = None,
    expected_seq: int | None = None,
) -> models.Case:
    """Take one step, as the case's procedure allows it to this post.

    With `expected_seq`, the step is taken only on the history the caller has seen. Refusals: NotFound (404),
    CaseMoved (409: says who was first), TimeBackwards (409), StepNotAllowed (409), FieldsMissing (400), OtherAxis
    (403), and those of what is given with the step.
    """
    actor.require(permissions.ACT)
    given = given or Given()
    with _axes_kept_apart(), transaction.atomic():
        case = _locked(case_id, actor)
        procedure = workflow.procedure(case.procedure, case.procedure_version)
        move = _judged(case, procedure, action, actor, given, now, expected_seq)
        _require_time_forwards(case, now)
        before, previous = case.as_state(), bytes(case.head_hash)
        data = {**given.as_data(), **_looked_up(case, move, given, actor, now)}
        data |= assignee_data(case, move, given, now)
        data |= work_data(case, move, given, actor, now)
        fields = WRITTEN
        if "correction" in data:
            case.take_matter(data["correction"]["now"])
            fields = (*WRITTEN, *models.Case.MATTER_FIELDS)
        if move.action.announces == "closed":
            data.update(verdict_data(before, now))
        step = _past_step(move, before.head_seq + 1, actor, now, data)
        after = apply(before, step, procedure, calendar_for(case.calendar))
        rows = _take_over(case, after, step, previous, actor)
        write_together(*rows, changed=case, fields=fields)
        _attach(case, given, actor, now)
        if given.case_id:
            _bundle(case, given.case_id, actor, now)
        if move.action.announces == "unbundled":
            case.links.filter(kind=LinkKind.BUNDLED).delete()  # what was bundled, and why, stays in the steps
        for event in _announced(move.action, data):
            announce(event(case_id=case.pk, seq=step.seq, at=now))
    return case


def _announced(action: workflow.Action, data: Mapping[str, Any]) -> list[type[events.CaseEvent]]:
    """What a step announces; an action about work itself says what became of it."""
    return events.of_step(action.announces, action.phase, leaves_work=WORK_ENDED in data and not action.work)


def take_steps(
    *, case_ids: Sequence[UUID], action: str, actor: Actor, now: datetime, given: Given | None = None
) -> list[StepResult]:
    """The same step on many cases, each in its own transaction: one that is refused does not stop the others."""
    return [_result_of(case_id, action, actor, now, given) for case_id in case_ids]


def _next_number(district_code: str, at: datetime) -> str:
    """The next case number of the district's day, "110101-20261123-0042"; `at` is its own time."""
    day = at.strftime("%Y%m%d")
    return f"{district_code}-{day}-{allocate(series_of(district_code, day)):04d}"


def series_of(district_code: str, day: str) -> str:
    """The series that numbers the cases of one district and day ("20261123")."""
    return f"case/{district_code}/{day}"


def _beginning(procedure: workflow.Procedure, actor: Actor) -> str:
    """The first action with which the actor may begin; the engine refuses the one of others where there is none."""
    others = (action for action in procedure.actions.values() if action.begins)
    return next(iter(workflow.beginnings(procedure, actor)), next(others)).code


def _result_of(case_id: UUID, action: str, actor: Actor, now: datetime, given: Given | None) -> StepResult:
    try:
        return StepResult(case_id, case=take_step(case_id=case_id, action=action, actor=actor, now=now, given=given))
    except Refusal as refusal:
        return StepResult(case_id, refusal=refusal)


def _locked(case_id: UUID, actor: Actor) -> models.Case:
    case: models.Case | None = models.Case.objects.locked(case_id, actor)
    if case is None:
        raise NotFound(what=_("case"))
    return case


def _judged(
    case: models.Case,
    procedure: workflow.Procedure,
    action: str,
    actor: Actor,
    given: Given,
    now: datetime,
    expected_seq: int | None,
) -> workflow.Move:
    """The move, or the refusal; when somebody else was first, the refusal says who."""
    if expected_seq is not None and expected_seq != case.head_seq:
        raise _moved(case, procedure, action)
    try:
        return workflow.judge(procedure, situation_of(case, now), action, actor, given.words)
    except workflow_errors.StepNotAllowed as refusal:
        if refusal.reason in ("state", "nothing_asked", "pending"):
            raise _moved(case, procedure, action) from refusal
        raise


def _require_time_forwards(case: models.Case, now: datetime) -> None:
    if now < case.head_at:
        raise errors.TimeBackwards(at=case.head_at.astimezone(ZoneInfo(geography.time_zone_of(case.district_code))))


def _moved(case: models.Case, procedure: workflow.Procedure, action: str) -> errors.CaseMoved:
    last = models.Step.objects.get(case=case, seq=case.head_seq)
    at = last.at.astimezone(ZoneInfo(geography.time_zone_of(case.district_code)))
    label = in_language(*(access.labels_of(last.account_id, last.post_id) or (last.label, last.label)))
    told = {"action": last.action, "label": label, "at": last.at}
    return errors.CaseMoved(
        action=procedure.action(action).name,
        label=label,
        last_action=procedure.action(last.action).name,
        at=f"{at:%Y-%m-%d %H:%M:%S}",
        state=procedure.states[case.state].name,
        facts={"head_seq": case.head_seq, "state": case.state, "last": told},
    )


def _looked_up(case: models.Case, move: workflow.Move, given: Given, actor: Actor, now: datetime) -> dict[str, Any]:
    """What follows from the given fields and must be recorded with the step; refuses what does not fit."""
    if given.until_at and not now < given.until_at <= now + LONGEST_DEFERMENT:
        raise errors.UntilInvalid()
    if given.unit_id:
        _require_unit(given.unit_id, charge_of(case, move.action.code))
    found = {"correction": correction_data(case, given.correction, actor, now)} if given.correction else {}
    if not given.standard_id:
        return found
    standard = catalogue.standard(given.standard_id)
    if standard.category_key != case.category_id:
        raise errors.StandardMismatch()
    return {**found, "limit": limit_as_data(standard.limit)}


def _require_unit(unit_id: UUID, charge: access.Charge) -> None:
    found = access.unit_for(unit_id, charge)
    if found is None or not found.unit.is_active:
        raise errors.UnitUnknown()
    if not found.can_take:
        raise errors.UnitElsewhere(unit=found.unit.name)


def _past_step(move: workflow.Move, seq: int, actor: Actor, now: datetime, data: dict[str, Any]) -> PastStep:
    return PastStep(
        seq=seq,
        action=move.action.code,
        state=move.state,
        axis=move.axis,
        at=now,
        label=actor.label,
        account_id=actor.account_id,
        post_id=actor.post_id,
        is_automatic=actor.is_automatic,
        data=data,
    )


def _take_over(
    case: models.Case, state: CaseState, step: PastStep, previous: bytes, actor: Actor
) -> tuple[models.Step, AuditEntry]:
    """Put the fold and the head of the chain into the row; the step and its audit entry, to be written with it.

    Once they are, the screens are told.
    """
    bell.ring(bell.CASES, case.pk)
    case.take_over(state)
    case.head_hash = seal(case.pk, [step], previous)[0]
    data = {"seq": step.seq}
    entry = audit.entry(subject=f"cases.case/{case.pk}", action=step.action, actor=actor, now=step.at, data=data)
    return models.Step(case=case, hash=case.head_hash, **models.step_values(step)), entry


def _attach(case: models.Case, given: Given, actor: Actor, now: datetime) -> None:
    for role, ids in given.photos.items():
        evidence.attach(media_ids=ids, owner_kind=PHOTO_OWNER, owner_id=case.pk, role=role, actor=actor, now=now)


@transaction.atomic
def make_part(*, case_id: UUID, parent_id: UUID, actor: Actor, now: datetime) -> models.CaseLink:
    """Make a case a part of another one, both visible to the post; a case is part of one other, and not of its parts.

    Each goes on with its own unit and clock. NotFound (404); AlreadyPart (409).
    """
    actor.require(permissions.ACT)
    part, parent = _locked(case_id, actor), _locked(parent_id, actor)
    is_circle = models.CaseLink.objects.filter(source=parent, target=part, kind=LinkKind.PART).exists()
    if part.pk == parent.pk or is_circle or part.links.filter(kind=LinkKind.PART).exists():
        raise errors.AlreadyPart()
    link = models.CaseLink.objects.create(source=part, target=parent, kind=LinkKind.PART, at=now)
    data = {"parent_id": str(parent_id)}
    audit.record(subject=f"cases.case/{case_id}", action="make_part", actor=actor, now=now, data=data)
    return link


def _bundle(case: models.Case, into: UUID, actor: Actor, now: datetime) -> None:
    target = models.Case.objects.visible_to(actor).filter(pk=into, is_open=True).first()
    if target is None or target.pk == case.pk:
        raise NotFound(what=_("open case to bundle with"))
    models.CaseLink.objects.create(source=case, target=target, kind=LinkKind.BUNDLED, at=now)


@contextmanager
def _axes_kept_apart() -> Iterator[None]:
    """The database refuses a second axis of one account on one case; say so in words."""
    try:
        yield
    except IntegrityError as error:
        if "one_axis_per_account_and_case" in str(error):
            raise errors.OtherAxis() from error
        raise
