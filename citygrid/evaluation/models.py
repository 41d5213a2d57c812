from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from citygrid.evaluation.choices import Direction, Kind, Moment, Object
from citygrid.kernel.actor import Actor
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, any_prefix


def _of(table: str, *, null: bool = True) -> models.ForeignKey:
    """The counters can be counted from nothing: what they refer to is checked where it is written, in the case."""
    options: Any = {"db_constraint": False, "db_index": False, "related_name": "+"}
    return models.ForeignKey(table, null=null, on_delete=models.DO_NOTHING, **options)


def _fact() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(default=0)


class StageQuerySet(ScopedQuerySet):
    """Rows of the areas, units and categories a post reaches; acts of posts only where no unit bounds the reach."""

    def scope_for(self, actor: Actor) -> Q:
        reach = actor.reach
        scope = any_prefix("area_code", reach.areas)
        if reach.units is not None:
            scope &= Q(unit__in=reach.units)
        if reach.categories:
            scope &= any_prefix("category_id", reach.categories)
        return scope


class Stage(ScopedModel):
    """One row of 0/1 facts: of a case as a whole, of its time with one unit, or of one act of a post.

    All of it follows from the steps of the case (`rules.facts`). Days are those of the district's time zone.
    """

    case = _of("cases.Case", null=False)
    seq = models.PositiveIntegerField(help_text="the step it began with; 0 of the case as a whole")
    kind = models.CharField(max_length=4, choices=Kind)
    district_code = AreaCodeField()
    area_code = AreaCodeField()
    category = _of("catalogue.Category", null=False)
    component = _of("inventory.Component")
    unit = _of("access.Organisation")
    post = _of("access.Post")
    opened_on = models.DateField(null=True)
    filed_on = models.DateField(null=True)
    dispatched_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    handled_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)

    opened = _fact()
    public = _fact()
    filed = _fact()
    void = _fact()
    bundled = _fact()
    dispatched = _fact()
    once = _fact()
    due = _fact()
    handled = _fact()
    handled_on_time = _fact()
    closed = _fact()
    closed_on_time = _fact()
    forced = _fact()
    self_disposed = _fact()
    returned = _fact()
    reworked = _fact()
    reopened = _fact()
    extended = _fact()
    hung = _fact()
    corrected = _fact()
    overseen = _fact()
    verification = _fact()
    verification_on_time = _fact()
    inspection = _fact()
    inspection_on_time = _fact()

    objects = StageQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind", "seq"], name="stage_once")]
        indexes = [
            models.Index(
                fields=["kind", f"{moment}_on"],
                name=f"stage_by_{moment}",
                condition=Q(**{f"{moment}_on__isnull": False}),
            )
            for moment in Moment.values
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.seq}"


class Stale(models.Model):
    """A case that changed and is not counted anew yet. Written by the database with every change of a case."""

    case_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.case_id)


def _one_in_force(name: str, field: str) -> ExclusionConstraint:
    days: Any = Func(F("from_date"), F("until_date"), Value("[)"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[(field, RangeOperators.EQUAL), (days, RangeOperators.OVERLAPS)],
        condition=Q(from_date__isnull=False),
    )


class Definition(models.Model):
    """One way to reckon an indicator: a ratio of two sums of facts, or a sum (empty denominator).

    Rivals (`variant`) live side by side; one is in force on any day, from `from_date` to before `until_date`; one
    without `from_date` never is.
    """

    indicator = models.CharField(max_length=60)
    variant = models.CharField(max_length=60)
    moment = models.CharField(max_length=10, choices=Moment)
    numerator = models.CharField(max_length=300)
    denominator = models.CharField(max_length=300, blank=True)
    direction = models.CharField(max_length=10, choices=Direction)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    words_zh = models.TextField()
    words_en = models.TextField()
    source = models.TextField()
    confidence = models.CharField(max_length=200)
    from_date = models.DateField(null=True)
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "variant"], name="variant_once"),
            _one_in_force("one_variant_in_force", "indicator"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}/{self.variant}"


class Scoring(models.Model):
    """How a kind of object is scored: weights of indicators, bands of counts, grades. One in force on any day.

    `columns`: the indicators shown of it, in order. `parts`: [{indicator, weight, bands?}].
    """

    object = models.CharField(max_length=10, choices=Object)
    version = models.PositiveIntegerField()
    columns = models.JSONField()
    parts = models.JSONField()
    grades = models.JSONField()
    source = models.TextField()
    confidence = models.CharField(max_length=200)
    from_date = models.DateField(null=True)
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object", "version"], name="scoring_version_once"),
            _one_in_force("one_scoring_in_force", "object"),
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.version}"
