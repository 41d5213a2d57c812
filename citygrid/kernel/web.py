"""What every view states: who may open it. A test compares all URLs with the permission table."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import SignedOut

PUBLIC = "public"
SIGNED_IN = "signed in"
API_ROOT = "/api/"  # below it programs are answered, with problem details
LIVE_ROOT = "/live/"  # the streams of the live process, which programs ask for too
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
                return _to_sign_in(request)
            if permission not in (PUBLIC, SIGNED_IN):
                if request.actor is None:
                    return redirect(CHOOSE_POST)
                request.actor.require(permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in and back. For a part of a page the whole page goes there; a program is told (SignedOut, 401)."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        raise SignedOut
    if "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = urlunsplit(("", "", page.path or "/", page.query, ""))
    return HttpResponse(status=204, headers={"HX-Redirect": redirect_to_login(back)["Location"]})


def stream_address(request: HttpRequest) -> str:
    """Where a page listens for news: the address of `LIVE_URL`, of which ":8001/live/" is a port of the same host.

    "" where there is no live process, or the host of the request is not ours.
    """
    given: str = settings.LIVE_URL
    try:
        return _at_port(request, given) if given.startswith(":") else given
    except DisallowedHost:
        return ""


def is_from_our_page(request: HttpRequest) -> bool:
    """Whether a page of ours asks, from the same origin or from the port of the web process; or no page at all."""
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.get_host()}"
    return origin is None or origin in (own, _at_port(request, f":{settings.WEB_PORT}"))


def _at_port(request: HttpRequest, rest: str) -> str:
    return f"{request.scheme}://{split_domain_port(request.get_host())[0]}{rest}"


def posts_only(page: str, *parts: str) -> Callable[[View], View]:
    """The view takes what is posted. Whoever reads its address (loads the page again, was sent it) is led to `page`.

    `parts`: what of the view's own address belongs to that of the page.
    """

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def taken(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            address = reverse(page, kwargs={part: kwargs[part] for part in parts})
            query = request.META["QUERY_STRING"]
            return redirect(f"{address}?{query}" if query else address)

        return taken

    return decorate
