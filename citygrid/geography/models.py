"""Areas, grids, layers and lanes. Geography is public, so nothing here is scoped by actor."""

from typing import Any

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models import F, Func, Q
from django.db.models.functions import Left

from citygrid.geography.choices import AreaLayer, GridKind, LayerKind, Level
from citygrid.kernel.ids import uuid7
from citygrid.kernel.scope import AreaCodeField
from citygrid.kernel.words import Named

GRID_CODE_LENGTH = 20
CODE_LENGTH = 50


class DateRange(Func):
    """The half-open range [from, to) of two date columns; no end means for ever."""

    function = "daterange"
    output_field = DateRangeField()


class Dated(models.Model):
    """Valid from a day until the day before another; without an end, until further notice."""

    valid_from_date = models.DateField()
    valid_to_date = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


def is_dated(name: str) -> models.CheckConstraint:
    """Validity that ends after it begins."""
    return models.CheckConstraint(
        name=name, condition=Q(valid_to_date=None) | Q(valid_to_date__gt=F("valid_from_date"))
    )


def _level(level: Level, length: int, **parent: Any) -> Q:
    # A CHECK passes on NULL, so the presence of the parent is asked for apart.
    is_top = level == Level.DISTRICT
    return Q(level=level, code__regex=rf"^\d{{{length}}}$", parent__isnull=is_top, **parent)


class Area(Named, Dated):
    """A district, street or community. The code holds the hierarchy: its first digits are the parent's code."""

    code = AreaCodeField(primary_key=True)
    level = models.CharField(max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    geom = models.MultiPolygonField(srid=4326)
    time_zone = models.CharField(max_length=50, blank=True)
    calendar_key = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="area_code_holds_its_level_and_parent",
                condition=_level(Level.DISTRICT, 6)
                | _level(Level.STREET, 9, parent=Left("code", 6))
                | _level(Level.COMMUNITY, 12, parent=Left("code", 9)),
            ),
            models.CheckConstraint(
                name="area_time_belongs_to_districts",
                condition=Q(level=Level.DISTRICT) & ~Q(time_zone="") & ~Q(calendar_key="")
                | ~Q(level=Level.DISTRICT) & Q(time_zone="", calendar_key=""),
            ),
            models.CheckConstraint(name="area_outline_is_valid", condition=Q(geom__isvalid=True)),
            is_dated("area_validity_ends_after_it_begins"),
        ]


class Grid(models.Model):
    """A unit grid (cut from a community), or a duty or social-service grid made of unit grids."""

    code = AreaCodeField(primary_key=True, max_length=GRID_CODE_LENGTH)
    kind = models.CharField(max_length=10, choices=GridKind)
    community = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="grids")
    alias_code = models.CharField(max_length=GRID_CODE_LENGTH, blank=True)  # the 14-digit code of earlier years
    geom = models.MultiPolygonField(srid=4326)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="unit_grid_code_holds_its_community",
                condition=~Q(kind=GridKind.UNIT)
                | Q(code__regex=r"^\d{15}$", community__isnull=False, community=Left("code", 12)),
            ),
            models.UniqueConstraint(name="grid_alias_is_unique", fields=["alias_code"], condition=~Q(alias_code="")),
            models.CheckConstraint(name="grid_outline_is_valid", condition=Q(geom__isvalid=True)),
        ]

    def __str__(self) -> str:
        return self.code


class GridPart(models.Model):
    """A unit grid of a duty or social-service grid; it belongs to one of each kind at most."""

    grid = models.ForeignKey(Grid, models.CASCADE, related_name="parts")
    unit_grid = models.ForeignKey(Grid, models.PROTECT, related_name="part_of")
    kind = models.CharField(max_length=10, choices=GridKind)  # the kind of `grid`, repeated for the constraint

    class Meta:
        constraints = [
            models.UniqueConstraint(name="unit_grid_is_part_of_one_per_kind", fields=["unit_grid", "kind"]),
            models.CheckConstraint(name="unit_grids_have_no_parts", condition=~Q(kind=GridKind.UNIT)),
        ]

    def __str__(self) -> str:
        return f"{self.unit_grid_id} < {self.grid_id}"


class Layer(Named):
    """One of the six area layers, a thematic layer, or one of zones with hours (`rules.zones`).

    `owner_unit_id` is the organisation that keeps it. `tiles` is the level of the areas that its features together
    must cover without a gap; "" for none. `revision` counts the changes of its features; `changed_at` and
    `changed_by` are of the last one.
    """

    code = models.CharField(max_length=CODE_LENGTH, primary_key=True, db_collation="C")
    kind = models.CharField(max_length=10, choices=LayerKind)
    owner_unit_id = models.UUIDField(null=True, blank=True)
    tiles = models.CharField(max_length=10, choices=Level, blank=True)
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="area_layers_are_the_six",
                condition=Q(kind=LayerKind.AREA, code__in=AreaLayer.values)
                | ~Q(kind=LayerKind.AREA) & ~Q(code__in=AreaLayer.values),
            ),
        ]


class Feature(Named, Dated):
    """One version of a feature of a layer; versions of the same code never overlap in time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    layer = models.ForeignKey(Layer, models.PROTECT, related_name="features")
    code = models.CharField(max_length=CODE_LENGTH, db_collation="C")
    geom = models.GeometryField(srid=4326)
    responsible_unit_id = models.UUIDField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="feature_versions_do_not_overlap",
                expressions=[
                    ("layer", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (DateRange("valid_from_date", "valid_to_date"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="feature_outline_is_valid", condition=Q(geom__isvalid=True)),
            is_dated("feature_validity_ends_after_it_begins"),
        ]


class LayerDraft(models.Model):
    """Changes to a layer that are not published yet; one for each layer, whoever works on it.

    `revision` counts its saves, `based_on` is the revision of the layer it was made for, `from_date` the day from
    which it is to hold.
    """

    layer = models.OneToOneField(Layer, models.PROTECT, primary_key=True, related_name="draft")
    from_date = models.DateField()
    based_on = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)
    origin = models.CharField(max_length=200, blank=True)  # the file it was made from
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"draft of {self.layer_id}"


class DraftFeature(Named):
    """What becomes of one feature of the draft's layer: it is put as it stands here, or removed."""

    draft = models.ForeignKey(LayerDraft, models.CASCADE, related_name="features")
    code = models.CharField(max_length=CODE_LENGTH, db_collation="C")
    is_removed = models.BooleanField(default=False)
    geom = models.GeometryField(srid=4326, null=True, blank=True)
    responsible_unit_id = models.UUIDField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    valid_to_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="draft_has_a_feature_once", fields=["draft", "code"]),
            models.CheckConstraint(
                name="drafted_outline_is_there_and_valid",
                condition=Q(is_removed=True) | Q(geom__isnull=False, geom__isvalid=True),
            ),
        ]


class Publication(models.Model):
    """A draft that became the layer: who, when, from which day, and how to change that back.

    `changes`: [{"code", "added": id or null, "ended": [id, its earlier end] or null, "replaced": a whole version or
    null}]. `layer_revision` is what the layer's became by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    layer = models.ForeignKey(Layer, models.PROTECT, related_name="publications")
    from_date = models.DateField()
    at = models.DateTimeField()
    actor_label = models.CharField(max_length=120)
    note = models.CharField(max_length=500, blank=True)
    counts = models.JSONField()
    changes = models.JSONField()
    layer_revision = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["layer", "-at"], name="publication_by_layer")]

    def __str__(self) -> str:
        return f"{self.layer_id} from {self.from_date}"


class Lane(Named):
    """A street or lane by its centre line, in the area (of any level) that it is kept under."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=CODE_LENGTH, db_collation="C")
    area = models.ForeignKey(Area, models.PROTECT, related_name="lanes")
    geom = models.MultiLineStringField(srid=4326)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="lane_code_is_unique_in_its_area", fields=["area", "code"]),
        ]
