"""The people of the demo district: organisations, posts, accounts, and the one password they share."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from citygrid.access import queries as access
from citygrid.access import services as access_services
from citygrid.access.services import AccountIn, HoldingIn, OrganisationIn, PostIn
from citygrid.kernel.actor import Actor
from citygrid.simulator.queries import accounts
from citygrid.simulator.rules.names import people
from citygrid.simulator.rules.people import ROOT, Seat, credit_code, seats, units
from citygrid.simulator.services.district import size_there

SERVED = timedelta(days=90)  # everybody has been in office for longer than the lives of the demo last
Progress = Callable[[Iterable[Any], str], Iterable[Any]]  # passes items on and shows, under a title, how many


@transaction.atomic
def build_people(*, seed: int, actor: Actor, now: datetime) -> bool:
    """Create organisations, posts and accounts (without password); False when they are there already."""
    if access.organisations_by_code([ROOT]):
        return False
    size, since = size_there(), localdate(now - SERVED)
    organisations = [
        OrganisationIn(
            code=unit.code,
            kind=unit.kind,
            name_zh=unit.name_zh,
            name_en=unit.name_en,
            parent_code=unit.parent,
            credit_code=credit_code(number),
            area_code=unit.area_code,
        )
        for number, unit in enumerate(units(size), start=1)
    ]
    named = people(Random(f"people {seed}"))  # noqa: S311 - invented names, no secret
    taken = list(seats(size))
    posts = [_post(seat) for seat in taken]
    holders = [
        AccountIn(login=login, display_name=next(named)) for login in dict.fromkeys(seat.login for seat in taken)
    ]
    holdings = [HoldingIn(seat.login, post.key, since) for seat, post in zip(taken, posts, strict=True)]
    access_services.put_organisations(organisations=organisations, actor=actor, now=now)
    access_services.put_posts(posts=posts, actor=actor, now=now)
    access_services.put_accounts(accounts=holders, actor=actor, now=now)
    access_services.put_holdings(holdings=holdings, actor=actor, now=now)
    return True


def _post(seat: Seat) -> PostIn:
    return PostIn(
        organisation_code=seat.unit, role=seat.role, title_zh=seat.title_zh, title_en=seat.title_en, areas=seat.areas
    )


def set_passwords(*, password: str, actor: Actor, now: datetime) -> None:
    """Give every account of the demo this password: the platform's only accounts made with one."""
    access_services.set_passwords(logins=sorted(accounts()), password=password, actor=actor, now=now)
