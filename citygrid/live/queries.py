"""What is new for a post. Whether it may see it is asked of the modules that own it, at every change."""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple
from uuid import UUID

from citygrid.cases import queries as cases
from citygrid.intake import queries as intake
from citygrid.intake.choices import ReportState
from citygrid.kernel import bell
from citygrid.kernel.actor import Actor
from citygrid.live.rules import COUNTS, event

News = list[list[str]]  # events, for each actor


def _of_cases(actors: Sequence[Actor], ids: Sequence[str]) -> News:
    changed = cases.changed(actors, [UUID(each) for each in ids])
    return [[event("case", **change._asdict()) for change in seen] for seen in changed]


def _of_reports(actors: Sequence[Actor], ids: Sequence[str]) -> News:
    keys = [UUID(each) for each in ids]
    seen = [intake.to_triage(actor, keys) for actor in actors]
    return [[COUNTS, *(_report(key, state) for key, state in states.items())] if states else [] for states in seen]


def _report(key: UUID, state: str) -> str:
    return event("report", number=str(key), state=state, waits=state == ReportState.RECEIVED)


def _of_notices(actors: Sequence[Actor], ids: Sequence[str]) -> News:
    return [[COUNTS] if str(actor.account_id) in ids else [] for actor in actors]


def _post(actor: Actor) -> Hashable:
    """All that decides what a post may see, and what waits for it: actors who agree in it are asked for once.

    Inside a unit that is also the post itself: each of its crews has work of its own.
    """
    post_id = actor.post_id if actor.reach.units is not None else None
    return actor.role, actor.reach, actor.permissions, post_id


class Topic(NamedTuple):
    """How news of one kind are told: gathered for so many seconds, then asked for once for all who are alike."""

    seconds: float
    alike: Callable[[Actor], Hashable]
    news: Callable[[Sequence[Actor], Sequence[str]], News]


TOPICS = {
    bell.CASES: Topic(0.2, _post, _of_cases),
    bell.REPORTS: Topic(2.0, _post, _of_reports),
    bell.NOTICES: Topic(0.5, lambda actor: actor.account_id, _of_notices),
}


def news(topic: str, ids: Sequence[str], actors: Sequence[Actor]) -> News:
    """For each actor the events about these ids. One query for cases, one for each post that decides for reports."""
    return TOPICS[topic].news(actors, ids)
