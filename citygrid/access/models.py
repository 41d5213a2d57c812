from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

from citygrid.access.choices import ADMINISTRATORS
from citygrid.kernel.ids import uuid7
from citygrid.kernel.scope import AreaCodeField
from citygrid.kernel.words import Named, in_language

HELD_DAYS = Func(F("from_date"), F("until_date"), function="daterange", output_field=DateRangeField())


class Organisation(Named):
    """A unit of the city: a centre, a department, a street office, a company. A tree."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=40)
    credit_code = models.CharField(max_length=18, blank=True)
    area_code = AreaCodeField(blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="one_unit_per_credit_code"
            )
        ]


class Post(models.Model):
    """A role in an organisation with a jurisdiction: what an account acts as."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100, blank=True)
    areas = ArrayField(models.CharField(max_length=15), help_text="area code prefixes this post works in")
    categories = ArrayField(models.CharField(max_length=80), default=list, blank=True, help_text="empty: all")
    is_active = models.BooleanField(default=True)

    class Meta:
        # Holdings refer to (id, role) together, so that the role they repeat is always the post's.
        constraints = [models.UniqueConstraint(fields=["id", "role"], name="post_has_one_role")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)


class AccountManager(BaseUserManager["Account"]):
    """Sign-in finds accounts by login, kept in lower case."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login=(username or "").lower())


class Account(AbstractBaseUser):
    """A person who signs in. What the person may do comes from the post acted as."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=60)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)

    objects = AccountManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(login=Lower("login")), name="login_is_lower_case")]

    def __str__(self) -> str:
        return self.display_name


class Holding(models.Model):
    """An account holds a post from a day on, until the day before `until_date`."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    role = models.CharField(max_length=40, help_text="the post's, so that exclusions are constraints")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")),
                name="holding_ends_after_start",
            ),
            ExclusionConstraint(
                name="post_held_once",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (HELD_DAYS, RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="administrators_exclude_one_another",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("role", RangeOperators.NOT_EQUAL),
                    (HELD_DAYS, RangeOperators.OVERLAPS),
                ],
                condition=Q(role__in=ADMINISTRATORS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} as {self.post}"


class SignIn(models.Model):
    """One attempt to sign in, under the login as typed (lower case); failures are counted from here."""

    login = models.CharField(max_length=60)
    address = models.CharField(max_length=50, blank=True, help_text="of the browser: IPv4, or IPv6 network")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="sign_ins")
    at = models.DateTimeField()
    is_success = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["login", "-at"], name="sign_in_by_login"),
            models.Index(fields=["address", "-at"], name="sign_in_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.login} {self.at:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """A key with which a device or another system acts as one holding, for some of its permissions only.

    Only the hash of the key is kept: it is shown once, when it is issued.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    key_hash = models.BinaryField(unique=True)
    scopes = ArrayField(models.CharField(max_length=80), help_text="permissions; empty: none")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("issued_at")), name="token_expires_after_issue")
        ]

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """A phone that an account works with, under an id it made itself. Revoked, nothing is taken from it any more."""

    id = models.UUIDField(primary_key=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField(max_length=60)
    agent = models.CharField(max_length=60, blank=True, help_text="browser and system, in short")
    enrolled_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="device_is_revoked_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.name
