"""Signing in and out, and choosing the post to act as."""

from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from citygrid.access import queries, services
from citygrid.access.errors import SignInRefused, TooManyFailures
from citygrid.access.models import Post
from citygrid.access.web.forms import ChangePasswordForm, PasswordForm, SignInForm
from citygrid.access.web.middleware import POST_KEY
from citygrid.kernel.callers import address_of
from citygrid.kernel.errors import Invalid, NotFound, Refusal
from citygrid.kernel.web import CHOOSE_POST, PUBLIC, SIGNED_IN, requires

BACKEND = "django.contrib.auth.backends.ModelBackend"


@requires(PUBLIC)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: Any) -> HttpResponse:
    """Ask for login and password; then on to the page that was asked for, by way of the choice of a post."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    refused: Refusal | None = None
    if form.is_valid():
        try:
            account = services.sign_in(**form.cleaned_data, address=address_of(request), now=timezone.now())
        except (SignInRefused, TooManyFailures) as refusal:
            refused = refusal
        else:
            auth.login(request, account, backend=BACKEND)
            request.session.pop(POST_KEY, None)
            return _to_post_or_page(request)
    told = {"form": form, "next": _next(request), "refused": refused}
    return render(request, "access/sign_in.html", told, status=refused.status if refused else 200)


@requires(PUBLIC)
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def set_password(request: Any, account_id: UUID, key: str) -> HttpResponse:
    """By the link of an administrator, once: a password of one's own; then on to the sign-in."""
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        given = {"password": form.cleaned_data["password"], "now": timezone.now()}
        try:
            services.set_own_password(account_id=account_id, key=key, **given)
        except Invalid as refusal:
            form.add_error("password", str(refusal))
        else:
            messages.success(request, _("Your password is set: sign in with it."))
            return redirect("sign-in")
    return render(request, "access/set_password.html", {"form": form}, status=422 if form.errors else 200)


@requires(SIGNED_IN)
@never_cache
@sensitive_post_parameters("present", "password", "again")
@require_http_methods(["GET", "POST"])
def change_password(request: Any) -> HttpResponse:
    """Another password, for who knows the present one; the other sessions of the account end."""
    form = ChangePasswordForm(request.POST or None)
    if form.is_valid():
        present, password = (form.cleaned_data[name] for name in ("present", "password"))
        given = {"present": present, "password": password, "address": address_of(request), "now": timezone.now()}
        try:
            account = services.change_password(account_id=request.user.id, **given)
        except SignInRefused:
            form.add_error("present", _("This is not your present password."))
        except TooManyFailures as refusal:
            form.add_error("present", f"{refusal} {refusal.advice}")
        except Invalid as refusal:
            form.add_error("password", str(refusal))
        else:
            auth.update_session_auth_hash(request, account)
            messages.success(request, _("Your password is changed. Other devices must sign in with it."))
            return redirect(settings.LOGIN_REDIRECT_URL)
    context = {"form": form, "back": resolve_url(settings.LOGIN_REDIRECT_URL)}
    return render(request, "access/change_password.html", context, status=422 if form.errors else 200)


@requires(SIGNED_IN)
@require_POST
def sign_out(request: Any) -> HttpResponse:
    """End the session."""
    services.sign_out(account=request.user, now=timezone.now())
    auth.logout(request)
    return redirect("sign-in")


class Choice(NamedTuple):
    """One post to act as, in the words of the page."""

    post: Post
    role: str  # "" where the title says it already
    is_current: bool


@requires(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def choose_post(request: Any) -> HttpResponse:
    """Show the posts the account holds today; act as the one sent back."""
    held = queries.posts_of(request.user.id, timezone.now())
    if request.method == "POST":
        chosen = next((post for post in held if str(post.id) == request.POST.get("post")), None)
        if chosen is None:
            raise NotFound(what=_("post"))
        request.session[POST_KEY] = str(chosen.id)
        return redirect(_next(request))
    current: UUID | None = request.actor.post_id if request.actor else None
    choices = [Choice(post, _role_beside(post), post.id == current) for post in held]
    return render(request, "access/choose_post.html", {"choices": choices, "next": _next(request)})


def _role_beside(post: Post) -> str:
    name = queries.role_name(post.role)
    return "" if name == post.title else name


def _to_post_or_page(request: Any) -> HttpResponse:
    if len(queries.posts_of(request.user.id, timezone.now())) == 1:
        return redirect(_next(request))
    return redirect(f"{reverse(CHOOSE_POST)}?{urlencode({'next': _next(request)})}")


def _next(request: Any) -> str:
    """Where to go on: the address that was asked for if it is ours, else home."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else resolve_url(settings.LOGIN_REDIRECT_URL)
