"""What a code stands for that was scanned or typed: a component, a case, a receipt, an area or grid."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from citygrid.cases import queries as cases
from citygrid.geography import queries as geography
from citygrid.intake import queries as intake
from citygrid.intake.choices import ReportState
from citygrid.inventory import queries as inventory
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.terminal import errors, permissions
from citygrid.terminal.choices import CodeKind
from citygrid.workflow import queries as workflow

MOST_CASES = 10
Told = dict[str, Any]
Found = tuple[Told, list[Any]]  # what it is, and the cases it leads to


def code(text: str, actor: Actor, now: datetime) -> Told:
    """What a code stands for, and the cases it leads to that this post sees, the newest first, at most 10.

    Of a component, an area or a grid these are the open ones. CodeUnknown (404) for what is not there and for what the
    post may not see, in the same words.
    """
    actor.require(permissions.USE)
    text = text.strip().upper()
    find = next((each for form, each in FORMS.items() if re.fullmatch(form, text, re.ASCII)), None)
    try:
        if find is None:
            raise NotFound()
        told, rows = find(text, actor, now)
    except (NotFound, NotPermitted) as refusal:
        raise errors.CodeUnknown() from refusal
    return {**NOWHERE, **told, "cases": [_case(row) for row in rows]}


def _component(text: str, actor: Actor, now: datetime) -> Found:
    found = inventory.component(text, actor)
    told = {"category_key": found.category_id, "area_code": found.area_code, **_position(found.location)}
    about = cases.CaseFilter(component_id=found.pk, is_open=True)
    return {"kind": CodeKind.COMPONENT, "code": found.pk, "name": found.name, **told}, _cases(actor, about, now)


def _numbered(text: str, actor: Actor, now: datetime) -> Found:
    found = cases.case_by_number(text, actor)
    told = {"category_key": found.category_id, "area_code": found.area_code, **_position(found.location)}
    return {"kind": CodeKind.CASE, "code": found.number, "name": found.category.name, **told}, [found]


def _receipt(text: str, actor: Actor, now: datetime) -> Found:
    """Whoever holds a receipt is told what became of the report; its case, only who sees it."""
    found = intake.status_of(text)
    told = {"kind": CodeKind.RECEIPT, "code": found.receipt, "name": str(ReportState(found.state).label)}
    return told, list(cases.visible(actor).filter(pk__in=[found.case_id]).select_related("category"))


def _place(text: str, actor: Actor, now: datetime) -> Found:
    if text not in geography.known_places([text]):
        raise NotFound()
    name = geography.place_name(text, get_language() or "zh-hans")
    told = {"kind": CodeKind.PLACE, "code": text, "name": name, "area_code": text}
    return told, _cases(actor, cases.CaseFilter(area_code=text, is_open=True), now)


FORMS: dict[str, Callable[[str, Actor, datetime], Found]] = {
    r"\d{16,17}": _component,
    r"\d{6}-\d{8}-\d{4,10}": _numbered,
    r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}": _receipt,
    r"\d{6}(\d{3}){0,3}": _place,
}
NOWHERE: Told = {"category_key": "", "area_code": "", "lon": None, "lat": None}


def _cases(actor: Actor, wanted: cases.CaseFilter, now: datetime) -> list[Any]:
    return list(cases.cases(actor, wanted, now, count=MOST_CASES))


def _position(location: Any) -> Told:
    return {"lon": location.x, "lat": location.y} if location else {}


def _case(row: Any) -> Told:
    state = workflow.procedure(row.procedure, row.procedure_version).states[row.state]
    facts = {"case_id": row.pk, "number": row.number, "category": row.category.name, "state": row.state}
    return {**facts, "stage": str(state.name), "opened_at": row.opened_at, "is_open": row.is_open}
