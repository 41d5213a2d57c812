"""Every kind of error in a file of any sheet is told at its row and cell, and nowhere else.

One error is seeded in a random row of a file that is good; the other rows must stay good, and the marked file must
mark just that cell.
"""

import csv
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from citygrid.kernel.actor import Actor
from citygrid.kernel.models import SheetRun
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.errors import UnreadableFile
from citygrid.kernel.sheets.reading import MAX_ROWS
from citygrid.kernel.sheets.writing import WRONG
from tests.robustness.goodsheets import NOW, OTHER_STREET, ROWS, SHEETS, Values, make

pytestmark = pytest.mark.django_db
LAST = ROWS + 1  # number of the last row


@dataclass(frozen=True)
class Kind:
    """One kind of error: what is written into a good row of which sheet, and where and as what it is told."""

    name: str
    sheet: str
    cells: Values
    column: str
    code: str
    is_csv: bool = False


def kind(
    name: str, sheet: str, column: str, value: Any, code: str, *, at: str = "", beside: Values | None = None
) -> Kind:
    """The value in one column (and others `beside` it), told `at` that column or another."""
    return Kind(name, sheet, {column: value, **(beside or {})}, at or column, code)


KINDS = (
    # What any sheet may suffer
    kind("required cell is empty", "accounts", "name", None, "blank"),
    kind("required cell holds only spaces", "organisations", "name_zh", " \u3000", "blank"),
    kind("key is empty", "accounts", "login", None, "blank"),
    kind("text is too long", "accounts", "name", "长" * 61, "too_long"),
    kind("text is longer than any cell may be", "rules", "note", "x" * 8_001, "too_long"),
    kind("line break in a name", "categories", "name_zh", "雨水\n箅子", "line_break"),
    kind("tab in a name", "accounts", "name", "王\t小明", "line_break"),
    Kind("control character", "accounts", {"name": "王\x07明"}, "name", "control_character", is_csv=True),
    Kind("escape of a terminal", "rules", {"note": "\x1b[31m"}, "note", "control_character", is_csv=True),
    kind("formula", "standards", "limit", "=1+1", "formula"),
    kind("formula that calls a program", "accounts", "name", "=cmd|' /C calc'!A0", "formula"),
    kind("error of a formula", "rules", "unit", "#REF!", "error_value"),
    kind("choice that is not offered", "accounts", "language", "Klingon", "unknown_choice"),
    kind("yes or no that is neither", "organisations", "active", "perhaps", "unknown_choice"),
    kind("one of several is no choice", "standards", "evidence", "photo_before;film", "unknown_choice"),
    # Dates and numbers
    kind("date is a word", "rules", "from", "soon", "not_a_date"),
    kind("date with the day first", "holdings", "from", "02/03/2026", "not_a_date"),
    kind("date that does not exist", "holdings", "from", "2026-02-30", "impossible_date"),
    kind("date is a bare number", "rules", "until", 46000, "not_a_date"),
    kind("end before the beginning", "holdings", "until", "2026-03-01", "ends_before_it_begins"),
    kind("holding that is over", "holdings", "until", "2025-02-01", "past", beside={"from": "2025-01-01"}),
    kind("rule ends before it begins", "rules", "until", "2026-04-01", "ends_too_early",
         beside={"from": "2026-05-01"}),
    kind("rule ends in the past", "rules", "until", "2026-03-01", "ends_too_early", beside={"from": "2026-01-01"}),
    kind("number in words", "standards", "limit", "两", "not_a_number"),
    kind("number with its unit", "standards", "limit", "2 天", "not_a_number"),
    kind("negative limit", "standards", "limit", -2, "out_of_range"),
    kind("limit of nothing", "standards", "limit", 0, "out_of_range"),
    kind("limit with too many decimals", "standards", "limit", "2.125", "too_precise"),
    kind("unit of time that is not offered", "standards", "unit", "fortnight", "unknown_choice"),
    # References, reach, and rules of the modules
    kind("login with a space", "accounts", "login", "two words", "wrong_form"),
    kind("login with a slash", "accounts", "login", "a/b", "wrong_form"),
    kind("own account closed", "accounts", "active", "no", "own_account", beside={"login": "own"}),
    kind("credit code with a wrong check character", "organisations", "credit_code", "91350100M000100Y44",
         "wrong_check_character"),
    kind("credit code of another unit", "organisations", "credit_code", "91350100M000100Y43", "taken"),
    kind("parent that is not there", "organisations", "parent", "nowhere", "unknown_reference"),
    kind("unit below itself", "organisations", "parent", "loop", "circle", beside={"code": "loop"}),
    kind("area code of no known length", "organisations", "area", "9000", "wrong_form"),
    kind("area that is not there", "organisations", "area", "900009", "unknown_reference"),
    kind("area outside the post's reach", "organisations", "area", OTHER_STREET, "outside_reach"),
    kind("unit outside the post's reach", "organisations", "code", "elsewhere", "outside_reach"),
    kind("role that is not there", "posts", "role", "king", "unknown_choice"),
    kind("organisation that is not there", "posts", "organisation", "nowhere", "unknown_choice"),
    kind("post for an area outside reach", "posts", "areas", OTHER_STREET, "outside_reach"),
    kind("post for an area that is not there", "posts", "areas", "900009", "unknown_reference"),
    kind("post of another area", "posts", "title_zh", "派遣员", "outside_reach"),
    kind("own post", "posts", "title_zh", "安全管理员", "own_post",
         beside={"organisation": "office", "role": "security_administrator", "categories": "all"}),
    kind("account that is not there", "holdings", "login", "nobody", "unknown_reference"),
    kind("closed account", "holdings", "login", "gone", "closed"),
    kind("post that is not there", "holdings", "title_zh", "没有", "unknown_reference"),
    kind("post given to oneself", "holdings", "login", "own", "own_post"),
    kind("post held already", "holdings", "login", "busy", "held_already", at="from"),
    kind("administrators that exclude one another", "holdings", "role", "audit_administrator",
         "administrators_exclude", beside={"login": "system", "title_zh": "审计管理员"}),
    kind("layer that is not there", "places", "layer", "lava", "unknown_choice"),
    kind("place that is not there", "places", "feature", "w99", "unknown_reference"),
    kind("unit that is not there", "places", "unit", "nowhere", "unknown_choice"),
    kind("scheme that is not there", "categories", "scheme", "other", "unknown_choice"),
    kind("code with a slash", "categories", "code", "01/09", "wrong_form"),
    kind("major that is not there", "categories", "major", "99", "unknown_reference"),
    kind("major below a major", "categories", "is_major", "yes", "major_below_major", at="major"),
    kind("category made a major", "categories", "is_major", "yes", "never_changes",
         beside={"code": "01001", "major": ""}),
    kind("category that is not there", "standards", "category", "test/component/09", "unknown_choice"),
    kind("problem type that is not there", "standards", "problem_type", "melted", "unknown_choice"),
    kind("kind of unit that is not there", "standards", "unit_kind", "circus", "unknown_choice"),
    kind("standard with a later version", "standards", "code", "later", "later_version"),
    kind("closed unit", "rules", "unit", "shut", "closed"),
    kind("place without its layer", "rules", "layer", "", "blank"),
    kind("place of no layer", "rules", "feature", "w99", "unknown_reference"),
    # Components
    kind("identifier in scientific notation", "components", "component_id", "9.0000101001E+16", "not_a_code"),
    kind("identifier kept as a number", "components", "component_id", 90000101001000100, "digits_lost"),
    kind("identifier with a digit too few", "components", "component_id", "900001010010001", "not_a_code"),
    kind("identifier of another district", "components", "component_id", "90000201001000100", "other_district"),
    kind("identifier of another category", "components", "component_id", "90000101002000100", "other_category",
         at="category"),
    kind("category of no component", "components", "component_id", "90000199999000100", "unknown_category",
         beside={"category": ""}),
    kind("longitude and latitude exchanged", "components", "latitude", "116.301", "swapped",
         beside={"longitude": "39.801"}),
    kind("place outside the district", "components", "longitude", "121.47", "outside"),
    kind("place outside reach", "components", "longitude", "116.309", "out_of_reach"),
    kind("coordinate in metres", "components", "longitude", "448213.5", "not_in_degrees"),
    kind("coordinate is a word", "components", "longitude", "east", "not_a_number"),
    kind("unit grid elsewhere", "components", "unit_grid_id", "900001002001001", "elsewhere"),
    kind("state that is none", "components", "component_state", "melted", "unknown_choice"),
    kind("date in the future", "components", "initial_date", "2999-01-01", "in_the_future"),
    kind("change before the beginning", "components", "change_date", "2019-12-31", "before_initial"),
    kind("authority is missing", "components", "authority_code", "", "missing"),
    kind("former identifier of another component", "components", "alias_code", "9000010101000009", "taken"),
    # Indices
    kind("node below nothing", "index-tree", "parent", "nowhere", "unknown_parent"),
    kind("node below itself", "index-tree", "parent", "loop", "circle", beside={"key": "loop"}),
    kind("weight of nothing", "index-tree", "weight", 0, "weight"),
    kind("share above all", "index-tree", "needed", "1.5", "out_of_range"),
    kind("fixed ends that are missing", "index-tree", "scale", "goalposts", "posts", at="low"),
    kind("key with a capital", "index-tree", "key", "OnTime", "wrong_form"),
    kind("value of no indicator", "index-values", "key", "top", "unknown_choice"),
    kind("value of no community", "index-values", "area", "900009009009", "unknown_reference"),
    kind("month that does not exist", "index-values", "month", "2026-13", "wrong_form"),
    kind("value in words", "index-values", "value", "good", "not_a_number"),
)  # fmt: skip


def book_of(rows: list[Values], change: Callable[[Any], None] = lambda page: None) -> bytes:
    """A workbook whose first row are the names of the columns."""
    book = Workbook()
    page = book.active
    for row in [list(rows[0]), *([row[name] for name in rows[0]] for row in rows)]:
        page.append(row)
    change(page)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def comma(rows: list[Values], **form: Any) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), **form)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def dry(sheet: str, content: bytes, actor: Actor) -> SheetRun:
    return runs.run_dry(sheet=sheet, file_name="rows", content=content, actor=actor, now=NOW)


def told(run: SheetRun) -> list[tuple[str, str]]:
    return [(fault["cell"] or str(fault["row"]), fault["code"]) for fault in run.faults]


def marked_cells(run: SheetRun, actor: Actor) -> list[str]:
    """The cells that the marked workbook shows in red with a note; of a CSV, those that its reasons name."""
    content, form = runs.marked_file(run_id=run.pk, actor=actor, now=NOW)
    if form == "csv":
        reasons = [line[-1] for line in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))][1:]
        return [reason.partition(":")[0] for reason in reasons if reason]
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    red = [cell for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == WRONG.fgColor.rgb]
    assert all(cell.comment for cell in red)
    rows_told = [row for row in range(2, page.max_row + 1) if page.cell(row, page.max_column).value]
    assert rows_told == sorted({max(cell.row, 2) for cell in red})
    return [cell.coordinate for cell in red]


def place_of(seed: str) -> int:
    """A random row of the file, the same in every run; never the first, for what is wrong only beside another row."""
    return random.Random(seed).randrange(1, ROWS)


@pytest.mark.parametrize("sheet", SHEETS)
def test_file_without_an_error_is_good(sheet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, rows = make(sheet, monkeypatch)
    run = dry(sheet, book_of(rows), actor)
    assert (run.counts["wrong"], sum(run.counts.values()), told(run)) == (0, ROWS, [])


@pytest.mark.parametrize("seeded", KINDS, ids=lambda seeded: seeded.name)
def test_error_is_told_at_its_row_and_cell(seeded: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, rows = make(seeded.sheet, monkeypatch)
    place = place_of(seeded.name)
    rows[place] = {**rows[place], **seeded.cells}
    run = dry(seeded.sheet, comma(rows).encode() if seeded.is_csv else book_of(rows), actor)
    cell = f"{get_column_letter(list(rows[0]).index(seeded.column) + 1)}{place + 2}"
    assert told(run) == [(cell, seeded.code)]
    assert (run.counts["wrong"], sum(run.counts.values())) == (1, ROWS)
    assert marked_cells(run, actor) == [cell]
    assert run.faults[0]["words"]


# Where one row is wrong only beside another: key columns of the sheet, and where the second is told.
KEYS = {
    "accounts": (("login",), "login"),
    "organisations": (("code",), "code"),
    "posts": (("organisation", "role", "title_zh"), "title_zh"),
    "holdings": (("login", "organisation", "role", "title_zh", "from"), "from"),
    "places": (("layer", "feature"), "feature"),
    "categories": (("scheme", "kind", "code"), "code"),
    "standards": (("code",), "code"),
    "rules": (("unit", "category", "area", "layer", "feature", "problem_type"), "problem_type"),
    "components": (("component_id",), "component_id"),
    "index-tree": (("key",), "key"),
    "index-values": (("key", "area", "month"), "month"),
}


@pytest.mark.parametrize("sheet", SHEETS)
def test_record_that_is_there_twice_is_told_at_the_second(sheet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, rows = make(sheet, monkeypatch)
    (names, column), place = KEYS[sheet], place_of(sheet)
    rows[place] = {**rows[place], **{name: rows[0][name] for name in names}}
    run = dry(sheet, book_of(rows), actor)
    cell = f"{get_column_letter(list(rows[0]).index(column) + 1)}{place + 2}"
    assert told(run) == [(cell, "twice")]
    assert marked_cells(run, actor) == [cell]


def test_two_units_below_each_other_are_both_told(monkeypatch: pytest.MonkeyPatch) -> None:
    actor, rows = make("organisations", monkeypatch)
    rows[2]["parent"], rows[5]["parent"] = "u5", "u2"
    run = dry("organisations", book_of(rows), actor)
    letter = get_column_letter(list(rows[0]).index("parent") + 1)
    assert told(run) == [(f"{letter}4", "circle"), (f"{letter}7", "circle")]
    assert marked_cells(run, actor) == [f"{letter}4", f"{letter}7"]


def test_merged_cells_leave_the_lower_one_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    actor, rows = make("accounts", monkeypatch)
    run = dry("accounts", book_of(rows, lambda page: page.merge_cells("B4:B5")), actor)
    assert told(run) == [("B5", "blank")]


def test_cells_beyond_the_header_are_told_with_their_row(monkeypatch: pytest.MonkeyPatch) -> None:
    actor, rows = make("accounts", monkeypatch)
    run = dry("accounts", book_of(rows, lambda page: page.cell(4, 6, "more")), actor)
    assert (told(run), run.counts["wrong"]) == ([("4", "too_many_cells")], 1)


# The header


def renamed(page: Any) -> None:
    page["A1"] = "Colour of the sky"


def unnamed(page: Any) -> None:
    page["B1"] = None


def doubled(page: Any) -> None:
    page.cell(1, page.max_column + 1, page["B1"].value)


def calculated(page: Any) -> None:
    page["B1"] = "=A1"


def cut(page: Any) -> None:
    page.delete_cols(1)


HEADERS: dict[str, tuple[Callable[[Any], None], set[str]]] = {
    "unknown": (renamed, {"unknown_header", "missing_header"}),
    "blank": (unnamed, {"blank_header", "missing_header"}),
    "twice": (doubled, {"duplicate_header"}),
    "formula": (calculated, {"formula", "missing_header"}),
    "missing": (cut, {"missing_header"}),
}


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("header", HEADERS)
def test_header_that_cannot_be_used_is_told_and_no_row_is_read(
    sheet: str, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, codes = HEADERS[header]
    actor, rows = make(sheet, monkeypatch)
    run = dry(sheet, book_of(rows, change), actor)
    assert run.counts == {"new": 0, "changed": 0, "same": 0, "wrong": 1}
    found = {code for _, code in told(run)}
    # The column that is not there any more is missing where the sheet needs it.
    assert codes - {"missing_header"} <= found <= codes
    assert all(cell.endswith("1") for cell, _ in told(run))


# Files that are refused as a whole


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def all_hidden(rows: list[Values]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book_of(rows))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'state="visible"', b'state="hidden"')
    return packed(**parts)


FILES: dict[str, tuple[Callable[[list[Values]], bytes], str]] = {
    "nothing": (lambda rows: b"", "empty"),
    "picture": (lambda rows: b"\x89PNG\r\n\x1a\n" + bytes(60), "not_text"),
    "NUL in the text": (lambda rows: comma(rows).replace("王", "\0").encode() + b"\0", "not_text"),
    "no known encoding": (lambda rows: comma(rows).encode() + b"\xff\xff\xff", "encoding"),
    "old workbook": (lambda rows: b"\xd0\xcf\x11\xe0" + bytes(600), "old_format"),
    "password": (lambda rows: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked"),
    "half a workbook": (lambda rows: book_of(rows)[:2000], "damaged"),
    "archive of something else": (lambda rows: packed(readme=b"hello"), "damaged"),
    "zip bomb": (lambda rows: packed(**{"xl/worksheets/sheet1.xml": b"0" * (70 << 20)}), "too_big"),
    "too many rows": (lambda rows: b"code\n" + b"a\n" * (MAX_ROWS + 1), "too_many_rows"),
    "too many columns": (lambda rows: b"," * 200 + b"a", "too_many_columns"),
    "quotes that do not match": (lambda rows: comma(rows).encode() + b'"open', "damaged"),
    "every sheet hidden": (all_hidden, "damaged"),
}


@pytest.mark.parametrize("file", FILES)
def test_file_that_is_no_table_is_refused_and_nothing_is_kept(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_file, reason = FILES[file]
    actor, rows = make("accounts", monkeypatch)
    with pytest.raises(UnreadableFile) as refused:
        dry("accounts", make_file(rows), actor)
    assert (refused.value.kind, bool(refused.value.reason)) == (reason, True)
    assert not SheetRun.objects.unscoped(reason="test").exists()


# What looks odd and is no error


def with_more_sheets(rows: list[Values]) -> bytes:
    book = load_workbook(io.BytesIO(book_of(rows)))
    book.create_sheet("notes").append(["not", "this"])
    book.create_sheet("lists", 0).sheet_state = "hidden"
    return saved(book)


def widened(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isalnum() else letter for letter in text)


ODD: dict[str, Callable[[list[Values]], bytes]] = {
    "mark of UTF-8": lambda rows: comma(rows).encode("utf-8-sig"),
    "UTF-16": lambda rows: comma(rows).encode("utf-16"),
    "GB 18030": lambda rows: comma(rows).encode("gb18030"),
    "mixed line ends": lambda rows: comma(rows, lineterminator="\n").replace("\n", "\r\n", 3).encode(),
    "semicolons": lambda rows: comma(rows, delimiter=";").encode(),
    "further and hidden sheets": with_more_sheets,
    "spaces around": lambda rows: book_of([{**rows[0], "name": " 王小明 "}, *rows[1:]]),
    "full-width letters and digits": lambda rows: book_of([{**row, "login": widened(row["login"])} for row in rows]),
    "columns in another order": lambda rows: book_of([dict(reversed(row.items())) for row in rows]),
    "blank rows": lambda rows: book_of(rows, lambda page: page.insert_rows(3, 4)),
}


@pytest.mark.parametrize("form", ODD)
def test_file_of_another_form_is_understood(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, rows = make("accounts", monkeypatch)
    run = dry("accounts", ODD[form](rows), actor)
    assert (run.counts["new"], told(run)) == (ROWS, [])
    keys = [change[0][0] for change in run.changes]
    assert keys == [row["login"] for row in rows]


def test_there_are_forty_kinds_at_least() -> None:
    kinds = [kind.name for kind in KINDS]
    assert len(kinds) == len(set(kinds)) >= 40
    assert {kind.sheet for kind in KINDS} == set(SHEETS)
