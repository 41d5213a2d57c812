"""Cases, categories and reports as the trees of the protocol."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from citygrid.cases import queries as cases
from citygrid.cases.queries import PublicCase
from citygrid.catalogue import queries as catalogue
from citygrid.catalogue.queries import CategoryView, StandardView
from citygrid.exchange.errors import ServiceUnknown
from citygrid.exchange.models import OutsideReport
from citygrid.exchange.rules.georeport import Tree
from citygrid.intake import queries as intake
from citygrid.intake.choices import ReportState

CONDITION = "condition"  # the attribute every service with filing standards has
SLASH, SAFE = "/", "~"  # in a category's key, and for it in an address
OPEN, CLOSED = "open", "closed"


def service_code(category_key: str) -> str:
    """The code of a category's service: its key, written so that it can stand in an address."""
    return category_key.replace(SLASH, SAFE)


def category_key(code: str) -> str:
    """The key of the category that a service code stands for."""
    return code.replace(SAFE, SLASH)


def services() -> list[CategoryView]:
    """The categories that everybody may report."""
    return [found for scheme in catalogue.public_schemes() for found in catalogue.leaf_categories(scheme)]


def service(code: str) -> CategoryView:
    """One of them; ServiceUnknown (404)."""
    found = catalogue.categories([category_key(code)]).get(category_key(code))
    if found is None or found.is_major or not found.is_active or found.scheme not in catalogue.public_schemes():
        raise ServiceUnknown(name=code)
    return found


def standards_of(category: CategoryView, now: datetime) -> list[StandardView]:
    """The filing standards whose conditions its attribute offers."""
    return catalogue.standards_for(category.key, timezone.localdate(now))


def services_tree(found: Iterable[CategoryView], with_standards: set[str]) -> Tree:
    """`services`."""
    return [
        {
            "service_code": service_code(one.key),
            "service_name": one.name,
            "description": f"{one.major} / {one.name}" if one.major else one.name,
            "metadata": one.key in with_standards,
            "type": "realtime",
            "keywords": ", ".join(dict.fromkeys(word for word in (one.name_zh, one.name_en, one.code) if word)),
            "group": one.major,
        }
        for one in found
    ]


def definition_tree(category: CategoryView, standards: Sequence[StandardView]) -> Tree:
    """`service_definition`: which of the conditions for filing is met, where there are any."""
    condition = {
        "variable": True,
        "code": CONDITION,
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": _("One of the list"),
        "order": 1,
        "description": _("What is seen"),
        "values": [{"key": one.code, "name": one.condition} for one in standards],
    }
    return {"service_code": service_code(category.key), "attributes": [condition] if standards else []}


def case_tree(case: PublicCase, name: str) -> Tree:
    """A public case as `request`, under its number or the reference somebody knows it by."""
    return {
        "service_request_id": name,
        "status": OPEN if case.is_open else CLOSED,
        "status_notes": str(case.state.label),
        "service_name": case.category,
        "service_code": service_code(case.category_key),
        "description": case.summary,
        "agency_responsible": case.unit,
        "service_notice": None,
        "requested_datetime": w3c(case.opened_at),
        "updated_datetime": w3c(case.changed_at),
        "expected_datetime": w3c(case.deadline),
        "address": case.address,
        "address_id": case.area_code,
        "zipcode": None,
        "lat": case.lat,
        "long": case.lon,
        "media_url": None,
    }


def report_tree(report: Any, name: str, *, is_own: bool) -> Tree:
    """A report that is no public case as `request`: who sent it reads its own words, others what became of it."""
    return {
        "service_request_id": name,
        "status": CLOSED if report.state == ReportState.REFUSED else OPEN,
        "status_notes": report.get_state_display(),
        "service_name": report.category.name if report.category else None,
        "service_code": service_code(report.category_id) if report.category_id else None,
        "description": report.description if is_own else None,
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": w3c(report.received_at),
        "updated_datetime": w3c(report.decided_at or report.received_at),
        "expected_datetime": None,
        "address": report.address if is_own else None,
        "address_id": report.area_code if is_own else None,
        "zipcode": None,
        "lat": report.location.y if is_own and report.location else None,
        "long": report.location.x if is_own and report.location else None,
        "media_url": None,
    }


class Became:
    """What became of reports of applications, each a public case or a report still. Few queries for many."""

    def __init__(self, outside: Sequence[OutsideReport]) -> None:
        self.reports = intake.statuses_by_id([one.report_id for one in outside])
        numbers = {report.case.number for report in self.reports.values() if report.case}
        found = cases.public_cases(cases.PublicFilter(numbers=sorted(numbers)), limit=len(numbers)) if numbers else []
        self.cases = {case.number: case for case in found}

    def case(self, report_id: UUID) -> PublicCase | None:
        """The public case a report belongs to."""
        report = self.reports[report_id]
        return self.cases.get(report.case.number) if report.case else None


def update_tree(name: str, at: datetime, tree: Tree) -> Tree:
    """A change of a request as `request_update`: where it stands since then."""
    return {
        "update_id": f"{name}-{int(at.timestamp())}",
        "service_request_id": name,
        "status": tree["status"],
        "updated_datetime": w3c(at),
        "description": tree["status_notes"],
        "media_url": None,
    }


def w3c(at: datetime | None) -> str | None:
    """A moment on the platform's clock, with its distance from UTC."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None
