"""Who may listen: a signed-in post, judged by the same middleware as for every page."""

from typing import Any

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.kernel.actor import Actor
from citygrid.kernel.api import NotSignedIn, problem
from citygrid.kernel.errors import Closed, Refusal
from citygrid.kernel.web import SIGNED_IN, is_from_our_page


class Admission(HttpResponse):
    """This post may listen, as somebody who looks at this case ("" for none). The live process makes a stream of it.

    Sent as it is, by a web process that was asked instead, it says that there is none: no browser asks again.
    """

    status_code = 204

    def __init__(self, actor: Actor, case: str, language: str, labels: tuple[str, str] | None) -> None:
        super().__init__(content_type="text/event-stream; charset=utf-8")
        self.actor, self.case, self.language, self.labels = actor, case, language, labels
        self["Cache-Control"] = "no-store"
        self["X-Accel-Buffering"] = "no"  # nginx passes each event on at once


@require_GET
def stream(request: Any) -> HttpResponse:
    """Admit the post, or refuse it with a problem; `?case=` is the number of the case that is open."""
    if not is_from_our_page(request):
        return problem(Closed())
    try:
        answer = _admit(request)
    except Refusal as refusal:
        answer = problem(refusal)
    if origin := request.headers.get("Origin"):  # one of ours, by another port of this host
        answer["Access-Control-Allow-Origin"] = origin
        answer["Access-Control-Allow-Credentials"] = "true"
    patch_vary_headers(answer, ["Origin"])
    return answer


# A stream has no page to lead to the sign-in from: it says itself that a post is needed.
stream.permission = SIGNED_IN  # type: ignore[attr-defined]


def _admit(request: Any) -> HttpResponse:
    if request.actor is None:
        raise NotSignedIn()
    number = request.GET.get("case", "")
    if number:
        cases.case_by_number(number, request.actor)
    labels = access.labels_of(request.actor.account_id, request.actor.post_id) if number else None
    return Admission(request.actor, number, request.LANGUAGE_CODE, labels)
