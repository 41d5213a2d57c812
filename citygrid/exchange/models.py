from django.db import models
from django.db.models import Q

from citygrid.exchange.choices import PushState, Speaks
from citygrid.kernel.actor import Actor
from citygrid.kernel.crypto import EncryptedTextField
from citygrid.kernel.ids import uuid7
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, any_prefix

USUAL_PER_HOUR = 600


class ApplicationQuerySet(ScopedQuerySet):
    """Applications of the areas a post reaches."""

    def scope_for(self, actor: Actor) -> Q:
        return any_prefix("area_code", actor.reach.areas)


class Application(ScopedModel):
    """An outside application that may report in an area, and its key. Only the hash of the key is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area_code = AreaCodeField(blank=True, help_text="where it may report; empty: everywhere")
    name = models.CharField(max_length=100)
    contact = models.CharField(max_length=200, help_text="whom to ask about it")
    speaks = models.CharField(max_length=20, choices=Speaks)
    per_hour = models.PositiveIntegerField(default=USUAL_PER_HOUR, help_text="calls before it must work for each")
    key_hash = models.BinaryField(unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey("access.Account", on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = ApplicationQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(speaks__in=Speaks.values), name="application_speaks_known"),
            models.CheckConstraint(condition=Q(per_hour__gt=0), name="application_may_call"),
        ]

    def __str__(self) -> str:
        return self.name


class OutsideReport(models.Model):
    """A report that came from an application, under the reference it was told: the receipt is told to nobody else."""

    reference = models.CharField(primary_key=True, max_length=20)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    report = models.OneToOneField("intake.Report", on_delete=models.PROTECT, related_name="+")
    body_hash = models.BinaryField(help_text="SHA-256 of what was sent")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["application", "body_hash", "received_at"], name="outside_report_again"),
            models.Index(fields=["application", "received_at"], name="outside_report_by_time"),
        ]

    def __str__(self) -> str:
        return self.reference


class OutsideUpdate(models.Model):
    """What an application told later about a report of its own, once under each id of its choice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+", db_index=False)
    outside = models.ForeignKey(OutsideReport, on_delete=models.PROTECT, related_name="updates")
    update_id = models.CharField(max_length=100)
    status = models.CharField(max_length=40, blank=True)
    description = models.TextField()
    told_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "update_id"], name="outside_update_once"),
        ]

    def __str__(self) -> str:
        return self.update_id


class RemoteCity(models.Model):
    """An endpoint of Open311 elsewhere, and which public cases it gets."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    url = models.URLField(help_text="of the endpoint, without the name of a method")
    jurisdiction_id = models.CharField(max_length=100, blank=True)
    api_key = EncryptedTextField()
    area_code = AreaCodeField(blank=True, help_text="where the cases lie; empty: everywhere")
    services = models.JSONField(help_text="beginnings of keys of categories, each with its service_code there")
    is_active = models.BooleanField(default=True)
    pulled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class PushedCase(models.Model):
    """A case that another city shall have: whether it does, under which id, and what it told since."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    city = models.ForeignKey(RemoteCity, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=30, db_collation="C")
    service_code = models.CharField(max_length=120)
    state = models.CharField(max_length=20, choices=PushState, default=PushState.WAITING)
    remote_id = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, help_text="first")
    sent_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="case_pushed_once"),
            models.UniqueConstraint(fields=["city", "remote_id"], condition=~Q(remote_id=""), name="remote_id_once"),
            models.CheckConstraint(
                condition=Q(state=PushState.SENT) & ~Q(remote_id="") | ~Q(state=PushState.SENT) & Q(remote_id=""),
                name="pushed_case_has_its_remote_id",
            ),
        ]

    def __str__(self) -> str:
        return self.number
