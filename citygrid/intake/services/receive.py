"""Taking reports in, whatever the channel."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import get_language

from citygrid.cases.choices import Source
from citygrid.cases.services import Correction
from citygrid.catalogue import queries as catalogue
from citygrid.evidence import queries as evidence
from citygrid.evidence import services as evidence_services
from citygrid.evidence.choices import Role
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame
from citygrid.intake import errors, events, models, permissions
from citygrid.intake.queries import PHOTO_OWNER, key_scope
from citygrid.intake.rules import swapped
from citygrid.intake.services.history import audit_entry
from citygrid.kernel import bell
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import write_together
from citygrid.kernel.crypto import blind_index
from citygrid.kernel.events import announce
from citygrid.kernel.idempotency import once
from citygrid.kernel.ids import receipt_code
from citygrid.kernel.words import is_blank

LONGEST_DESCRIPTION, LONGEST_ADDRESS, LONGEST_CONTACT = 5_000, 300, 120


@dataclass(frozen=True)
class ReportIn:
    """A report as it comes in: words, a place (a position in `frame`, or an area code), and what else is known.

    `photos`: ids of photos that were received before. `is_confidential`: its reporter asks that neither its case nor
    its photos be shown to the public.
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
    is_confidential: bool = False

    def body(self) -> dict[str, Any]:
        """What makes two reports the same: everything, photos by their content."""
        told = asdict(self)
        photos = told.pop("photos")
        if not told["is_confidential"]:  # keys that were used before it could be said stay the same
            del told["is_confidential"]
        return {**told, "photos": evidence.digests(photos)} if photos else told


@dataclass(frozen=True)
class Receipt:
    """The answer to a report that is stored for good."""

    report_id: UUID
    receipt: str
    is_first: bool
    case_number: str = ""  # of the case that it became at once


def receive_report(*, report: ReportIn, key: str, actor: Actor, now: datetime) -> Receipt:
    """Store a report for good and answer with its receipt.

    The same key and report again gives the first answer; the same key with another report is refused (KeyReused,
    409). Refusals (400): TextMissing, TextTooLong, PlaceMissing, OutsideDistrict, SwappedCoordinates, and those of
    attaching photos.
    """
    actor.require(permissions.RECEIVE)
    require_usable(report)
    answer, is_first = once(
        scope=key_scope(actor),
        key=key,
        body=report.body(),
        now=now,
        answer=lambda: store(report, actor, now),
    )
    return Receipt(UUID(answer["report_id"]), answer["receipt"], is_first)


def placed(given: ReportIn | Correction, now: datetime) -> tuple[str, str, Point | None, bool]:
    """District, most precise area code and position of a report, and whether a zone with hours lies there."""
    if given.lon is None or given.lat is None:
        if not given.area_code:
            raise errors.PlaceMissing()
        return geography.district_of(given.area_code).code, given.area_code, None, False
    lon, lat = geography.to_wgs84(given.lon, given.lat, Frame(given.frame))
    location = Point(lon, lat, srid=4326)
    today = timezone.localdate(now)
    place = geography.locate(location, on=today)
    if place is None:
        other = swapped(lon, lat)
        is_swapped = other is not None and geography.locate(Point(*other, srid=4326), on=today) is not None
        raise errors.SwappedCoordinates() if is_swapped else errors.OutsideDistrict()
    if not (place.area_code.startswith(given.area_code) or given.area_code.startswith(place.area_code)):
        raise errors.PlaceContradicted(there=place_words(place.area_code), given=place_words(given.area_code))
    return place.district, place.area_code, location, place.has_zone


def zone_at(location: Point | None, at: datetime) -> dict[str, Any] | None:
    """What is kept of the forbidden zone at a position at a moment: it marks a place and an hour, nobody."""
    zone = geography.forbidden_at(location, at) if location else None
    return zone.kept() if zone else None


def place_words(code: str) -> str:
    """A place by its name in the active language and its code."""
    return f"{geography.place_name(code, get_language() or 'zh-hans')} ({code})"


def usable_category(key: str) -> catalogue.CategoryView:
    """The category of this key, if it takes cases; CategoryUnknown (400)."""
    found = catalogue.categories([key]).get(key)
    if found is None or found.is_major or not found.is_active:
        raise errors.CategoryUnknown()
    return found


def store(given: ReportIn, actor: Actor, now: datetime) -> dict[str, Any]:
    """Write a report with its photos, and announce it: what its receipt says."""
    district, area, location, has_zone = placed(given, now)
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
        post_id=actor.post_id if given.channel == Source.FIELD else None,
        zone=zone_at(location, now) if has_zone else None,
        is_confidential=given.is_confidential,
    )
    entry = audit_entry(stored, "receive", actor, now, {"channel": given.channel})
    write_together(stored, *_contacts(stored, given.contact), entry)
    if given.photos:
        evidence_services.attach(
            media_ids=given.photos, owner_kind=PHOTO_OWNER, owner_id=stored.pk, role=Role.BEFORE, actor=actor, now=now
        )
    announce(events.ReportReceived(report_id=stored.pk, at=now))
    if stored.zone:
        announce(events.ReportMarked(report_id=stored.pk, at=now))
    bell.ring(bell.REPORTS, stored.pk)
    return {"report_id": str(stored.pk), "receipt": stored.receipt, "area_code": area}


def _contacts(stored: models.Report, given: Mapping[str, str]) -> list[models.ReportContact]:
    """The contact data of a report, if any was given."""
    contact = {name: value.strip() for name, value in given.items() if value.strip()}
    index = blind_index(contact["phone"]) if "phone" in contact else ""
    return [models.ReportContact(report=stored, phone_index=index, **contact)] if contact else []


def require_usable(given: ReportIn) -> None:
    """Refuse what could never be stored, before anything is."""
    if is_blank(given.description):
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
        usable_category(given.category_key)
