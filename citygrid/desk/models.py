from django.db import models
from django.db.models import Q

from citygrid.desk.choices import Audience, ListPage
from citygrid.desk.permissions import SHARE_VIEWS
from citygrid.desk.rules import LONGEST_NAME, LONGEST_QUERY
from citygrid.kernel.actor import Actor
from citygrid.kernel.ids import uuid7
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, any_prefix


class SavedViewQuerySet(ScopedQuerySet):
    """One's own views, those of one's unit, and those shared from around one's area (inside it to who may)."""

    def scope_for(self, actor: Actor) -> Q:
        around = {code[:length] for code in actor.reach.areas for length in range(len(code) + 1)}
        shared = Q(audience=Audience.SHARED, area_code__in=sorted(around))
        of_unit = Q(audience=Audience.UNIT, unit=actor.unit_id) if actor.unit_id else Q(pk__in=[])
        return self._kept_by(actor) | of_unit | shared

    def kept_by(self, actor: Actor) -> "SavedViewQuerySet":
        """Those the actor may drop: its own, and by who may share all that are shared inside its area."""
        return self.visible_to(actor).filter(self._kept_by(actor))

    def _kept_by(self, actor: Actor) -> Q:
        own = Q(account=actor.account_id)
        inside = any_prefix("area_code", actor.reach.areas) & Q(audience=Audience.SHARED)
        return own | inside if actor.may(SHARE_VIEWS) else own


class SavedView(ScopedModel):
    """The filter and the order of a list under a name: the query of its address, without the page."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area_code = AreaCodeField(blank=True)  # of the post that kept it
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    unit = models.ForeignKey("access.Organisation", models.PROTECT, null=True, related_name="+")
    page = models.CharField(max_length=20, choices=ListPage.choices)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    changed_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["area_code"], condition=Q(audience="shared"), name="view_shared_by_area")]
        constraints = [
            models.UniqueConstraint(fields=["account", "page", "name"], name="view_once_per_account_and_page"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="view_audience_known"),
            models.CheckConstraint(condition=Q(page__in=ListPage.values), name="view_page_known"),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.name}"


class OwnKeysQuerySet(ScopedQuerySet):
    """Only one's own."""

    def scope_for(self, actor: Actor) -> Q:
        return Q(account=actor.account_id)


class OwnKeys(ScopedModel):
    """The letters that a person chose for keys, by the code of what they do; the others are the usual ones."""

    account = models.OneToOneField("access.Account", models.PROTECT, primary_key=True, related_name="+")
    letters = models.JSONField()
    changed_at = models.DateTimeField()

    objects = OwnKeysQuerySet.as_manager()  # type: ignore[misc]

    def __str__(self) -> str:
        return " ".join(sorted(self.letters.values()))
