"""One decision on many reports: each by itself, and what became of each."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from citygrid.desk.rules import Keys
from citygrid.desk.web import suggested
from citygrid.desk.web.bulk import MOST, Choice, Line
from citygrid.desk.web.reasons import flaw_of
from citygrid.intake import queries, services
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound, Refusal


def choices(letters: Keys) -> list[Choice]:
    """Reports to decide are accepted as they are, or refused with one reason for all."""
    accept, refuse = letters.report["accept"], letters.report["refuse"]
    return [
        Choice("accept", _("Accept"), accept, False, ()),
        Choice("refuse", _("Refuse the report"), refuse, True, queries.reasons_for("refuse")),
    ]


def decide(rows: Sequence[str], action: str, reason: str, actor: Actor, now: datetime) -> list[Line]:
    """The decision on each report in a transaction of its own: one that is refused does not stop the others.

    A report becomes a case in its own category, or in the one that its words surely tell.
    """
    return [_decide(row, action, reason, actor, now) for row in list(dict.fromkeys(rows))[:MOST]]


def _decide(row: str, action: str, reason: str, actor: Actor, now: datetime) -> Line:
    name, url = row, reverse("reports")
    try:
        found = queries.report(_id(row), actor)
        name, url = found.receipt, reverse("report", args=[found.pk])
        if action not in DECISIONS:
            raise NotFound(what=_("action"), name=action)
        return Line(row, name, url, DECISIONS[action](found, reason, actor, now), is_done=True)
    except Refusal as refusal:
        return Line(row, name, url, f"{refusal} {refusal.advice}", is_done=False)


def _id(row: str) -> UUID:
    try:
        return UUID(row)
    except ValueError:
        raise NotFound(what=_("report")) from None


def _accept(found: Any, _reason: str, actor: Actor, now: datetime) -> str:
    likely = "" if found.category_id else suggested.sure(suggested.of_report(found, has_photos=False))
    case = services.accept_report(report_id=found.pk, category_key=likely, actor=actor, now=now)
    return _("Accepted as case %(number)s.") % {"number": case.number}


def _refuse(found: Any, reason: str, actor: Actor, now: datetime) -> str:
    services.refuse_report(report_id=found.pk, reason=reason, flaw=flaw_of(reason), actor=actor, now=now)
    return _("Refused. The reporter sees your reason.")


DECISIONS: dict[str, Callable[[Any, str, Actor, datetime], str]] = {"accept": _accept, "refuse": _refuse}
