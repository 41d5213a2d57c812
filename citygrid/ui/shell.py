"""What stands around a staff page. The surface that owns the pages fills it in; this module only draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple


@dataclass(frozen=True)
class NavItem:
    """One line of the left rail; `count` is what waits there, None where counting makes no sense.

    More than `MOST` are drawn as "999+": a caller need not count further. Under its `name` the count is kept fresh
    while the page is open.
    """

    MOST: ClassVar[int] = 999

    label: str
    url: str
    icon: str
    count: int | None = None
    is_active: bool = False
    name: str = ""


class PostChoice(NamedTuple):
    """One post the account may act as; `id` is sent back as `post`."""

    id: str
    label: str
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Context of `ui/base.html` under the name `shell`. An empty address leaves its control out.

    `post_url` and `logout_url` are posted to; `search_url` is asked with `q`. `notices_count` are the
    unread ones, 100 standing for many. `data_at` is how fresh the page's data are. At `stream_url` the page is told
    when there is news, at `counts_url` it asks for the counts anew (`ui/counts.html`).
    """

    nav: Sequence[NavItem] = ()
    home_url: str = "/"
    account_name: str = ""
    account_url: str = ""
    logout_url: str = ""
    posts: Sequence[PostChoice] = ()
    post_url: str = ""
    area: str = ""
    search_url: str = ""
    notices_url: str = ""
    notices_count: int = 0
    help_url: str = ""
    data_at: datetime | None = None
    stream_url: str = ""
    counts_url: str = ""

    @property
    def post(self) -> str:
        """Name of the post acted as now, or empty."""
        return next((post.label for post in self.posts if post.is_current), "")
