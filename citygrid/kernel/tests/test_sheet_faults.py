"""Every kind of error of a file is found at its row and its cell."""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from citygrid.kernel.sheets.errors import UnreadableFile
from citygrid.kernel.sheets.matching import match
from citygrid.kernel.sheets.plans import make_plan
from citygrid.kernel.sheets.reading import MAX_COLUMNS, MAX_ROWS, read_table
from citygrid.kernel.tests.factories import NOW, make_actor
from citygrid.kernel.tests.lamps import GOOD, HEADERS, SHEET, Lamps, comma, saved, xlsx


def changed(**cells: Any) -> list[Any]:
    """The good row with some cells changed, by header."""
    row = list(GOOD)
    for header, value in cells.items():
        row[HEADERS.index(header)] = value
    return row


def one(**cells: Any) -> bytes:
    """A workbook whose row 3 has these cells; row 2 is good."""
    return xlsx(changed(Code="L-002"), changed(**cells))


def header(*names: str) -> bytes:
    return xlsx(GOOD, header=names)


# kind, file, the cell, the kind of error. A cell without a row below the header is one of the header.
CELLS: list[tuple[str, bytes, str, str]] = [
    ("required text is blank", one(Name=None), "B3", "blank"),
    ("required text is only spaces", one(Name="  \u3000 "), "B3", "blank"),
    ("key is blank", one(Code=None), "A3", "blank"),
    ("text is too long", one(Name="x" * 21), "B3", "too_long"),
    ("text is very long", one(Name="x" * 9000), "B3", "too_long"),
    ("code has another form", one(Code="L1"), "A3", "wrong_form"),
    ("code is lower case", one(Code="l-001"), "A3", "wrong_form"),
    ("line break where none belongs", one(Name="a\nb"), "B3", "line_break"),
    ("tab where none belongs", one(Name="a\tb"), "B3", "line_break"),
    ("control character", comma(changed(Code="L-002"), changed(Name="a\x07b")).encode(), "B3", "control_character"),
    ("value is none of the choices", one(Kind="oil"), "C3", "unknown_choice"),
    ("label stands for two choices", one(Kind="Gas"), "C3", "ambiguous"),
    ("required choice is blank", one(Kind=""), "C3", "blank"),
    ("one of several is no choice", one(Colours="red;blue"), "G3", "unknown_choice"),
    ("number is a word", one(Watts="sixty"), "D3", "not_a_number"),
    ("number has a unit", one(Watts="60 W"), "D3", "not_a_number"),
    ("number is too small", one(Watts=0), "D3", "out_of_range"),
    ("number is too large", one(Watts=1001), "D3", "out_of_range"),
    ("number is negative", one(Watts="-60"), "D3", "out_of_range"),
    ("number is infinite", one(Watts="Infinity"), "D3", "out_of_range"),
    ("number is not one", one(Watts="NaN"), "D3", "out_of_range"),
    ("number has too many decimals", one(Watts="60.25"), "D3", "too_precise"),
    ("day is a word", one(Since="yesterday"), "E3", "not_a_date"),
    ("day is a bare number", one(Since=45000), "E3", "not_a_date"),
    ("day begins with the day", one(Since="02/03/2026"), "E3", "not_a_date"),
    ("day does not exist", one(Since="2026-02-30"), "E3", "impossible_date"),
    ("day has a time", one(Since=datetime(2026, 3, 2, 8, 30)), "E3", "not_a_date"),
    ("time stands for a day", one(Since=time(8, 30)), "E3", "not_a_date"),
    ("yes or no is something else", one(Lit="maybe"), "F3", "unknown_choice"),
    ("formula", one(Watts="=30+30"), "D3", "formula"),
    ("formula in the key", one(Code='="L-"&"003"'), "A3", "formula"),
    ("error of a formula", one(Watts="#N/A"), "D3", "error_value"),
    ("number lost its digits", one(Name=123456789012345678), "B3", "digits_lost"),
    ("record is there twice", xlsx(changed(Code="L-002"), changed(Code="L-002")), "A3", "twice"),
    ("twice, by width of letters", xlsx(changed(Code="L-002"), changed(Code="Ｌ-００２")), "A3", "twice"),
    ("reference to nothing", one(**{"Hangs on": "L-999"}), "H3", "unknown_reference"),
    ("row is wider than the header", xlsx(changed(Code="L-002"), [*GOOD, "more"]), "3", "too_many_cells"),
    ("unknown header", header(*HEADERS[:-1], "Colour of the sky"), "I1", "unknown_header"),
    ("header is blank", header(*HEADERS[:3], "", *HEADERS[4:]), "D1", "blank_header"),
    ("header is there twice", header(*HEADERS[:-1], "Name"), "I1", "duplicate_header"),
    ("header is a formula", header(*HEADERS[:-1], "=A1"), "I1", "formula"),
    ("required header is missing", header("Code", "Name", *HEADERS[3:]), "1", "missing_header"),
    ("key header is missing", xlsx(GOOD[1:], header=HEADERS[1:]), "1", "missing_header"),
    ("error below empty rows", xlsx(GOOD, [], [None], changed(Code="L-002", Watts="x")), "D5", "not_a_number"),
]


@pytest.mark.parametrize(("content", "cell", "code"), [row[1:] for row in CELLS], ids=[row[0] for row in CELLS])
def test_error_is_reported_at_its_row_and_cell_and_nowhere_else(
    lamps: None, content: bytes, cell: str, code: str
) -> None:
    [fault] = make_plan(Lamps(), content, make_actor(), NOW).faults()
    where = fault["cell"] or str(fault["row"])
    assert (where, fault["code"]) == (cell, code)
    assert fault["words"]


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A good workbook one of whose parts is changed, or added."""
    with zipfile.ZipFile(io.BytesIO(xlsx(GOOD))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    return packed(**{**parts, name: change(parts.get(name, b""))})


CELLS_PART = "xl/worksheets/sheet1.xml"
FILES: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "empty"),
    ("only spaces", b" \r\n ", "empty"),
    ("workbook without cells", saved(Workbook()), "empty"),
    ("too many bytes", b"a," * ((10 << 20) // 2 + 1), "too_big"),
    ("old workbook", b"\xd0\xcf\x11\xe0" + bytes(600), "old_format"),
    ("workbook with a password", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked"),
    ("picture", b"\x89PNG\r\n\x1a\n" + bytes(60), "not_text"),
    ("bytes of no encoding", b"Code,Name\n\xff\xff\xff", "encoding"),
    ("archive of something else", packed(readme=b"hello"), "damaged"),
    ("half a workbook", xlsx(GOOD)[:2000], "damaged"),
    ("workbook with macros", with_part("xl/vbaProject.bin", lambda _: b"x"), "macros"),
    ("entities", with_part(CELLS_PART, lambda xml: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml), "unsafe"),
    ("cells of broken XML", with_part(CELLS_PART, lambda xml: xml[:-40]), "damaged"),
    ("row beyond the last", with_part(CELLS_PART, lambda xml: xml.replace(b'r="2"', b'r="999999999"')), "damaged"),
    ("bomb", packed(**{CELLS_PART: b"0" * (70 << 20)}), "too_big"),
    ("bomb in another part", with_part("xl/styles.xml", lambda xml: xml + b" " * (5 << 20)), "too_big"),
    ("many parts", packed(**{f"part{number}": b"" for number in range(301)}), "too_big"),
    ("too many columns", xlsx(["x"] * (MAX_COLUMNS + 1)), "too_many_columns"),
    ("too many rows", b"Code\n" + b"L-001\n" * (MAX_ROWS + 1), "too_many_rows"),
    ("quotes that do not match", b'Code,Name\n"L-001,x', "damaged"),
]


@pytest.mark.parametrize(("content", "kind"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_file_that_is_no_table_is_refused_with_words(content: bytes, kind: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_table(content)
    assert refused.value.kind == kind
    assert refused.value.reason


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe", b"Code,Name\n"]))
def test_random_bytes_are_read_or_refused_and_never_break_anything(noise: bytes, start: bytes) -> None:
    try:
        table = read_table(start + noise)
    except UnreadableFile as refused:
        assert refused.kind
    else:
        assert match(SHEET, table).header_number >= 1


def test_workbook_with_random_bytes_changed_is_read_or_refused() -> None:
    good, chance = xlsx(*[changed(Code=f"L-{number:03}") for number in range(30)]), random.Random(20261123)
    for _ in range(300):
        content = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            read_table(bytes(content))
        except UnreadableFile as refused:
            assert refused.kind


def test_sheet_that_is_hidden_is_passed_over() -> None:
    book = load_workbook(io.BytesIO(xlsx(GOOD)))
    hidden = book.create_sheet("lists", 0)
    hidden.append(["not", "this"])
    hidden.sheet_state = "hidden"
    assert read_table(saved(book)).rows[0][1] == HEADERS
