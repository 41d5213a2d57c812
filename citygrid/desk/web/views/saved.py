"""Keeping and dropping views of lists."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citygrid.desk import services
from citygrid.desk.choices import Audience, ListPage
from citygrid.desk.errors import ViewUnfit
from citygrid.desk.models import SavedView
from citygrid.desk.rules import LONGEST_QUERY
from citygrid.desk.web.saved import KeepForm
from citygrid.desk.web.shell import standing
from citygrid.kernel.web import CHOOSE_POST, SIGNED_IN, requires


@requires(SIGNED_IN)
@require_POST
def keep(request: Any) -> HttpResponse:
    """Keep the list that was shown under a name, and show it again."""
    if request.actor is None:
        return redirect(CHOOSE_POST)
    form = KeepForm(request.actor, request.POST)
    if not form.is_valid():
        raise ViewUnfit(most=LONGEST_QUERY)
    given = form.cleaned_data
    view = services.keep_view(
        page=ListPage(given["page"]),
        name=given["name"],
        query=given["query"],
        audience=Audience(given["audience"]),
        actor=request.actor,
        now=standing(request).now,
    )
    messages.success(request, _("Kept as the view “%(name)s”.") % {"name": view.name})
    return redirect(_address(view))


@requires(SIGNED_IN)
@require_POST
def drop(request: Any, view_id: UUID) -> HttpResponse:
    """Take a view away; the list stays as it is."""
    if request.actor is None:
        return redirect(CHOOSE_POST)
    view = services.drop_view(view_id=view_id, actor=request.actor, now=standing(request).now)
    messages.success(request, _("The view “%(name)s” is gone.") % {"name": view.name})
    return redirect(_address(view))


def _address(view: SavedView) -> str:
    return f"{reverse(view.page)}?{view.query}" if view.query else reverse(view.page)
