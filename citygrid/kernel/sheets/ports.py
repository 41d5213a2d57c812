"""What a module registers so that its records can be exported and imported as a sheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound, Words
from citygrid.kernel.permissions import USE_SHEETS
from citygrid.kernel.registry import Registry
from citygrid.kernel.sheets.columns import Key, Row, Sheet, Values


@dataclass(frozen=True, slots=True)
class Change:
    """A record before and after: without `before` it is new, without `after` it is to be taken away again."""

    key: Key
    before: Values | None
    after: Values | None


class SheetPort(Protocol):
    """One kind of record as a sheet. `permission` is what reading, importing and undoing it demand.

    Ports inherit it.
    """

    @property
    def code(self) -> str: ...

    @property
    def title(self) -> Words: ...

    @property
    def about(self) -> Words: ...

    @property
    def permission(self) -> str: ...

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        """The columns with what may be chosen at present."""
        ...

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        """The records this actor may change, every column filled."""
        ...

    def count(self, actor: Actor, now: datetime) -> int:
        """How many records there are of `current`."""
        return sum(1 for _ in self.current(actor, now))

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        """Say with `row.fail` what is wrong beyond single cells: references, scope, what may not change.

        Cells that could not be read are "" here and have their fault. May complete values that were left blank.
        """
        ...

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        """Write checked changes through the module's services, or refuse them all.

        What is to be taken away again ends as the module ends things: closed, withdrawn, ended today.
        """
        ...


def touching(rows: Sequence[Row], standing: Mapping[Key, Values], key: Sequence[str]) -> list[Row]:
    """The rows that would change something: what stands already is not judged again."""
    return [row for row in rows if standing.get(tuple(row.values[code] for code in key)) != row.values]


SHEETS: Registry[SheetPort] = Registry("sheets")


def port_for(code: str, actor: Actor) -> SheetPort:
    """The sheet of this code. NotFound; NotPermitted for a post that may not keep these records."""
    found = SHEETS.all().get(code)
    if found is None:
        raise NotFound(what=_("kind of spreadsheet"), name=code)
    actor.require(USE_SHEETS)
    actor.require(found.permission)
    return found


def ports_of(actor: Actor) -> list[SheetPort]:
    """The sheets this post may use, in the order they were registered."""
    return [port for port in SHEETS.all().values() if actor.may(USE_SHEETS) and actor.may(port.permission)]
