from django.db import models
from django.db.models import Q

from citygrid.kernel.actor import Actor
from citygrid.kernel.ids import uuid7
from citygrid.kernel.scope import ScopedModel, ScopedQuerySet
from citygrid.kernel.words import Named
from citygrid.notices.rules import Wording


class NoticeQuerySet(ScopedQuerySet):
    """Notices to the account itself, and to it as holder of the post it acts as."""

    def scope_for(self, actor: Actor) -> Q:
        if actor.account_id is None:
            return Q(pk__in=[])
        return Q(account=actor.account_id) & (Q(post=actor.post_id) | Q(post=None))


class Notice(ScopedModel):
    """A notice to one account, as template and parameters: it is worded in the language of who reads it.

    `post` is the post through which the account is told; it sees the notice while acting as it. `key` names what is
    told: nobody is told the same twice. `link_kind` and `link_id` name what it is about ("case", its number).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("access.Account", models.PROTECT, db_index=False, related_name="+")
    post = models.ForeignKey("access.Post", models.PROTECT, null=True, db_index=False, related_name="+")
    template = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    key = models.CharField(max_length=120)
    link_kind = models.CharField(max_length=20, blank=True)
    link_id = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at"], name="notice_by_account"),
            models.Index(fields=["account", "post"], condition=Q(read_at=None), name="notice_unread"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key", "account", "post"], nulls_distinct=False, name="notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.key}"


class TemplateVersion(Named):
    """The words of one kind of notice from a moment on. Append-only; version 0 is the one that ships, as data."""

    code = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    text_zh = models.TextField()
    text_en = models.TextField()
    valid_from_at = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="template_version_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"

    @property
    def words(self) -> Wording:
        """What it says, in both languages."""
        return Wording(self.name_zh, self.name_en, self.text_zh, self.text_en)
