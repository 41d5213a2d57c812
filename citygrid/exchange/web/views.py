"""The keys of outside applications: given, shown once, taken back; and what came by them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citygrid.exchange import queries, services
from citygrid.exchange.choices import Speaks
from citygrid.exchange.models import USUAL_PER_HOUR, Application
from citygrid.exchange.permissions import MANAGE_APPLICATIONS
from citygrid.kernel import clock
from citygrid.kernel.errors import Refusal
from citygrid.kernel.web import posts_only, requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Table

MOST_PER_HOUR = 100_000


class KeyForm(forms.Form):
    """An application that shall have a key."""

    name = forms.CharField(label=gettext_lazy("Application"), max_length=100)
    contact = forms.CharField(label=gettext_lazy("Whom to ask about it"), max_length=200)
    speaks = forms.ChoiceField(label=gettext_lazy("Speaks for"), choices=Speaks.choices)
    area_code = forms.RegexField(
        r"^(\d{6}(\d{3}){0,2})?$",
        label=gettext_lazy("Area code"),
        required=False,
        help_text=gettext_lazy("Where it may report. Empty: everywhere."),
    )
    per_hour = forms.IntegerField(
        label=gettext_lazy("Calls an hour"),
        min_value=1,
        max_value=MOST_PER_HOUR,
        initial=USUAL_PER_HOUR,
        help_text=gettext_lazy("Past it, each call needs a proof of work."),
    )


@requires(MANAGE_APPLICATIONS)
@never_cache
@require_http_methods(["GET", "POST"])
def applications(request: Any) -> HttpResponse:
    """All keys, and the form for another, which is shown in the answer and nowhere else."""
    form, issued, key = KeyForm(request.POST or None), None, ""
    if form.is_valid():
        try:
            issued, key = services.issue_key(**form.cleaned_data, actor=request.actor, now=clock.now())
            form = KeyForm()
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    found = list(queries.applications(request.actor))
    context = {
        "form": form,
        "issued": issued,
        "key": key,
        "table": _keys(request, found),
        "told": _told(request, found),
        "revocable": [one for one in found if one.revoked_at is None],
    }
    return render(request, "exchange/applications.html", context, status=422 if form.errors else 200)


@requires(MANAGE_APPLICATIONS)
@posts_only("applications")
def revoke(request: Any, application_id: UUID) -> HttpResponse:
    """Take a key back."""
    found = services.revoke_key(application_id=application_id, actor=request.actor, now=clock.now())
    messages.success(request, _("The key of %(name)s opens nothing any more.") % {"name": found.name})
    return redirect("applications")


def _keys(request: Any, found: list[Application]) -> Table:
    counts = queries.counts_of(found)
    columns = [
        Column(_("Application"), lambda one: one.name),
        Column(_("Whom to ask about it"), lambda one: one.contact),
        Column(_("Speaks for"), lambda one: one.get_speaks_display()),
        Column(_("Area code"), lambda one: one.area_code or NOTHING, "code"),
        Column(_("Calls an hour"), lambda one: one.per_hour, "number"),
        Column(_("Reports"), lambda one: counts.get(one.pk, (0, None))[0], "number"),
        Column(_("Last report"), lambda one: counts.get(one.pk, (0, None))[1], "time"),
        Column(_("Issued"), lambda one: one.issued_at, "time"),
        Column(_("By"), lambda one: one.issued_by.display_name if one.issued_by else NOTHING),
        Column(_("Taken back"), lambda one: one.revoked_at, "time"),
    ]
    empty = Empty(_("No application has a key"), _("Without one, an application can read and not report."))
    return Table.of(request, columns, found, caption=_("Keys of applications"), empty=empty)


def _told(request: Any, found: list[Application]) -> Table:
    columns = [
        Column(_("Told"), lambda one: one.told_at, "time"),
        Column(_("Application"), lambda one: one.application.name),
        Column(_("Reference"), lambda one: one.outside_id, "code"),
        Column(_("State"), lambda one: one.status or NOTHING),
        Column(_("Text"), lambda one: one.description),
    ]
    empty = Empty(_("Nothing was told"), _("Applications may tell news about what they reported."))
    told = queries.updates_told(found)
    return Table.of(request, columns, told, caption=_("What applications told last"), empty=empty, id="told")
