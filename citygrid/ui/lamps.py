"""A lamp says how a deadline stands: shape, colour and words together, never colour alone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Colour(StrEnum):
    """The four lamps; green to 80 % of the limit, yellow to 100 %, red after, paused while the clock stands."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"


# Words for a lamp that was given none.
WORDS = {
    Colour.GREEN: _("On time"),
    Colour.YELLOW: _("Due soon"),
    Colour.RED: _("Overdue"),
    Colour.PAUSED: _("Clock paused"),
}

# A 12 x 12 drawing of each shape; an outline keeps the light colours visible on white.
SHAPES = {
    Colour.GREEN: '<circle cx="6" cy="6" r="5"/>',
    Colour.YELLOW: '<path d="M6 .9 11.4 10.8H.6Z"/>',
    Colour.RED: '<rect x="1" y="1" width="10" height="10"/>',
    Colour.PAUSED: '<path d="M1.5 1h3.2v10H1.5zM7.3 1h3.2v10H7.3z"/>',
}


@dataclass(frozen=True)
class Lamp:
    """A lamp as a table cell; `due_at` is shown exactly on hover."""

    colour: str
    words: str = ""
    due_at: datetime | None = None
