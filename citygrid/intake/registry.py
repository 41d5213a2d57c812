"""What posts are to look for comes from whoever publishes such things; whoever shows it to them reads it here.

`intake` registers its own lists; modules above add theirs (campaigns, patrol plans), and the terminal reads them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from citygrid.kernel.actor import Actor
from citygrid.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class ToLookFor:
    """What a post is to look for, where and when: weekdays from 1 (Monday), hours at which three of them begin."""

    id: UUID
    category_key: str
    area_code: str
    weekdays: tuple[int, ...]
    hours: tuple[int, ...]
    note: str
    from_date: date
    until_date: date


class Publisher(Protocol):
    """What is published for this post on a day, the most pressing first."""

    def __call__(self, actor: Actor, on: date, /) -> Sequence[ToLookFor]: ...


publishers: Registry[Publisher] = Registry("publishers of what to look for")
