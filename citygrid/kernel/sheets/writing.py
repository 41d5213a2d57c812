"""Files that go out: templates, exports, and the user's own file with its faults marked."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from citygrid.kernel.sheets.columns import Column, Sheet, Values, header_name
from citygrid.kernel.sheets.matching import Matched, reason_names
from citygrid.kernel.sheets.reading import GUARDED, MAX_ROWS, decode, first_sheet, open_xlsx, read_table

WRONG = PatternFill("solid", fgColor="FFFFC7CE")
REQUIRED = PatternFill("solid", fgColor="FFFFE699")
OPTIONAL = PatternFill("solid", fgColor="FFDDEBF7")
WIDTHS = (10, 40)
AUTHOR = "CityGrid"  # of notes on cells; only ours are taken away again

# What goes where in a marked file: words by (row number, column letter); the letter "" is the whole row.
Marks = Mapping[tuple[int, str], str]


def to_xlsx(sheet: Sheet, rows: Iterable[Values] = ()) -> bytes:
    """A workbook of these rows (none: a template) with drop-downs, notes on the header, an example and a help page."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_title(sheet))
    page.freeze_panes = "A2"
    for place, column in enumerate(sheet.columns, start=1):
        width = min(max(len(str(column.label)) * 2, len(column.example) + 2, WIDTHS[0]), WIDTHS[1])
        dimension = page.column_dimensions[get_column_letter(place)]
        dimension.width, dimension.number_format = width, "@"
    for validation in _validations(sheet):
        page.data_validations.append(validation)
    page.append([_header_cell(page, column) for column in sheet.columns])
    for values in rows:
        page.append([_text_cell(page, column.shown(values.get(column.code, ""))) for column in sheet.columns])
    _add_examples(book, sheet)
    _add_help(book, sheet)
    _add_choices(book, sheet)
    return _bytes(book)


def to_csv(sheet: Sheet, rows: Iterable[Values] = ()) -> bytes:
    """The same as CSV in UTF-8 with its mark, so that spreadsheet programs see the encoding."""
    lines = [[str(column.label) for column in sheet.columns]]
    lines += [[guard(column.shown(values.get(column.code, ""))) for column in sheet.columns] for values in rows]
    return _csv_bytes(lines, ",", "utf-8-sig")


def guard(text: str) -> str:
    """Text that no spreadsheet program takes for a formula: an apostrophe goes before =, +, -, @, tab and return."""
    return f"'{text}" if text.startswith(GUARDED) else text


def mark(content: bytes, matched: Matched, marks: Marks) -> tuple[bytes, str]:
    """The user's own file with wrong cells red and a column of reasons (CSV: the reasons alone), and its form."""
    if content.startswith(b"PK"):
        return _mark_xlsx(content, matched, marks), "xlsx"
    return _mark_csv(content, matched, marks), "csv"


def _reasons(matched: Matched, marks: Marks) -> dict[int, str]:
    reasons: dict[int, list[str]] = {}
    for (number, letter), words in marks.items():
        # What is wrong with the header stands below the word "Reason".
        line = max(number, matched.header_number + 1)
        reasons.setdefault(line, []).append(f"{letter}{number}: {words}" if letter else words)
    return {number: " | ".join(words) for number, words in reasons.items()}


def _mark_xlsx(content: bytes, matched: Matched, marks: Marks) -> bytes:
    book = open_xlsx(content, read_only=False)
    page = first_sheet(book)
    place = column_index_from_string(matched.reason_letter) if matched.reason_letter else _last_column(page) + 1
    _wipe(page, place, matched.header_number)
    page.cell(matched.header_number, place, _("Reason")).font = Font(bold=True)
    page.column_dimensions[get_column_letter(place)].width = WIDTHS[1] * 1.5
    for number, words in _reasons(matched, marks).items():
        cell = page.cell(number, place)
        cell.value, cell.data_type = words, "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for (number, letter), words in marks.items():
        if letter:
            wrong = page[f"{letter}{number}"]
            wrong.fill, wrong.comment = WRONG, Comment(words, AUTHOR)
    return _bytes(book)


def _wipe(page: Any, place: int, header_number: int) -> None:
    """Take away the marks of an earlier round."""
    for row in page.iter_rows(min_row=header_number):
        for cell in row:
            if cell.column == place and cell.row > header_number:
                cell.value = None
            elif cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == WRONG.fgColor.rgb:
                cell.fill, cell.comment = PatternFill(), None


def _last_column(page: Any) -> int:
    """The last column with a value: styles and widths alone do not count."""
    return max((cell.column for row in page.iter_rows() for cell in row if cell.value is not None), default=1)


def _mark_csv(content: bytes, matched: Matched, marks: Marks) -> bytes:
    table = read_table(content)
    text, encoding = decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter)
    reasons, lines = _reasons(matched, marks), [list(row) for row in reader]
    place = next(
        (at for at, cell in enumerate(lines[matched.header_number - 1]) if header_name(cell) in reason_names()),
        max(map(len, lines)),
    )
    if len(lines) == matched.header_number:
        lines.append([])
    for number, line in enumerate(lines, start=1):
        line += [""] * (place + 1 - len(line))
        line[place] = reasons.get(number, "")
    lines[matched.header_number - 1][place] = _("Reason")
    return _csv_bytes(lines, table.delimiter, encoding)


def _title(sheet: Sheet) -> str:
    """A name that a worksheet may have: 31 characters, none of []:*?/\\."""
    return "".join(letter for letter in str(sheet.title) if letter not in r"[]:*?/\'")[:31] or sheet.code


def _header_cell(page: Any, column: Column) -> Cell:
    cell = _text_cell(page, str(column.label))
    cell.font, cell.fill = Font(bold=True), REQUIRED if column.is_required else OPTIONAL
    note = "\n".join(filter(None, [_need(column), str(column.help), _example(column)]))
    cell.comment = Comment(note, AUTHOR, height=120, width=260)
    return cell


def _text_cell(page: Any, text: str) -> Cell:
    """A cell of text, whatever it looks like: no formula, no number."""
    cell: Cell = WriteOnlyCell(page, value=text or None)
    if text:
        cell.data_type = "s"
    cell.number_format = "@"
    if text.startswith(GUARDED):
        cell.quotePrefix = True
    return cell


def _need(column: Column) -> str:
    return _("Required.") if column.is_required else _("May be blank.")


def _example(column: Column) -> str:
    return _("Example: %(value)s") % {"value": column.example} if column.example else ""


def _validations(sheet: Sheet) -> Iterator[DataValidation]:
    for at, column in enumerate(_with_choices(sheet), start=1):
        letter = get_column_letter(at)
        rule = DataValidation(
            type="list",
            formula1=f"choices!${letter}$1:${letter}${max(len(column.choices or {}), 1)}",
            allow_blank=True,
            showErrorMessage=not column.is_open,
            errorTitle=str(column.label)[:32],
            error=_("Choose one from the list."),
        )
        place = get_column_letter(sheet.columns.index(column) + 1)
        rule.add(f"{place}2:{place}{MAX_ROWS + 1}")
        yield rule


def _with_choices(sheet: Sheet) -> list[Column]:
    return [column for column in sheet.columns if column.choices and not column.is_many]


def _add_choices(book: Workbook, sheet: Sheet) -> None:
    columns = _with_choices(sheet)
    if not columns:
        return
    page = book.create_sheet("choices")
    page.sheet_state = "hidden"
    for line in zip_longest(*([column.shown(code) for code in column.choices or {}] for column in columns)):
        page.append([_text_cell(page, text or "") for text in line])


def _add_examples(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(_("Example"))
    page.append([_header_cell(page, column) for column in sheet.columns])
    page.append([_text_cell(page, column.shown(column.example)) for column in sheet.columns])


def _add_help(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(_("Help"))
    for letter, width in zip("ABCDE", (24, 24, 14, 60, 30), strict=True):
        page.column_dimensions[letter].width = width
    lines: list[Sequence[str]] = [[_("Column"), _("Code"), _("Required"), _("What goes there"), _("Example")]]
    for column in sheet.columns:
        need = _("Yes") if column.is_required else _("No")
        listed = "; ".join(column.shown(code) for code in list(column.choices or {})[:12]) if column.is_many else ""
        help_text = " ".join(filter(None, [str(column.help), listed]))
        lines.append([str(column.label), column.code, need, help_text, column.example])
    for line in lines:
        page.append([_text_cell(page, text) for text in line])


def _csv_bytes(lines: Iterable[Sequence[str]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(lines)
    return out.getvalue().encode(encoding)


def _bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
