"""Who acts: one post of one account, with what it may do and how far it reaches."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from citygrid.kernel.errors import NotPermitted


class Axis(StrEnum):
    """The separated powers: who finds and judges, who directs, who handles; support runs the system."""

    SUPERVISION = "supervision"
    COMMAND = "command"
    HANDLING = "handling"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a post sees: area code prefixes, units (None: any), category key prefixes (empty: any)."""

    areas: tuple[str, ...] = ()
    units: frozenset[UUID] | None = None
    categories: tuple[str, ...] = ()

    def covers_area(self, code: str) -> bool:
        return any(code.startswith(prefix) for prefix in self.areas)

    def meets(self, areas: Iterable[str]) -> bool:
        """Whether any of these areas lies in it, or around a part of it."""
        return any(self.covers_area(area) or any(mine.startswith(area) for mine in self.areas) for area in areas)

    def within(self, area_code: str) -> "Reach":
        """As far as it reaches inside an area: what is asked of one area is asked once, by its code alone."""
        inside = tuple(prefix for prefix in self.areas if prefix.startswith(area_code))
        return replace(self, areas=(area_code,) if self.covers_area(area_code) else inside)


EVERYWHERE = Reach(areas=("",))


@dataclass(frozen=True, slots=True)
class Actor:
    """One account acting as one of its posts. Built by `access`; everything below knows only this."""

    role: str
    axis: Axis
    reach: Reach
    permissions: frozenset[str]
    label: str
    account_id: UUID | None = None
    post_id: UUID | None = None
    unit_id: UUID | None = None
    is_automatic: bool = False

    def may(self, permission: str) -> bool:
        return self.is_automatic or permission in self.permissions

    def require(self, permission: str) -> None:
        """NotPermitted (403) unless this post holds the permission."""
        if not self.may(permission):
            raise NotPermitted(permission=permission)


def system_actor(label: str, *, axis: Axis = Axis.SUPPORT, areas: Iterable[str] = ("",)) -> Actor:
    """The platform itself acting (a job, a command, an automatic step), always marked as automatic."""
    return Actor(
        role="system",
        axis=axis,
        reach=Reach(areas=tuple(areas)),
        permissions=frozenset(),
        label=label,
        is_automatic=True,
    )
