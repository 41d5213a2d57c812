"""The parts of a report's page: what was done with it, and what was wrong with it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from citygrid.desk.web import corrections
from citygrid.intake import queries
from citygrid.intake.choices import ADVICE, Flaw, ReportAction
from citygrid.ui.timeline import Entry

ICONS = {
    ReportAction.CORRECT: "edit",
    ReportAction.ACCEPT: "check",
    ReportAction.JOIN: "link",
    ReportAction.REFUSE: "ban",
    ReportAction.UNJOIN: "arrow-back-up",
    ReportAction.CORRECT_CASE: "edit",
    ReportAction.VOID_CASE: "ban",
}


def entries(found: Any, actor: Any) -> list[Entry]:
    """What was done with the report, newest first."""
    return [
        Entry(
            at=one.step.at,
            title=str(ReportAction(one.step.action).label),
            actor=one.step.account.display_name if one.step.account else one.step.label,
            reason=one.step.reason,
            icon=ICONS[ReportAction(one.step.action)],
            detail=(*_case_named(one), *corrections.details(one.changes), *flaws_named(one.flaws)),
        )
        for one in reversed(queries.history(found, actor))
    ]


def _case_named(one: queries.Happened) -> tuple[tuple[str, str], ...]:
    return ((_("Case"), one.case_number),) if one.case_number else ()


def flaws_named(flaws: Iterable[Flaw]) -> tuple[tuple[str, str], ...]:
    """(what was wrong with a report, what to do better next time) for each."""
    return tuple((str(flaw.label), str(ADVICE[flaw])) for flaw in flaws)
