"""The card of a model: how well it judges, what each promise costs, and whether it may act."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.desk.web import automation, modelcard
from citygrid.desk.web.automation_forms import PromiseForm, ReplayForm, StateForm
from citygrid.desk.web.shell import draw, standing
from citygrid.dispatch import queries, services
from citygrid.dispatch.choices import ModelState, Target
from citygrid.dispatch.permissions import MANAGE_AUTOMATION, VIEW_RULES
from citygrid.kernel.errors import NotFound, Refusal
from citygrid.kernel.web import posts_only, requires


@requires(VIEW_RULES)
@require_safe
def model(request: Any, sha256: str) -> HttpResponse:
    """All that is known of a model."""
    return _page(request, sha256)


@requires(MANAGE_AUTOMATION)
@posts_only("automation-model", "sha256")
def switch(request: Any, sha256: str) -> HttpResponse:
    """Switch it on, off, or into the shadow."""
    form = StateForm(request.POST)

    def write(**given: Any) -> None:
        services.switch(state=ModelState(form.cleaned_data["state"]), **given)

    return _written(request, sha256, form, write, _("Done. Every case filed from now on is decided so."))


@requires(MANAGE_AUTOMATION)
@posts_only("automation-model", "sha256")
def promise(request: Any, sha256: str) -> HttpResponse:
    """Promise a share of right ones among those it sends."""
    found = queries.learned_model(sha256, request.actor)
    form = _promise_form(found, modelcard.trades_of(found, []), request.POST)

    def write(**given: Any) -> None:
        services.promise(share=form.cleaned_data["promise"], **given)

    return _written(request, sha256, form, write, _("This precision is promised from now on."))


@requires(MANAGE_AUTOMATION)
@posts_only("automation-model", "sha256")
def replay(request: Any, sha256: str) -> HttpResponse:
    """Have it replayed on the closed cases of some days."""
    form = ReplayForm(request.POST, standing(request).today)

    def write(**given: Any) -> None:
        services.ask_replay(**form.cleaned_data, **given)

    return _written(request, sha256, form, write, _("It will be replayed; load the page again in a minute."))


def _written(request: Any, sha256: str, form: forms.Form, write: Callable[..., None], done: str) -> HttpResponse:
    """Write what was asked for and lead back; what is wrong is told on the card instead."""
    if not form.is_valid():
        return _page(request, sha256, form, status=422)
    try:
        write(sha256=sha256, actor=request.actor, now=standing(request).now)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(request, sha256, refusal=refusal, status=refusal.status)
    messages.success(request, done)
    return redirect("automation-model", sha256=sha256)


def _promise_form(found: Any, trades: list[modelcard.Trade], data: Any = None) -> PromiseForm:
    return PromiseForm(data, [(f"{one.promise:g}", one.words) for one in trades], found.promise)


def _page(
    request: Any, sha256: str, sent: forms.Form | None = None, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    about, actor = standing(request), request.actor
    found = queries.learned_model(sha256, actor)
    replays = sorted(found.replays.all(), key=lambda one: one.at, reverse=True)[: modelcard.MOST_REPLAYS]
    trades = modelcard.trades_of(found, replays)
    with timezone.override(about.zone):
        context = {
            "model": found,
            "short": sha256[: automation.SHORT],
            "target": Target(found.target).label,
            "refusal": refusal,
            **_card(request, found, replays, trades),
        }
        if actor.may(MANAGE_AUTOMATION):
            context |= {
                "may_manage": True,
                "promise": sent if isinstance(sent, PromiseForm) else _promise_form(found, trades),
                "replay": sent if isinstance(sent, ReplayForm) else ReplayForm(None, about.today),
                "moves": modelcard.moves_of(found, queries.in_charge(Target(found.target)), bool(replays)),
            }
        return draw(request, "desk/automation/model.html", context, status=status)


def _card(request: Any, found: Any, replays: list[Any], trades: list[modelcard.Trade]) -> dict[str, Any]:
    """What everybody who may see the card sees of it."""
    about, actor = standing(request), request.actor
    names, categories = modelcard.names_of(found, replays)
    return {
        "facts": modelcard.facts_of(found),
        "trade": next((one.words for one in trades if one.promise == found.promise), ""),
        "trades": modelcard.trade_table(request, trades, found.promise),
        "record": modelcard.record_words(queries.record_of(found, actor, about.now)),
        "calibration": modelcard.calibration_table(request, found.card["calibration"]),
        "confused": modelcard.confusion_table(request, found.card["confused"], names),
        "replays": modelcard.replay_table(request, replays),
        "by_category": modelcard.by_category_table(request, replays[0], categories) if replays else None,
        "awaited": [one for one in queries.awaited(actor).replays if one.sha256 == found.sha256],
    }
