"""Indices of communities: a month as it stands or was published, one community of it, and the publication."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.desk.web import indices
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.words import place_names
from citygrid.evaluation import permissions, queries, services
from citygrid.kernel.errors import NotFound, Refusal
from citygrid.kernel.web import posts_only, requires
from citygrid.kernel.words import in_language

MOST_MONTHS = 24  # the newest


@requires(permissions.VIEW)
@require_safe
def index(request: Any) -> HttpResponse:
    """The first index there is, in its newest month; teaches how to begin where there is none."""
    roots = queries.roots()
    if not roots:
        return draw(request, "desk/index_none.html", {"may_import": request.actor.may(permissions.MANAGE_INDEX)})
    months = queries.months_of(roots[0].key) or [standing(request).today.replace(day=1)]
    return redirect("evaluation-index-month", roots[0].key, f"{months[0]:%Y-%m}")


@requires(permissions.VIEW)
@require_safe
def month(request: Any, root: str, month: str) -> HttpResponse:
    """Every community in a month."""
    return _page(request, root, month)


@requires(permissions.PUBLISH_INDEX)
@posts_only("evaluation-index")
def publish(request: Any, root: str, month: str) -> HttpResponse:
    """Freeze the month: its tree, its values, what came out."""
    reason, now = request.POST.get("reason", "")[:500], standing(request).now
    try:
        services.publish_index(root=root, month=_day(month), reason=reason, actor=request.actor, now=now)
    except Refusal as refusal:
        return _page(request, root, month, refusal, status=refusal.status)
    messages.success(request, _("Published. What was published stays as it is."))
    return redirect("evaluation-index-month", root, month)


@requires(permissions.VIEW)
@require_safe
def community(request: Any, root: str, month: str, area: str) -> HttpResponse:
    """What the number of one community is made of, and how it went."""
    found = _found(request, root, month)
    row = next((one for one in found.rows if one.area_code == area), None)
    if row is None:
        raise NotFound(what=_("community"), name=area)
    name = place_names([area])[area]
    scores = queries.published_scores(root, area)
    context = {
        "found": found,
        "row": row,
        "name": name,
        "score": indices.score_words(row.score),
        "title": in_language(*found.names.get(root, (root, root))),
        "part": indices.part_of(found, row, found.tree),
        "trend": indices.trend_of(list(scores), scores, name),
    }
    return draw(request, "desk/index_community.html", context)


def _page(request: Any, root: str, month: str, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    found = _found(request, root, month)
    context = {
        "found": found,
        "root": root,
        "month": month,
        "months": [f"{one:%Y-%m}" for one in queries.months_of(root)[:MOST_MONTHS]],
        "roots": [(one.key, in_language(one.name_zh, one.name_en)) for one in queries.roots()],
        "title": in_language(*found.names.get(root, (root, root))),
        "table": indices.index_table(request, found),
        "may_publish": request.actor.may(permissions.PUBLISH_INDEX),
        "may_import": request.actor.may(permissions.MANAGE_INDEX),
        "refusal": refusal,
    }
    return draw(request, "desk/index.html", context, status=status)


def _found(request: Any, root: str, month: str) -> queries.Index:
    try:
        return queries.index(request.actor, root, _day(month), standing(request).now)
    except ValueError as fault:
        raise NotFound(what=_("index"), name=root) from fault


def _day(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as fault:
        raise NotFound(what=_("month"), name=month) from fault
