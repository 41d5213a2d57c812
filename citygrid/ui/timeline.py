"""Entries of `ui/_timeline.html`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened: what, when, by whom and why; `detail` holds (label, value) pairs.

    An automatic act says so, and its `reason` says why it was done.
    """

    at: datetime
    title: str
    actor: str = ""
    reason: str = ""
    icon: str = "check"
    is_automatic: bool = False
    detail: tuple[tuple[str, str], ...] = ()
