"""What a person sets for itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citygrid.desk import services
from citygrid.desk.web.key_forms import KeysForm
from citygrid.desk.web.shell import draw, standing
from citygrid.kernel.web import CHOOSE_POST, SIGNED_IN, requires


@requires(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def account(request: Any) -> HttpResponse:
    """The keys, each with a letter that may be another."""
    about = standing(request)
    if about.actor is None:
        return redirect(CHOOSE_POST)
    form = KeysForm(about.actor, about.keys, request.POST or None)
    if form.is_valid():
        services.keep_keys(letters=form.cleaned_data["letters"], actor=about.actor, now=about.now)
        messages.success(request, _("Your keys are kept."))
        return redirect("account")
    return draw(request, "desk/account.html", {"form": form}, status=422 if form.errors else 200)
