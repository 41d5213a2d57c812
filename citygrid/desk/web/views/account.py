"""What a person sets for itself."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citygrid.access import services as access
from citygrid.desk import services
from citygrid.desk.web.devices import devices_of
from citygrid.desk.web.key_forms import KeysForm
from citygrid.desk.web.shell import draw, standing
from citygrid.kernel.web import CHOOSE_POST, SIGNED_IN, posts_only, requires


@requires(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def account(request: Any) -> HttpResponse:
    """The keys, each with a letter that may be another, and the devices."""
    about = standing(request)
    if about.actor is None:
        return redirect(CHOOSE_POST)
    form = KeysForm(about.actor, about.keys, request.POST or None)
    if form.is_valid():
        services.keep_keys(letters=form.cleaned_data["letters"], actor=about.actor, now=about.now)
        messages.success(request, _("Your keys are kept."))
        return redirect("account")
    shown = {"form": form, **devices_of(request, about.actor.account_id)}
    return draw(request, "desk/account.html", shown, status=422 if form.errors else 200)


@requires(SIGNED_IN)
@posts_only("account")
def revoke_device(request: Any, device_id: UUID) -> HttpResponse:
    """Take nothing from a device any more: one's own, or any for who administers accounts; back to its account."""
    about = standing(request)
    if about.actor is None:
        return redirect(CHOOSE_POST)
    found = access.revoke_device(device_id=device_id, actor=about.actor, now=about.now)
    messages.success(request, _("Nothing is taken from %(device)s any more.") % {"device": found.name})
    if found.account_id == about.actor.account_id:
        return redirect("account")
    return redirect(f"{reverse('administration-record', args=['accounts'])}?{urlencode({'key': found.account.login})}")
