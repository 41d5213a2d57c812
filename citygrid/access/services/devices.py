"""Writes: the devices that accounts work with."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citygrid.access import errors, permissions
from citygrid.access.models import Device
from citygrid.access.services.staff import locked, record
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.words import is_blank

MOST_DEVICES = 20  # of one account, those that were revoked not counted
SEEN_EVERY = timedelta(minutes=5)


@transaction.atomic
def enroll_device(*, device_id: UUID, name: str, agent: str, actor: Actor, now: datetime) -> Device:
    """Note that the account works with a device. Enrolled again, it has the new name; one that was revoked stays so.

    DeviceTaken when it is another account's, TooManyDevices (409).
    """
    name = _("Phone") if is_blank(name) else name.strip()
    account = locked(id=actor.account_id)  # two at once count one after the other
    found = Device.objects.select_for_update().filter(pk=device_id).first()
    if found is None:
        if Device.objects.filter(account=account, revoked_at=None).count() >= MOST_DEVICES:
            raise errors.TooManyDevices(most=MOST_DEVICES)
        first = {"name": name, "agent": agent, "enrolled_at": now, "last_seen_at": now}
        found = Device.objects.create(pk=device_id, account=account, **first)
        record(found, "enroll", actor, now, name=name, agent=agent)
    if found.account_id != account.pk:
        raise errors.DeviceTaken()
    if found.revoked_at is None and (found.name, found.agent) != (name, agent):
        found.name, found.agent = name, agent
        found.save(update_fields=["name", "agent"])
    return found


@transaction.atomic
def revoke_device(*, device_id: UUID, actor: Actor, now: datetime) -> Device:
    """Take nothing from a device any more: by its owner, or by who closes accounts. Revoking it again changes nothing.

    NotFound (404) for everybody else's.
    """
    rows = Device.objects.select_for_update(of=("self",)).select_related("account").filter(pk=device_id)
    own = Q() if actor.may(permissions.MANAGE_ACCOUNTS) else Q(account=actor.account_id)
    found = rows.filter(own).first()
    if found is None or actor.account_id is None:
        raise NotFound(what=_("device"))
    if found.revoked_at is None:
        found.revoked_at, found.revoked_by_id = now, actor.account_id
        found.save(update_fields=["revoked_at", "revoked_by"])
        record(found, "revoke", actor, now, name=found.name, account=found.account.login)
    return found


def note_devices_seen(*, device_ids: Collection[UUID], account_id: UUID | None, now: datetime) -> None:
    """Note that devices of an account were heard of, every five minutes at most."""
    due = Device.objects.filter(account=account_id, last_seen_at__lt=now - SEEN_EVERY)
    due.filter(pk__in=device_ids).update(last_seen_at=now)
