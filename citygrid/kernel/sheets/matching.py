"""From a table of cells to rows of a sheet: headers recognised, values read, every fault at its cell."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.utils import get_column_letter

from citygrid.kernel.sheets.columns import SHOWN, Column, Fault, Row, Sheet, Values, Wrong, header_name
from citygrid.kernel.sheets.reading import MAX_CELL, Cell, Table

REASON = "reason"


@dataclass(slots=True)
class Matched:
    """The rows of a file as its sheet understands them. `letters`: where each column stands, "C" by code.

    `header` says what is wrong with row `header_number`; then there are no rows.
    """

    header_number: int
    letters: dict[str, str] = field(default_factory=dict)
    reason_letter: str = ""
    header: list[tuple[str, Fault]] = field(default_factory=list)  # letter ("" for a missing one), fault
    rows: list[Row] = field(default_factory=list)

    def cell_of(self, number: int, column: str) -> str:
        """The address of a cell; of the row alone where the file lacks the column."""
        return f"{self.letters.get(column, '')}{number}"


def reason_names() -> set[str]:
    """What the column of reasons is called, in every language."""
    names = {REASON}
    for language, _name in settings.LANGUAGES:
        with override(language):
            names.add(header_name(_("Reason")))
    return names


def match(sheet: Sheet, table: Table) -> Matched:
    """Recognise the header (code or label in any language, any order) and read the rows below it."""
    number, header = table.rows[0]
    matched = Matched(number)
    columns = _columns(sheet, header, matched)
    for column in sheet.columns:
        if column.code not in matched.letters and (column.is_required or column.code in sheet.key):
            words = _("There is no column “%(name)s”.") % {"name": column.label}
            matched.header.append(("", Fault(column.code, "missing_header", words)))
    if not matched.header:
        given = frozenset(matched.letters)
        matched.rows = [_row(Row(number, {}, given=given), cells, columns) for number, cells in table.rows[1:]]
        matched.rows = [row for row in matched.rows if any(row.values.values()) or row.faults]
        _mark_twins(sheet, matched)
    return matched


def _columns(sheet: Sheet, header: Sequence[Cell], matched: Matched) -> list[Column | None]:
    reasons, columns = reason_names(), []
    for place, cell in enumerate(header, start=1):
        letter, text = get_column_letter(place), str(cell).strip()
        column = sheet.by_header.get(header_name(text)) if not isinstance(cell, Wrong) else None
        columns.append(column)
        if column is None and header_name(text) in reasons:
            matched.reason_letter = letter
        elif column is None:
            matched.header.append((letter, _header_fault(cell, text)))
        elif column.code in matched.letters:
            words = _("The column “%(name)s” is there twice.") % {"name": column.label}
            matched.header.append((letter, Fault(column.code, "duplicate_header", words, text)))
        else:
            matched.letters[column.code] = letter
    return columns


def _header_fault(cell: Cell, text: str) -> Fault:
    if isinstance(cell, Wrong):
        return Fault("", cell.code, str(cell), cell.value)
    if not text:
        return Fault("", "blank_header", _("The header of this column is blank."))
    return Fault(
        "", "unknown_header", _("There is no column called “%(name)s” here.") % {"name": text[:SHOWN]}, text[:SHOWN]
    )


def _row(row: Row, cells: Sequence[Cell], columns: Sequence[Column | None]) -> Row:
    for place, column in enumerate(columns):
        if column is not None:
            cell = cells[place] if place < len(cells) else ""
            row.values[column.code] = _read(column, cell, row)
    if len(cells) > len(columns):
        row.fail("", "too_many_cells", _("The row has more cells than there are headers."))
    if not any(row.values.values()) and all(fault.code == "blank" for fault in row.faults):
        row.faults.clear()  # a row with nothing but a reason or spaces is no row
    return row


def _read(column: Column, cell: Cell, row: Row) -> str:
    try:
        if column.is_info:
            return ""
        if isinstance(cell, Wrong):
            raise cell
        if len(cell) > MAX_CELL:
            raise Wrong("too_long", _("It is longer than %(count)s characters.") % {"count": column.max_length})
        return column.read(cell)
    except Wrong as fault:
        row.fail(column.code, fault.code, str(fault), fault.value or str(cell))
        return ""


def _mark_twins(sheet: Sheet, matched: Matched) -> None:
    first: dict[tuple[str, ...], int] = {}
    for row in matched.rows:
        key = sheet.key_of(row.values)
        if not any(key) or any(row.is_wrong(code) for code in sheet.key):
            continue  # without a key: a record that is new, and gets one
        earlier = first.setdefault(key, row.number)
        if earlier != row.number:
            row.fail(sheet.key[-1], "twice", _("Row %(number)s is about the same record.") % {"number": earlier})


def fill(sheet: Sheet, row: Row, standing: Values | None) -> None:
    """Give the columns the file lacks, and those only for reading, what the record has now; blanks their default."""
    for column in sheet.columns:
        now_there = (standing or {}).get(column.code, "")
        value = now_there if column.is_info else row.values.get(column.code, now_there)
        row.values[column.code] = value or column.default
