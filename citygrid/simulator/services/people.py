"""The people of the demo district: organisations, posts, accounts, and the one password they share."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from citygrid.access import queries as access
from citygrid.access import services as access_services
from citygrid.kernel.actor import Actor
from citygrid.simulator.queries import accounts
from citygrid.simulator.rules.names import people
from citygrid.simulator.rules.people import ROOT, Seat, seats, units

SERVED = timedelta(days=90)  # everybody has been in office for longer than the lives of the demo last
Progress = Callable[[Iterable[Any], str], Iterable[Any]]  # passes items on and shows, under a title, how many


@transaction.atomic
def build_people(*, seed: int, actor: Actor, now: datetime) -> bool:
    """Create organisations, posts and accounts (without password); False when they are there already."""
    if access.organisations_by_code([ROOT]):
        return False
    ids: dict[str, UUID] = {}
    for unit in units():
        created = access_services.create_organisation(
            code=unit.code,
            kind=unit.kind,
            name_zh=unit.name_zh,
            name_en=unit.name_en,
            parent_id=ids.get(ROOT),
            area_code=unit.area_code,
            actor=actor,
            now=now,
        )
        ids[unit.code] = created.id
    named = people(Random(f"people {seed}"))  # noqa: S311 - invented names, no secret
    holders = {}
    for seat in seats():
        if seat.login not in holders:
            holders[seat.login] = access_services.create_account(
                login=seat.login, display_name=next(named), actor=actor, now=now
            )
    for seat in seats():
        _seat(seat, ids[seat.unit], holders[seat.login].id, actor, now)
    return True


def _seat(seat: Seat, unit_id: UUID, account_id: UUID, actor: Actor, now: datetime) -> None:
    post = access_services.create_post(
        organisation_id=unit_id,
        role=seat.role,
        title_zh=seat.title_zh,
        title_en=seat.title_en,
        areas=seat.areas,
        actor=actor,
        now=now,
    )
    since = localdate(now - SERVED)
    access_services.assign_post(account_id=account_id, post_id=post.id, from_date=since, actor=actor, now=now)


@transaction.atomic
def set_passwords(*, password: str, progress: Progress, actor: Actor, now: datetime) -> None:
    """Give every account of the demo this password: the platform's only accounts made with one."""
    for login in progress(sorted(accounts()), "accounts"):
        access_services.set_password(login=login, password=password, actor=actor, now=now)
