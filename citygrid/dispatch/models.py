from datetime import date

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from citygrid.dispatch.choices import SENT, Conclusion, ModelState, Outcome, Target
from citygrid.kernel.scope import AreaCodeField


class RuleQuerySet(models.QuerySet["Rule"]):
    """Rules are known to all staff, so nothing is scoped."""

    def in_force(self, on: date) -> "RuleQuerySet":
        """Rules valid on a day."""
        return self.filter(Q(valid_to_date__isnull=True) | Q(valid_to_date__gt=on), valid_from_date__lte=on)


class Rule(models.Model):
    """A responsibility rule: cases of this category, place and problem type belong to this unit.

    What is empty does not narrow. Valid on days from `valid_from_date` up to, not including, `valid_to_date`. A rule
    is ended and a new one added, never edited: decisions refer to it.
    """

    unit = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey("catalogue.Category", null=True, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(blank=True)
    layer = models.ForeignKey("geography.Layer", null=True, on_delete=models.PROTECT, related_name="+")
    feature_code = models.CharField(max_length=60, blank=True)
    problem_type = models.ForeignKey("catalogue.ProblemType", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    valid_from_date = models.DateField()
    valid_to_date = models.DateField(null=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["category", "area_code"], name="rule_by_category_and_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "category", "area_code", "layer", "feature_code", "problem_type"],
                condition=Q(valid_to_date__isnull=True),
                nulls_distinct=False,
                name="one_open_rule_of_a_content",
            ),
            models.CheckConstraint(
                condition=Q(feature_code="") | Q(layer__isnull=False), name="feature_of_a_rule_has_a_layer"
            ),
            models.CheckConstraint(
                condition=Q(valid_to_date__isnull=True) | Q(valid_to_date__gte=F("valid_from_date")),
                name="rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        said = (self.category_id, self.area_code, self.layer_id, self.feature_code, self.problem_type_id)
        return " · ".join(text for text in said if text) or "*"


class Decision(models.Model):
    """What rules and models said of a case at a moment, with what automatic dispatch made of it. Append-only.

    `trace` has the line said of every rule considered; `answer` and `shadow` what the model that is on, and the one in
    the shadow, answered (`rules.Answer.as_data`).
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    unit = models.ForeignKey("access.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=120, help_text="who asked")
    is_automatic = models.BooleanField()
    trace = models.JSONField()
    answer = models.JSONField(null=True)
    shadow = models.JSONField(null=True)
    conclusion = models.CharField(
        max_length=20, choices=Conclusion, blank=True, db_default="", help_text="blank: somebody only asked"
    )
    sent_to = models.ForeignKey("access.Organisation", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="decision_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.UNIQUE, unit__isnull=False) | ~Q(outcome=Outcome.UNIQUE) & Q(unit=None),
                name="decision_names_a_unit_only_when_unique",
            ),
            models.CheckConstraint(
                condition=Q(conclusion__in=SENT, sent_to__isnull=False) | ~Q(conclusion__in=SENT) & Q(sent_to=None),
                name="decision_names_whom_it_sent_to",
            ),
        ]
        # Rows come in the order of time and never change: a trial of a period reads few, and the index is some kB.
        indexes = [BrinIndex(fields=["at"], name="decision_by_time")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class LearnedModel(models.Model):
    """A model learned from closed cases. What it learned never changes; its state and promise do, audited.

    `card`: what it was learned from and how well it judged cases that it had not seen (`services.learned`).
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    target = models.CharField(max_length=20, choices=Target)
    state = models.CharField(max_length=10, choices=ModelState)
    promise = models.FloatField(help_text="the share of right answers among those that are sent by themselves")
    trained_at = models.DateTimeField()
    since = models.DateTimeField(help_text="when the oldest case that it learned from was opened")
    until = models.DateTimeField(help_text="when the newest was")
    cases = models.PositiveIntegerField()
    card = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(target__in=Target.values), name="model_target_known"),
            models.CheckConstraint(condition=Q(state__in=ModelState.values), name="model_state_known"),
            models.CheckConstraint(condition=Q(promise__gt=0, promise__lt=1), name="model_promise_is_a_share"),
            models.UniqueConstraint(
                fields=["target", "state"], condition=~Q(state=ModelState.OFF), name="one_model_of_a_target_and_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.sha256[:8]}"


class ModelFile(models.Model):
    """The file of a model, apart from its row: some ten megabytes, read once in each process that answers."""

    model = models.OneToOneField(LearnedModel, primary_key=True, on_delete=models.PROTECT, related_name="file")
    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.model)


class Replay(models.Model):
    """What a model would have made of the closed cases of a period: a figure for each promise, and by category."""

    model = models.ForeignKey(LearnedModel, on_delete=models.PROTECT, related_name="replays")
    at = models.DateTimeField()
    since_date = models.DateField()
    until_date = models.DateField(help_text="included")
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"{self.model} {self.since_date} {self.until_date}"


class ManualCategory(models.Model):
    """A category of which no case is dispatched by itself until somebody puts it back: it broke the promise.

    `figures`: the share of right ones that was measured, between which bounds it lies, and the promise.
    """

    category = models.ForeignKey("catalogue.Category", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    figures = models.JSONField(null=True, help_text="NULL: a person took it out")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category"], condition=Q(until__isnull=True), name="category_is_manual_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.since}"


class UnitLimit(models.Model):
    """How much a unit takes by itself: so many open cases, and nothing on the days when it is away (both included)."""

    unit = models.OneToOneField("access.Organisation", primary_key=True, on_delete=models.PROTECT, related_name="+")
    most_open = models.PositiveIntegerField(null=True)
    away_from_date = models.DateField(null=True)
    away_until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(away_from_date=None, away_until_date=None)
                | Q(away_from_date__isnull=False, away_until_date__gte=F("away_from_date")),
                name="unit_is_away_from_to",
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit_id)

    def is_away(self, on: date) -> bool:
        """Whether the unit is away on a day."""
        return bool(self.away_from_date and self.away_until_date and self.away_from_date <= on <= self.away_until_date)
