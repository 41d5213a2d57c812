"""What is dispatched by itself: a category that breaks the promise goes back to people, limits of units."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.dispatch.errors import CategoryNotManual, LimitInvalid
from citygrid.dispatch.learning.watching import Watched
from citygrid.dispatch.models import ManualCategory, UnitLimit
from citygrid.dispatch.permissions import MANAGE_AUTOMATION
from citygrid.dispatch.queries import promised, watched
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, Axis, system_actor
from citygrid.kernel.errors import NotFound
from citygrid.notices import services as notices
from citygrid.notices.services import NoticeIn

WATCH = system_actor("Watch over automatic dispatch", axis=Axis.COMMAND)


@dataclass(frozen=True, slots=True)
class LimitIn:
    """How much a unit takes by itself: most open cases, days away (both included). All empty: no limit."""

    most_open: int | None = None
    away_from_date: date | None = None
    away_until_date: date | None = None


@transaction.atomic
def watch(*, now: datetime) -> list[ManualCategory]:
    """Leave to people every category that broke the promise, and tell who manages automatic dispatch."""
    manual = set(ManualCategory.objects.filter(until=None).values_list("category_id", flat=True))
    broken = {key: found for key, found in watched(now).items() if found.is_broken and key not in manual}
    names = catalogue.categories(broken)
    return [_take_out(names[key], found, now) for key, found in broken.items()]


def _take_out(category: Any, found: Watched, now: datetime) -> ManualCategory:
    promise, share = promised(), found.interval
    figures = {"right": share.right, "of": share.of, "low": share.low, "high": share.high, "promise": promise}
    row = _manual(category.key, figures, "", WATCH, now)
    told = {
        "category": {"zh": category.name_zh, "en": category.name_en},
        "share": f"{share.right / share.of:.1%}",
        "promise": f"{promise:.1%}",
    }
    to = access.holders_of(MANAGE_AUTOMATION, now)
    notice = NoticeIn(
        template="category_manual", params=told, key=f"manual:{row.pk}", to=to, link=("automation", category.key)
    )
    notices.send(notice=notice, now=now)
    return row


@transaction.atomic
def take_out(*, category_key: str, note: str, actor: Actor, now: datetime) -> ManualCategory:
    """Leave a category to people until it is put back. NotFound; who is already left to them stays so."""
    actor.require(MANAGE_AUTOMATION)
    if category_key not in catalogue.categories([category_key]):
        raise NotFound(what=_("category"))
    found = ManualCategory.objects.filter(category=category_key, until=None).first()
    return found or _manual(category_key, None, note, actor, now)


@transaction.atomic
def put_back(*, category_key: str, actor: Actor, now: datetime) -> ManualCategory:
    """Let a category be dispatched by itself again; what was sent before is not held against it. CategoryNotManual."""
    actor.require(MANAGE_AUTOMATION)
    found = ManualCategory.objects.select_for_update().filter(category=category_key, until=None).first()
    if found is None:
        raise CategoryNotManual()
    found.until = now
    found.save(update_fields=["until"])
    audit.record(subject=f"dispatch.automation/{category_key}", action="put_back", actor=actor, now=now)
    return found


@transaction.atomic
def limit_unit(*, unit_id: UUID, limit: LimitIn, actor: Actor, now: datetime) -> UnitLimit | None:
    """Set how much a unit takes by itself; None where nothing limits it any more. NotFound, LimitInvalid."""
    actor.require(MANAGE_AUTOMATION)
    if unit_id not in access.organisations({unit_id}):
        raise NotFound(what=_("unit"))
    if faults := _faults(limit):
        raise LimitInvalid(fields=faults)
    given = {name: getattr(limit, name) for name in LimitIn.__slots__}
    said = {name: str(value) for name, value in given.items() if value is not None}
    if said:
        row = UnitLimit.objects.update_or_create(unit_id=unit_id, defaults=given)[0]
    else:
        UnitLimit.objects.filter(unit=unit_id).delete()
        row = None
    audit.record(subject=f"dispatch.unit_limit/{unit_id}", action="limit", actor=actor, now=now, data=said)
    return row


def _faults(limit: LimitIn) -> dict[str, Any]:
    begin, end = limit.away_from_date, limit.away_until_date
    if bool(begin) != bool(end):
        return {"away_until_date": _("Give the first and the last day, or neither.")}
    if begin and end and end < begin:
        return {"away_until_date": _("It cannot end before it begins.")}
    if limit.most_open is not None and limit.most_open < 0:
        return {"most_open": _("A number of cases, 0 or more.")}
    return {}


def _manual(key: str, figures: dict[str, Any] | None, note: str, actor: Actor, now: datetime) -> ManualCategory:
    row = ManualCategory.objects.create(category_id=key, since=now, figures=figures, note=note[:300])
    data = {"figures": figures} if figures else {"note": row.note}
    audit.record(subject=f"dispatch.automation/{key}", action="take_out", actor=actor, now=now, data=data)
    return row
