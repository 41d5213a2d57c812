"""How judged drafts are written: numbers, rows by COPY, one entry of history each."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from citygrid.inventory import rules
from citygrid.inventory.choices import Change
from citygrid.inventory.errors import NumbersUsedUp
from citygrid.inventory.models import Component, ComponentChange
from citygrid.inventory.services.drafts import Draft
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import copy_rows
from citygrid.kernel.numbering import allocate, raise_to

BATCH = 1_000
INVENTORY_LOCK = 0x696E76  # codes are checked against what is there, so one registers at a time
FIELDS = [column.name for column in Component._meta.concrete_fields]
VALUES = [column.attname for column in Component._meta.concrete_fields]
HISTORY = ("component", "at", "kind", "changes", "reason", "source", "account", "post", "label", "is_automatic")


def lock_inventory() -> None:
    """Wait for others who register components, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INVENTORY_LOCK])


def write(drafts: Sequence[Draft], *, actor: Actor, now: datetime, today: date, reason: str, source: str) -> None:
    """Write new and changed components with their history. NumbersUsedUp when a category has no number left."""
    new = [draft.component for draft in drafts if draft.is_new]
    changed = [draft for draft in drafts if not draft.is_new and draft.changes]
    number(new)
    copy_rows(Component, FIELDS, ([getattr(component, name) for name in VALUES] for component in new))
    for draft in changed:
        if "change_date" not in draft.changes:
            draft.component.change_date = max(today, draft.component.initial_date)
    Component.objects.bulk_create(
        [draft.component for draft in changed],
        BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[name for name in FIELDS if name != "id"],
    )
    told = (reason, source, actor.account_id, actor.post_id, actor.label, actor.is_automatic)
    entries = ((d.component.pk, now, _kind(d), d.changes, *told) for d in drafts if d.is_new or d.changes)
    copy_rows(ComponentChange, HISTORY, entries)


def _kind(draft: Draft) -> Change:
    if draft.is_new:
        return Change.ADDED
    return Change.STATE if set(draft.changes) <= {"state", "change_date"} else Change.CHANGED


def number(components: Sequence[Component]) -> None:
    """Give the next numbers of their district and category to those without; note the numbers that others have."""
    waiting, highest = defaultdict(list), dict[tuple[str, str], int]()
    for component in components:
        if component.pk:
            district, code, sequence = rules.parts(component.pk)
            highest[district, code] = max(sequence, highest.get((district, code), 0))
        else:
            waiting[component.area_code[:6], component.category_id.rpartition("/")[2]].append(component)
    for (district, code), number in sorted(highest.items()):
        raise_to(f"component/{district}/{code}", number)
    for (district, code), group in sorted(waiting.items()):
        first = allocate(f"component/{district}/{code}", len(group))
        if first + len(group) - 1 > rules.MOST:
            raise NumbersUsedUp(category=code, district=district)
        for sequence, component in enumerate(group, start=first):
            component.pk = rules.component_id(district, code, sequence)
