"""Report quality: what was corrected of the reports of a post, for itself and for who oversees it."""

from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.desk.choices import Period
from citygrid.desk.web.forms import ME
from citygrid.desk.web.reportfile import flaws_named
from citygrid.desk.web.shell import Standing, draw, standing
from citygrid.intake import permissions, queries
from citygrid.intake.choices import Flaw, ReportState
from citygrid.kernel.web import requires
from citygrid.ui.tables import Column, Empty, Table


@requires(permissions.VIEW)
@require_safe
def quality(request: Any) -> HttpResponse:
    """The counters of the own post in a `?period=`, and of those that report in the reach of who oversees them."""
    about, period = standing(request), _period(request)
    since = _first_moment(about, period)
    is_overseeing = request.actor.may(permissions.VIEW_QUALITY)
    own = queries.of_own_post(request.actor, since, about.now)
    context = {
        "periods": [(one, one == period) for one in Period],
        "own": _figures(own, period) if own.sent or not is_overseeing else [],
        "advice": flaws_named(flaw for flaw, count in own.flaws.items() if count),
        "table": _table(request, period, queries.of_posts(request.actor, since, about.now)) if is_overseeing else None,
    }
    return draw(request, "desk/quality.html", context)


def _period(request: Any) -> Period:
    asked = request.GET.get("period", "")
    return Period(asked) if asked in Period.values else Period.WEEK


def _first_moment(about: Standing, period: Period) -> datetime:
    return timezone.make_aware(datetime.combine(period.first_day(about.today), time()), about.zone)


def _figures(counters: queries.Counters, period: Period) -> list[tuple[str, int, str]]:
    """(name, count, address of the reports counted) of the own post."""
    named = [(_("Sent"), counters.sent, {}), (_label(ReportState.ACCEPTED), counters.accepted, {"state": "accepted"})]
    named += [(_label(flaw), count, {"flaw": str(flaw)}) for flaw, count in counters.flaws.items()]
    return [(name, count, _address(ME, period, **narrowed)) for name, count, narrowed in named]


def _address(sender: str, period: Period, **narrowed: str) -> str:
    return f"{reverse('reports')}?{urlencode({'sent_by': sender, 'channel': 'field', 'period': period} | narrowed)}"


def _table(request: Any, period: Period, rows: list[queries.Quality]) -> Table:
    """The counters, a post a row, by title; a row leads to the reports that were counted."""
    columns = [
        Column(_("Post"), lambda row: row.post.title),
        Column(_("Held by"), lambda row: _(", ").join(row.names)),
        Column(_("Sent"), lambda row: row.counters.sent, "number"),
        Column(_label(ReportState.ACCEPTED), lambda row: row.counters.accepted, "number"),
        Column(_label(ReportState.REFUSED), lambda row: row.counters.refused, "number"),
        *(_flaw_column(flaw) for flaw in Flaw),
    ]
    return Table.of(
        request,
        columns,
        rows,
        caption=_("Reports of each post, by its title"),
        empty=Empty(_("No post has reported yet"), _("Posts that report what they see in your area are listed here.")),
        url=lambda row: _address(str(row.post.pk), period),
        id="quality",
    )


def _label(one: Flaw | ReportState) -> str:
    return str(one.label)


def _flaw_column(flaw: Flaw) -> Column:
    return Column(_label(flaw), lambda row: row.counters.flaws[flaw], "number")
