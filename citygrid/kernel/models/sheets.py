from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citygrid.kernel.actor import Actor
from citygrid.kernel.ids import uuid7
from citygrid.kernel.scope import ScopedModel, ScopedQuerySet


class SheetRunQuerySet(ScopedQuerySet):
    """Imports belong to the account that sent them; the platform itself sees all."""

    def scope_for(self, actor: Actor) -> Q:
        return Q() if actor.is_automatic else Q(account_id__isnull=False, account_id=actor.account_id)


class SheetRun(ScopedModel):
    """One file sent for a sheet: what it would do, whether it was written, and how to change that back.

    `faults`: [{row, cell, column, value, code, words}]; `changes`: [[key, before, after]], as planned and, once
    written, as written. File, faults and changes are forgotten a day after they were last of use.
    """

    class SheetState(models.TextChoices):
        PLANNED = "planned", _("Checked")
        COMMITTED = "committed", _("Written")
        UNDONE = "undone", _("Undone")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sheet = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    state = models.CharField(max_length=20, choices=SheetState, default=SheetState.PLANNED)
    counts = models.JSONField(help_text="rows by verdict: new, changed, same, wrong")
    faults = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    account_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    objects = SheetRunQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["sheet", "-at"], name="sheet_run_by_sheet")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="planned", committed_at__isnull=True, undone_at__isnull=True)
                | Q(state="committed", committed_at__isnull=False, undone_at__isnull=True)
                | Q(state="undone", committed_at__isnull=False, undone_at__isnull=False),
                name="sheet_run_dated_as_its_state",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.file_name}"
