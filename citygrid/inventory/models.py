from typing import Any

from django.contrib.gis.db.models import PointField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Right, Substr
from django.db.models.lookups import Exact

from citygrid.inventory.choices import Change, DataSource, State
from citygrid.kernel.actor import Actor
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, any_prefix
from citygrid.kernel.words import Named


class ComponentQuerySet(ScopedQuerySet):
    """Components of the areas a post reaches."""

    def scope_for(self, actor: Actor) -> Q:
        return any_prefix("area_code", actor.reach.areas)


def _unit(**options: Any) -> models.ForeignKey:
    return models.ForeignKey("access.Organisation", models.PROTECT, null=True, related_name="+", **options)


class Component(Named, ScopedModel):
    """A component of the city with the 18 attributes of the standard.

    The area attributes follow from `area_code`, the most precise code known of its place. Authority, owner and
    maintainer are kept as registered (credit code and name); where the organisation is known here, it is linked too.
    """

    id = models.CharField(primary_key=True, max_length=17, db_collation="C")
    alias_code = models.CharField(max_length=16, blank=True, db_collation="C")  # 16 digits, of earlier standards
    category = models.ForeignKey("catalogue.Category", models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=30)
    name_en = models.CharField(max_length=100, blank=True)
    authority_code = models.CharField(max_length=18)
    authority_name = models.CharField(max_length=100)
    authority = _unit(db_index=False)
    owner_code = models.CharField(max_length=18, blank=True)
    owner_name = models.CharField(max_length=100, blank=True)
    owner = _unit(db_index=False)
    maintainer_code = models.CharField(max_length=18, blank=True)
    maintainer_name = models.CharField(max_length=100, blank=True)
    maintainer = _unit()
    area_code = AreaCodeField()
    location = PointField(srid=4326)
    state = models.CharField(max_length=10, choices=State, default=State.INTACT)
    initial_date = models.DateField()
    change_date = models.DateField(null=True)
    data_source = models.CharField(max_length=30, choices=DataSource, blank=True)
    remark = models.CharField(max_length=1000, blank=True)

    objects = ComponentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["area_code", "category"], name="component_by_area")]
        constraints = [
            models.CheckConstraint(condition=Q(id__regex=r"^\d{17}$"), name="component_id_has_17_digits"),
            models.CheckConstraint(
                condition=Exact(Left("area_code", 6), Left("id", 6)), name="component_id_has_district"
            ),
            models.CheckConstraint(
                condition=Exact(Right("category", 5), Substr("id", 7, 5)), name="component_id_has_category"
            ),
            models.UniqueConstraint(fields=["alias_code"], condition=~Q(alias_code=""), name="component_alias_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="component_state_known"),
            models.CheckConstraint(
                condition=Q(change_date=None) | Q(change_date__gte=models.F("initial_date")),
                name="component_changes_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class ComponentChange(models.Model):
    """One entry of a component's history: from what to what, who, when, why. Append-only."""

    component = models.ForeignKey(Component, models.PROTECT, related_name="history")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Change)
    changes = models.JSONField(help_text="field to [from, to]")
    reason = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=100, blank=True, help_text='what led to it, as "cases.case/<id>"')
    account = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("access.Post", models.PROTECT, null=True, related_name="+")
    label = models.CharField(max_length=120)
    is_automatic = models.BooleanField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=Change.values), name="component_change_kind_known")]

    def __str__(self) -> str:
        return f"{self.component_id} {self.kind}"
