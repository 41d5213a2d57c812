"""What one version of a procedure says otherwise than another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from citygrid.workflow.rules.procedure import Action, Procedure, State

Part = State | Action
NAMES = {"code"}  # what tells parts apart is no difference between them


@dataclass(frozen=True)
class Difference:
    """A state or an action that is new (`before` is None), is gone (`after` is None), or says other things.

    `changed` are the names of its fields that differ.
    """

    before: Part | None
    after: Part | None
    changed: tuple[str, ...] = ()

    @property
    def part(self) -> Part:
        """The part as it is, or was where it is gone."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two is given
        return found


def differences(old: Procedure, new: Procedure) -> list[Difference]:
    """States first, then actions, in the order of the new version; what is gone comes last of its kind."""
    return [*_between(old.states, new.states), *_between(old.actions, new.actions)]


def _between(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Difference]:
    for code, after in new.items():
        before = old.get(code)
        changed = _changed(before, after) if before else ()
        if before is None or changed:
            yield Difference(before, after, changed)
    yield from (Difference(before, None) for code, before in old.items() if code not in new)


def _changed(before: Part, after: Part) -> tuple[str, ...]:
    names = (field.name for field in fields(after) if field.name not in NAMES)
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))
