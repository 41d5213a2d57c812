"""Reading files: three formats give the same rows; what cannot be read says so."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from citygrid.exchange.errors import ColumnsMissing, FileUnreadable
from citygrid.exchange.rules import read_row
from citygrid.exchange.services.tables import open_table
from citygrid.exchange.tests.factories import COLUMNS, profile, request, requests, write_csv, write_parquet, write_xlsx

WRITERS = {"a.csv": write_csv, "a.csv.gz": write_csv, "a.xlsx": write_xlsx, "a.parquet": write_parquet}


def readings(path: Path):
    town = profile()
    return [read_row(row, town) for row in open_table(path, COLUMNS).rows(COLUMNS)]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_rows(name, tmp_path):
    rows = [*requests(3), request(4, state="Open", closed=None, lon=None, lat=None)]
    path = WRITERS[name](tmp_path / name, rows)
    expected = [read_row_of(row) for row in rows]
    assert [(one.id, one.opened_at, one.closed_at, one.lon, one.fault) for one in readings(path)] == expected


def read_row_of(row):
    town = profile()
    times = [
        town.zone and value and value.replace(tzinfo=town.zone).astimezone(UTC)
        for value in (row["opened"], row["closed"])
    ]
    return (row["nr"], *times, row["lon"], None)


@pytest.mark.parametrize("name", WRITERS)
def test_format_is_told_by_content_not_by_name(name, tmp_path):
    path = WRITERS[name](tmp_path / name, requests(2)).rename(tmp_path / "anything.dat")
    assert [one.id for one in readings(path)] == ["T00001", "T00002"]


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet"])
def test_total_is_known_where_the_file_says_it(name, tmp_path):
    assert open_table(WRITERS[name](tmp_path / name, requests(7)), COLUMNS).total == 7


def test_missing_columns_are_named(tmp_path):
    path = write_csv(tmp_path / "a.csv", requests(1), [name for name in COLUMNS if name not in ("due", "lat")])
    with pytest.raises(ColumnsMissing, match="due, lat"):
        open_table(path, COLUMNS)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"PAR1 and no more", b"PK\x03\x04 and no more", b"\x1f\x8b and no more"),
        *(b"\x89PNG\r\n\0\0\0\0", gzip.compress(b"\0\1\2")),
    ],
    ids=["empty", "parquet", "xlsx", "gzip", "picture", "gzipped bytes"],
)
def test_what_is_no_table_is_refused_in_words(content, tmp_path):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(FileUnreadable) as refusal:
        open_table(tmp_path / "a.csv", COLUMNS)
    assert str(refusal.value)


def test_absent_file_is_refused_in_words(tmp_path):
    with pytest.raises(FileUnreadable, match=r"nothing\.csv"):
        open_table(tmp_path / "nothing.csv", COLUMNS)


def test_gzip_that_breaks_off_is_refused_after_its_rows(tmp_path):
    whole = write_csv(tmp_path / "a.csv.gz", requests(3000)).read_bytes()
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    rows = open_table(tmp_path / "cut.csv.gz", COLUMNS).rows(COLUMNS)
    assert next(rows).number == 1
    with pytest.raises(FileUnreadable):
        list(rows)


def test_column_that_is_there_twice_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("nr,nr\n1,2\n")
    with pytest.raises(FileUnreadable, match="more than one column"):
        open_table(tmp_path / "a.csv", ["nr"])


def test_row_of_another_length_is_broken_and_empty_lines_are_none(tmp_path):
    (tmp_path / "a.csv").write_text("\ufeffnr,kind\n1,a\n\n2\n3,b,c\n", encoding="utf-8")
    rows = list(open_table(tmp_path / "a.csv", ["nr", "kind"]).rows(["nr", "kind"]))
    assert [(row.number, row.is_broken) for row in rows] == [(1, False), (2, True), (3, True)]


def test_text_of_another_encoding_is_read_as_the_profile_says(tmp_path):
    (tmp_path / "a.csv").write_bytes("编号;类别\n1;路灯\n".encode("gb18030"))
    [row] = open_table(tmp_path / "a.csv", ["编号"], encoding="gb18030", delimiter=";").rows(["编号"])
    assert row.cells == {"编号": "1", "类别": "路灯"}


def test_bytes_that_are_no_text_spoil_their_cell_only(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"nr,kind\n1,\xff\n2,b\n")
    assert [row.cells["nr"] for row in open_table(tmp_path / "a.csv", ["nr"]).rows(["nr"])] == ["1", "2"]


def test_time_beyond_python_is_a_fault_of_its_row(tmp_path):
    good = int(datetime(2015, 3, 2, tzinfo=UTC).timestamp())
    table = pa.table({"nr": ["1", "2"], "opened": pa.array([good, 10**14], pa.timestamp("s")), "kind": ["a", "a"]})
    pq.write_table(table, tmp_path / "a.parquet")
    town = profile(columns={"id": "nr", "opened_at": "opened", "category": "kind"}, statuses=None, on_time=None)
    rows = open_table(tmp_path / "a.parquet", ["nr"]).rows(["nr", "opened", "kind"])
    faults = [read_row(row, town).fault for row in rows]
    assert faults[0] is None
    assert faults[1] is not None
    assert faults[1].code == "opened_at_unreadable"
