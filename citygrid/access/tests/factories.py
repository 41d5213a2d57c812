"""Organisations, posts, accounts and actors for the tests of all modules. Everything has a handy default."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count

from citygrid.access import queries
from citygrid.access.models import Account, Holding, Organisation, Post
from citygrid.kernel.actor import Actor

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
LONG_AGO = date(2000, 1, 1)
PASSWORD = "Plum-rain-in-June-7"
_numbers = count(1)


def make_organisation(
    code: str = "",
    *,
    kind: str = "sanitation",
    parent: Organisation | None = None,
    name_zh: str = "环卫中心",
    name_en: str = "Sanitation centre",
    area_code: str = "",
    credit_code: str = "",
) -> Organisation:
    """An organisation with a code of its own."""
    return Organisation.objects.create(
        code=code or f"unit-{next(_numbers)}",
        kind=kind,
        parent=parent,
        name_zh=name_zh,
        name_en=name_en,
        area_code=area_code,
        credit_code=credit_code,
    )


def make_post(
    role: str = "dispatcher",
    *,
    organisation: Organisation | None = None,
    areas: Iterable[str] = ("",),
    categories: Iterable[str] = (),
    title: tuple[str, str] | None = None,
) -> Post:
    """A post named after its role unless a title (Chinese, English) is given, everywhere unless `areas` says where."""
    named = queries.role(role)
    return Post.objects.create(
        organisation=organisation or make_organisation(),
        role=role,
        title_zh=title[0] if title else named.name_zh,
        title_en=title[1] if title else named.name_en,
        areas=list(areas),
        categories=list(categories),
    )


def make_account(
    login: str = "",
    *,
    display_name: str = "王小明",
    password: str = "",
    language: str = "",
    posts: Iterable[Post] = (),
) -> Account:
    """An account holding `posts` since long ago; it can sign in when a password is given."""
    account = Account(login=login or f"account{next(_numbers)}", display_name=display_name, language=language)
    account.set_password(password or None)
    account.save()
    for post in posts:
        hold(account, post)
    return account


def hold(account: Account, post: Post, *, from_date: date = LONG_AGO, until_date: date | None = None) -> Holding:
    """Let the account hold the post, past the service and its rules."""
    return Holding.objects.create(
        account=account, post=post, role=post.role, from_date=from_date, until_date=until_date
    )


def make_actor(
    role: str = "dispatcher",
    *,
    areas: Iterable[str] = ("",),
    unit: Organisation | None = None,
    account: Account | None = None,
    categories: Iterable[str] = (),
    now: datetime = NOW,
) -> Actor:
    """An account (a new one unless given) acting in `role` of `unit`, with rows in the database behind it."""
    post = make_post(role, organisation=unit, areas=areas, categories=categories)
    account = account or make_account()
    hold(account, post)
    actor = queries.actor_for(account.id, post.id, now)
    assert actor is not None
    return actor
