"""Cells of lists, drawn by kind. A page of a list has hundreds, which templates draw in twenty times the time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from citygrid.ui import formats, lamps


def draw(kind: str, value: Any) -> str:
    """A value as HTML; KeyError for a kind that is none of `KINDS`."""
    return KINDS[kind](value)


def lamp(colour: str, words: str = "", due_at: datetime | None = None) -> SafeString:
    """A lamp with its shape and its words: green circle, yellow triangle, red square, paused bars."""
    kind = lamps.Colour(colour)
    return format_html(
        '<span class="lamp lamp-{}"{}><svg viewBox="0 0 12 12" aria-hidden="true">{}</svg> <span>{}</span></span>',
        kind.value,
        format_html(' title="{}"', formats.exact(due_at)) if due_at else "",
        SafeString(lamps.SHAPES[kind]),
        words or lamps.WORDS[kind],
    )


def moment(at: datetime, words: str) -> SafeString:
    """A moment in words, exact on hover."""
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), formats.exact(at), words)


def when(at: datetime | None) -> SafeString | str:
    """A moment to the minute in the active time zone, exact on hover."""
    return moment(at, formats.minute(at)) if at else formats.NOTHING


def check(value: str) -> SafeString:
    """A box that chooses the row for the form `bulk` of the page; what stands before a bar is its name."""
    box = '<input class="form-check-input" type="checkbox" form="bulk" name="row" value="{}" aria-label="{}">'
    return format_html(box, value, value.partition("|")[0])


KINDS: dict[str, Callable[[Any], str]] = {
    "text": lambda value: formats.NOTHING if value is None else conditional_escape(value),
    "code": lambda value: format_html('<span class="code">{}</span>', value),
    "number": lambda value: conditional_escape(formats.number_words(value)),
    "time": when,
    "check": check,
    "lamp": lambda value: lamp(value.colour, value.words, value.due_at) if value else formats.NOTHING,
}
