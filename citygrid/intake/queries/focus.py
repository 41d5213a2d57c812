"""What to look for, where and when: proposals, what is published, and what that means for a post."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from citygrid.geography import queries as geography
from citygrid.intake import models, permissions
from citygrid.intake.choices import FocusState
from citygrid.intake.registry import ToLookFor, publishers
from citygrid.kernel.actor import Actor

MOST_SHOWN = 100


def proposals(actor: Actor) -> QuerySet[models.Focus]:
    """What was proposed for the areas of who publishes, the surest first. One query."""
    actor.require(permissions.PUBLISH_FOCUS)
    rows = models.Focus.objects.visible_to(actor).filter(state=FocusState.PROPOSED)
    return rows.select_related("category").order_by("-lower", "id")[:MOST_SHOWN]


def published(actor: Actor, on: date, *, is_later: bool = False) -> QuerySet[models.Focus]:
    """What this post is to look for on a day, the surest first; `is_later`: also what begins later. One query."""
    actor.require(permissions.VIEW)
    rows = models.Focus.objects.visible_to(actor).filter(state=FocusState.PUBLISHED, until_date__gte=on)
    if not is_later:
        rows = rows.filter(from_date__lte=on)
    return rows.select_related("category").order_by("-lower", "id")[:MOST_SHOWN]


def published_for(actor: Actor, on: date) -> list[ToLookFor]:
    """The same as whoever reads `registry.publishers` is told it."""
    return [_told(row) for row in published(actor, on)]


def to_look_for(actor: Actor, now: datetime) -> list[ToLookFor]:
    """Everything that is published for this post today, whoever published it; the day is that of its first area."""
    zone = geography.time_zone_of(actor.reach.areas[0]) if any(actor.reach.areas[:1]) else None
    on = timezone.localdate(now, ZoneInfo(zone) if zone else None)
    return [one for publish in publishers.all().values() for one in publish(actor, on)]


def _told(row: models.Focus) -> ToLookFor:
    assert row.from_date and row.until_date  # noqa: S101 - of what is published; tells the type checker
    times = tuple(row.weekdays), tuple(row.hours)
    return ToLookFor(row.pk, row.category_id, row.area_code, *times, row.note, row.from_date, row.until_date)
