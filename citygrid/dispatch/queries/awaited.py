"""What was asked of the worker that trains models and replays them, and is not done yet."""

from datetime import date
from typing import NamedTuple

from citygrid.dispatch.choices import Target
from citygrid.dispatch.permissions import VIEW_RULES
from citygrid.kernel import jobs
from citygrid.kernel.actor import Actor

TRAIN, REPLAY = "dispatch.train", "dispatch.replay"


class AwaitedReplay(NamedTuple):
    """A model that is to be replayed on the closed cases of some days, both included."""

    sha256: str
    since: date
    until: date


class Awaited(NamedTuple):
    """Of which target a model is being learned or will be, and which replays are to come."""

    trainings: frozenset[Target]
    replays: tuple[AwaitedReplay, ...]


def awaited(actor: Actor) -> Awaited:
    """What is queued or being done. One query."""
    actor.require(VIEW_RULES)
    found = jobs.awaited(TRAIN, REPLAY)
    replays = [given for task, given in found if task == REPLAY]
    return Awaited(
        frozenset(Target(str(given["target"])) for task, given in found if task == TRAIN),
        tuple(AwaitedReplay(str(one["sha256"]), _day(one["since"]), _day(one["until"])) for one in replays),
    )


def _day(text: str | int) -> date:
    return date.fromisoformat(str(text))
