"""Evaluation: the league, what a figure of it counted, and how each is reckoned."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.cases import permissions as case_permissions
from citygrid.cases import queries as cases
from citygrid.desk.choices import Span
from citygrid.desk.web import export, fairness, league
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.tables import case_table
from citygrid.desk.web.words import paged
from citygrid.evaluation import permissions, queries
from citygrid.evaluation.choices import Object
from citygrid.kernel.downloads import download
from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import requires
from citygrid.kernel.words import in_language
from citygrid.ui.tables import Empty, query_with


@requires(permissions.VIEW)
@require_safe
def evaluation(request: Any) -> HttpResponse:
    """Objects of one kind (`?of=`) in a period (`?span=`, or `?since=&until=`)."""
    about = standing(request)
    asked = league.asked_for(request.GET, about.today)
    found = queries.league(request.actor, asked.of, asked.period, about.now)
    before = queries.league(request.actor, asked.of, asked.period.before(), about.now)
    names = league.names_of(asked.of, [row.key for row in found.rows])
    context = {
        **_choices(request, asked),
        "differences": query_with(request),
        "asked": asked,
        "table": league.league_table(request, asked, found, before, names),
        "formulas": [(league.name_of(one), in_language(one.words_zh, one.words_en), one) for one in found.definitions],
    }
    return draw(request, "desk/evaluation.html", context)


@requires(permissions.VIEW)
@require_safe
def evaluation_file(request: Any) -> HttpResponse:
    """The same as a workbook, each rate by its two sums."""
    about = standing(request)
    asked = league.asked_for(request.GET, about.today)
    found = queries.league(request.actor, asked.of, asked.period, about.now)
    head, rows = league.sheet_rows(found, league.names_of(asked.of, [row.key for row in found.rows]))
    name = f"{_('league')}-{asked.of}-{asked.period.first:%Y%m%d}-{asked.period.last:%Y%m%d}"
    return download(export.plain_book(str(asked.of.label), head, rows), "xlsx", name)


@requires(case_permissions.VIEW)
@require_safe
def evaluation_cases(request: Any) -> HttpResponse:
    """Exactly the cases that a figure counted."""
    about = standing(request)
    asked, key, part = league.asked_for(request.GET, about.today), request.GET.get("key", ""), request.GET.get("part")
    definition = _definition(request, asked)
    ids = queries.counted(request.actor, asked.of, key, definition, part or "", asked.period, about.now)
    found = cases.visible(request.actor).filter(pk__in=ids).select_related("category", "unit")
    rows, pager = paged(request, lambda start, count: found.order_by("-opened_at", "-id")[start : start + count])
    with timezone.override(about.zone):
        table = case_table(
            request, rows, about.now, caption=_("Newest first"), empty=Empty(_("No case was counted")), pager=pager
        )
        words = in_language(definition.words_zh, definition.words_en)
        context = {
            "table": table,
            "name": league.name_of(definition),
            "object": league.names_of(asked.of, [key])[key],
            "period": asked.period,
            "words": words,
            "formula": definition.denominator if part == "denominator" else definition.numerator,
            "back": query_with(request, key=None, indicator=None, part=None, page=None),
        }
        return draw(request, "desk/evaluation_cases.html", context)


@requires(permissions.VIEW)
@require_safe
def differences(request: Any) -> HttpResponse:
    """What may be said of the differences by one rate (`?indicator=`; the first one where none is named)."""
    about = standing(request)
    asked = league.asked_for(request.GET, about.today)
    found = queries.league(request.actor, asked.of, asked.period, about.now)
    context = {**_choices(request, asked), "asked": asked, "back": query_with(request, indicator=None)}
    rates = [one for one in found.definitions if one.denominator]  # a count has no limits and no place
    if not rates:
        return draw(request, "desk/fairness.html", context | {"empty": league.nothing_counted()})
    wanted = request.GET.get("indicator", "")
    definition = next((one for one in rates if one.indicator == wanted), rates[0])
    judged = queries.fairness(found, definition, asked.period)
    mix = queries.at_an_equal_mix(request.actor, asked.of, definition, asked.period, about.now)
    names = league.names_of(asked.of, [row.key for row in judged.rows])
    links = [(league.name_of(one), query_with(request, indicator=one.indicator), one == definition) for one in rates]
    context |= {
        "rates": links,
        "name": league.name_of(definition),
        "words": in_language(definition.words_zh, definition.words_en),
        "definition": definition,
        "seed": judged.seed,
        "spread": fairness.spread_words(judged),
        "funnel": fairness.drawn_funnel(asked, judged, names),
        "table": fairness.fairness_table(request, asked, judged, mix, names),
    }
    return draw(request, "desk/fairness.html", context)


def _choices(request: Any, asked: league.Asked) -> dict[str, Any]:
    """The chips above: kinds of objects and periods."""
    return {
        "objects": [(one.label, query_with(request, of=one), one == asked.of) for one in Object],
        "spans": [
            (one.label, query_with(request, span=one, since=None, until=None), one == asked.span) for one in Span
        ],
    }


def _definition(request: Any, asked: league.Asked) -> Any:
    found = queries.definition(request.GET.get("indicator", ""), asked.period.last)
    if found is None or not league.is_key(asked.of, request.GET.get("key", "")):
        raise NotFound(what=_("indicator"))
    return found
