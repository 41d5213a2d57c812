"""Writes of what the desk keeps itself: views of lists, and the keys people chose."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citygrid.desk import errors, rules
from citygrid.desk.choices import Audience, ListPage
from citygrid.desk.models import OwnKeys, SavedView
from citygrid.desk.permissions import SHARE_VIEWS
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound

MOST_VIEWS = 50  # of one account


@transaction.atomic
def keep_view(*, page: ListPage, name: str, query: str, audience: Audience, actor: Actor, now: datetime) -> SavedView:
    """Keep the filter and the order of a list under a name; the account's view of that name is replaced.

    ViewUnfit (400), NotPermitted (403) to share without the permission, TooManyViews (409).
    """
    if audience == Audience.SHARED:
        actor.require(SHARE_VIEWS)
    name, query = name.strip(), rules.lasting(query)
    if not 0 < len(name) <= rules.LONGEST_NAME or len(query) > rules.LONGEST_QUERY:
        raise errors.ViewUnfit(most=rules.LONGEST_QUERY)
    mine = SavedView.objects.visible_to(actor).filter(account=actor.account_id)
    if mine.exclude(page=page, name=name).count() >= MOST_VIEWS:
        raise errors.TooManyViews(most=MOST_VIEWS)
    values: dict[str, Any] = {
        "query": query,
        "audience": audience,
        "unit_id": actor.unit_id,
        "area_code": next(iter(actor.reach.areas), ""),
        "changed_at": now,
    }
    first = {**values, "account_id": actor.account_id}
    view, _is_new = mine.update_or_create(page=page, name=name, defaults=values, create_defaults=first)
    _record(view, "keep", actor, now)
    return view


@transaction.atomic
def drop_view(*, view_id: UUID, actor: Actor, now: datetime) -> SavedView:
    """Take a view away: one's own, or a shared one by who may share. NotFound (404) otherwise."""
    view = SavedView.objects.kept_by(actor).select_for_update().filter(pk=view_id).first()
    if view is None:
        raise NotFound(what=_("view"))
    _record(view, "drop", actor, now)
    SavedView.objects.kept_by(actor).filter(pk=view_id).delete()
    return view


@transaction.atomic
def keep_keys(*, letters: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Keep the letters a person chose, by the code of what they do, instead of those chosen before; {} for the usual.

    KeysUnfit (400) where a letter is none, or is that of a key which must always work.
    """
    if faults := rules.unfit(letters):
        raise errors.KeysUnfit(codes=", ".join(sorted(faults)))
    values: dict[str, Any] = {"letters": dict(letters), "changed_at": now}
    first = {**values, "account_id": actor.account_id}
    OwnKeys.objects.visible_to(actor).update_or_create(defaults=values, create_defaults=first)
    subject = f"desk.keys/{actor.account_id}"
    audit.record(subject=subject, action="choose", actor=actor, now=now, data={"letters": dict(letters)})


def _record(view: SavedView, action: str, actor: Actor, now: datetime) -> None:
    data = {"page": view.page, "name": view.name, "query": view.query, "audience": view.audience}
    audit.record(subject=f"desk.view/{view.pk}", action=action, actor=actor, now=now, data=data)
