"""Open311 as a client: public cases to other cities, and what became of them there.

GeoReport v2 has no key by which a server knows a request again. Where a line was cut between request and answer,
the next attempt looks first whether the other city shows a request that names our case, and only then sends the same
words again (a server like ours takes them within an hour for the same). What a city neither shows nor recognises may
be there twice; no client of this protocol can know.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

from django.db import DatabaseError, transaction

from citygrid.cases import queries as cases
from citygrid.cases.queries import PublicCase
from citygrid.exchange import errors, permissions
from citygrid.exchange.choices import PushState
from citygrid.exchange.models import PushedCase, RemoteCity
from citygrid.exchange.rules import georeport
from citygrid.kernel import audit, jobs
from citygrid.kernel.actor import Actor

PUSH_TASK, QUEUE = "exchange.push_case", "exchange"
SECONDS = 20.0
OVERLAP, LOOKED_BACK = timedelta(minutes=30), timedelta(days=7)
AGAIN = frozenset({408, 425, 429, *range(500, 600)})  # answers after which the same may be sent again
FAULTS = (OSError, HTTPException, georeport.Unreadable, ValueError, LookupError, TypeError)

log = logging.getLogger(__name__)


class NotPushed(Exception):  # noqa: N818 - the job is tried again
    """Another city did not take a case this time."""


class _Straight(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None  # a key is sent to no other host


_opener = build_opener(_Straight)


@transaction.atomic
def define_remote(
    *,
    name: str,
    url: str,
    api_key: str,
    services: Mapping[str, str],
    area_code: str = "",
    jurisdiction_id: str = "",
    is_active: bool = True,
    actor: Actor,
    now: datetime,
) -> RemoteCity:
    """Another city by its name, new or changed: its endpoint, and which cases it gets. RemoteUnfit (400)."""
    actor.require(permissions.MANAGE_APPLICATIONS)
    if not (name.strip() and api_key and services and urlsplit(url).scheme in ("http", "https")):
        raise errors.RemoteUnfit()
    values: dict[str, Any] = {
        "url": url.rstrip("/"),
        "api_key": api_key,
        "services": dict(services),
        "area_code": area_code,
        "jurisdiction_id": jurisdiction_id,
        "is_active": is_active,
    }
    remote, _is_new = RemoteCity.objects.update_or_create(name=name.strip(), defaults=values)
    data = {name: value for name, value in values.items() if name != "api_key"}
    audit.record(subject=f"exchange.remote/{remote.pk}", action="define", actor=actor, now=now, data=data)
    return remote


@transaction.atomic
def queue_pushes(*, number: str, now: datetime) -> int:
    """Queue a public case for each city that gets such cases, once; for how many."""
    case, count = cases.public_case(number), 0
    if case is None or case.number != number:
        return 0
    for remote in RemoteCity.objects.filter(is_active=True):
        code = _service_code(remote, case)
        if not code or not case.area_code.startswith(remote.area_code):
            continue
        first = {"service_code": code, "decided_at": now}
        pushed, is_new = PushedCase.objects.get_or_create(city=remote, number=number, defaults=first)
        if is_new:
            jobs.enqueue(PUSH_TASK, QUEUE, lock=f"push/{pushed.pk}", pushed_id=str(pushed.pk))
            count += 1
    return count


def push_case(*, pushed_id: UUID, now: datetime) -> None:
    """Send it, unless it is there already; NotPushed when it must be tried again. A refusal is noted and final."""
    pushed = PushedCase.objects.select_related("city").get(pk=pushed_id)
    case = cases.public_case(pushed.number)
    if pushed.state != PushState.WAITING or case is None:
        return
    is_first = pushed.attempts == 0
    pushed.attempts, pushed.tried_at = pushed.attempts + 1, pushed.tried_at or now
    pushed.save(update_fields=["attempts", "tried_at"])  # known before anything leaves, whatever happens then
    try:
        pushed.remote_id = ("" if is_first else _found_there(pushed)) or _sent(pushed, case)
        pushed.state, pushed.fault, pushed.sent_at = PushState.SENT, "", now
    except HTTPError as error:
        pushed.fault = f"{error.code} {error.read(200).decode(errors='replace')}"[:300]
        pushed.state = PushState.WAITING if error.code in AGAIN else PushState.REFUSED
    except FAULTS as error:
        pushed.fault = f"{type(error).__name__}: {error}"[:300]
    pushed.save(update_fields=["remote_id", "state", "fault", "sent_at"])
    if pushed.state == PushState.WAITING:
        raise NotPushed(f"{pushed.city.name} did not take {pushed.number}: {pushed.fault}")


def pull_updates(*, now: datetime) -> int:
    """Ask each city what became of the cases it got; how many updates were new. One that fails stops no other."""
    count = 0
    for remote in RemoteCity.objects.filter(is_active=True):
        since = (remote.pulled_at or now - LOOKED_BACK) - OVERLAP
        try:
            asked = {"start_date": since.isoformat(), "end_date": now.isoformat()}
            root, updates = _document(remote, "servicerequestupdates.xml", asked)
        except FAULTS as error:
            log.warning("exchange: %s told no updates: %s", remote.name, error)
            continue
        count += sum(_noted(remote, update, now) for update in (updates or []))
        RemoteCity.objects.filter(pk=remote.pk).update(pulled_at=now)
    return count


def _noted(remote: RemoteCity, update: Any, now: datetime) -> bool:
    """Note an update, unless a newer one was noted; whether it was new. What cannot be read is logged and left."""
    try:
        told_at = georeport.moment(str(update["updated_datetime"]), now.tzinfo or now.astimezone().tzinfo)  # type: ignore[arg-type]
        values = {
            "status": str(update.get("status") or "")[:40],
            "note": str(update.get("description") or ""),
            "told_at": told_at,
        }
        with transaction.atomic():
            rows = PushedCase.objects.filter(city=remote, remote_id=str(update["service_request_id"]))
            return bool(rows.exclude(told_at__gte=told_at).update(**values))
    except (*FAULTS, AttributeError, DatabaseError) as error:
        log.warning("exchange: an update of %s cannot be used: %s", remote.name, error)
        return False


def _service_code(remote: RemoteCity, case: PublicCase) -> str:
    """The service there for the longest beginning of the category's key."""
    fitting = [prefix for prefix in remote.services if case.category_key.startswith(prefix)]
    return str(remote.services[max(fitting, key=len)]) if fitting else ""


def _mark(number: str) -> str:
    return f"[{number}]"


def _sent(pushed: PushedCase, case: PublicCase) -> str:
    """Post it; its id there. What everybody may see of it goes, and nothing else."""
    body = {
        "api_key": pushed.city.api_key,
        "service_code": pushed.service_code,
        "description": f"{case.summary[:3_900]}\n{_mark(case.number)}",
        "address_string": case.address,
        **({} if case.lat is None else {"lat": str(case.lat), "long": str(case.lon)}),
    }
    _root, told = _document(pushed.city, "requests.xml", {}, body)
    answer = told[0]
    return str(answer.get("service_request_id") or answer["token"])[:100]


def _found_there(pushed: PushedCase) -> str:
    """The id of a request there that names our case; "" where the city shows none."""
    since = (pushed.tried_at or pushed.decided_at) - OVERLAP
    asked = {"service_code": pushed.service_code, "start_date": since.isoformat()}
    _root, shown = _document(pushed.city, "requests.xml", asked)
    ours = [one for one in shown or [] if _mark(pushed.number) in str(one.get("description"))]
    return str(ours[0]["service_request_id"])[:100] if ours else ""


def _document(
    remote: RemoteCity, method: str, asked: Mapping[str, str], body: Mapping[str, str] | None = None
) -> tuple[str, georeport.Tree]:
    """The document that a method of another city answers. HTTPError, OSError, Unreadable."""
    here = {"jurisdiction_id": remote.jurisdiction_id} if remote.jurisdiction_id else {}
    query = here if body is not None else {**here, "api_key": remote.api_key, **asked}
    data = urlencode(body).encode() if body is not None else None
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"} if data else {}
    request = Request(f"{remote.url}/{method}?{urlencode(query)}", data=data, headers=kind)  # noqa: S310 - see RemoteUnfit
    with _opener.open(request, timeout=SECONDS) as answer:
        return georeport.read_xml(answer.read(georeport.MOST_BYTES))
