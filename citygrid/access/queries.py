"""Reads: roles, actors, posts, organisations. Organisations and posts are known to all staff, so nothing is scoped."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citygrid.access import permissions, rules
from citygrid.access.choices import ROLES_FILE
from citygrid.access.errors import UnknownRole
from citygrid.access.models import Account, ApiToken, Device, Holding, Organisation, Post, SignIn
from citygrid.kernel.actor import Actor, Reach
from citygrid.kernel.errors import NotFound
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.scope import any_prefix
from citygrid.kernel.words import in_language

LABEL_LENGTH = 120  # of the audit trail's column

BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT id FROM access_organisation WHERE id = %s
    UNION SELECT child.id FROM access_organisation child JOIN below ON child.parent_id = below.id
) SELECT id FROM below
"""

# The holdings in force on a day, as `_in_force` finds them. Every request begins with this: as text it costs a tenth.
ACTS_AS = """
SELECT holding.account_id, account.display_name, post.id, post.organisation_id, post.role, post.title_zh, post.areas,
       post.categories, {more}
FROM access_holding holding
JOIN access_account account ON account.id = holding.account_id AND account.is_active
JOIN access_post post ON post.id = holding.post_id AND post.is_active
JOIN access_organisation organisation ON organisation.id = post.organisation_id AND organisation.is_active
{join}
WHERE holding.from_date <= %(today)s AND (holding.until_date IS NULL OR holding.until_date > %(today)s) AND {condition}
LIMIT 2
"""
OF_ACCOUNT = "holding.account_id = %(account)s"
BY_POST = ACTS_AS.format(more="NULL, NULL", join="", condition=f"{OF_ACCOUNT} AND post.id = %(post)s")
BY_ACCOUNT = ACTS_AS.format(more="NULL, NULL", join="", condition=OF_ACCOUNT)
BY_TOKEN = ACTS_AS.format(
    more="token.scopes, token.name",
    join="JOIN access_apitoken token ON token.holding_id = holding.id",
    condition="token.key_hash = %(key)s AND token.revoked_at IS NULL AND token.expires_at > %(now)s",
)


class Holder(NamedTuple):
    """An account, as the holder of a post or (None) for itself."""

    account_id: UUID
    post_id: UUID | None = None


class Staffed(NamedTuple):
    """A post that is held today, and the names of who holds it."""

    post: Post
    names: tuple[str, ...]

    def takes(self, area_code: str, category_key: str) -> bool:
        """Whether it works in the area and on the category."""
        categories = self.post.categories
        concerned = not categories or any(category_key.startswith(prefix) for prefix in categories)
        return concerned and any(area_code.startswith(prefix) for prefix in self.post.areas)


@cache
def roles() -> Mapping[str, rules.Role]:
    """All roles by code, as data/roles.yaml states them (read once)."""
    return rules.parse_roles((settings.ROOT / ROLES_FILE).read_text())


def role(code: str) -> rules.Role:
    """UnknownRole when data/roles.yaml has no such role."""
    if code not in roles():
        raise UnknownRole(role=code)
    return roles()[code]


def role_name(code: str) -> str:
    """The role in the active language; UnknownRole."""
    return in_language(role(code).name_zh, role(code).name_en)


def actor_for(account_id: UUID, post_id: UUID, now: datetime) -> Actor | None:
    """The account acting as one of its posts; None unless both are active and the post is held today. 1-2 queries."""
    return _only(_actors(BY_POST, now, account=account_id, post=post_id))


def only_actor(account_id: UUID, now: datetime) -> Actor | None:
    """The actor of an account that holds exactly one post, else None. 1-2 queries."""
    return _only(_actors(BY_ACCOUNT, now, account=account_id))


def posts_of(account_id: UUID, now: datetime) -> list[Post]:
    """The posts the account may act as today, with their organisations, by title."""
    return [holding.post for holding in _held(account_id, now)]


def holdings_of(account_id: UUID) -> list[Holding]:
    """All holdings of an account, past ones too, newest first, with posts and organisations."""
    holdings = Holding.objects.filter(account=account_id).select_related("post__organisation")
    return list(holdings.order_by("-from_date", "-id"))


def post(post_id: UUID) -> Post:
    """A post with its organisation; NotFound."""
    found = Post.objects.select_related("organisation").filter(id=post_id).first()
    if found is None:
        raise NotFound(what=_("post"))
    return found


def posts_for_choice(role_code: str, area_code: str) -> list[Post]:
    """Active posts of a role whose jurisdiction includes the area, by title: whom work there may be sent to."""
    prefixes = [area_code[:length] for length in range(len(area_code) + 1)]
    found = Post.objects.filter(role=role_code, is_active=True, organisation__is_active=True, areas__overlap=prefixes)
    return list(found.select_related("organisation").order_by("title_zh", "id"))


def holders(
    role_codes: Collection[str], area_code: str, category_key: str, now: datetime, *, unit_id: UUID | None = None
) -> list[Holder]:
    """Who holds a post of these roles today whose jurisdiction includes the area and the category. One query.

    With `unit_id`, only posts of that organisation itself.
    """
    areas = [area_code[:length] for length in range(len(area_code) + 1)]
    keys = [category_key[:length] for length in range(1, len(category_key) + 1)]
    concerned = Q(post__categories=[]) | Q(post__categories__overlap=keys)
    found = _in_force(now).filter(concerned, role__in=role_codes, post__areas__overlap=areas)
    if unit_id:
        found = found.filter(post__organisation=unit_id)
    return [Holder(*pair) for pair in found.order_by("id").values_list("account_id", "post_id")]


def holders_of(permission: str, now: datetime, *, area_code: str | None = None) -> list[Holder]:
    """Who holds a post today whose role is granted this, wherever its jurisdiction lies. One query.

    With `area_code`, only posts whose jurisdiction includes it.
    """
    granted = [code for code, role in roles().items() if permission in role.grants]
    found = _in_force(now).filter(role__in=granted).order_by("id")
    if area_code is not None:
        found = found.filter(post__areas__overlap=[area_code[:length] for length in range(len(area_code) + 1)])
    return [Holder(*pair) for pair in found.values_list("account_id", "post_id")]


def staffed_posts(role_codes: Collection[str], now: datetime, *, unit_id: UUID | None = None) -> list[Staffed]:
    """The posts of these roles that are held today, with their organisations, by title. One query.

    With `unit_id`, only posts of that organisation itself.
    """
    found = _in_force(now).filter(role__in=role_codes).select_related("account", "post__organisation")
    if unit_id:
        found = found.filter(post__organisation=unit_id)
    held: dict[UUID, list[Holding]] = {}
    for holding in found.order_by("post__title_zh", "post_id", "id"):
        held.setdefault(holding.post_id, []).append(holding)
    return [Staffed(each[0].post, tuple(one.account.display_name for one in each)) for each in held.values()]


def posts(ids: Collection[UUID]) -> list[Post]:
    """These posts with their organisations, by title; unknown ids are left out."""
    found = Post.objects.filter(id__in=ids).select_related("organisation") if ids else Post.objects.none()
    return list(found.order_by("title_zh", "id"))


def organisation(organisation_id: UUID) -> Organisation:
    """NotFound when there is none."""
    found = Organisation.objects.filter(id=organisation_id).first()
    if found is None:
        raise NotFound(what=_("organisation"))
    return found


def organisations(ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """Organisations by id, in one query; unknown ids are left out."""
    return Organisation.objects.in_bulk(set(ids))


def organisation_by_code(code: str) -> Organisation:
    """NotFound when there is none."""
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise NotFound(what=_("organisation"))
    return found


def organisations_by_code(codes: Collection[str]) -> dict[str, Organisation]:
    """Organisations by code, in one query; unknown codes are left out."""
    return {found.code: found for found in Organisation.objects.filter(code__in=set(codes))}


def all_organisations() -> list[Organisation]:
    """Every organisation, closed ones too, by code."""
    return list(Organisation.objects.order_by("code"))


def all_posts() -> list[Post]:
    """Every post with its organisation, closed ones too, by organisation, role and title."""
    return list(Post.objects.select_related("organisation").order_by("organisation__code", "role", "title_zh", "id"))


def all_accounts(actor: Actor) -> list[Account]:
    """Every account, by login, for those who manage accounts or who holds which post."""
    if not actor.may(permissions.MANAGE_POSTS):
        actor.require(permissions.MANAGE_ACCOUNTS)
    return list(Account.objects.order_by("login"))


def without_password(actor: Actor) -> QuerySet[Account]:
    """The accounts that may sign in and have no password yet, by login."""
    actor.require(permissions.MANAGE_ACCOUNTS)
    has_none = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return Account.objects.filter(has_none, is_active=True).order_by("login")


def all_holdings(actor: Actor, on: date) -> list[Holding]:
    """Holdings that are not over on a day, with account, post and organisation, for those who manage posts."""
    actor.require(permissions.MANAGE_POSTS)
    found = Holding.objects.filter(Q(until_date__isnull=True) | Q(until_date__gt=on))
    found = found.select_related("account", "post__organisation")
    return list(found.order_by("account__login", "from_date", "id"))


class Charge(NamedTuple):
    """What a unit may be charged with: where, of which category, and the roles that can take it (empty: any)."""

    role_codes: tuple[str, ...]
    area_code: str
    category_key: str


# A post whose role sees by units sees what belongs to its own and to those below: it takes cases for them as well.
TAKES = """
WITH RECURSIVE takes(id) AS (
    SELECT organisation_id FROM access_post
    WHERE is_active AND (%s::text[] = '{}' OR role = ANY(%s)) AND areas && %s
        AND (categories = '{}' OR categories && %s)
    UNION SELECT child.id FROM access_organisation child JOIN takes ON child.parent_id = takes.id
) SELECT id FROM takes
"""


def can_take(charge: Charge) -> Q:
    """Organisations of which some post could take the case: one of their own, or of an organisation above them."""
    roles = list(charge.role_codes)
    areas = [charge.area_code[:length] for length in range(len(charge.area_code) + 1)]
    keys = [charge.category_key[:length] for length in range(1, len(charge.category_key) + 1)]
    return Q(pk__in=RawSQL(TAKES, [roles, roles, areas, keys]))  # noqa: S611 - all values are bound


class UnitFor(NamedTuple):
    """An organisation, and whether it can be charged so."""

    unit: Organisation
    can_take: bool


def unit_for(unit_id: UUID, charge: Charge) -> UnitFor | None:
    """An organisation as it stands to a charge; None where there is none. One query."""
    able = ExpressionWrapper(can_take(charge), BooleanField())
    found = Organisation.objects.annotate(able=able).filter(pk=unit_id).first()
    return UnitFor(found, found.able) if found else None


def units_for_choice(kind: str = "", area_code: str = "") -> list[Organisation]:
    """Active organisations by name, of one kind if given; with an area: those in it, around it, or without one."""
    chosen = Organisation.objects.filter(is_active=True)
    if kind:
        chosen = chosen.filter(kind=kind)
    if area_code:
        chosen &= _around(area_code)
    return list(chosen.order_by("name_zh", "id"))


def _around(area_code: str) -> QuerySet[Organisation]:
    around = [area_code[:length] for length in range(len(area_code))]
    there = any_prefix("area_code", [area_code]) | Q(area_code__in=around)
    return Organisation.objects.filter(there, is_active=True)


def units_for_work(charge: Charge) -> list[Organisation]:
    """Active organisations by name, in or around its area or without one, that can be charged so. One query."""
    return list(_around(charge.area_code).filter(can_take(charge)).order_by("name_zh", "id"))


def unit_tree_ids(organisation_id: UUID) -> frozenset[UUID]:
    """The organisation and all below it, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [organisation_id])
        return frozenset(row[0] for row in cursor.fetchall())


def failures_of(login: str, address: str, now: datetime) -> dict[str, int]:
    """Failed attempts that still count, by the names of `rules.MOST_FAILURES`; those on a login until it succeeds."""
    recent = SignIn.objects.filter(at__gt=now - rules.FAILURES_COUNT_FOR)
    of_login = recent.filter(login=login)
    return {
        "login_here": _since_success(of_login.filter(address=address)),
        "login": _since_success(of_login),
        "address": recent.filter(address=address, is_success=False).exclude(address="").count(),
    }


def _since_success(attempts: QuerySet[SignIn]) -> int:
    outcomes = list(
        attempts.order_by("-at", "-id").values_list("is_success", flat=True)[: rules.MOST_FAILURES["login"]]
    )
    return outcomes.index(True) if True in outcomes else len(outcomes)


def actor_by_token(key: str, now: datetime) -> Actor | None:
    """The actor of an API token, limited to its scopes; None when it is unknown, expired or revoked. 1-2 queries."""
    return _only(_actors(BY_TOKEN, now, key=rules.token_hash(key)))


def account_by_login(login: str) -> Account:
    """NotFound when there is none."""
    found = Account.objects.filter(login=login.strip().lower()).first()
    if found is None:
        raise NotFound(what=_("account"), name=login)
    return found


def tokens_of(account_id: UUID) -> list[ApiToken]:
    """All tokens of an account, revoked ones too, newest first."""
    return list(ApiToken.objects.filter(holding__account=account_id).order_by("-issued_at"))


def devices_of(account_id: UUID | None) -> list[Device]:
    """The devices of an account, those revoked too, the one heard of last first."""
    return list(Device.objects.filter(account=account_id).select_related("revoked_by").order_by("-last_seen_at", "id"))


def is_shut_out(device_ids: Collection[UUID]) -> bool:
    """Whether one of these devices was revoked, or is that of an account that was closed. One query."""
    gone = Q(revoked_at__isnull=False) | Q(account__is_active=False)
    return Device.objects.filter(gone, pk__in=device_ids).exists()


@kept_a_moment
def labels_of(account_id: UUID | None, post_id: UUID | None) -> tuple[str, str] | None:
    """Who acts as which post, in Chinese and in English: "王某 (值班长)", "王某 (Shift leader)"; None for nobody's."""
    held = Holding.objects.filter(account=account_id, post=post_id)
    found = held.values_list("account__display_name", "post__title_zh", "post__title_en").first()
    return (f"{found[0]} ({found[1]})", f"{found[0]} ({found[2] or found[1]})") if found else None


def _held(account_id: UUID, now: datetime) -> QuerySet[Holding]:
    return _in_force(now).filter(account=account_id).order_by("post__title_zh", "post_id")


def _in_force(now: datetime) -> QuerySet[Holding]:
    today = timezone.localdate(now)
    return Holding.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=today),
        account__is_active=True,
        post__is_active=True,
        post__organisation__is_active=True,
        from_date__lte=today,
    ).select_related("post__organisation")


def _actors(statement: str, now: datetime, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"today": timezone.localdate(now), "now": now, **given})
        return cursor.fetchall()


def _only(rows: list[tuple[Any, ...]]) -> Actor | None:
    return _actor(*rows[0]) if len(rows) == 1 else None


def _actor(
    account_id: UUID,
    name: str,
    post_id: UUID,
    unit_id: UUID,
    role_code: str,
    title: str,
    areas: list[str],
    categories: list[str],
    scopes: list[str] | None,
    token: str | None,
) -> Actor:
    acts_as = role(role_code)
    label = f"{name} ({title})"[:LABEL_LENGTH]
    return Actor(
        account_id=account_id,
        post_id=post_id,
        unit_id=unit_id,
        role=acts_as.code,
        axis=acts_as.axis,
        permissions=acts_as.grants if scopes is None else acts_as.grants & frozenset(scopes),
        label=f"{label} · {token}"[:LABEL_LENGTH] if token else label,
        reach=Reach(
            areas=tuple(areas),
            units=unit_tree_ids(unit_id) if acts_as.reach is rules.ReachKind.UNIT else None,
            categories=tuple(categories),
        ),
    )
