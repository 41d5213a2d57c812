"""Responsibility rules: those in force, and what others would have sent elsewhere."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citygrid.desk.web.rules import RuleFilterForm, TrialForm, drawn, rule_table
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.words import paged
from citygrid.dispatch import permissions, queries, services
from citygrid.dispatch.errors import RuleInvalid
from citygrid.kernel.errors import Invalid
from citygrid.kernel.sheets.errors import UnreadableFile
from citygrid.kernel.sheets.plans import Plan, make_plan
from citygrid.kernel.sheets.ports import SHEETS
from citygrid.kernel.web import requires
from citygrid.ui.tables import Empty

MOST_FAULTS = 50
FIELDS = {  # of the form, by the names the rules have for them
    "unit_id": "unit",
    "category_key": "category",
    "area_code": "area",
    "layer_code": "layer",
    "feature_code": "feature",
    "problem_type": "problem_type",
}


@requires(permissions.VIEW_RULES)
@require_safe
def rule_list(request: Any) -> HttpResponse:
    """The rules in force today, by unit."""
    form = RuleFilterForm(request.GET or None)
    unit, today = form.wanted(), timezone.localdate(standing(request).now)
    found = queries.rules_in_force(request.actor, today, unit)
    rows, pager = paged(request, lambda start, count: found[start : start + count])
    empty = Empty(
        _("No rule is in force"),
        _("Without rules a person decides where each case goes. Rules come in by the sheet of responsibility rules."),
        _("Try a rule"),
        reverse("rules-try"),
        icon="route",
    )
    table = rule_table(request, rows, empty=empty, pager=pager)
    return draw(request, "desk/rules.html", {"form": form, "table": table})


@requires(permissions.VIEW_RULES)
@never_cache
@require_http_methods(["GET", "POST"])
def try_rules(request: Any) -> HttpResponse:
    """What other rules would have sent elsewhere. Nothing is written."""
    about = standing(request)
    with timezone.override(about.zone):  # days are days of the district
        form = TrialForm(request.POST or None, request.FILES or None, request.actor, about.now)
        found, faults = _tried(form, request.actor, about.now) if form.is_valid() else (None, [])
        context = {
            "form": form,
            "faults": faults[:MOST_FAULTS],
            **drawn(found),
        }
        return draw(request, "desk/rules_try.html", context, status=422 if form.errors or faults else 200)


def _tried(form: TrialForm, actor: Any, now: Any) -> tuple[Any, list[Any]]:
    """The trial, or what is wrong with the file; what is wrong with a field is told at it."""
    given = form.cleaned_data
    period = {**{name: given[name] for name in ("since", "until", "on")}, "actor": actor, "now": now}
    try:
        if not given["file"]:
            return services.try_rules(begun=[form.rule()], ended=[], **period), []
        plan: Plan = make_plan(SHEETS.all()["rules"], given["file"].read(), actor, now)
        if faults := plan.faults():
            return None, faults
        if not plan.changes():
            form.add_error("file", _("The file changes nothing: it holds the rules as they are."))
            return None, []
        return services.try_changes(changes=plan.changes(), **period), []
    except UnreadableFile as refusal:
        form.add_error("file", f"{refusal} {refusal.advice}")
    except RuleInvalid as refusal:
        _tell(form, refusal)
    return None, []


def _tell(form: TrialForm, refusal: Invalid) -> None:
    for name, words in refusal.fields.items():
        form.add_error(FIELDS.get(name), str(words))
