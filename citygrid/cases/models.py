from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Self

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Case as Choice
from django.db.models import F, Func, Q, Value, When
from django.db.models.functions import Cast, Concat, Left, Right, Substr
from django.db.models.lookups import Exact

from citygrid.cases.choices import LinkKind, Source
from citygrid.cases.rules import CaseState, PastStep
from citygrid.kernel.actor import Actor
from citygrid.kernel.ids import uuid7
from citygrid.kernel.models.fields import TransactionIdField
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, Unscoped, any_prefix
from citygrid.kernel.worktime import Clock, Limit

ASKED = "?"  # before the name of a request, where a stage is one
WAITS = Q(stage__isnull=False)
NEVER_PUBLIC = ("voided", "bundled")  # states of a case that is none, or is another one by now
CELL_ZOOM = 21
CELL: Any = {
    "output_field": models.IntegerField(null=True),
    "db_persist": True,
    "help_text": f"the map tile of zoom {CELL_ZOOM} where it lies",
}
# A state means what its procedure says.
UNDER = (F("procedure"), Value("/"), Cast("procedure_version", models.CharField(max_length=10)), Value("/"))


class CaseQuerySet(ScopedQuerySet):
    """Cases of the areas, units and categories a post reaches; or what is public, for everybody."""

    def public(self, schemes: Iterable[str]) -> Self:
        """What everybody may see, of categories of these schemes."""
        return self._scoped(Q(is_public=True) & any_prefix("category_id", [f"{scheme}/" for scheme in schemes]))

    def scope_for(self, actor: Actor) -> Q:
        reach = actor.reach
        scope = any_prefix("area_code", reach.areas)
        if reach.units is not None:
            scope &= Q(unit__in=reach.units)
        if reach.categories:
            scope &= any_prefix("category_id", reach.categories)
        return scope


class Case(ScopedModel):
    """A case. What follows from its steps is in `STATE_FIELDS`: the fold of them, kept in the same transaction."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=30, unique=True, db_collation="C")
    district_code = AreaCodeField()
    area_code = AreaCodeField()
    category = models.ForeignKey("catalogue.Category", on_delete=models.PROTECT, related_name="+")
    component = models.ForeignKey(
        "inventory.Component", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    procedure = models.CharField(max_length=60)
    procedure_version = models.PositiveIntegerField()
    calendar = models.CharField(max_length=60)
    source = models.CharField(max_length=20, choices=Source)
    summary = models.TextField()
    address = models.CharField(max_length=300, blank=True)
    location = PointField(null=True)

    state = models.CharField(max_length=40)
    is_open = models.BooleanField()
    pending = models.CharField(max_length=40, blank=True)
    pending_data = models.JSONField(default=dict)
    unit = models.ForeignKey("access.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(
        "access.Post",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="whose task it is, where its state is assigned",
    )
    standard = models.ForeignKey("catalogue.FilingStandard", null=True, on_delete=models.PROTECT, related_name="+")
    limit = models.JSONField(null=True)
    due = models.DateTimeField(null=True)
    clock = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    is_provisional = models.BooleanField(default=False)
    node_due_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    on_time = models.BooleanField(null=True)
    counts = models.JSONField(default=dict)
    work = models.JSONField(null=True, help_text="what crews have to do, by post; NULL: nothing, as of nearly all")
    head_seq = models.PositiveIntegerField()
    head_at = models.DateTimeField()
    head_hash = models.BinaryField()
    is_withheld = models.BooleanField(default=False, help_text="somebody keeps it from the public")
    is_public = models.GeneratedField(
        expression=Choice(
            When(Q(filed_at__isnull=False, is_withheld=False) & ~Q(state__in=NEVER_PUBLIC), then=True), default=False
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text="whether it is shown to everybody, where the scheme of its category is",
    )
    stage = models.GeneratedField(
        expression=Choice(
            When(is_open=False, then=None),
            When(pending="", then=Concat(*UNDER, F("state"))),
            default=Concat(*UNDER, Value(ASKED), F("pending")),
        ),
        output_field=models.CharField(max_length=120, null=True, db_collation="C"),
        db_persist=True,
        help_text="what an open case waits for (`stage_code`): the step after its state, or the answer to a request",
    )

    cell_x = models.GeneratedField(expression=Func("location", function="citygrid_cell_x"), **CELL)
    cell_y = models.GeneratedField(expression=Func("location", function="citygrid_cell_y"), **CELL)

    objects = CaseQuerySet.as_manager()  # type: ignore[misc]

    STATE_FIELDS = (
        *(
            "state",
            "is_open",
            "pending",
            "pending_data",
            "unit_id",
            "assignee_id",
            "standard_id",
            "limit",
            "due",
            "clock",
            "due_at",
        ),
        *("warn_at", "is_provisional", "node_due_at", "until_at", "opened_at", "filed_at", "dispatched_at"),
        *("handled_at", "closed_at", "on_time", "counts", "work", "head_seq", "head_at"),
    )

    MATTER_FIELDS = ("category_id", "component_id", "area_code", "location", "address")

    class Meta:
        indexes = [
            # What waits is read stage by stage, the earliest first (`queries.waiting`).
            models.Index(
                fields=["stage", "due_at", "opened_at", "id", "area_code"], condition=WAITS, name="case_waiting"
            ),
            models.Index(fields=["unit", "stage", "due_at"], condition=WAITS, name="case_of_unit"),
            models.Index(fields=["due_at", "-id", "area_code"], name="case_by_due"),
            models.Index(F("due_at").desc(nulls_last=True), F("id").desc(), "area_code", name="case_by_due_last"),
            # Lists show the newest 50. Codes are compared inside the index, so that a narrow scope stays cheap too.
            models.Index(fields=["-opened_at", "-id", "area_code"], name="case_newest"),
            models.Index(
                fields=["-opened_at", "-id", "area_code"], condition=Q(is_open=True), name="case_newest_open"
            ),
            models.Index(fields=["state", "-opened_at", "-id", "area_code"], name="case_newest_of_state"),
            models.Index(fields=["area_code", "opened_at"], name="case_by_area"),
            models.Index(fields=["unit", "-opened_at", "-id", "area_code"], name="case_by_unit"),
            models.Index(
                fields=["component", "-opened_at", "-id"],
                condition=Q(component__isnull=False),
                name="case_of_component",
            ),
            models.Index(fields=["assignee", "due_at"], condition=Q(assignee__isnull=False), name="case_of_assignee"),
            GinIndex(fields=["work"], condition=Q(work__isnull=False), name="case_of_crew"),
            models.Index(fields=["until_at"], condition=Q(state="hung"), name="case_to_resume"),
            models.Index(
                fields=["-opened_at", "-id", "category", "area_code"], condition=Q(is_public=True), name="case_public"
            ),
            models.Index(fields=["head_at"], condition=Q(is_public=True), name="case_public_by_change"),
            models.Index(fields=["due_at"], condition=Q(is_provisional=True), name="case_provisional"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(is_open=True) | Q(closed_at__isnull=False), name="case_ends_at_a_time"),
            # The 17 digits of a component say district and category (inventory); those of a case are the same.
            models.CheckConstraint(
                condition=Q(component__isnull=True)
                | Q(Exact(Left("component", 6), F("district_code")))
                & Q(Exact(Substr("component", 7, 5), Right("category", 5))),
                name="case_component_of_its_district_and_category",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def as_state(self) -> CaseState:
        """The fold so far, read back from the row."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.STATE_FIELDS}
        values["limit"] = Limit(*self.limit) if self.limit else None
        values["clock"] = Clock.from_dict(self.clock) if self.clock else None
        values["work"] = self.work or {}
        return CaseState(**values)

    def matter(self) -> dict[str, Any]:
        """What it is about, under the words of `rules.matter`: category, component (or None), area, location ([lon,
        lat]) and address.
        """
        location = list(self.location.coords) if self.location else None
        return {
            "category": self.category_id,
            "component": self.component_id,
            "area": self.area_code,
            "location": location,
            "address": self.address,
        }

    def take_matter(self, said: Mapping[str, Any]) -> None:
        """Put what a correction says into the row."""
        self.category_id = said.get("category", self.category_id)
        self.component_id = said.get("component", self.component_id)
        self.area_code = said.get("area", self.area_code)
        self.address = said.get("address", self.address)
        if "location" in said:
            at = said["location"]
            self.location = Point(at[0], at[1], srid=4326) if at else None

    def take_over(self, state: CaseState) -> None:
        """Put a fold into the row."""
        for name, value in row_values(state).items():
            setattr(self, name, value)


class Step(models.Model):
    """One step of a case. Append-only; each is bound to the one before it by `hash`."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    action = models.CharField(max_length=60)
    state = models.CharField(max_length=40)
    axis = models.CharField(max_length=20)
    at = models.DateTimeField()
    account = models.ForeignKey("access.Account", null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey("access.Post", null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=120)
    is_automatic = models.BooleanField()
    data = models.JSONField(default=dict)
    hash = models.BinaryField()
    txid = TransactionIdField()

    class Meta:
        indexes = [
            BrinIndex(fields=["at"], name="step_by_time"),
            models.Index(fields=["account", "-at"], condition=Q(account__isnull=False), name="step_by_account"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="step_once"),
            ExclusionConstraint(
                name="one_axis_per_account_and_case",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    ("axis", RangeOperators.NOT_EQUAL),
                ],
                condition=Q(account__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.seq} {self.action}"

    def as_past(self) -> PastStep:
        """The recorded facts, as the rules know them."""
        return PastStep(**step_values(self))


class CaseLink(models.Model):
    """Two cases that belong together."""

    source = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")
    target = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=20, choices=LinkKind)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind"], name="one_link_of_a_kind"),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="no_link_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class TallyQuerySet(ScopedQuerySet):
    """Counts of the areas and units a post reaches; one narrowed to categories must not ask for them."""

    def scope_for(self, actor: Actor) -> Q:
        reach = actor.reach
        if reach.categories:
            raise Unscoped("Tallies know no categories.")
        scope = any_prefix("area_code", reach.areas)
        return scope if reach.units is None else scope & Q(unit__in=reach.units)


class Counted(ScopedModel):
    """Ended cases of a community and a unit, counted where they lie."""

    AREA_DIGITS = 12

    area_code = AreaCodeField(max_length=AREA_DIGITS)
    unit = models.ForeignKey("access.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    count = models.IntegerField()

    objects = TallyQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        abstract = True


class Tally(Counted):
    """How many ended cases lie in a cell of the map at a zoom. Kept by `services.fold_tallies`."""

    zoom = models.PositiveSmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["zoom", "x", "y", "area_code", "unit"], nulls_distinct=False, name="tally_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zoom}/{self.x}/{self.y} {self.count}"


class TallyChange(Counted):
    """One case more or less that is not in the tallies yet. Written by the database whenever a case ends or moves."""

    cell_x = models.IntegerField()
    cell_y = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.cell_x}/{self.cell_y} {self.count:+d}"


def stage_code(procedure: str, version: int, *, state: str = "", request: str = "") -> str:
    """A stage as the database writes it: a state, or a request that waits for its answer."""
    return f"{procedure}/{version}/{ASKED}{request}" if request else f"{procedure}/{version}/{state}"


def row_values(state: CaseState) -> dict[str, Any]:
    """A fold as column values."""
    values = {name: getattr(state, name) for name in Case.STATE_FIELDS}
    values["limit"] = [str(state.limit.value), str(state.limit.unit)] if state.limit else None
    values["clock"] = state.clock.to_dict() if state.clock else None
    values["pending_data"] = dict(state.pending_data)
    values["counts"] = dict(state.counts)
    values["work"] = dict(state.work) or None
    return values


def step_values(step: PastStep | Step) -> dict[str, Any]:
    """The recorded facts of a step, by name."""
    return {field.name: getattr(step, field.name) for field in fields(PastStep)}
