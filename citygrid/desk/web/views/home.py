"""Home and search."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.cases import permissions as case_permissions
from citygrid.cases import queries as cases
from citygrid.desk.web.administration import parts_for
from citygrid.desk.web.focus import Line
from citygrid.desk.web.focus import lines as lines_to_look_for
from citygrid.desk.web.shell import Standing, draw, standing
from citygrid.desk.web.tables import case_table, case_url, report_table, report_url
from citygrid.desk.web.views.notices import lines
from citygrid.desk.web.views.waiting import nothing_waits
from citygrid.intake import permissions as intake_permissions
from citygrid.intake import queries as intake
from citygrid.intake.choices import ReportState
from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import CHOOSE_POST, SIGNED_IN, requires
from citygrid.notices import queries as notices
from citygrid.ui.tables import Empty, Table

FIRST = 10
FEW = 4


@requires(SIGNED_IN)
@require_safe
def counts(request: Any) -> HttpResponse:
    """The numbers beside Waiting, Reports and notices, for a page that is open; parts of a page."""
    return draw(request, "ui/counts.html", {})


@requires(SIGNED_IN)
@require_safe
def home(request: Any) -> HttpResponse:
    """What waits for the post first: three numbers with lamps, then the first of each list."""
    if request.actor is None:
        return redirect(CHOOSE_POST)
    about = standing(request)
    tables = [_first_waiting(about)] if request.actor.may(case_permissions.VIEW) else []
    if about.triage:
        tables.insert(0, _first_reports(about))
    context: dict[str, Any] = {"manages": not tables and bool(parts_for(request.actor))}
    context |= {"counts": about.waiting, "triage": about.triage, "tables": tables, "day": _my_day(about)}
    context |= {"notices": _newest_notices(about), "focus": _to_look_for(about)}
    return draw(request, "desk/home.html", context)


@requires(case_permissions.VIEW)
@require_safe
def search(request: Any) -> HttpResponse:
    """To the case of a number or the report of a receipt at once, else to the cases with these words."""
    words = request.GET.get("q", "").replace("\0", "").strip()
    try:
        return redirect(case_url(cases.case_by_number(words, request.actor)))
    except NotFound:
        pass
    if request.actor.may(intake_permissions.VIEW):
        found = [report for report in _reports_named(request, words) if report.receipt == words.upper()]
        if found:
            return redirect(report_url(found[0]))
    return redirect(f"{reverse('cases')}?{urlencode({'words': words})}")


def _reports_named(request: Any, words: str) -> list[Any]:
    wanted = intake.ReportFilter(words=words)
    return list(intake.reports(request.actor, wanted, count=2)) if words and " " not in words else []


def _first_waiting(about: Standing) -> Table:
    rows = cases.waiting(about.request.actor, about.now, count=FIRST) if about.waiting.get("all") else []
    caption = _("Waiting for you: the earliest deadlines")
    return case_table(about.request, rows, about.now, caption=caption, empty=nothing_waits(""))


def _first_reports(about: Standing) -> Table:
    wanted = intake.ReportFilter(state=ReportState.RECEIVED)
    rows = list(intake.reports(about.request.actor, wanted, count=FIRST, newest_first=False))
    caption = _("Reports to decide: the oldest first")
    return report_table(about.request, rows, caption=caption, empty=Empty(""), is_decided=False)


def _my_day(about: Standing) -> cases.Done | None:
    """What the account has done since midnight of its district; None for a post that does not act on cases."""
    if not about.request.actor.may(case_permissions.ACT):
        return None
    return cases.done_since(about.request.actor, about.midnight)


def _to_look_for(about: Standing) -> list[Line]:
    """The first of what is published for today, for a post that goes out and reports."""
    actor = about.request.actor
    if not actor.may(intake_permissions.RECEIVE) or actor.may(intake_permissions.TRIAGE):
        return []
    return lines_to_look_for(intake.published(actor, about.today)[:FEW])


def _newest_notices(about: Standing) -> list[tuple[Any, str]]:
    """The newest unread notices, with the address of each matter."""
    if not about.unread:
        return []
    with timezone.override(about.zone):
        return lines(notices.inbox(about.request.actor, count=FEW))
