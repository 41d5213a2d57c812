"""What every view states: who may open it. A test compares all URLs with the permission table."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from citygrid.kernel.actor import Actor

PUBLIC = "public"
SIGNED_IN = "signed in"
API_ROOT = "/api/"  # below it programs are answered, with problem details
CHOOSE_POST = "choose-post"  # the URL name of the page where an account chooses its post

View = Callable[..., HttpResponse]


class Request(HttpRequest):
    """A request after the access middleware: `actor` is the post the account acts as, or None."""

    actor: Actor | None


def requires(permission: str) -> Callable[[View], View]:
    """Open the view to a permission, to whoever is SIGNED_IN, or to the PUBLIC; refuse or ask to sign in otherwise."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if permission != PUBLIC and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if permission not in (PUBLIC, SIGNED_IN):
                if request.actor is None:
                    return redirect(CHOOSE_POST)
                request.actor.require(permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
