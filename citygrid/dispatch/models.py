from datetime import date

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from citygrid.dispatch.choices import Outcome
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
    """What the rules said of a case at a moment, with the line said of every rule considered. Append-only."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    unit = models.ForeignKey("access.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=120, help_text="who asked")
    is_automatic = models.BooleanField()
    trace = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="decision_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.UNIQUE, unit__isnull=False) | ~Q(outcome=Outcome.UNIQUE) & Q(unit=None),
                name="decision_names_a_unit_only_when_unique",
            ),
        ]
        # Rows come in the order of time and never change: a trial of a period reads few, and the index is some kB.
        indexes = [BrinIndex(fields=["at"], name="decision_by_time")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"
