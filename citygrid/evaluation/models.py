from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from citygrid.evaluation.choices import Direction, Kind, Mean, Moment, Object, Scale
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


class IndexNode(models.Model):
    """A node of a composite index: an indicator where nothing is below it, else the mean of its parts.

    An indicator takes its values from what was imported (`IndexValue`), or from the definition it names: the rate
    of the communities in the month, or with `per_km2` the count on each square kilometre.
    """

    key = models.CharField(max_length=60, unique=True)
    parent = models.CharField(max_length=60, blank=True, help_text="empty at the root of an index")
    position = models.PositiveIntegerField()
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    weight = models.FloatField(default=1)
    mean = models.CharField(max_length=10, choices=Mean, default=Mean.ARITHMETIC)
    needed = models.FloatField(default=0.5, help_text="share of the weights below that must be there")
    scale = models.CharField(max_length=10, choices=Scale, default=Scale.MINMAX)
    is_good = models.BooleanField(default=True)
    is_log = models.BooleanField(default=False)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    indicator = models.CharField(max_length=60, blank=True)
    per_km2 = models.BooleanField(default=False)
    source = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weight__gt=0), name="index_node_weighs"),
            models.CheckConstraint(condition=Q(needed__gte=0, needed__lte=1), name="index_node_needed_is_share"),
        ]

    def __str__(self) -> str:
        return self.key


class IndexValue(models.Model):
    """What an indicator of an index came to in a community in a month, as somebody imported it."""

    key = models.CharField(max_length=60)
    area_code = AreaCodeField(help_text="of a community")
    month = models.DateField(help_text="its first day")
    value = models.FloatField()
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "key", "area_code"], name="index_value_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.area_code} {self.month:%Y-%m}"


class IndexEdition(models.Model):
    """An index of a month as it was published, with all that it was reckoned from. Append-only.

    `tree`: as `rules.indextree.as_data` writes it. `given`: {key: {area: value}}. `found`: {area: {score, rank,
    low, high, known}}. `digest`: the SHA-256 of the three, written canonically.
    """

    root = models.CharField(max_length=60)
    month = models.DateField()
    number = models.PositiveIntegerField(help_text="1 is the first; a later one replaces it, with a reason")
    reason = models.TextField(blank=True)
    tree = models.JSONField()
    names = models.JSONField(help_text="{key: [Chinese, English]}")
    given = models.JSONField()
    found = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "month", "number"], name="index_edition_once")]

    def __str__(self) -> str:
        return f"{self.root} {self.month:%Y-%m} {self.number}"
