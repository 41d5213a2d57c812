"""Automatic dispatch: how it is doing, what is left to people, how much units take, and training of models."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.desk.web import automation as drawn
from citygrid.desk.web.automation_forms import LIMITS, LimitForm, TakeOutForm, TargetForm
from citygrid.desk.web.shell import draw, standing
from citygrid.dispatch import queries, services
from citygrid.dispatch.choices import Target
from citygrid.dispatch.permissions import MANAGE_AUTOMATION, VIEW_RULES
from citygrid.kernel.errors import Invalid, NotFound, Refusal
from citygrid.kernel.web import posts_only, requires


@requires(VIEW_RULES)
@require_safe
def automation(request: Any) -> HttpResponse:
    """The figures of the last days and weeks, and all that can be changed; `?limit=` opens the limit of a unit."""
    return _page(request)


@requires(MANAGE_AUTOMATION)
@posts_only("automation")
def train(request: Any) -> HttpResponse:
    """Have a model learned."""
    form = TargetForm(request.POST)

    def write(**given: Any) -> None:
        services.ask_training(target=Target(form.cleaned_data["target"]), **given)

    return _written(request, form, write, _("A model will be learned; it takes some minutes."), "models")


@requires(MANAGE_AUTOMATION)
@posts_only("automation")
def take_out(request: Any) -> HttpResponse:
    """Leave a category to people."""
    form = TakeOutForm(request.POST)

    def write(**given: Any) -> None:
        told = form.cleaned_data
        services.take_out(category_key=told["category"], note=told["note"], **given)

    return _written(request, form, write, _("Every case of this category is left to a person now."), "by-hand")


@requires(MANAGE_AUTOMATION)
@posts_only("automation")
def put_back(request: Any) -> HttpResponse:
    """Let a category be sent by itself again."""
    key = request.POST.get("category", "")[:120]

    def write(**given: Any) -> None:
        services.put_back(category_key=key, **given)

    done = _("This category may be sent by itself again; what comes from now on is judged.")
    return _written(request, None, write, done, "by-hand")


@requires(MANAGE_AUTOMATION)
@posts_only("automation")
def limit(request: Any) -> HttpResponse:
    """Set how much a unit takes by itself."""
    form = LimitForm(request.POST)

    def write(**given: Any) -> None:
        services.limit_unit(unit_id=form.unit_id(), limit=form.limit(), **given)

    return _written(request, form, write, _("The limit holds from now on."), "limits")


def _written(request: Any, form: forms.Form | None, write: Callable[..., None], done: str, part: str) -> HttpResponse:
    """Write what was asked for and lead back to that part of the page; what is wrong is told on the page instead."""
    if form and not form.is_valid():
        return _page(request, form, status=422)
    try:
        write(actor=request.actor, now=standing(request).now)
    except NotFound:
        raise
    except Invalid as refusal:
        return _page(request, refused(form, refusal), status=422)
    except Refusal as refusal:
        return _page(request, form, refusal, status=refusal.status)
    messages.success(request, done)
    return redirect(f"{reverse('automation')}#{part}")


def refused(form: forms.Form | None, refusal: Invalid) -> forms.Form:
    """The form with what was refused told at its fields."""
    if form is None:
        raise refusal
    for name, words in refusal.fields.items() or {"": str(refusal)}.items():
        form.add_error(name if name in form.fields else None, str(words))
    return form


def _page(
    request: Any, sent: forms.Form | None = None, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    about, actor = standing(request), request.actor
    with timezone.override(about.zone):
        context = {**_looked_at(request), "refusal": refusal, "may_manage": actor.may(MANAGE_AUTOMATION)}
        if context["may_manage"]:
            limits = context["limit_rows"]
            context["take_out"] = sent if isinstance(sent, TakeOutForm) else TakeOutForm()
            context["limit"] = sent if isinstance(sent, LimitForm) else LimitForm(initial=_opened(request, limits))
            context["targets"] = [(target, target in context["awaited"].trainings) for target in Target]
        return draw(request, "desk/automation/overview.html", context, status=status)


def _looked_at(request: Any) -> dict[str, Any]:
    """What everybody who may see the page sees of it."""
    about, actor = standing(request), request.actor
    now, promise, may_manage = about.now, queries.promised(), actor.may(MANAGE_AUTOMATION)
    limits = queries.unit_limits(actor)
    telling, quiet = drawn.watched_lists(queries.watched(now))
    return {
        "figures": drawn.figures(queries.tally(actor, now - queries.WEEK, now), promise),
        "weeks": drawn.week_table(request, queries.by_week(actor, now), promise, now),
        "conclusions": drawn.conclusion_table(request, queries.by_conclusion(actor, now - queries.WEEK, now)),
        "models": drawn.model_table(request, queries.learned_models(actor), now),
        "by_hand": drawn.manual_table(request, queries.manual_categories(actor), may_manage),
        "watched": drawn.watched_table(request, telling, promise),
        "quiet": drawn.watched_table(request, quiet, promise, id="quiet") if quiet else None,
        "bounces": drawn.bounce_table(request, queries.bounces(actor, now - queries.WEEKS * queries.WEEK, now)),
        "limits": drawn.limit_table(request, limits, may_manage),
        "limit_rows": limits,
        "awaited": queries.awaited(actor),
    }


def _opened(request: Any, limits: list[Any]) -> dict[str, Any]:
    """What the form of a limit begins with: the limit that the address names, if there is one."""
    asked = request.GET.get("limit", "")
    found = next((row for row in limits if str(row.pk) == asked), None)
    return {"unit": asked, **{name: getattr(found, name) for name in LIMITS}} if found else {}
