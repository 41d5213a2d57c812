"""How good the reports of posts are, as counters of their work. What people report is counted for nobody."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from citygrid.access import queries as access
from citygrid.intake import models, permissions
from citygrid.intake.choices import Flaw, ReportState
from citygrid.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Counters:
    """Of the reports a post sent in a period: all, those that became cases, those refused, and with each flaw."""

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    flaws: dict[Flaw, int] = field(default_factory=lambda: dict.fromkeys(Flaw, 0))


@dataclass(frozen=True, slots=True)
class Quality:
    """A post, who holds it today, and its counters."""

    post: Any
    names: tuple[str, ...]
    counters: Counters


def of_posts(actor: Actor, since: datetime, until: datetime) -> list[Quality]:
    """The counters of the posts that reported, of those that work in the reach of who oversees them, by title.

    Reports received from `since` to before `until`, with what has come of them by now. Two queries.
    """
    actor.require(permissions.VIEW_QUALITY)
    staff = [one for one in access.staffed_posts(_reporting_roles(), now=until) if actor.reach.meets(one.post.areas)]
    counted = _counters([one.post.pk for one in staff], since, until)
    return [Quality(one.post, one.names, counted[one.post.pk]) for one in staff if one.post.pk in counted]


def of_own_post(actor: Actor, since: datetime, until: datetime) -> Counters:
    """The same of the post that asks. One query."""
    actor.require(permissions.VIEW)
    own = [actor.post_id] if actor.post_id else []
    return _counters(own, since, until).get(actor.post_id, Counters()) if own else Counters()


def _reporting_roles() -> set[str]:
    """The roles that report what they see and decide on no report."""
    found = access.roles().items()
    return {
        code for code, role in found if permissions.RECEIVE in role.grants and permissions.TRIAGE not in role.grants
    }


def _counters(posts: Collection[UUID], since: datetime, until: datetime) -> dict[UUID | None, Counters]:
    """By post; those that sent nothing are left out. One query of the index of posts, no other report is read."""
    rows = models.Report.objects.unscoped(reason="the counters of a post are of all its reports")
    within = rows.filter(post__in=posts, received_at__gte=since, received_at__lt=until).order_by()
    told: dict[str, Any] = {
        "sent": Count("id"),
        "accepted": Count("id", filter=Q(state=ReportState.ACCEPTED)),
        "refused": Count("id", filter=Q(state=ReportState.REFUSED)),
        **{str(flaw): Count("id", filter=Q(flaws__contains=[flaw])) for flaw in Flaw},
    }
    counted: Any = within.values("post").annotate(**told)
    return {
        row["post"]: Counters(row["sent"], row["accepted"], row["refused"], {flaw: row[flaw] for flaw in Flaw})
        for row in counted
    }
