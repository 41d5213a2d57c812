from typing import Self

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from citygrid.cases.choices import Source
from citygrid.geography import queries as geography
from citygrid.intake.choices import Flaw, FocusState, ReportAction, ReportState
from citygrid.kernel.actor import Actor
from citygrid.kernel.crypto import EncryptedTextField
from citygrid.kernel.ids import uuid7
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, any_prefix

FLAW = models.CharField(max_length=20, choices=Flaw)


class ReportQuerySet(ScopedQuerySet):
    """Reports of the areas a post reaches; a post limited to units sees those that belong to its cases."""

    def scope_for(self, actor: Actor) -> Q:
        scope = any_prefix("area_code", actor.reach.areas)
        if actor.reach.units is not None:
            scope &= Q(case__unit__in=actor.reach.units)
        return scope

    def sent_by(self, actor: Actor) -> Self:
        """What the account of this post sent itself, wherever it lies: it may read that, not decide on it."""
        return self._scoped(_own(actor))

    def readable_by(self, actor: Actor) -> Self:
        """What this post sees, and what its account sent itself."""
        scope = self.scope_for(actor)
        return self._scoped(scope | _own(actor) if scope else scope)  # an empty condition is all: nothing widens it


def _own(actor: Actor) -> Q:
    return Q(received_by=actor.account_id) if actor.account_id else Q(pk__in=[])


class Report(ScopedModel):
    """What somebody sent. It is not a case: it becomes one, joins one, or is refused."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    receipt = models.CharField(max_length=20, unique=True)
    source_key = models.CharField(max_length=200, unique=True, null=True, help_text="its id in another system")
    channel = models.CharField(max_length=20, choices=Source)
    state = models.CharField(max_length=20, choices=ReportState, default=ReportState.RECEIVED)
    description = models.TextField()
    category = models.ForeignKey("catalogue.Category", null=True, on_delete=models.PROTECT, related_name="+")
    location = PointField(null=True)
    frame = models.CharField(max_length=10, blank=True, help_text="frame the coordinates came in")
    address = models.CharField(max_length=300, blank=True)
    district_code = AreaCodeField()
    area_code = AreaCodeField()
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("access.Account", null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(
        "access.Post",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="which saw it itself and reported it; nobody's for what people report",
    )
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    head_seq = models.PositiveIntegerField(default=0, db_default=0, help_text="number of its last step")
    flaws = ArrayField(
        FLAW, default=list, db_default=[], blank=True, help_text="what is known to be wrong with it, by its last step"
    )

    zone = models.JSONField(null=True, help_text="the forbidden zone it lay in when it came, as it was then")
    is_confidential = models.BooleanField(
        default=False, help_text="its reporter asked that it be kept from the public"
    )

    objects = ReportQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [
            models.Index(fields=["area_code", "received_at"], condition=Q(zone__isnull=False), name="report_in_zone"),
            models.Index(fields=["area_code", "received_at"], condition=Q(state="received"), name="report_waiting"),
            models.Index(fields=["area_code", "received_at"], name="report_by_area"),
            models.Index(fields=["post", "received_at"], condition=Q(post__isnull=False), name="report_by_post"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "joined"], case__isnull=False)
                | Q(state="received", case__isnull=True)
                | (Q(state="refused", case__isnull=True) & ~Q(reason="")),
                name="report_decided_as_it_says",
            ),
            # What posts reported is counted for them; what people reported belongs to no post, so it never is.
            models.CheckConstraint(
                condition=Q(post__isnull=True) | Q(channel=Source.FIELD), name="report_of_a_post_is_its_own"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def in_zone(self) -> geography.KeptZone | None:
        """The forbidden zone it lay in when it came, in the active language."""
        return geography.KeptZone.of(self.zone)


class ReportStep(models.Model):
    """What was done with a report after it came in: by whom, when, why. Append-only.

    `data`: of a correction, {"was", "now"}, each with those of category, area, location and address that changed, and
    component where its case was corrected. `flaws`: what was known to be wrong with the report after the step.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    action = models.CharField(max_length=20, choices=ReportAction)
    at = models.DateTimeField()
    account = models.ForeignKey("access.Account", null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=120)
    reason = models.TextField(blank=True)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    flaws = ArrayField(FLAW, default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "seq"], name="report_step_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.seq} {self.action}"


class ReportContact(models.Model):
    """Who reported, where they said so. Encrypted, in a table of its own, shown masked, revealed with a reason."""

    report = models.OneToOneField(Report, primary_key=True, on_delete=models.PROTECT, related_name="contact")
    name = EncryptedTextField(default="")
    phone = EncryptedTextField(default="")
    email = EncryptedTextField(default="")
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"contact of {self.report_id}"


class FocusQuerySet(ScopedQuerySet):
    """Lines of the communities a post reaches, or works in a part of."""

    def scope_for(self, actor: Actor) -> Q:
        around = {area[:length] for area in actor.reach.areas for length in range(6, len(area))}
        return any_prefix("area_code", actor.reach.areas) | Q(area_code__in=around)


class Focus(ScopedModel):
    """A line of what to look for: a category in a community, mostly on these weekdays, at these times of day.

    Proposed from counts of cases (`rules.focus`), which it keeps as they were; published by a person, for days.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(max_length=20, choices=FocusState, default=FocusState.PROPOSED)
    area_code = AreaCodeField(help_text="of a community")
    category = models.ForeignKey("catalogue.Category", on_delete=models.PROTECT, related_name="+")
    weekdays = ArrayField(models.PositiveSmallIntegerField(), help_text="1 is Monday")
    hours = ArrayField(models.PositiveSmallIntegerField(), help_text="at which times of day of three hours begin")
    recent = models.PositiveIntegerField(help_text="cases of the last four weeks")
    expected = models.FloatField()
    ratio = models.FloatField()
    lower = models.FloatField(help_text="at least so many times as many as expected")
    proposed_at = models.DateTimeField()
    from_date = models.DateField(null=True)
    until_date = models.DateField(null=True, help_text="its last day")
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)

    objects = FocusQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [
            models.Index(fields=["area_code", "until_date"], condition=Q(state="published"), name="focus_of_day")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["area_code", "category"], condition=Q(state="proposed"), name="focus_proposed_once"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", published_at__isnull=True)
                | Q(from_date__isnull=False, until_date__gte=F("from_date"), published_at__isnull=False),
                name="focus_published_for_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} in {self.area_code}"
