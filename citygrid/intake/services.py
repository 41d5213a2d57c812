from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citygrid.cases import errors as case_errors
from citygrid.cases import queries as cases
from citygrid.cases import services as case_services
from citygrid.cases.choices import Source
from citygrid.cases.services import Correction
from citygrid.catalogue import queries as catalogue
from citygrid.evidence import queries as evidence
from citygrid.evidence import services as evidence_services
from citygrid.evidence.choices import Role
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame
from citygrid.intake import errors, events, models, permissions
from citygrid.intake.choices import ReportAction, ReportState
from citygrid.intake.queries import PHOTO_OWNER, Contact, report
from citygrid.intake.rules import swapped
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.bulk import copy_rows, write_together
from citygrid.kernel.crypto import blind_index
from citygrid.kernel.errors import NotFound
from citygrid.kernel.events import announce
from citygrid.kernel.idempotency import once
from citygrid.kernel.ids import receipt_code, uuid7
from citygrid.kernel.models import AuditEntry

if TYPE_CHECKING:
    from citygrid.cases.models import Case

LONGEST_DESCRIPTION, LONGEST_ADDRESS, LONGEST_CONTACT = 5_000, 300, 120


@dataclass(frozen=True)
class ReportIn:
    """A report as it comes in: words, a place (a position in `frame`, or an area code), and what else is known.

    `photos`: ids of photos that were received before.
    """

    description: str
    channel: str
    lon: float | None = None
    lat: float | None = None
    frame: str = Frame.WGS84
    area_code: str = ""
    address: str = ""
    category_key: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[UUID, ...] = ()

    def body(self) -> dict[str, Any]:
        """What makes two reports the same: everything, photos by their content."""
        told = asdict(self)
        photos = told.pop("photos")
        return {**told, "photos": evidence.digests(photos)} if photos else told


@dataclass(frozen=True)
class Receipt:
    """The answer to a report that is stored for good."""

    report_id: UUID
    receipt: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class PastReport:
    """A report of the past, for the bulk path; `source_key` is its id in the system it came from."""

    source_key: str
    channel: str
    state: str
    description: str
    category_key: str | None
    district_code: str
    area_code: str
    received_at: datetime
    case_id: UUID | None = None
    location: Point | None = None
    address: str = ""
    reason: str = ""


def receive_report(*, report: ReportIn, key: str, actor: Actor, now: datetime) -> Receipt:
    """Store a report for good and answer with its receipt.

    The same key and report again gives the first answer; the same key with another report is refused (KeyReused,
    409). Refusals (400): TextMissing, TextTooLong, PlaceMissing, OutsideDistrict, SwappedCoordinates, and those of
    attaching photos.
    """
    actor.require(permissions.RECEIVE)
    _require_usable(report)
    answer, is_first = once(
        scope=f"intake/{actor.account_id or actor.label}",
        key=key,
        body=report.body(),
        now=now,
        answer=lambda: _store(report, actor, now),
    )
    return Receipt(UUID(answer["report_id"]), answer["receipt"], is_first)


@transaction.atomic
def accept_report(
    *, report_id: UUID, actor: Actor, now: datetime, category_key: str = "", action: str = "", note: str = ""
) -> "Case":
    """Open a case for a report, in the category it came with or the one given here.

    The category's scheme names the procedure, and the procedure how this post begins; `action` chooses among more.
    Who took the report down and may open cases needs no right to triage.
    """
    found = _undecided(report_id, actor, now)
    if actor.account_id is None or found.received_by_id != actor.account_id:
        actor.require(permissions.TRIAGE)
    category = _category(category_key or found.category_id or "")
    opening = case_services.Opening(
        procedure=category.procedure,
        category_key=category.key,
        district_code=found.district_code,
        area_code=found.area_code,
        summary=found.description,
        source=found.channel,
        location=found.location,
        address=found.address,
    )
    given = case_services.Given(note=note)
    case = case_services.open_case(opening=opening, actor=actor, now=now, action=action, given=given)
    seq = _decide(found, ReportAction.ACCEPT, actor, now, case_id=case.pk)
    announce(events.ReportAccepted(report_id=found.pk, case_id=case.pk, seq=seq, at=now))
    return case


@transaction.atomic
def join_report(*, report_id: UUID, case_id: UUID, actor: Actor, now: datetime) -> models.Report:
    """Join a report to an open case that this post sees, instead of opening another."""
    actor.require(permissions.TRIAGE)
    case = cases.case(case_id, actor)
    if not case.is_open:
        raise errors.CaseNotOpen()
    found = _undecided(report_id, actor, now)
    seq = _decide(found, ReportAction.JOIN, actor, now, case_id=case_id)
    announce(events.ReportJoined(report_id=found.pk, case_id=case_id, seq=seq, at=now))
    return found


@transaction.atomic
def unjoin_report(
    *,
    report_id: UUID,
    reason: str,
    actor: Actor,
    now: datetime,
    case_id: UUID | None = None,
    expected_seq: int | None = None,
) -> models.Report:
    """Take a report out of a case it was joined to by mistake: it waits for a decision again, or is joined to another.

    With `expected_seq`, only on the history the caller has seen. TextMissing (400); NotFound (404) when the post does
    not see the case; ReportMoved, NotJoined, SameCase (409), and those of joining.
    """
    actor.require(permissions.TRIAGE)
    if not reason.strip():
        raise errors.TextMissing()
    found = _locked(report_id, actor, expected_seq)
    left = found.case_id
    if found.state != ReportState.JOINED or left is None:
        raise errors.NotJoined(state=ReportState(found.state).label)
    if case_id == left:
        raise errors.SameCase()
    cases.case(left, actor)
    seq = _decide(found, ReportAction.UNJOIN, actor, now, case_id=left, reason=reason.strip())
    announce(events.ReportUnjoined(report_id=found.pk, case_id=left, seq=seq, at=now))
    return join_report(report_id=report_id, case_id=case_id, actor=actor, now=now) if case_id else found


@transaction.atomic
def correct_report(
    *,
    report_id: UUID,
    correction: Correction,
    reason: str,
    actor: Actor,
    now: datetime,
    expected_seq: int | None = None,
) -> models.Report:
    """Correct category, place or address of a report that waits for a decision, with a reason its reporter sees.

    What it said first stays in its history. With `expected_seq`, only on the history the caller has seen. TextMissing,
    NothingCorrected, CategoryUnknown and those of places (400); ReportMoved, AlreadyTriaged (409).
    """
    actor.require(permissions.TRIAGE)
    if not reason.strip():
        raise errors.TextMissing()
    found = _locked(report_id, actor, expected_seq)
    _require_undecided(found, now)
    before = _matter(found)
    frame = _take_over(found, correction, now)
    after = _matter(found)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        raise case_errors.NothingCorrected()
    found.frame = frame if "location" in changed else found.frame
    data = {"was": {name: before[name] for name in changed}, "now": {name: after[name] for name in changed}}
    seq = _append(found, ReportAction.CORRECT, actor, now, MATTER, reason=reason.strip(), data=data)
    announce(events.ReportCorrected(report_id=found.pk, seq=seq, at=now))
    return found


@transaction.atomic
def note_case_correction(*, case_id: UUID, seq: int, now: datetime) -> None:
    """Put the correction of a case (its step `seq`) into the history of its reports, whose reporters see it."""
    step = cases.step(case_id, seq)
    rows = models.Report.objects.unscoped(reason="what happened to a case happened to its reports")
    actor = replace(system_actor(step.label), account_id=step.account_id, is_automatic=step.is_automatic)
    told = {"case_id": case_id, "reason": step.data["reason"], "data": step.data["correction"]}
    for found in rows.filter(case=case_id).select_for_update().order_by("pk"):
        own = _append(found, ReportAction.CORRECT_CASE, actor, step.at, (), **told)
        announce(events.ReportCorrected(report_id=found.pk, seq=own, at=now))


@transaction.atomic
def refuse_report(*, report_id: UUID, reason: str, actor: Actor, now: datetime) -> models.Report:
    """Refuse a report with a reason that its reporter sees."""
    actor.require(permissions.TRIAGE)
    if not reason.strip():
        raise errors.TextMissing()
    found = _undecided(report_id, actor, now)
    seq = _decide(found, ReportAction.REFUSE, actor, now, reason=reason.strip())
    announce(events.ReportRefused(report_id=found.pk, seq=seq, at=now))
    return found


def reveal_contact(*, report_id: UUID, reason: str, actor: Actor, now: datetime) -> Contact:
    """The reporter's contact data in clear. Who asked, and why, is on record before it is read."""
    actor.require(permissions.REVEAL)
    if not reason.strip():
        raise errors.TextMissing()
    found = report(report_id, actor)
    with transaction.atomic():
        _record(found, "reveal_contact", actor, now, {"reason": reason.strip()})
    contact = models.ReportContact.objects.filter(report=found).first()
    return Contact(contact.name, contact.phone, contact.email) if contact else Contact("", "", "")


@transaction.atomic
def record_reports(*, reports: Iterable[PastReport], actor: Actor, now: datetime) -> int:
    """Write past reports by COPY, each decided already; returns how many."""
    actor.require(permissions.RECEIVE)
    past = [f for f in PastReport.__dataclass_fields__ if f != "category_key"]
    rows = ([uuid7(), receipt_code(), "", one.category_key, *(getattr(one, name) for name in past)] for one in reports)
    count = copy_rows(models.Report, ["id", "receipt", "frame", "category_id", *past], rows)
    audit.record(subject="intake.reports", action="record_reports", actor=actor, now=now, data={"reports": count})
    return count


def _store(given: ReportIn, actor: Actor, now: datetime) -> dict[str, Any]:
    district, area, location = _placed(given, now)
    stored = models.Report(
        receipt=receipt_code(),
        channel=given.channel,
        description=given.description.strip(),
        category_id=given.category_key or None,
        location=location,
        frame=given.frame if location else "",
        address=given.address.strip(),
        district_code=district,
        area_code=area,
        received_at=now,
        received_by_id=actor.account_id,
    )
    entry = _entry(stored, "receive", actor, now, {"channel": given.channel})
    write_together(stored, *_contacts(stored, given.contact), entry)
    if given.photos:
        evidence_services.attach(
            media_ids=given.photos, owner_kind=PHOTO_OWNER, owner_id=stored.pk, role=Role.BEFORE, actor=actor, now=now
        )
    announce(events.ReportReceived(report_id=stored.pk, at=now))
    return {"report_id": str(stored.pk), "receipt": stored.receipt}


def _contacts(stored: models.Report, given: Mapping[str, str]) -> list[models.ReportContact]:
    """The contact data of a report, if any was given."""
    contact = {name: value.strip() for name, value in given.items() if value.strip()}
    index = blind_index(contact["phone"]) if "phone" in contact else ""
    return [models.ReportContact(report=stored, phone_index=index, **contact)] if contact else []


def _placed(given: ReportIn | Correction, now: datetime) -> tuple[str, str, Point | None]:
    """District, most precise area code, and position of a report."""
    if given.lon is None or given.lat is None:
        if not given.area_code:
            raise errors.PlaceMissing()
        return geography.district_of(given.area_code).code, given.area_code, None
    lon, lat = geography.to_wgs84(given.lon, given.lat, Frame(given.frame))
    location = Point(lon, lat, srid=4326)
    place = geography.locate(location, on=now.date())
    if place is None:
        other = swapped(lon, lat)
        is_swapped = other is not None and geography.locate(Point(*other, srid=4326), on=now.date()) is not None
        raise errors.SwappedCoordinates() if is_swapped else errors.OutsideDistrict()
    return place.district, place.area_code, location


def _require_usable(given: ReportIn) -> None:
    """Refuse what could never be stored, before anything is."""
    if not given.description.strip():
        raise errors.TextMissing()
    if given.channel not in Source.values:
        raise errors.ChannelUnknown(channel=given.channel)
    if given.frame not in Frame.values:
        raise errors.FrameUnknown(frame=given.frame)
    texts = [(given.description, LONGEST_DESCRIPTION), (given.address, LONGEST_ADDRESS)]
    for text, most in texts + [(text, LONGEST_CONTACT) for text in given.contact.values()]:
        if len(text) > most:
            raise errors.TextTooLong(most=most)
        if "\x00" in text:
            raise errors.TextUnusable()
    if given.category_key:
        _category(given.category_key)


def _category(key: str) -> catalogue.CategoryView:
    """The category of this key, if it takes cases; CategoryUnknown (400)."""
    found = catalogue.categories([key]).get(key)
    if found is None or found.is_major or not found.is_active:
        raise errors.CategoryUnknown()
    return found


def _undecided(report_id: UUID, actor: Actor, now: datetime) -> models.Report:
    found = _locked(report_id, actor)
    _require_undecided(found, now)
    return found


def _locked(report_id: UUID, actor: Actor, expected_seq: int | None = None) -> models.Report:
    actor.require(permissions.VIEW)
    found: models.Report | None = models.Report.objects.locked(report_id, actor)
    if found is None:
        raise NotFound(what=_("report"))
    if expected_seq is not None and expected_seq != found.head_seq:
        raise _moved(found)
    return found


def _moved(found: models.Report) -> errors.ReportMoved:
    last = found.steps.filter(seq=found.head_seq).first()
    if last is None:
        return errors.ReportMoved(label="–", action="–", at="–")
    at = last.at.astimezone(ZoneInfo(geography.time_zone_of(found.district_code)))
    return errors.ReportMoved(label=last.label, action=ReportAction(last.action).label, at=f"{at:%Y-%m-%d %H:%M:%S}")


def _require_undecided(found: models.Report, now: datetime) -> None:
    if found.state != ReportState.RECEIVED:
        raise errors.AlreadyTriaged(state=ReportState(found.state).label)
    if now < found.received_at:
        raise errors.BeforeReceived()


def _matter(found: models.Report) -> dict[str, Any]:
    """What a report is about, under the same words as of a case (`cases.services.Correction`)."""
    location = list(found.location.coords) if found.location else None
    return {
        "category": found.category_id,
        "area": found.area_code,
        "location": location,
        "address": found.address,
    }


def _take_over(found: models.Report, right: Correction, now: datetime) -> str:
    """Put what is right into the row; returns the frame of the position."""
    if right.category_key:
        found.category_id = _category(right.category_key).key
    if right.address.strip():
        found.address = right.address.strip()
    if not right.has_position and not right.area_code:
        return found.frame
    if not right.has_position and not geography.known_places([right.area_code]):
        raise case_errors.PlaceUnknown()
    if right.has_position and (right.lon is None or right.lat is None):
        raise case_errors.PlaceUnknown()
    found.district_code, found.area_code, found.location = _placed(right, now)
    return right.frame if found.location else ""


STATES = {  # what an action makes of a report
    ReportAction.ACCEPT: ReportState.ACCEPTED,
    ReportAction.JOIN: ReportState.JOINED,
    ReportAction.REFUSE: ReportState.REFUSED,
    ReportAction.UNJOIN: ReportState.RECEIVED,
}
DECIDED = ("state", "case", "reason", "decided_at")
MATTER = ("category", "location", "frame", "address", "district_code", "area_code")


def _decide(
    found: models.Report,
    action: ReportAction,
    actor: Actor,
    now: datetime,
    *,
    case_id: UUID | None = None,
    reason: str = "",
) -> int:
    """The decision, or its undoing, in the row and in the history; returns the number of the step."""
    is_decided = action != ReportAction.UNJOIN
    found.state, found.reason = STATES[action], reason if is_decided else ""
    found.case_id, found.decided_at = (case_id, now) if is_decided else (None, None)
    return _append(found, action, actor, now, DECIDED, case_id=case_id, reason=reason)


def _append(
    found: models.Report,
    action: ReportAction,
    actor: Actor,
    now: datetime,
    fields: tuple[str, ...],
    *,
    case_id: UUID | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> int:
    """Write the row's fields, the step and its audit entry in one statement; returns the number of the step."""
    found.head_seq += 1
    step = models.ReportStep(
        report=found,
        seq=found.head_seq,
        action=action,
        at=now,
        account_id=actor.account_id,
        label=actor.label,
        reason=reason,
        case_id=case_id,
        data=data or {},
    )
    told = {"case_id": str(case_id) if case_id else "", "reason": reason, **(data or {})}
    known = {name: value for name, value in told.items() if value}
    entry = _entry(found, str(action), actor, now, known)
    write_together(step, entry, changed=found, fields=(*fields, "head_seq"))
    return found.head_seq


def _record(found: models.Report, action: str, actor: Actor, now: datetime, data: dict[str, Any]) -> None:
    write_together(_entry(found, action, actor, now, data))


def _entry(found: models.Report, action: str, actor: Actor, now: datetime, data: dict[str, Any]) -> AuditEntry:
    return audit.entry(subject=f"intake.report/{found.pk}", action=action, actor=actor, now=now, data=data)
