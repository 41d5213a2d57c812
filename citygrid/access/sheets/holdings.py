from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import permissions, queries, rules, services
from citygrid.access.models import Account, Post
from citygrid.access.sheets.accounts import login
from citygrid.access.sheets.posts import post_columns, post_key, reaches
from citygrid.kernel.actor import Actor
from citygrid.kernel.sheets.columns import Column, Key, Row, Sheet, Values, day
from citygrid.kernel.sheets.ports import Change, SheetPort, touching

KEY = ("login", "organisation", "role", "title_zh", "from")
Held = tuple[Key, date, date]  # which holding, from, until (excluded)


@dataclass
class Known:
    """What holdings are judged by: accounts, posts, and who holds what; rows found good are added."""

    accounts: dict[str, Account]
    posts: dict[Key, Post]
    held: dict[str, list[Held]] = field(default_factory=dict)  # by login


class HoldingSheet(SheetPort):
    """Who holds which post from when until when. One taken away again ends today, or before it begins."""

    code = "holdings"
    title = gettext_lazy("Holdings")
    about = gettext_lazy("Who holds which post. Accounts and posts are there before.")
    permission = permissions.MANAGE_POSTS

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        columns = (
            Column("login", gettext_lazy("Login"), is_required=True, example="wang", max_length=60, parse=login),
            Column("name", gettext_lazy("Name"), gettext_lazy("Only for reading."), is_info=True),
            *post_columns(),
            Column("from", gettext_lazy("Holds from"), is_required=True, example="2026-03-02", parse=day),
            Column(
                "until",
                gettext_lazy("Until"),
                gettext_lazy("The first day it is no longer held. Blank: for good."),
                "2026-12-31",
                parse=day,
            ),
        )
        return Sheet(self.code, self.title, columns, KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        for holding in queries.all_holdings(actor, timezone.localdate(now)):
            if reaches(actor, holding.post):
                organisation, role, title = post_key(holding.post)
                yield {
                    "login": holding.account.login,
                    "name": holding.account.display_name,
                    "organisation": organisation,
                    "role": role,
                    "title_zh": title,
                    "from": holding.from_date.isoformat(),
                    "until": holding.until_date.isoformat() if holding.until_date else "",
                }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        fresh = touching(rows, standing, KEY)
        known = _known(actor, {_key(row.values) for row in fresh}, timezone.localdate(now))
        for row in fresh:
            account, post = known.accounts.get(row.values["login"]), known.posts.get(_key(row.values)[1:4])
            if not row.is_wrong("login"):
                _check_account(row, account, actor)
            if post is None:
                row.fail("title_zh", "unknown_reference", _("There is no such post in use."))
            elif not reaches(actor, post):
                row.fail("title_zh", "outside_reach", _("It belongs to an area your post does not reach."))
            if not row.faults:
                _check_days(row, known, timezone.localdate(now))

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        today = timezone.localdate(now)
        holdings = [_read(change.after or _ended(change.before or {}, today)) for change in changes]
        services.put_holdings(holdings=holdings, actor=actor, now=now)


def _known(actor: Actor, replaced: set[Key], today: date) -> Known:
    known = Known(
        {account.login: account for account in queries.all_accounts(actor)},
        {post_key(post): post for post in queries.all_posts() if post.is_active and post.organisation.is_active},
    )
    for holding in queries.all_holdings(actor, today):
        who, begins = holding.account.login, holding.from_date
        key = (who, *post_key(holding.post), begins.isoformat())
        if key not in replaced:
            known.held.setdefault(who, []).append((key, begins, holding.until_date or date.max))
    return known


def _check_account(row: Row, account: Account | None, actor: Actor) -> None:
    if account is None:
        row.fail("login", "unknown_reference", _("There is no account with this login."))
    elif account.pk == actor.account_id:
        row.fail("login", "own_post", _("Nobody gives a post to themselves."))
    elif not account.is_active:
        row.fail("login", "closed", _("This account is closed."))


def _check_days(row: Row, known: Known, today: date) -> None:
    """The days of a row are in order and free: the post is held once, and administrators exclude one another."""
    begins = date.fromisoformat(row.values["from"])
    ends = date.fromisoformat(row.values["until"]) if row.values["until"] else date.max
    if ends <= begins:
        return row.fail("until", "ends_before_it_begins", _("The last day lies before the first."))
    if ends < today:
        return row.fail("until", "past", _("What is over cannot be changed by a file."))
    key = _key(row.values)
    same_days = [held for held, since, until in known.held.get(key[0], []) if since < ends and begins < until]
    if any(held[1:4] == key[1:4] for held in same_days):
        return row.fail("from", "held_already", _("This account holds this post already in those days."))
    if excluding := rules.excluded_by(key[2], [held[2] for held in same_days]):
        words = _("This account holds %(held)s; system, security and audit administrator exclude one another.")
        return row.fail("role", "administrators_exclude", words % {"held": queries.role_name(excluding)})
    known.held.setdefault(key[0], []).append((key, begins, ends))
    return None


def _key(values: Values) -> Key:
    return tuple(values[code] for code in KEY)


def _ended(values: Values, today: date) -> Values:
    return {**values, "until": max(today.isoformat(), values["from"])}


def _read(values: Values) -> services.HoldingIn:
    return services.HoldingIn(
        login=values["login"],
        post=(values["organisation"], values["role"], values["title_zh"]),
        from_date=date.fromisoformat(values["from"]),
        until_date=date.fromisoformat(values["until"]) if values["until"] else None,
    )
