"""What to look for, where and when: read by the posts that work there, proposed to and published by shift leaders."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from citygrid.desk.web.focus import PublishForm, lines, places_on_map
from citygrid.desk.web.shell import draw, standing
from citygrid.intake import permissions, queries, services
from citygrid.kernel.errors import Invalid, Refusal
from citygrid.kernel.web import posts_only, requires

A_FORTNIGHT = timedelta(days=13)


@requires(permissions.VIEW)
@require_safe
def focus(request: Any) -> HttpResponse:
    """What is published for this post, and for who publishes, what was proposed."""
    return _page(request)


@requires(permissions.PUBLISH_FOCUS)
@posts_only("focus")
def publish(request: Any) -> HttpResponse:
    """Publish the proposals that were chosen."""
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        found = services.publish_focus(
            ids=_chosen(request),
            **form.cleaned_data,
            actor=request.actor,
            now=standing(request).now,
        )
    except Invalid as refusal:
        form.add_error(None, f"{refusal} {refusal.advice}".strip())
        return _page(request, form, status=refusal.status)
    except Refusal as refusal:
        return _page(request, form, refusal, status=refusal.status)
    told = ngettext("%(count)s line is published.", "%(count)s lines are published.", len(found))
    messages.success(request, told % {"count": len(found)})
    return redirect("focus")


@requires(permissions.PUBLISH_FOCUS)
@posts_only("focus")
def withdraw(request: Any, focus_id: UUID) -> HttpResponse:
    """Take one line back: posts are not told it any more."""
    try:
        services.withdraw_focus(focus_id=focus_id, actor=request.actor, now=standing(request).now)
    except Refusal as refusal:
        return _page(request, refusal=refusal, status=refusal.status)
    messages.success(request, _("Withdrawn."))
    return redirect("focus")


def _chosen(request: Any) -> list[UUID]:
    """The proposals that were ticked; what is no id was not drawn by this page."""
    try:
        return [UUID(row) for row in request.POST.getlist("row")]
    except ValueError:
        return []


def _form(request: Any, data: Any = None) -> PublishForm:
    today = standing(request).today
    return PublishForm(data, today, today + A_FORTNIGHT)


def _page(request: Any, form: Any = None, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    about, may_publish = standing(request), request.actor.may(permissions.PUBLISH_FOCUS)
    published = list(queries.published(request.actor, about.today, is_later=may_publish))
    codes = tuple(sorted({row.area_code for row in published}))
    context = {
        "published": lines(published),
        "map": places_on_map(codes, request.actor.reach.areas) if codes else None,
        "proposals": lines(queries.proposals(request.actor)) if may_publish else None,
        "form": (form or _form(request)) if may_publish else None,
        "chosen": request.POST.getlist("row"),
        "refusal": refusal,
    }
    return draw(request, "desk/focus.html", context, status=status)
