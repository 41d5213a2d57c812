"""A filing standard, changed from a day on; what that changes, and which cases it concerns, is shown before."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citygrid.cases import queries as cases
from citygrid.catalogue import queries, services
from citygrid.catalogue.permissions import MANAGE_STANDARDS
from citygrid.desk.web.record_forms import StandardForm
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.words import limit_words
from citygrid.kernel.errors import Conflict, Invalid, NotFound
from citygrid.kernel.sheets.columns import Values, split
from citygrid.kernel.sheets.plans import records
from citygrid.kernel.sheets.ports import SHEETS
from citygrid.kernel.web import requires
from citygrid.kernel.worktime import Limit, Unit
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Table


def standard_address(code: str = "", category: str = "") -> str:
    """The page of a standard, or of a new one of a category."""
    given = {"code": code} if code else {"category": category}
    return f"{reverse('administration-standard')}?{urlencode(given)}"


@requires(MANAGE_STANDARDS)
@never_cache
@require_http_methods(["GET", "POST"])
def standard(request: Any) -> HttpResponse:
    """One standard or a new one: see what a change does, publish it from a day on, or withdraw it."""
    about, port = standing(request), SHEETS.all()["standards"]
    sheet, code = port.sheet(request.actor, about.now), request.GET.get("code", "")
    before = records(port, sheet, request.actor, about.now).get((code,)) if code else None
    if code and not before:
        raise NotFound(what=_("standard"), name=code)
    form = StandardForm(sheet, before, request.POST or None, about.today)
    category = before["category"] if before else request.GET.get("category", "")
    form.initial.update({} if before else {"category": category, "code": f"{category}/"})
    act = request.POST.get("act", "")
    if form.is_valid() and act == "withdraw" and _withdrawn(request, form, code):
        return redirect("category", key=category)
    plan = form.plan(port, request.actor, about.now) if form.is_valid() and act != "withdraw" else None
    if plan and act == "publish" and _published(request, form, plan.changes()[0].after or {}):
        return redirect(standard_address(plan.changes()[0].key[0]))
    context = {
        "form": form,
        "code": code,
        "category": queries.category(category) if category else None,
        "changes": form.changes() if plan and not form.errors else [],
        "concerned": cases.concerned_by_standard(request.actor, category, code) if plan else None,
        "table": _versions(request, code),
    }
    return draw(request, "desk/administration/standard.html", context, status=422 if form.errors else 200)


def _published(request: Any, form: StandardForm, values: Values) -> bool:
    """Whether it was published; what stands in the way is told at the form."""
    on, given = form.cleaned_data["holds_from"], _standard(values)
    try:
        services.publish_standard(standard=given, valid_from_date=on, actor=request.actor, now=standing(request).now)
    except (Invalid, Conflict) as refusal:
        form.add_error("holds_from" if isinstance(refusal, Conflict) else None, f"{refusal} {refusal.advice}")
        return False
    messages.success(request, _("Published: it holds from %(day)s.") % {"day": _day(on)})
    return True


def _withdrawn(request: Any, form: StandardForm, code: str) -> bool:
    """Whether it was withdrawn; what stands in the way is told at the form."""
    on = form.cleaned_data["holds_from"]
    try:
        services.withdraw_standard(code=code, on=on, actor=request.actor, now=standing(request).now)
    except Conflict as refusal:
        form.add_error("holds_from", f"{refusal} {refusal.advice}")
        return False
    messages.success(request, _("Withdrawn: from %(day)s no case is filed under it.") % {"day": _day(on)})
    return True


def _standard(values: Values) -> services.StandardIn:
    same = ("code", "problem_type", "unit_kind", "area_class", "level", "source")
    texts = ("condition_zh", "condition_en", "closing_zh", "closing_en")
    return services.StandardIn(
        **{name: values[name] for name in (*same, *texts)},
        category_key=values["category"],
        limit=Limit(Decimal(values["limit"]), Unit(values["unit"])),
        evidence=split(values["evidence"]),
    )


def _versions(request: Any, code: str) -> Table:
    columns = [
        Column(_("Version"), lambda version: version.version, "number"),
        Column(_("Holds from"), lambda version: _day(version.valid_from_date), "code"),
        Column(_("Until (not on that day)"), lambda version: _day(version.valid_to_date), "code"),
        Column(_("Limit"), lambda version: limit_words(version.limit)),
        Column(_("Filed when"), lambda version: version.condition),
    ]
    versions = queries.standard_versions(code)[::-1] if code else []
    empty = Empty(_("It has no version yet"))
    return Table.of(request, columns, versions, caption=_("Versions"), empty=empty, id="versions")


def _day(on: date | None) -> str:
    return f"{on:%Y-%m-%d}" if on else NOTHING
