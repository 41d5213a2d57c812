"""What the posts of the demo are to look for: proposed from its week, published by a shift leader."""

from datetime import datetime, timedelta

from django.utils.timezone import localdate

from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.kernel.actor import Actor
from citygrid.simulator.queries import actors
from citygrid.simulator.rules.people import CODE

PUBLISHED, OWN = 8, 2  # of the proposals, the surest; and of those where the first supervisor works
NOTE = "演练：请结合日常巡查留意，发现即上报，附现场照片。"


def publish_focus(*, actor: Actor, now: datetime) -> int:
    """Propose what to look for, and publish the first of it for a week; returns how many lines."""
    intake_services.propose_focus(district_code=CODE, actor=actor, now=now)
    leader, walker = (next(one for one in actors(now) if one.role == role) for role in ("shift_leader", "supervisor"))
    proposals = list(intake.proposals(leader))
    own = [one for one in proposals if walker.reach.covers_area(one.area_code)]
    chosen = {one.pk for one in (*proposals[:PUBLISHED], *own[:OWN])}
    if not chosen:
        return 0
    today = localdate(now)
    days = {"from_date": today, "until_date": today + timedelta(days=6)}
    return len(intake_services.publish_focus(ids=chosen, **days, note=NOTE, actor=leader, now=now))
