"""From the bytes of a file to a table of cells, within bounds. Nothing in a file is evaluated."""

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from citygrid.kernel.sheets.columns import Wrong
from citygrid.kernel.sheets.errors import UnreadableFile

MAX_UNPACKED = 64 * 1024 * 1024
MAX_PART = 4 * 1024 * 1024  # of all parts but cells and their texts
MAX_PARTS = 300
MAX_CELLS = 1_000_000
MAX_ROWS = 50_000
MAX_ROW_NUMBER = 1_048_576  # the last one of spreadsheet programs
MAX_COLUMNS = 100
MAX_CELL = 8_000  # characters
EXACT = 10**15  # spreadsheets keep 15 digits of a number

OLE = b"\xd0\xcf\x11\xe0"  # the container of .xls files, and of .xlsx files with a password
LOCKED = "EncryptedPackage".encode("utf-16-le")
GUARDED = tuple("=+-@\t\r")  # a cell that begins so would be a formula in a spreadsheet program
UNREADABLE = (
    InvalidFileException, ParseError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError,
    IndexError, OSError, EOFError, RuntimeError, OverflowError, AssertionError,
)  # fmt: skip  # what openpyxl raises for files that are not as they should be

Cell = str | Wrong


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a file by row, with the numbers of the rows; the first is the header. Blank rows are left out."""

    form: str  # "xlsx" or "csv"
    rows: list[tuple[int, list[Cell]]]
    encoding: str = ""
    delimiter: str = ""


def read_table(content: bytes) -> Table:
    """The table of an .xlsx or CSV file, told apart by its content. Raises UnreadableFile."""
    if not content.strip():
        raise UnreadableFile("empty", _("it is empty."))
    if len(content) > settings.SHEET_MOST_BYTES:
        most = settings.SHEET_MOST_BYTES >> 20
        raise UnreadableFile("too_big", _("it is larger than %(count)s MB.") % {"count": most})
    if content.startswith(OLE):
        if LOCKED in content:
            raise UnreadableFile("locked", _("it is locked by a password."))
        raise UnreadableFile("old_format", _("it is an old .xls file."))
    table = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    if not table.rows:
        raise UnreadableFile("empty", _("it is empty."))
    return table


def open_xlsx(content: bytes, *, read_only: bool) -> Workbook:
    """A workbook whose size was checked before anything is unpacked for good. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive)
        with warnings.catch_warnings():  # about features of the file that are left out
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(content), read_only=read_only, keep_links=False)
    except UnreadableFile:
        raise
    except UNREADABLE as fault:
        raise UnreadableFile("damaged", _("it is damaged or not a workbook.")) from fault


def first_sheet(book: Workbook) -> Any:
    """The first sheet that is not hidden."""
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not shown:
        raise UnreadableFile("damaged", _("it is damaged or not a workbook."))
    return shown[0]


def decode(content: bytes) -> tuple[str, str]:
    """The text of a CSV file and its encoding: UTF-8, UTF-16 with its mark, else GB 18030. Raises UnreadableFile."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("encoding", _("its characters are neither UTF-8 nor GB 18030."))


def unguard(text: str) -> str:
    """Text without the apostrophe that kept a spreadsheet program from taking it for a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(GUARDED) else text


def _check_archive(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or total > MAX_UNPACKED:
        raise UnreadableFile("too_big", _("it is too large when unpacked."))
    cells = 0
    for part in parts:
        data = archive.read(part)  # never more than `file_size`, which the sum above bounds
        is_cells = part.filename.startswith("xl/worksheets/")
        if len(data) > MAX_PART and not is_cells and part.filename != "xl/sharedStrings.xml":
            raise UnreadableFile("too_big", _("it is too large when unpacked."))
        if part.filename.endswith((".xml", ".rels")) and (b"\0" in data or b"<!DOCTYPE" in data):
            raise UnreadableFile("unsafe", _("it holds definitions that are not allowed."))
        if "vbaproject" in part.filename.lower():
            raise UnreadableFile("macros", _("it holds macros."))
        cells += data.count(b"<c ") + data.count(b"<c>") if is_cells else 0
    if cells > MAX_CELLS:
        raise UnreadableFile("too_many_cells", _("it has too many cells."))


def _read_xlsx(content: bytes) -> Table:
    book = open_xlsx(content, read_only=True)
    try:
        sheet = first_sheet(book)
        sheet.reset_dimensions()  # what the file says of its size is not believed
        return Table("xlsx", _bounded(_xlsx_rows(sheet)))
    except UNREADABLE as fault:
        if isinstance(fault, UnreadableFile):
            raise
        raise UnreadableFile("damaged", _("it is damaged or not a workbook.")) from fault
    finally:
        book.close()


def _read_csv(content: bytes) -> Table:
    text, encoding = decode(content)
    if "\0" in text:
        raise UnreadableFile("not_text", _("it is neither a workbook nor text."))
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = _bounded([unguard(cell) for cell in row] for row in reader)
    except csv.Error as fault:
        words = _("line %(number)s: quotes do not match or a cell is too long.") % {"number": reader.line_num}
        raise UnreadableFile("damaged", words) from fault
    return Table("csv", rows, encoding, delimiter)


def _bounded(rows: Iterable[Sequence[Cell]]) -> list[tuple[int, list[Cell]]]:
    kept: list[tuple[int, list[Cell]]] = []
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROW_NUMBER:
            raise UnreadableFile("damaged", _("it is damaged or not a workbook."))
        trimmed = _trimmed(cells)
        if not trimmed:
            continue
        if len(trimmed) > MAX_COLUMNS:
            raise UnreadableFile("too_many_columns", _("row %(number)s has too many columns.") % {"number": number})
        kept.append((number, trimmed))
        if len(kept) > MAX_ROWS + 1:
            words = _("it has more than %(count)s rows; send it in parts.") % {"count": MAX_ROWS}
            raise UnreadableFile("too_many_rows", words)
    return kept


def _trimmed(cells: Sequence[Cell]) -> list[Cell]:
    end = len(cells)
    while end and not isinstance(cells[end - 1], Wrong) and not str(cells[end - 1]).strip():
        end -= 1
    return list(cells[:end])


def _xlsx_rows(sheet: Any) -> Iterator[list[Cell]]:
    gap: Any = None  # the reader gives one and the same object for every row that the file leaves out
    # One column more than allowed, so that wider rows are noticed without being built.
    for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1):
        cells = [] if row is gap else ["" if cell is EMPTY_CELL else _xlsx_cell(cell) for cell in row]
        gap = row if not any(cells) else gap
        yield cells


def _xlsx_cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Wrong("formula", _("Formulas are not read: put its result there as a value."), str(value))
    if cell.data_type == "e":
        return Wrong("error_value", _("The cell holds an error (%(value)s).") % {"value": str(value)[:20]}, str(value))
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("_x000D_", "")
    return _typed(value)


def _typed(value: Any) -> Cell:
    """Numbers, dates and truth values as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if abs(value) >= EXACT:
            return Wrong(
                "digits_lost", _("Written as a number it has lost digits: format the cell as text."), str(value)
            )
        return f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)
