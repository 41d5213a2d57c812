"""Around every view of the protocol: limits, formats, refusals as documents, and who may read from which page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpResponse, QueryDict
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from citygrid.exchange import queries
from citygrid.exchange.errors import KeyRefused, PathUnknown
from citygrid.exchange.open311.asked import Asked, parameters
from citygrid.exchange.rules import georeport
from citygrid.kernel import clock, limits
from citygrid.kernel.api import waiting
from citygrid.kernel.callers import address_of
from citygrid.kernel.errors import MethodNotAllowed, Refusal
from citygrid.kernel.web import PUBLIC, requires

ANONYMOUS_PER_HOUR = 60
LIMIT = "open311"
SEEN = "Retry-After, X-Challenge"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "X-Proof",
    "Access-Control-Expose-Headers": SEEN,
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Document(NamedTuple):
    """What a view answers: the name of the root, and the tree below it."""

    root: str
    tree: georeport.Tree
    status: int = 200


View = Callable[..., Document]


def answers(**views: View) -> Callable[..., HttpResponse]:
    """One address: its views by method, each given what is `Asked`. Whatever is refused is a document too."""
    views = {"HEAD": views["GET"], **views} if "GET" in views else views
    allowed = ", ".join(sorted({*views, "OPTIONS"}))

    @csrf_exempt
    @requires(PUBLIC)
    def answer(request: Any, form: str = "", **named: Any) -> HttpResponse:
        form = form.removeprefix(".") or _preferred(request)
        if request.method == "OPTIONS":
            return _with_headers(HttpResponse(status=204, headers={"Allow": allowed}))
        try:
            if request.method not in views:
                raise MethodNotAllowed(method=request.method)
            if any(georeport.UNSPEAKABLE.search(part) for part in named.values() if isinstance(part, str)):
                raise PathUnknown()
            document = views[request.method](request, _asked(request, named.pop("is_test", False)), **named)
        except Refusal as refusal:
            return _refused(refusal, form, allowed)
        return _written(document, form)

    return answer


def with_key(view: View) -> View:
    """The view is for applications with a key; KeyRefused (403) otherwise."""

    @wraps(view)
    def guarded(request: Any, asked: Asked, **named: Any) -> Document:
        if asked.application is None:
            raise KeyRefused()
        return view(request, asked, **named)

    return guarded


def _asked(request: Any, is_test: bool) -> Asked:
    """The call, counted against the limit of its key, or of its address where it has none that opens anything."""
    now = clock.now()
    try:
        given, fault = parameters(request), None
    except Refusal as refusal:
        given, fault = QueryDict(), refusal
    application = queries.application_of(given.get("api_key", "").strip())
    subject = str(application.pk) if application else address_of(request)
    most = application.per_hour if application else ANONYMOUS_PER_HOUR
    proof = request.headers.get("X-Proof", "") or given.get("proof", "")
    limits.require(LIMIT, subject, most=most, seconds=limits.HOUR, now=now, proof=proof)
    if fault:
        raise fault
    return Asked(given, application, is_test, now)


def _preferred(request: Any) -> str:
    """The format of an address without an end: XML, unless JSON is asked for by name."""
    kind = request.get_preferred_type(["text/xml", "application/xml", "application/json"])
    return "json" if kind == "application/json" else "xml"


def _refused(refusal: Refusal, form: str, allowed: str) -> HttpResponse:
    words = " ".join(part for part in (str(refusal), refusal.advice) if part)
    response = _written(Document("errors", georeport.errors((refusal.status, words)), refusal.status), form)
    if refusal.status == MethodNotAllowed.status:
        response["Allow"] = allowed
    if "challenge" in refusal.facts:
        response["X-Challenge"] = refusal.facts["challenge"]
    return waiting(refusal, response)


def _written(document: Document, form: str) -> HttpResponse:
    body = georeport.write(document.root, document.tree, form)
    return _with_headers(HttpResponse(body, content_type=georeport.FORMATS[form], status=document.status))


def _with_headers(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["Accept-Language"])
    for name, value in CORS.items():
        response[name] = value
    return response
