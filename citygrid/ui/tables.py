"""Lists as data: a view says which columns and rows, `ui/_table.html` draws them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple, TypeVar

from django.core.paginator import Page
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from citygrid.ui import cells

Item = TypeVar("Item")


@dataclass(frozen=True)
class Column:
    """One column. `kind` decides how `value(item)` is drawn: text, number, code, time, lamp (a `lamps.Lamp`) or check.

    `sort` is the word sent as `?sort=` (with "-" for descending); empty where the list cannot be sorted so. `name` is
    the word sent as `?column=` where people choose columns; one without is always there, and one that `is_usual` where
    nobody chose.
    """

    label: str
    value: Callable[[Any], object]
    kind: str = "text"
    sort: str = ""
    name: str = ""
    is_usual: bool = True


@dataclass(frozen=True)
class Empty:
    """What an empty list teaches: why there is nothing, and what to do next."""

    title: str
    text: str = ""
    action_label: str = ""
    action_url: str = ""
    icon: str = "inbox"


class Cell(NamedTuple):
    """One drawn cell; `url` is set on the cell that leads to the row's own page."""

    column: Column
    value: object
    url: str = ""

    def drawn(self) -> SafeString:
        """The cell as HTML."""
        inner = cells.draw(self.column.kind, self.value)
        return format_html('<a href="{}">{}</a>', self.url, inner) if self.url else SafeString(inner)


class Head(NamedTuple):
    """One heading; `url` sorts by it, `order` is "ascending", "descending" or empty."""

    column: Column
    url: str = ""
    order: str = ""


@dataclass(frozen=True)
class Pager:
    """Links to the neighbouring pages; an empty address means there is none. `words` says where we are."""

    previous_url: str = ""
    next_url: str = ""
    words: str = ""

    @classmethod
    def of_page(cls, request: HttpRequest, page: Page, words: str = "") -> "Pager":
        """Links of a Django page, kept with the filters of the request."""
        before = query_with(request, page=page.previous_page_number()) if page.has_previous() else ""
        after = query_with(request, page=page.next_page_number()) if page.has_next() else ""
        return cls(before, after, words)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Context of `ui/_table.html` under the name `table`; `id` must be unique on the page.

    `choices` are the columns that may be chosen (`ui/_columns.html`), each with whether it is shown.
    """

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    empty: Empty
    id: str = "list"
    pager: Pager = field(default_factory=Pager)
    current: frozenset[int] = frozenset()
    choices: Sequence[tuple[Column, bool]] = ()

    @classmethod
    def of(
        cls,
        request: HttpRequest,
        columns: Sequence[Column],
        items: Iterable[Item],
        *,
        caption: str,
        empty: Empty,
        url: Callable[[Item], str] | None = None,
        is_current: Callable[[Item], bool] | None = None,
        id: str = "list",
        pager: Pager | None = None,
    ) -> "Table":
        """Draw `items`, one a row; `url(item)` makes the first column but checks a link. Sorting is the view's."""
        shown, named = list(items), [column for column in columns if column.name]
        columns = _chosen(request, columns)
        linked = next((column for column in columns if column.kind != "check"), None)
        rows = [
            [Cell(column, column.value(item), url(item) if url and column is linked else "") for column in columns]
            for item in shown
        ]
        heads = [_head(request, column) for column in columns]
        current = frozenset(at for at, item in enumerate(shown) if is_current and is_current(item))
        choices = [(column, column in columns) for column in named]
        return cls(
            caption=caption,
            heads=heads,
            rows=rows,
            empty=empty,
            id=id,
            pager=pager or Pager(),
            current=current,
            choices=choices,
        )

    def body(self) -> SafeString:
        """The rows as HTML."""
        opens = [
            format_html('<td role="cell" class="col-{}" data-label="{}">', head.column.kind, head.column.label)
            for head in self.heads
        ]
        rows = (
            "".join(f"{opening}{cell.drawn()}</td>" for opening, cell in zip(opens, row, strict=True))
            for row in self.rows
        )
        marks = ('<tr role="row" aria-current="true">' if at in self.current else '<tr role="row">' for at in count())
        return SafeString("".join(f"{mark}{row}</tr>" for mark, row in zip(marks, rows, strict=False)))


def query_with(request: HttpRequest, **changes: object) -> str:
    """The query string of the request with some words changed; None takes a word out. Always starts with "?"."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def _chosen(request: HttpRequest, columns: Sequence[Column]) -> list[Column]:
    names = {column.name for column in columns if column.name} & set(request.GET.getlist("column"))
    return [column for column in columns if not column.name or (column.name in names if names else column.is_usual)]


def _head(request: HttpRequest, column: Column) -> Head:
    if not column.sort:
        return Head(column)
    current = request.GET.get("sort", "")
    order = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(current, "")
    # Another order starts again at the first page.
    wanted = f"-{column.sort}" if order == "ascending" else column.sort
    return Head(column, query_with(request, sort=wanted, page=None, after=None, before=None), order)
