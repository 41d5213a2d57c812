"""Patrols: one's own with the way, those of an area as sums alone."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet, Sum
from django.utils.translation import gettext as _

from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.words import in_language
from citygrid.terminal import permissions
from citygrid.terminal.models import Patrol, PatrolTrack


class OnPatrol(NamedTuple):
    """How often, how long and how far a post was on patrol that is over. No times, no places, no names."""

    post: str
    patrols: int
    minutes: int
    metres: int


def patrols(actor: Actor, *, start: int = 0, count: int = 50) -> QuerySet[Patrol]:
    """A page of the account's own patrols, the newest first."""
    actor.require(permissions.USE)
    return Patrol.objects.visible_to(actor).order_by("-started_at", "id")[start : start + count]


def patrol(patrol_id: UUID, actor: Actor) -> Patrol:
    """One of the account's own patrols; NotFound (404)."""
    actor.require(permissions.USE)
    found = Patrol.objects.visible_to(actor).filter(pk=patrol_id).first()
    if found is None:
        raise NotFound(what=_("patrol"))
    return found


def track(patrol_id: UUID, actor: Actor) -> QuerySet[PatrolTrack]:
    """The positions of one of the account's own patrols, in order; none of others, and none that were removed."""
    actor.require(permissions.USE)
    return PatrolTrack.objects.visible_to(actor).filter(patrol=patrol_id).order_by("at")


def sums(actor: Actor, since: datetime, until: datetime) -> list[OnPatrol]:
    """Sums of the posts in one's areas for patrols begun from `since` to `until`, by the title of the post.

    The order is no ranking, and there is no other. One query.
    """
    over = Patrol.objects.to_sum_up(actor).filter(started_at__range=(since, until), ended_at__isnull=False)
    lasted = ExpressionWrapper(F("ended_at") - F("started_at"), DurationField())
    rows: Any = over.order_by().values("post__title_zh", "post__title_en", "post")
    summed = rows.annotate(patrols=Count("id"), lasted=Sum(lasted), metres=Sum("metres"))
    return [
        OnPatrol(
            in_language(row["post__title_zh"], row["post__title_en"]),
            row["patrols"],
            int(row["lasted"].total_seconds() // 60),
            row["metres"],
        )
        for row in summed.order_by("post__title_zh", "post")
    ]
