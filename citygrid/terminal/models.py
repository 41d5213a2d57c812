from typing import Self

from django.contrib.gis.db.models import PointField
from django.db import models
from django.db.models import F, Q

from citygrid.kernel.actor import Actor
from citygrid.kernel.scope import AreaCodeField, ScopedModel, ScopedQuerySet, any_prefix
from citygrid.terminal.permissions import OVERSEE_PATROLS


class PatrolQuerySet(ScopedQuerySet):
    """Only one's own."""

    def scope_for(self, actor: Actor) -> Q:
        return Q(account_id__isnull=False, account_id=actor.account_id)

    def to_sum_up(self, actor: Actor) -> Self:
        """Those in the areas of who oversees them, for sums alone: nothing else of them may be shown."""
        actor.require(OVERSEE_PATROLS)
        return self._scoped(any_prefix("area_code", actor.reach.areas))


class Patrol(ScopedModel):
    """One shift outside, under an id the phone made. Times are those of the phone, `received_at` is ours.

    Its sums stay when its positions are removed.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    post = models.ForeignKey("access.Post", models.PROTECT, related_name="+")
    area_code = AreaCodeField(blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    is_forgotten = models.BooleanField(default=False, help_text="it ended by itself")
    received_at = models.DateTimeField()
    is_doubtful = models.BooleanField(default=False, help_text="some of its times were told by a clock that is wrong")
    metres = models.PositiveIntegerField(default=0)
    positions = models.PositiveIntegerField(default=0)
    reports = models.PositiveIntegerField(default=0)
    track_removed_at = models.DateTimeField(null=True)

    objects = PatrolQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [
            models.Index(fields=["account", "-started_at"], name="patrol_of_account"),
            models.Index(fields=["started_at"], condition=Q(track_removed_at=None), name="patrol_with_track"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(ended_at=None), name="one_open_patrol_an_account"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="patrol_ends_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class PatrolTrackQuerySet(ScopedQuerySet):
    """Only of one's own patrols, whatever the post."""

    def scope_for(self, actor: Actor) -> Q:
        return Q(patrol__account_id__isnull=False, patrol__account_id=actor.account_id)


class PatrolTrack(ScopedModel):
    """One position of a patrol: where the phone was at a moment of its clock, and when we were told."""

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="track")
    at = models.DateTimeField()
    location = PointField(spatial_index=False)  # nobody may look for who was where
    accuracy_m = models.FloatField()
    received_at = models.DateTimeField()
    is_doubtful = models.BooleanField(help_text="the clock of the phone differed from ours by more than five minutes")

    objects = PatrolTrackQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patrol", "at"], name="one_position_at_a_moment")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
