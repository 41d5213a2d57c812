"""What is plugged in here: what photos belong to (known above), and what looks for parts of a picture to hide."""

from collections.abc import Collection, Mapping, Sequence
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


@dataclass(frozen=True)
class Box:
    """A part of a picture, upright: its left and upper edge, width and height in parts of the whole, 0 to 1."""

    kind: str  # choices.Hidden
    left: float
    top: float
    width: float
    height: float


class Detector(Protocol):
    """What of a picture (JPEG, upright) should perhaps be hidden. It proposes; a person decides."""

    def __call__(self, picture: bytes, /) -> Sequence[Box]: ...


owners: Registry[Owner] = Registry("evidence owners")
parts: Registry[Parts] = Registry("parts of evidence owners")
public_parts: Registry[Parts] = Registry("parts of evidence owners that may be shown to everybody")
detectors: Registry[Detector] = Registry("detectors of what to hide")
