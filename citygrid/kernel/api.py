"""What every endpoint of the API states: who may call it, and how it refuses (RFC 9457 problem details)."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import blake2b
from typing import Annotated, Any, cast

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf
from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import AddressUnknown, BodyTooBig, Invalid, MediaTypeUnknown, Refusal
from citygrid.kernel.fieldwords import BOX_OPEN, NOT_A_DAY, words_of
from citygrid.kernel.web import SIGNED_IN

ISO = re.compile(r"\d{4}-\d\d-\d\d")
MOST_ROWS = 200  # of any page
PROBLEM_CODES = frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503})


def _written(value: Any) -> Any:
    """Days and moments as RFC 3339 writes them: pydantic alone would also take a number for seconds since 1970."""
    if not isinstance(value, str) or not ISO.match(value):
        raise PydanticCustomError(NOT_A_DAY, "Not a date as YYYY-MM-DD.")
    return value


Day = Annotated[date, BeforeValidator(_written)]
Instant = Annotated[datetime, BeforeValidator(_written)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Key = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")]  # header Idempotency-Key
SIDES = ("west", "south", "east", "north")


class BodyIn(Schema):
    """What a body may hold, and nothing else: a field with a wrong name is told, not left out in silence."""

    model_config = ConfigDict(extra="forbid")


class PageIn(Schema):
    """Which rows of a list: so many from a place on."""

    start: Annotated[int, Field(ge=0, le=100_000)] = 0
    count: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 50


class BoxIn(Schema):
    """What lies in a box: its four sides (WGS-84 degrees) are given together or not at all."""

    west: Longitude | None = None
    south: Latitude | None = None
    east: Longitude | None = None
    north: Latitude | None = None

    @model_validator(mode="after")
    def _box_is_whole(self) -> "BoxIn":
        if len({getattr(self, side) is None for side in SIDES}) > 1:
            raise PydanticCustomError(BOX_OPEN, "A box needs west, south, east and north.")
        return self


def boxed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given, the four sides of a `BoxIn` among them as one `box`."""
    fields = {name: value for name, value in given.items() if value is not None}
    sides = tuple(fields.pop(side) for side in SIDES if side in fields)
    return {**fields, "box": sides} if sides else fields


class FieldProblem(Schema):
    """One field that cannot be used: where it stands and what is wrong with it."""

    field: str
    words: str


class Problem(Schema):
    """A refusal: a stable code, and in the caller's language what happened, what was kept and what to do.

    Some codes add members that a program can act on; the endpoint says which.
    """

    model_config = ConfigDict(extra="allow")

    code: str
    status: int
    title: str
    kept: str
    hint: str
    fields: list[FieldProblem] = []


class NotSignedIn(Refusal):
    code, status = "kernel.not_signed_in", 401
    message = _("This needs a token or a signed-in post.")
    hint = _("Send “Authorization: Bearer” with a valid token, or sign in and choose a post.")


class BodyBroken(Invalid):
    code = "kernel.body_broken"
    message = _("The request is not the JSON it should be: %(reason)s")


class Permitted(AuthBase):
    """Opens an endpoint to actors with a permission. The middleware has set `request.actor` from token or session."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            raise NotSignedIn()
        if not getattr(request, "has_token", False) and check_csrf(request):
            raise NotSignedIn()
        if self.permission != SIGNED_IN:
            actor.require(self.permission)
        return actor


class JsonParser(Parser):
    """Bodies by orjson: no NaN, a bounded depth, exact errors."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise MediaTypeUnknown()
        try:
            return orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise BodyBroken(reason=str(error)) from error


class JsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)


def json_answer(data: Any) -> HttpResponse:
    """Values as they are, not checked against the schema of the endpoint."""
    return HttpResponse(orjson.dumps(data), content_type="application/json; charset=utf-8")


def unless_known(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer with its ETag; 304 without it where the caller has it already. To be asked for again each time."""
    answer["Cache-Control"] = "private, no-cache"
    answer["ETag"] = f'"{blake2b(answer.content, digest_size=12).hexdigest()}"'
    known = get_conditional_response(request, etag=answer["ETag"], response=answer)
    return cast(HttpResponse, known)


def responses(success: Any, status: int = 200) -> dict[Any, Any]:
    """The `response` of an endpoint: its answer, and problems for everything that can be refused."""
    return {status: success, PROBLEM_CODES: Problem}


def leads_to(status: int = 200, **links: Mapping[str, Any]) -> dict[str, Any]:
    """The `openapi_extra` of an endpoint: by operation id, what its answer gives to the calls that may follow.

    Values are runtime expressions of OpenAPI 3.1 ("$response.body#/0/id"); `body` is the request body that follows.
    """
    told = {
        name: {
            "operationId": name,
            "parameters": {parameter: value for parameter, value in given.items() if parameter != "body"},
            **({"requestBody": given["body"]} if "body" in given else {}),
        }
        for name, given in links.items()
    }
    return {"responses": {status: {"links": told}}}


class ProblemSchema(OpenAPISchema):
    """OpenAPI in which problems have their own media type."""

    def responses(self, operation: Any) -> dict[int, dict[str, Any]]:
        told = super().responses(operation)
        for status, answer in told.items():
            if status >= 400 and "content" in answer:
                answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        return told


class Api(NinjaAPI):
    """A NinjaAPI whose every refusal is a problem, in its answers and in its schema."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parser=JsonParser(), renderer=JsonRenderer(), **options)
        self.described: dict[str, OpenAPISchema] = {}
        self.add_exception_handler(Refusal, lambda request, refusal: problem(refusal))
        self.add_exception_handler(AuthenticationError, lambda request, error: problem(NotSignedIn()))
        self.add_exception_handler(ValidationError, lambda request, error: problem(_invalid(error), 422))
        self.add_exception_handler(RequestDataTooBig, lambda request, error: problem(BodyTooBig()))
        self.add_exception_handler(Http404, lambda request, error: problem(AddressUnknown()))
        self.add_exception_handler(HttpError, lambda request, error: _http_error(error))

    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description, made once: anybody may ask for it, and it does not change."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self.described:
            self.described[prefix] = ProblemSchema(self, prefix)
        return self.described[prefix]


def _http_error(error: Any) -> HttpResponse:
    cause = error.__cause__  # ninja wraps what the parser raised
    refusal = cause if isinstance(cause, Refusal) else BodyBroken(reason=str(error))
    return problem(refusal)


def _invalid(error: Any) -> Invalid:
    return Invalid(fields={".".join(str(part) for part in one["loc"]): words_of(one) for one in error.errors})


def problem(refusal: Any, status: int | None = None) -> HttpResponse:
    """The answer to a refused call: problem details in the active language."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    body = {
        "code": refusal.code,
        "status": status or refusal.status,
        "title": str(refusal),
        "kept": str(refusal.kept),
        "hint": refusal.advice,
        "fields": [{"field": name, "words": str(words)} for name, words in fields.items()],
        **refusal.facts,
    }
    answer = HttpResponse(orjson.dumps(body), content_type="application/problem+json", status=body["status"])
    return waiting(refusal, answer)


def waiting(refusal: Refusal, answer: HttpResponse) -> HttpResponse:
    """The answer, with the header Retry-After where the refusal knows after how many seconds it may be tried again."""
    if "retry_after" in refusal.facts:
        answer["Retry-After"] = str(refusal.facts["retry_after"])
    return answer
