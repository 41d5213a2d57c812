"""One component: it is registered, changed, and its state is noted."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from citygrid.inventory import rules
from citygrid.inventory.choices import Fault, State
from citygrid.inventory.errors import ComponentInvalid
from citygrid.inventory.models import Component
from citygrid.inventory.permissions import MANAGE
from citygrid.inventory.rules import Wrong
from citygrid.inventory.services.drafts import SCHEME, Draft, draft_all
from citygrid.inventory.services.writing import lock_inventory, write
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.words import is_blank

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentIn:
    """A new component: `category` is the 5-digit code, longitude and latitude are WGS-84 degrees.

    Without `component_id` the next number of its district and category is given. A name left out is the category's;
    the name of a unit known here may be left out too.
    """

    category: str
    longitude: float
    latitude: float
    authority_code: str
    initial_date: date
    authority_name: str = ""
    owner_code: str = ""
    owner_name: str = ""
    maintainer_code: str = ""
    maintainer_name: str = ""
    component_id: str = ""
    alias_code: str = ""
    component_name: str = ""
    component_name_en: str = ""
    component_state: str = State.INTACT.value
    data_source: str = ""
    remark: str = ""


@transaction.atomic
def add_component(*, component: ComponentIn, actor: Actor, now: datetime, scheme: str = SCHEME) -> Component:
    """Register a component. Raises ComponentInvalid, whose fields are those of ComponentIn; NumbersUsedUp."""
    actor.require(MANAGE)
    lock_inventory()
    cells = {each.name: getattr(component, each.name) for each in fields(component)}
    draft = _judged(cells, actor, now, scheme)
    if not draft.is_new:
        column = "component_id" if component.component_id else "alias_code" if component.alias_code else "longitude"
        raise _invalid([Wrong(column, Fault.TAKEN, draft.component.pk)])
    write([draft], actor=actor, now=now, today=localdate(now), reason="", source="")
    audit.record(subject=f"inventory.component/{draft.component.pk}", action="add", actor=actor, now=now)
    return draft.component


@transaction.atomic
def change(
    *, component_id: str, values: Mapping[str, Any], reason: str, actor: Actor, now: datetime, source: str = ""
) -> Component:
    """Change attributes by column names ("remark", "longitude" with "latitude" ...) with a reason.

    Nothing is written when they say the same already. `source` names what led to it ("cases.case/<id>").
    Raises NotFound (also when the post does not see it), ComponentInvalid.
    """
    actor.require(MANAGE)
    if is_blank(reason):
        raise ComponentInvalid(fields={"reason": _("A reason is needed.")})
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise ComponentInvalid(fields={"reason": _("A reason is a text of at most 300 characters.")})
    if not Component.objects.visible_to(actor).filter(pk=component_id).exists():
        raise NotFound(what=_("component"))
    draft = _judged({**values, "component_id": component_id}, actor, now, SCHEME)
    if draft.changes:
        write([draft], actor=actor, now=now, today=localdate(now), reason=reason.strip(), source=source)
        data = {"changes": draft.changes, "reason": reason.strip(), "source": source}
        audit.record(subject=f"inventory.component/{component_id}", action="change", actor=actor, now=now, data=data)
    return draft.component


def change_state(
    *, component_id: str, state: State, reason: str, actor: Actor, now: datetime, source: str = ""
) -> Component:
    """Note a component's state. As `change`; nothing is written when it is in that state."""
    values = {"component_state": State(state).value}
    return change(component_id=component_id, values=values, reason=reason, source=source, actor=actor, now=now)


def _judged(cells: Mapping[str, Any], actor: Actor, now: datetime, scheme: str) -> Draft:
    today = localdate(now)
    [draft] = draft_all([rules.read_cells(cells, today=today)], actor=actor, today=today, scheme=scheme)
    if draft.wrong:
        raise _invalid(draft.wrong)
    return draft


def _invalid(wrong: list[Wrong]) -> ComponentInvalid:
    said = {each.column: f"{each.fault.label} {each.detail}".strip() for each in wrong}
    return ComponentInvalid(fields={**said})
