"""A list as a workbook: the columns of the page, row by row, and a sheet that says what it is."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from citygrid.desk.web.shell import Standing
from citygrid.desk.web.tables import case_columns
from citygrid.kernel.downloads import download
from citygrid.ui.formats import minute
from citygrid.ui.tables import Column

MOST = 10_000
AT_ONCE = 1_000
BOLD = Font(bold=True)
WIDTHS = {"code": 24, "time": 18, "lamp": 18}
WIDTH = 28


def download_cases(rows: QuerySet[Any], about: Standing, narrowed: Sequence[tuple[str, str]]) -> HttpResponse:
    """The file of a list, named after the moment it was made; where it is not whole, its name says so."""
    assert about.actor is not None  # noqa: S101 - a list has a reader
    content, is_cut = case_book(rows, about.now, maker=about.actor.label, narrowed=narrowed)
    name = f"{_('cases')}-{timezone.localtime(about.now):%Y%m%d-%H%M}"
    cut = _("first-%(most)s") % {"most": MOST}
    return download(content, "xlsx", f"{name}-{cut}" if is_cut else name)


def case_book(
    rows: QuerySet[Any], now: datetime, *, maker: str, narrowed: Sequence[tuple[str, str]]
) -> tuple[bytes, bool]:
    """The first 10,000 of these cases, and whether there are more.

    `maker` and what the list is narrowed to stand on a second sheet. Rows are read through a cursor and written one by
    one; names of places take one query for each 1,000.
    """
    book = Workbook(write_only=True)
    page = book.create_sheet(_("Cases"))
    page.freeze_panes = "A2"
    columns = _columns([], now)
    for place, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = WIDTHS.get(column.kind, WIDTH)
    page.append([_cell(page, column.label, BOLD) for column in columns])
    found, count = rows.iterator(chunk_size=AT_ONCE), 0
    for line in _lines(islice(found, MOST), now):
        page.append([_cell(page, value) for value in line])
        count += 1
    is_cut = next(found, None) is not None
    about = book.create_sheet(_("About this file"))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = WIDTH, WIDTH * 2
    for told in _about(now, maker, narrowed, count, is_cut):
        about.append([_cell(about, value) for value in told])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), is_cut


def plain_book(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet: a bold first row that stays in sight, and these below it."""
    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    for place in range(len(header)):
        page.column_dimensions[get_column_letter(place + 1)].width = WIDTH
    page.append([_cell(page, label, BOLD) for label in header])
    for row in rows:
        page.append([_cell(page, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _columns(rows: Sequence[Any], now: datetime) -> list[Column]:
    """All columns the list can have; on paper what was reported stands in full."""
    listed = [column for column in case_columns(rows, now) if column.name != "summary"]
    return [*listed, Column(_("What was reported"), lambda case: case.summary)]


def _lines(found: Iterator[Any], now: datetime) -> Iterator[list[Any]]:
    while some := list(islice(found, AT_ONCE)):
        columns = _columns(some, now)
        for row in some:
            yield [_plain(column.kind, column.value(row)) for column in columns]


def _plain(kind: str, value: Any) -> Any:
    """A value as a spreadsheet holds it: moments in the time zone of the page, lamps by their words."""
    if kind == "lamp":
        return value.words if value else None
    return timezone.make_naive(value) if isinstance(value, datetime) else value


def _about(
    now: datetime, maker: str, narrowed: Sequence[tuple[str, str]], count: int, is_cut: bool
) -> Iterator[tuple[Any, ...]]:
    yield _("Made at"), minute(now)
    yield _("Made by"), maker
    yield _("Cases"), count
    yield from narrowed
    if is_cut:
        yield (_("Only the first %(most)s cases are here. Narrow the list for the others.") % {"most": MOST},)


def _cell(page: Any, value: Any, font: Font | None = None) -> Cell:
    """A cell that is never a formula, whatever somebody wrote; what no workbook holds is left out."""
    is_text = isinstance(value, str)
    cell: Cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value) if is_text else value)
    if is_text:
        cell.data_type = "s"
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    if font:
        cell.font = font
    return cell
