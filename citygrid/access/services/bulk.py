"""Master data of access in bulk: what is named is created or changed, all of it or nothing.

The number of queries does not depend on the number of records. Each record changed gets an audit entry of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from citygrid.access import errors, permissions, queries, rules
from citygrid.access.models import Account, Holding, Organisation, Post
from citygrid.access.services.staff import require_reach
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Conflict, Invalid, NotFound

PostKey = tuple[str, str, str]  # code of the organisation, role, Chinese title
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class OrganisationIn:
    """A unit by its code; `parent_code` is "" at the top."""

    code: str
    kind: str
    name_zh: str
    name_en: str = ""
    parent_code: str = ""
    credit_code: str = ""
    area_code: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class PostIn:
    """A post by its organisation, role and Chinese title. `areas` are code prefixes ("" is everywhere)."""

    organisation_code: str
    role: str
    title_zh: str
    areas: tuple[str, ...]
    title_en: str = ""
    categories: tuple[str, ...] = ()
    is_active: bool = True

    @property
    def key(self) -> PostKey:
        return self.organisation_code, self.role, self.title_zh


@dataclass(frozen=True, slots=True)
class AccountIn:
    """An account by its login. A new one has no password."""

    login: str
    display_name: str
    language: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class HoldingIn:
    """An account holds a post from a day on, until the day before `until_date`."""

    login: str
    post: PostKey
    from_date: date
    until_date: date | None = None


@transaction.atomic
def put_organisations(*, organisations: Sequence[OrganisationIn], actor: Actor, now: datetime) -> int:
    """Create or change units by code; return how many were written.

    WrongCreditCode, OutsideReach (the area before and after), InsideItself, NotFound (parent); Conflict when a credit
    code belongs to another unit.
    """
    actor.require(permissions.MANAGE_ORGANISATIONS)
    # The whole tree is locked, as for a move: two changes at once could close a circle that neither sees alone.
    there = {unit.code: unit for unit in Organisation.objects.select_for_update(no_key=True).order_by("id")}
    codes = {unit.pk: unit.code for unit in there.values()}
    parents = {code: codes.get(unit.parent_id, "") for code, unit in there.items()}  # type: ignore[arg-type]
    parents |= {given.code: given.parent_code for given in organisations}
    if missing := set(parents.values()) - set(parents) - {""}:
        raise NotFound(what=_("organisation"), name=min(missing))
    if rules.circles(parents):
        raise errors.InsideItself
    for given in organisations:
        if given.credit_code and not rules.is_credit_code(given.credit_code):
            raise errors.WrongCreditCode(credit_code=given.credit_code)
        require_reach(actor, {given.area_code, *([there[given.code].area_code] if given.code in there else [])})
    rows = {given.code: there.get(given.code) or Organisation(code=given.code) for given in organisations}
    wanted = {
        given.code: {
            "kind": given.kind,
            "name_zh": given.name_zh,
            "name_en": given.name_en,
            "parent_id": (rows.get(given.parent_code) or there[given.parent_code]).pk if given.parent_code else None,
            "credit_code": given.credit_code,
            "area_code": given.area_code,
            "is_active": given.is_active,
        }
        for given in organisations
    }
    return _put([(rows[code], values) for code, values in wanted.items()], actor, now)


@transaction.atomic
def put_posts(*, posts: Sequence[PostIn], actor: Actor, now: datetime) -> int:
    """Create or change posts by organisation, role and title; return how many were written.

    OutsideReach (areas before and after), OwnPost, UnknownRole, NotFound (organisation), Invalid without an area.
    """
    actor.require(permissions.MANAGE_POSTS)
    units = queries.organisations_by_code({given.organisation_code for given in posts})
    there = posts_by_key(given.key for given in posts)
    changes = []
    for given in posts:
        queries.role(given.role)
        if given.organisation_code not in units:
            raise NotFound(what=_("organisation"), name=given.organisation_code)
        if not given.areas:
            raise Invalid(fields={"areas": _("a post needs at least one area")})
        found = there.get(given.key)
        require_reach(actor, [*given.areas, *(found.areas if found else [])])
        if found and found.pk == actor.post_id:
            raise errors.OwnPost
        values = {"title_en": given.title_en, "areas": list(given.areas), "categories": list(given.categories)}
        unit = units[given.organisation_code]
        post = found or Post(organisation=unit, role=given.role, title_zh=given.title_zh)
        changes.append((post, {**values, "is_active": given.is_active}))
    return _put(changes, actor, now)


@transaction.atomic
def put_accounts(*, accounts: Sequence[AccountIn], actor: Actor, now: datetime) -> int:
    """Create accounts without a password, rename, close or open others; return how many were written. OwnAccount."""
    actor.require(permissions.MANAGE_ACCOUNTS)
    logins = [given.login.strip().lower() for given in accounts]
    there = {found.login: found for found in Account.objects.select_for_update().filter(login__in=logins)}
    changes = []
    for login, given in zip(logins, accounts, strict=True):
        account = there.get(login) or _without_password(login)
        if account.pk == actor.account_id and not given.is_active:
            raise errors.OwnAccount
        values = {"display_name": given.display_name, "language": given.language, "is_active": given.is_active}
        changes.append((account, values))
    return _put(changes, actor, now)


@transaction.atomic
def put_holdings(*, holdings: Sequence[HoldingIn], actor: Actor, now: datetime) -> int:
    """Begin holdings, or give those that began on that day another end; return how many were written.

    OutsideReach, OwnPost, NotFound (account, post), Invalid (ends before it begins); Conflict when the post is held
    already in those days, or administrators exclude one another (constraints of the table).
    """
    actor.require(permissions.MANAGE_POSTS)
    logins = {given.login for given in holdings}
    accounts = {found.login: found for found in Account.objects.select_for_update().filter(login__in=logins)}
    posts = posts_by_key(given.post for given in holdings)
    held = Holding.objects.select_for_update(of=("self",)).filter(account__in=accounts.values())
    there = {(found.account_id, found.post_id, found.from_date): found for found in held}
    changes = []
    for given in holdings:
        account, post = accounts.get(given.login), posts.get(given.post)
        if account is None or post is None:
            raise NotFound(what=_("account") if account is None else _("post"))
        require_reach(actor, post.areas)
        if account.pk == actor.account_id:
            raise errors.OwnPost
        if given.until_date and given.until_date < given.from_date:
            raise Invalid(_("the last day lies before the first"))
        fresh = Holding(account=account, post=post, role=post.role, from_date=given.from_date)
        row = there.get((account.pk, post.pk, given.from_date), fresh)
        changes.append((row, {"until_date": given.until_date}))
    return _put(changes, actor, now)


def posts_by_key(keys: Iterable[PostKey]) -> dict[PostKey, Post]:
    """Posts by organisation, role and title, locked; Conflict where several have the same. One query."""
    wanted = set(keys)
    found = Post.objects.select_for_update(of=("self",)).select_related("organisation")
    found = found.filter(organisation__code__in={key[0] for key in wanted}, title_zh__in={key[2] for key in wanted})
    posts: dict[PostKey, Post] = {}
    for post in found:
        key = (post.organisation.code, post.role, post.title_zh)
        if key in wanted and posts.setdefault(key, post) is not post:
            raise Conflict
    return posts


def _without_password(login: str) -> Account:
    account = Account(login=login)
    account.set_unusable_password()
    return account


def _put(changes: Sequence[tuple[Any, Mapping[str, Any]]], actor: Actor, now: datetime) -> int:
    """Write the records whose values are other than those wanted, with an audit entry for each."""
    fresh: list[Any] = []
    changed: list[Any] = []
    entries = []
    for record, wanted in changes:
        before = {name: getattr(record, name) for name in wanted}
        is_new = record._state.adding
        if before == wanted and not is_new:
            continue
        for name, value in wanted.items():
            setattr(record, name, value)
        (fresh if is_new else changed).append(record)
        entries.append((record, before, is_new))
    if entries:
        _write(type(entries[0][0]), fresh, changed, list(entries[0][1]))
    audit.record_all(_entry(*entry, actor, now) for entry in entries)
    return len(entries)


def _write(model: type[models.Model], fresh: list[Any], changed: list[Any], names: Sequence[str]) -> None:
    manager = model._default_manager
    fields = [name.removesuffix("_id") for name in names]
    try:
        with transaction.atomic():
            manager.bulk_create(fresh, batch_size=BATCH)
            # An upsert of rows that are there: one statement a batch, many times quicker than UPDATE with CASE.
            manager.bulk_create(
                changed, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
            )
    except IntegrityError as fault:
        raise Conflict from fault


def _entry(record: models.Model, before: Mapping[str, Any], is_new: bool, actor: Actor, now: datetime) -> Any:
    """`data` is what a new record says, or for each value changed what it was and what it is."""
    after = {name: _plain(getattr(record, name)) for name in before}
    old = {name: _plain(value) for name, value in before.items()}
    data = after if is_new else {name: [old[name], value] for name, value in after.items() if old[name] != value}
    if isinstance(record, Holding):
        data |= {"account": str(record.account_id), "post": str(record.post_id), "from_date": str(record.from_date)}
    subject = f"{record._meta.label_lower}/{record.pk}"
    return audit.entry(subject=subject, action="create" if is_new else "change", actor=actor, now=now, data=data)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | UUID) else value
