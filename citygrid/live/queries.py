"""What is new for a post. Whether it may see it is asked of the modules that own it, at every change."""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple
from uuid import UUID

from citygrid.cases import queries as cases
from citygrid.intake import queries as intake
from citygrid.kernel import bell
from citygrid.kernel.actor import Actor
from citygrid.live.rules import COUNTS, event


def _of_cases(actor: Actor, ids: Sequence[str]) -> list[str]:
    return [event("case", **change._asdict()) for change in cases.changed(actor, [UUID(each) for each in ids])]


def _of_reports(actor: Actor, ids: Sequence[str]) -> list[str]:
    return [COUNTS] if intake.may_triage_any(actor, [UUID(each) for each in ids]) else []


def _of_notices(actor: Actor, ids: Sequence[str]) -> list[str]:
    return [COUNTS] if str(actor.account_id) in ids else []


def _post(actor: Actor) -> Hashable:
    """All that decides what a post may see, and what waits for it: actors who agree in it are asked for once."""
    return actor.role, actor.reach, actor.permissions


class Topic(NamedTuple):
    """How news of one kind are told: gathered for so many seconds, then asked for once for all who are alike."""

    seconds: float
    alike: Callable[[Actor], Hashable]
    news: Callable[[Actor, Sequence[str]], list[str]]


TOPICS = {
    bell.CASES: Topic(0.2, _post, _of_cases),
    bell.REPORTS: Topic(2.0, _post, _of_reports),
    bell.NOTICES: Topic(0.5, lambda actor: actor.account_id, _of_notices),
}


def news(topic: str, ids: Sequence[str], actors: Sequence[Actor]) -> list[list[str]]:
    """For each actor the events about these ids, in the order of the actors. At most one query an actor."""
    return [TOPICS[topic].news(actor, ids) for actor in actors]
