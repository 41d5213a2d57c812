"""Writes: organisations, posts, accounts, holdings, and signing in."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from citygrid.access import errors, permissions, queries, rules
from citygrid.access.choices import ADMINISTRATORS
from citygrid.access.models import Account, ApiToken, Holding, Organisation, Post, SignIn
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor, Axis, Reach
from citygrid.kernel.errors import Invalid, NotFound

MOST_INVITED = 1_000


@transaction.atomic
def create_organisation(
    *,
    code: str,
    kind: str,
    name_zh: str,
    name_en: str = "",
    parent_id: UUID | None = None,
    credit_code: str = "",
    area_code: str = "",
    actor: Actor,
    now: datetime,
) -> Organisation:
    """A new unit below `parent_id`. WrongCreditCode; AlreadyThere for a known code or credit code; NotFound parent."""
    actor.require(permissions.MANAGE_ORGANISATIONS)
    require_reach(actor, [area_code])
    if credit_code and not rules.is_credit_code(credit_code):
        raise errors.WrongCreditCode(credit_code=credit_code)
    if parent_id:
        queries.organisation(parent_id)
    with _taking(Organisation, code=code, credit_code=credit_code):
        created = Organisation.objects.create(
            code=code,
            kind=kind,
            name_zh=name_zh,
            name_en=name_en,
            parent_id=parent_id,
            credit_code=credit_code,
            area_code=area_code,
        )
    record(created, "create", actor, now, code=code, kind=kind, parent=parent_id)
    return created


@transaction.atomic
def move_organisation(*, organisation_id: UUID, parent_id: UUID | None, actor: Actor, now: datetime) -> Organisation:
    """Hang a unit, with all below it, under another one. InsideItself; NotFound."""
    actor.require(permissions.MANAGE_ORGANISATIONS)
    # Two moves at once could close a circle that neither sees alone: the tree changes one move at a time.
    list(Organisation.objects.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    moved = queries.organisation(organisation_id)
    require_reach(actor, [moved.area_code])
    if parent_id:
        queries.organisation(parent_id)
        if parent_id in queries.unit_tree_ids(organisation_id):
            raise errors.InsideItself
    record(moved, "move", actor, now, parent=parent_id, before=moved.parent_id)
    moved.parent_id = parent_id
    moved.save(update_fields=["parent"])
    return moved


@transaction.atomic
def create_post(
    *,
    organisation_id: UUID,
    role: str,
    title_zh: str,
    title_en: str = "",
    areas: Sequence[str],
    categories: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> Post:
    """A role in an organisation with a jurisdiction: area code prefixes ("" is everywhere), category key prefixes.

    UnknownRole; OutsideReach when the actor's own areas do not include all of `areas`; Invalid without an area.
    """
    actor.require(permissions.MANAGE_POSTS)
    queries.role(role)
    queries.organisation(organisation_id)
    if not areas:
        raise Invalid(fields={"areas": _("a post needs at least one area")})
    require_reach(actor, areas)
    created = Post.objects.create(
        organisation_id=organisation_id,
        role=role,
        title_zh=title_zh,
        title_en=title_en,
        areas=list(areas),
        categories=list(categories),
    )
    record(created, "create", actor, now, role=role, organisation=organisation_id, areas=list(areas))
    return created


@transaction.atomic
def create_account(*, login: str, display_name: str, language: str = "", actor: Actor, now: datetime) -> Account:
    """A new account that cannot sign in until an operator sets its password. AlreadyThere; case is ignored."""
    actor.require(permissions.MANAGE_ACCOUNTS)
    login = login.strip().lower()
    created = Account(login=login, display_name=display_name, language=language)
    created.set_unusable_password()
    with _taking(Account, login=login):
        created.save(force_insert=True)
    record(created, "create", actor, now, login=login)
    return created


def set_password(*, login: str, password: str, actor: Actor, now: datetime) -> Account:
    """Give an account a password; sessions under the old one end. Invalid says what is wrong with a weak one."""
    return set_passwords(logins=[login], password=password, actor=actor, now=now)[0]


@transaction.atomic
def set_passwords(*, logins: Sequence[str], password: str, actor: Actor, now: datetime) -> list[Account]:
    """Give accounts one password, as in a demo or a training: it is hashed once, so that they share its salt too.

    Sessions under the old ones end. Invalid says what is wrong with a weak one; NotFound for an unknown login.
    """
    actor.require(permissions.MANAGE_ACCOUNTS)
    wanted = {login.strip().lower() for login in logins}
    accounts = list(Account.objects.select_for_update().filter(login__in=wanted).order_by("login"))
    if len(accounts) < len(wanted):
        raise NotFound(what=_("account"))
    _give_password(accounts, password)
    audit.record_all(
        audit.entry(subject=_subject(account), action="set-password", actor=actor, now=now) for account in accounts
    )
    return accounts


@transaction.atomic
def invite(*, login: str, actor: Actor, now: datetime) -> tuple[Account, str]:
    """The key of a link with which the person sets a password, given here once and kept nowhere. NotFound.

    An administrator of another kind who has a password gets none (AdministratorsApart): the link could be used by who
    made it. It is bound to the present password and the last sign-in: whichever changes, it opens nothing any more.
    """
    actor.require(permissions.MANAGE_ACCOUNTS)
    account = locked(login=login.strip().lower(), is_active=True)
    held = Holding.objects.filter(account=account, role__in=ADMINISTRATORS).exclude(role=actor.role)
    if account.has_usable_password() and held.exists():
        raise errors.AdministratorsApart
    record(account, "invite", actor, now)
    return account, default_token_generator.make_token(account)


@transaction.atomic
def invite_new(*, actor: Actor, now: datetime) -> list[tuple[Account, str]]:
    """The key of a link, as `invite` gives one, for each account that can sign in and has no password yet, by login.

    At most MOST_INVITED at once: the next time those that are left.
    """
    accounts = list(queries.without_password(actor).select_for_update()[:MOST_INVITED])
    audit.record_all(audit.entry(subject=_subject(one), action="invite", actor=actor, now=now) for one in accounts)
    return [(account, default_token_generator.make_token(account)) for account in accounts]


@transaction.atomic
def set_own_password(*, account_id: UUID, key: str, password: str, now: datetime) -> Account:
    """Set a password by the link of `invite`. LinkSpent; Invalid says what is wrong with a weak one."""
    account = Account.objects.select_for_update().filter(id=account_id, is_active=True).first()
    if account is None or not default_token_generator.check_token(account, key):
        raise errors.LinkSpent
    _give_password([account], password)
    record(account, "set-password", _self(account), now)
    return account


@transaction.atomic
def close_account(*, account_id: UUID, actor: Actor, now: datetime) -> None:
    """The account can no longer sign in or act; what it did stays under its name."""
    actor.require(permissions.MANAGE_ACCOUNTS)
    account = locked(id=account_id)
    account.is_active = False
    account.save(update_fields=["is_active"])
    record(account, "close", actor, now)


@transaction.atomic
def assign_post(
    *,
    account_id: UUID,
    post_id: UUID,
    from_date: date | None = None,
    until_date: date | None = None,
    actor: Actor,
    now: datetime,
) -> Holding:
    """Let an account act as a post from a day on (today), until the day before `until_date` (for good).

    AdministratorsExclude, HeldAlready, OwnPost, OutsideReach, NotFound; Invalid when it ends before it starts.
    """
    actor.require(permissions.MANAGE_POSTS)
    account, post = locked(id=account_id), queries.post(post_id)
    require_reach(actor, post.areas)
    if actor.account_id == account_id:
        raise errors.OwnPost
    from_date = from_date or timezone.localdate(now)
    if until_date and until_date <= from_date:
        raise Invalid(_("the last day lies before the first"))
    held = Holding.objects.filter(account=account).exclude(until_date__lte=from_date)
    if until_date:
        held = held.filter(from_date__lt=until_date)
    if excluding := rules.excluded_by(post.role, held.values_list("role", flat=True)):
        raise errors.AdministratorsExclude(held=queries.role_name(excluding))
    if held.filter(post=post).exists():
        raise errors.HeldAlready
    holding = Holding.objects.create(
        account=account, post=post, role=post.role, from_date=from_date, until_date=until_date
    )
    record(account, "assign-post", actor, now, post=post_id, from_date=from_date, until_date=until_date)
    return holding


@transaction.atomic
def end_holding(*, holding_id: int, actor: Actor, now: datetime) -> None:
    """End a holding today; the account stops acting as the post at once. Ending an ended one changes nothing."""
    actor.require(permissions.MANAGE_POSTS)
    holding = (
        Holding.objects.select_for_update(of=("self",)).select_related("post", "account").filter(id=holding_id).first()
    )
    if holding is None:
        raise NotFound(what=_("holding"))
    require_reach(actor, holding.post.areas)
    today = timezone.localdate(now)
    if holding.until_date and holding.until_date <= today:
        return
    holding.until_date = max(today, holding.from_date)
    holding.save(update_fields=["until_date"])
    record(holding.account, "end-holding", actor, now, post=holding.post_id)


@transaction.atomic
def appoint(
    *,
    login: str,
    role: str,
    organisation_code: str,
    areas: Sequence[str],
    actor: Actor,
    now: datetime,
) -> Holding:
    """Let an account act in a role of an organisation: its post with just these areas, created when there is none."""
    account = locked(login=login.strip().lower())
    organisation, wanted = queries.organisation_by_code(organisation_code), queries.role(role)
    post = Post.objects.filter(organisation=organisation, role=role, areas=list(areas), is_active=True).first()
    if post is None:
        post = create_post(
            organisation_id=organisation.id,
            role=role,
            title_zh=wanted.name_zh,
            title_en=wanted.name_en,
            areas=areas,
            actor=actor,
            now=now,
        )
    return assign_post(account_id=account.id, post_id=post.id, actor=actor, now=now)


def sign_in(*, login: str, password: str, now: datetime, address: str = "") -> Account:
    """The account of a right login and password. SignInRefused, or TooManyFailures while login or address rest.

    Attempts are kept either way, those on known accounts in the audit trail too. An unknown login costs as much
    time as a wrong password (Django's backend hashes for it).
    """
    login = login.strip().lower()[: Account._meta.get_field("login").max_length]
    if rules.rests(queries.failures_of(login, address, now)):
        raise errors.TooManyFailures(minutes=int(rules.FAILURES_COUNT_FOR.total_seconds() // 60))
    account = authenticate(username=login, password=password)
    known = account or Account.objects.filter(login=login).first()
    with transaction.atomic():
        SignIn.objects.create(login=login, address=address, account=known, at=now, is_success=account is not None)
        if known:
            record(known, "sign-in" if account else "sign-in-refused", _self(known), now)
    if account is None:
        raise errors.SignInRefused
    return account


def change_password(*, account_id: UUID, present: str, password: str, now: datetime, address: str = "") -> Account:
    """Another password for who knows the present one, which is proved as a sign-in is: SignInRefused, TooManyFailures.

    Invalid says what is wrong with a weak one. Every other session of the account ends.
    """
    login = Account.objects.values_list("login", flat=True).get(id=account_id)
    sign_in(login=login, password=present, address=address, now=now)
    with transaction.atomic():
        account = locked(id=account_id, is_active=True)
        _give_password([account], password)
        record(account, "set-password", _self(account), now)
    return account


def forget_sign_ins(*, now: datetime) -> int:
    """Delete attempts older than SIGN_INS_ARE_KEPT_FOR; how many. Those on known accounts stay in the audit trail."""
    return SignIn.objects.filter(at__lt=now - rules.SIGN_INS_ARE_KEPT_FOR).delete()[0]


@transaction.atomic
def sign_out(*, account: Account, now: datetime) -> None:
    """Note that the account signed out; its session is ended by the page."""
    record(account, "sign-out", _self(account), now)


def _give_password(accounts: Sequence[Account], password: str) -> None:
    hashed = make_password(password)
    for account in accounts:
        try:
            validate_password(password, account)
        except ValidationError as weak:
            words = " ".join(weak.messages)
            raise Invalid(words, fields={"password": words}) from weak
        account.password = hashed
    Account.objects.bulk_update(accounts, ["password"])


def _self(account: Account) -> Actor:
    """An account before it acts as any post: it may do nothing."""
    return Actor(
        role="",
        axis=Axis.SUPPORT,
        reach=Reach(),
        permissions=frozenset(),
        label=account.display_name,
        account_id=account.id,
    )


def locked(**key: Any) -> Account:
    """An account, locked to the end of the transaction; NotFound."""
    account = Account.objects.select_for_update().filter(**key).first()
    if account is None:
        raise NotFound(what=_("account"))
    return account


@transaction.atomic
def issue_token(
    *, holding_id: int, name: str, scopes: Sequence[str], expires_at: datetime, actor: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """A token that acts as a holding, for those of its permissions; the key is given here once and never again.

    UnknownScope for a permission the role does not grant; Invalid for an end in the past; OutsideReach; NotFound.
    """
    actor.require(permissions.MANAGE_TOKENS)
    holding = Holding.objects.select_related("post").filter(id=holding_id).first()
    if holding is None:
        raise NotFound(what=_("holding"))
    require_reach(actor, holding.post.areas)
    if unknown := sorted(set(scopes) - queries.role(holding.role).grants):
        raise errors.UnknownScope(scopes=", ".join(unknown))
    if expires_at <= now:
        raise Invalid(_("the token would have expired already"))
    key = f"cg_{secrets.token_urlsafe(32)}"
    issued = ApiToken.objects.create(
        holding=holding,
        name=name,
        scopes=sorted(set(scopes)),
        key_hash=rules.token_hash(key),
        issued_at=now,
        expires_at=expires_at,
    )
    record(issued, "issue", actor, now, name=name, scopes=issued.scopes, holding=holding_id)
    return issued, key


@transaction.atomic
def revoke_token(*, token_id: UUID, actor: Actor, now: datetime) -> None:
    """The token opens nothing from now on. Revoking it again changes nothing."""
    actor.require(permissions.MANAGE_TOKENS)
    token = ApiToken.objects.select_for_update().filter(id=token_id).first()
    if token is None:
        raise NotFound(what=_("token"))
    require_reach(actor, token.holding.post.areas)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(token, "revoke", actor, now)


@contextmanager
def _taking(model: type[models.Model], **unique: str) -> Iterator[None]:
    """A savepoint in which a record takes these values; AlreadyThere, also for who is a moment later than another."""
    _refuse_known(model, unique)
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        _refuse_known(model, unique)  # the one who was first is committed now
        raise


def _refuse_known(model: type[models.Model], unique: Mapping[str, str]) -> None:
    for name, value in unique.items():
        if value and model._default_manager.filter(Q(**{name: value})).exists():
            raise errors.AlreadyThere(what=value)


def require_reach(actor: Actor, areas: Iterable[str]) -> None:
    """OutsideReach for the first area that the jurisdiction of the post does not hold."""
    for area in areas:
        if not actor.reach.covers_area(area):
            raise errors.OutsideReach(area=area)


def record(about: models.Model, action: str, actor: Actor, now: datetime, **data: Any) -> None:
    """The audit entry of a change; values are kept as text, empty ones left out."""
    plain = {name: value if isinstance(value, list) else str(value) for name, value in data.items() if value}
    audit.record(subject=_subject(about), action=action, actor=actor, now=now, data=plain)


def _subject(record: models.Model) -> str:
    return f"{record._meta.label_lower}/{record.pk}"
