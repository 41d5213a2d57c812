"""What photos belong to is known above: modules register how to ask whether a record is seen, and where it lies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.contrib.gis.geos import Point

from citygrid.kernel.actor import Actor
from citygrid.kernel.registry import Registry


@dataclass(frozen=True)
class Seen:
    """A record as its photos are held against it: where it lies, WGS-84, if that is known."""

    where: Point | None = None


class Owner(Protocol):
    """The record (a report, a case) that photos are attached to, if the actor sees it; else None."""

    def __call__(self, owner_id: UUID, actor: Actor, /) -> Seen | None: ...


class Parts(Protocol):
    """The records whose photos are shown with those of these (the reports of cases), each with its whole."""

    def __call__(self, owner_ids: Collection[UUID], /) -> Mapping[UUID, UUID]: ...


owners: Registry[Owner] = Registry("evidence owners")
parts: Registry[Parts] = Registry("parts of evidence owners")
