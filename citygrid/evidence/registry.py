"""Who sees a photo is said by what it belongs to: modules above register how to ask them."""

from typing import Protocol
from uuid import UUID

from citygrid.kernel.actor import Actor
from citygrid.kernel.registry import Registry


class MaySee(Protocol):
    """Whether an actor sees the record (a report, a case) that photos are attached to."""

    def __call__(self, owner_id: UUID, actor: Actor) -> bool: ...


owners: Registry[MaySee] = Registry("evidence owners")
