from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from citygrid.catalogue.choices import ANY_AREA, GENERAL, USUAL_PROCEDURE, Kind, LimitUnit
from citygrid.catalogue.rules import KEY_LENGTH
from citygrid.kernel.ids import uuid7
from citygrid.kernel.words import Named


class Scheme(Named):
    """A coding scheme of categories. Codes of different schemes are never compared."""

    code = models.CharField(primary_key=True, max_length=40)
    attribution_zh = models.TextField(blank=True)
    attribution_en = models.TextField(blank=True)
    procedure = models.CharField(max_length=60, default=USUAL_PROCEDURE, help_text="code of the one its cases follow")
    is_public = models.BooleanField(
        default=False, db_default=False, help_text="whether its filed cases are shown to all"
    )


class Category(Named):
    """What a case is about. A major groups categories and takes no cases itself."""

    # Collation C: a key is the beginning of the keys below it, and such ranges are compared byte by byte.
    key = models.CharField(primary_key=True, max_length=KEY_LENGTH, db_collation="C", help_text="scheme/kind/code")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="categories")
    kind = models.CharField(max_length=20, choices=Kind)
    code = models.CharField(max_length=60)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    is_major = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "kind", "code"], name="category_code_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="category_kind_known"),
            models.CheckConstraint(condition=Q(is_major=False) | Q(parent__isnull=True), name="major_has_no_parent"),
        ]


class ProblemType(Named):
    """What can be wrong: a class of filing conditions that holds for many categories."""

    code = models.CharField(primary_key=True, max_length=40)


class UnitKind(Named):
    """What a unit does; the default handler of a standard is named by it, organisations carry its code."""

    code = models.CharField(primary_key=True, max_length=40)


class FilingStandard(models.Model):
    """One version of a filing standard: when a case is filed, when it may be closed, and how long that may take.

    Valid on days from `valid_from_date` up to, not including, `valid_to_date`. A trigger refuses every change but
    the closing of an open validity, so that a running case keeps what it was filed under.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=160)
    version = models.PositiveIntegerField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="standards")
    problem_type = models.ForeignKey(ProblemType, null=True, on_delete=models.PROTECT, related_name="standards")
    condition_zh = models.TextField()
    condition_en = models.TextField(blank=True)
    closing_zh = models.TextField()
    closing_en = models.TextField(blank=True)
    area_class = models.CharField(max_length=20, default=ANY_AREA)
    level = models.CharField(max_length=20, default=GENERAL)
    limit_value = models.DecimalField(max_digits=8, decimal_places=2)
    limit_unit = models.CharField(max_length=20, choices=LimitUnit)
    evidence = ArrayField(models.CharField(max_length=20), default=list)
    unit_kind = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=200, blank=True, help_text="where the limit comes from")
    valid_from_date = models.DateField()
    valid_to_date = models.DateField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["category", "valid_from_date"], name="standard_by_category")]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="standard_version_once"),
            models.CheckConstraint(condition=Q(limit_unit__in=LimitUnit.values), name="standard_limit_unit_known"),
            models.CheckConstraint(condition=Q(limit_value__gt=0), name="standard_limit_positive"),
            ExclusionConstraint(
                name="one_version_of_a_standard_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(F("valid_from_date"), F("valid_to_date"), Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
