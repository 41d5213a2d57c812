"""Who acts in this request: the post chosen in the session, or the only one the account holds."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation

from citygrid.access import queries
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor
from citygrid.kernel.api import problem
from citygrid.kernel.callers import Meter, address_of
from citygrid.kernel.errors import TooManyCalls
from citygrid.kernel.web import API_ROOT

POST_KEY = "post_id"  # in the session


class ActorMiddleware:
    """Sets `request.actor` (None: signed out, no post chosen, or the post was taken away meanwhile). <= 2 queries."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response
        self.anonymous = Meter()

    def __call__(self, request: Any) -> HttpResponse:
        request.actor, request.has_token = None, False
        if key := _bearer_key(request):
            request.actor, request.has_token = queries.actor_by_token(key, timezone.now()), True
        elif request.user.is_authenticated:
            request.actor = _actor(request)
            _speak(request)
        if request.actor is None and request.path.startswith(API_ROOT) and self._is_too_much(request):
            return problem(TooManyCalls())
        return self.get_response(request)

    def _is_too_much(self, request: Any) -> bool:
        """Whether calls without a post, also with a wrong token, come faster than they may from one address."""
        return self.anonymous.count(address_of(request), clock.now()) > settings.ANONYMOUS_PER_MINUTE


def _bearer_key(request: Any) -> str:
    """The key of "Authorization: Bearer ...", on addresses of the API only: pages are opened by sessions."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" and request.path.startswith(API_ROOT) else ""


def _actor(request: Any) -> Actor | None:
    now = timezone.now()
    if chosen := request.session.get(POST_KEY):
        return queries.actor_for(request.user.id, UUID(chosen), now)
    actor = queries.only_actor(request.user.id, now)
    if actor:
        request.session[POST_KEY] = str(actor.post_id)
    return actor


def _speak(request: Any) -> None:
    """The account's language, unless this browser was switched to one."""
    language = request.user.language
    if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
