"""The methods of GeoReport v2, and of its extension for updates."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from citygrid.cases import queries as cases
from citygrid.catalogue import queries as catalogue
from citygrid.exchange import queries
from citygrid.exchange.errors import (
    ParameterMissing,
    ParameterUnfit,
    PathUnknown,
    RequestUnknown,
)
from citygrid.exchange.models import OutsideReport
from citygrid.exchange.open311 import documents
from citygrid.exchange.open311.answering import Document, answers, with_key
from citygrid.exchange.open311.asked import MOST_IDS, MOST_ROWS, Asked, base_address, contact, districts
from citygrid.exchange.rules import georeport
from citygrid.exchange.services import RequestIn, UpdateIn, receive_request, receive_update
from citygrid.geography import queries as geography
from citygrid.geography.errors import UnknownPlace

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGED = "2026-11-28 20:00"  # when what is offered changed last
LONGEST_DESCRIPTION, LONGEST_URL, LONGEST_CODE = 4_000, 500, 15
ENDPOINTS = (("v2", "production"), ("test/v2", "test"))


def discover(request: Any, asked: Asked) -> Document:
    """Where everything is: the endpoint that acts, and the one that only checks."""
    endpoints = [
        {
            "specification": SPECIFICATION,
            "url": base_address(request, part),
            "changeset": CHANGED,
            "type": kind,
            "formats": ["text/xml", "application/json"],
        }
        for part, kind in ENDPOINTS
    ]
    words = contact() or _("Ask the administrators of this platform.")
    told = {"changeset": CHANGED, "contact": words, "key_service": words, "endpoints": endpoints}
    return Document("discovery", told)


def list_services(request: Any, asked: Asked) -> Document:
    """What may be reported."""
    asked.area()
    found = documents.services()
    standards = [
        one.category_key
        for scheme in {one.scheme for one in found}
        for one in catalogue.standards_in_force(scheme, timezone.localdate(asked.now))
    ]
    return Document("services", documents.services_tree(found, set(standards)))


def define_service(request: Any, asked: Asked, code: str) -> Document:
    """What may be told besides about one of them."""
    asked.area()
    category = documents.service(code)
    return Document(
        "service_definition", documents.definition_tree(category, documents.standards_of(category, asked.now))
    )


def list_requests(request: Any, asked: Asked) -> Document:
    """Public cases, the newest first; named ones in the order of their ids."""
    area = asked.area()
    if ids := asked.ids("service_request_id"):
        return Document("service_requests", _known(request, asked, ids))
    start, end = asked.span()
    first, last = asked.page()
    wanted = cases.PublicFilter(
        categories=tuple(documents.category_key(code) for code in asked.ids("service_code")),
        area_code=area,
        opened_from=start,
        opened_until=end,
        changed_from=asked.moment("updated_after"),
        changed_until=asked.moment("updated_before", end=True),
        is_open=asked.is_open(),
    )
    found = cases.public_cases(wanted, limit=last)[first:]
    return Document("service_requests", [documents.case_tree(case, case.number) for case in found])


def read_request(request: Any, asked: Asked, ids: str) -> Document:
    """One request, or several with commas between their ids; RequestUnknown (404) when none may be shown."""
    asked.area()
    found = _known(request, asked, georeport.listed(ids)[:MOST_IDS])
    if not found:
        raise RequestUnknown(name=ids[:100])
    return Document("service_requests", found)


def read_token(request: Any, asked: Asked, token: str) -> Document:
    """Under which id a request can be asked for: the number of its case once that is public."""
    asked.area()
    found = queries.outside_reports([token])
    if not found:
        raise RequestUnknown(name=token[:100])
    case = documents.Became(found).case(found[0].report_id)
    name = case.number if case else found[0].reference
    return Document("service_requests", [{"service_request_id": name, "token": token}])


@with_key
def post_request(request: Any, asked: Asked) -> Document:
    """Report something."""
    area, category = asked.area(), documents.service(asked.need("service_code"))
    lon, lat = asked.number("long", -180, 180), asked.number("lat", -90, 90)
    if (lon is None) != (lat is None):
        raise ParameterMissing("long" if lon is None else "lat")
    given = RequestIn(
        description=_words(asked, category),
        category_key=category.key,
        lon=lon,
        lat=lat,
        area_code=_area(asked, area, is_placed=lon is not None),
        address=asked.word("address_string") or asked.word("address"),
        contact={
            "name": f"{asked.word('first_name')} {asked.word('last_name')}".strip(),
            "phone": asked.word("phone"),
            "email": asked.word("email"),
        },
    )
    reference = receive_request(request=given, application=asked.application, is_test=asked.is_test, now=asked.now)  # type: ignore[arg-type]
    return Document(
        "service_requests", [{"service_request_id": reference, "service_notice": None, "account_id": None}]
    )


def list_updates(request: Any, asked: Asked) -> Document:
    """Where requests stand that changed in a span of time, oldest first: its own to an application."""
    area, (start, end) = asked.area(), asked.span()
    told = _own_changes(asked, start, end) if asked.application else _changes(area, start, end)
    return Document(
        "service_request_updates", [documents.update_tree(*one) for one in sorted(told, key=lambda one: one[1])]
    )


@with_key
def post_update(request: Any, asked: Asked) -> Document:
    """Tell something about a request of one's own."""
    asked.area()
    reference, update_id = asked.need("service_request_id"), asked.need("update_id")
    if len(update_id) > 100:
        raise ParameterUnfit("update_id", _("longer than %(most)s characters") % {"most": 100})
    update = UpdateIn(
        reference=reference,
        update_id=update_id,
        description=asked.word("description", LONGEST_DESCRIPTION),
        told_at=asked.moment("updated_datetime") or asked.now,
        status=asked.word("status", 40),
    )
    kept = receive_update(update=update, application=asked.application, is_test=asked.is_test, now=asked.now)  # type: ignore[arg-type]
    return Document("service_request_updates", [{"update_id": kept}])


def refuse_path(request: Any, asked: Asked, rest: str = "") -> Document:
    """Every other address."""
    raise PathUnknown()


def _known(request: Any, asked: Asked, ids: list[str]) -> list[georeport.Tree]:
    """The requests of these ids that may be shown: numbers of public cases, and references of applications."""
    by_number = {case.number: case for case in cases.public_cases(cases.PublicFilter(numbers=ids), limit=len(ids))}
    by_reference = {
        one.reference: one for one in queries.outside_reports([one for one in ids if one not in by_number])
    }
    became = documents.Became(list(by_reference.values()))
    found = []
    for name in ids:
        if name in by_number:
            found.append(documents.case_tree(by_number[name], name))
        elif outside := by_reference.get(name.upper()):
            found.append(_of(outside, became, asked))
    return found


def _of(outside: OutsideReport, became: documents.Became, asked: Asked) -> georeport.Tree:
    if case := became.case(outside.report_id):
        return documents.case_tree(case, outside.reference)
    is_own = asked.application is not None and outside.application_id == asked.application.pk
    return documents.report_tree(became.reports[outside.report_id], outside.reference, is_own=is_own)


Change = tuple[str, datetime, georeport.Tree]


def _changes(area: str, start: datetime, end: datetime) -> list[Change]:
    wanted = cases.PublicFilter(area_code=area, changed_from=start, changed_until=end)
    found = cases.public_cases(wanted, limit=MOST_ROWS)
    return [(case.number, case.changed_at, documents.case_tree(case, case.number)) for case in found]


def _own_changes(asked: Asked, start: datetime, end: datetime) -> list[Change]:
    """Of the newest reports of the application those that changed."""
    outside = queries.own_reports(asked.application)  # type: ignore[arg-type]
    became, found = documents.Became(outside), []
    for one in outside:
        case, report = became.case(one.report_id), became.reports[one.report_id]
        at = case.changed_at if case else report.decided_at
        if at and start <= at <= end:
            found.append((one.reference, at, _of(one, became, asked)))
    return found


def _words(asked: Asked, category: Any) -> str:
    """What is reported: the description, then the condition and whatever else was told, line by line."""
    lines = [asked.word("description", LONGEST_DESCRIPTION) or category.name]
    told = georeport.attributes(asked.given.lists())
    if chosen := told.pop(documents.CONDITION, []):
        names = {one.code: one.condition for one in documents.standards_of(category, asked.now)}
        if unknown := [code for code in chosen if code not in names]:
            raise ParameterUnfit(f"attribute[{documents.CONDITION}]", unknown[0][:100])
        lines += [names[code] for code in chosen]
    lines += [f"{code}: {', '.join(values)}" for code, values in told.items()]
    urls = [url for url in asked.given.getlist("media_url") if url.startswith(("https://", "http://"))]
    return "\n".join([*lines, *(url[:LONGEST_URL] for url in urls)])


def _area(asked: Asked, area: str, *, is_placed: bool) -> str:
    """Where it is, without coordinates: `address_id` (a code of an area or grid), or the only district."""
    if is_placed:
        return area
    if code := asked.word("address_id"):
        if len(code) > LONGEST_CODE or not code.isascii() or not code.isdigit():
            raise ParameterUnfit("address_id", _("not the code of an area"))
        try:
            geography.district_of(code)
        except UnknownPlace as error:
            raise ParameterUnfit("address_id", error) from error
        return code
    if not asked.word("address_string"):
        raise ParameterMissing("lat")
    known = [area] if area else districts()
    if len(known) != 1:
        raise ParameterMissing("jurisdiction_id")
    return known[0]


discovery = answers(GET=discover)
services = answers(GET=list_services)
definition = answers(GET=define_service)
requests = answers(GET=list_requests, POST=post_request)
single = answers(GET=read_request)
token = answers(GET=read_token)
updates = answers(GET=list_updates, POST=post_update)
unknown = answers(GET=refuse_path, POST=refuse_path)
