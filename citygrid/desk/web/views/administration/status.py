"""The status of the platform: what runs, what waits, what failed, and what to do about it."""

from typing import Any

from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citygrid.desk.web.shell import draw, standing
from citygrid.kernel import health, jobs, slow
from citygrid.kernel.permissions import READ_STATUS, SETTLE_JOBS
from citygrid.kernel.web import PUBLIC, posts_only, requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.lamps import Lamp
from citygrid.ui.tables import Column, Empty, Table

ALIVE = "SELECT 1"


@requires(READ_STATUS)
@never_cache
@require_safe
def status(request: Any) -> HttpResponse:
    """Every line with its lamp, the worst first; below, what failed, to be tried again."""
    about = standing(request)
    lines = health.look(about.now)
    words = {
        health.State.GOOD: _("In order"),
        health.State.ATTENTION: _("Look at it soon"),
        health.State.BAD: _("Act now"),
    }
    columns = [
        Column(_("What"), lambda line: line.name),
        Column(_("State"), lambda line: Lamp(line.state, words[line.state]), "lamp"),
        Column(_("How it stands"), lambda line: line.words),
        Column(_("What to do"), lambda line: line.advice or NOTHING),
    ]
    context = {
        "figures": [(sum(line.state is state for line in lines), words[state]) for state in health.State],
        "table": Table.of(request, columns, lines, caption=_("How the platform is doing"), empty=Empty("")),
        "failed": jobs.failed(),
        "slow": _slow_pages(request, slow.pages(about.now)),
        "may_settle": request.actor.may(SETTLE_JOBS),
    }
    return draw(request, "desk/administration/status.html", context)


def _slow_pages(request: Any, pages: list[slow.Page]) -> Table:
    columns = [
        Column(_("Page"), lambda page: f"{page.method} /{page.route}", "code"),
        Column(_("Noted"), lambda page: page.noted, "number"),
        Column(_("The slowest, in seconds"), lambda page: round(page.slowest, 1), "number"),
        Column(_("Last"), lambda page: page.at, "time"),
    ]
    text = _("What takes more than %(seconds)s s is noted, at most once in ten seconds of each page.") % {
        "seconds": slow.SECONDS
    }
    empty = Empty(_("Nothing was slow"), text, icon="clock")
    return Table.of(request, columns, pages, caption=_("Slow requests within a day"), empty=empty, id="slow")


@requires(SETTLE_JOBS)
@posts_only("administration-status")
def settle(request: Any) -> HttpResponse:
    """Try the failed jobs of a group again, or let them be."""
    is_tried = request.POST.get("again") == "1"
    count = jobs.settle_failed(
        task=request.POST.get("task", ""),
        subscription=request.POST.get("subscription", ""),
        is_tried=is_tried,
        actor=request.actor,
        now=standing(request).now,
    )
    told = ngettext("%(count)s job is tried again.", "%(count)s jobs are tried again.", count)
    if not is_tried:
        told = ngettext("%(count)s job is let be.", "%(count)s jobs are let be.", count)
    messages.success(request, told % {"count": count})
    return redirect("administration-status")


@requires(PUBLIC)
@never_cache
@require_safe
def pulse(request: Any) -> HttpResponse:
    """For monitors and proxies: 200 where a page can be served, 503 where the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(ALIVE)
    except DatabaseError:
        return JsonResponse({"database": "does not answer"}, status=503)
    return JsonResponse({"database": "answers"})
