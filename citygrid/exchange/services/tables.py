"""Tables as files: CSV (also .gz), XLSX and Parquet, read in batches, so that memory does not grow with the file."""

import csv
import gzip
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any, Protocol
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from citygrid.exchange.errors import ColumnsMissing, FileUnreadable
from citygrid.exchange.rules import Row

BATCH = 2_000
LONGEST_CELL = 1_000_000
PARQUET, ZIP, GZIP = b"PAR1", b"PK\x03\x04", b"\x1f\x8b"
READ_FAULTS = (
    *(OSError, EOFError, zlib.error, UnicodeError, csv.Error),
    *(BadZipFile, ParseError, LookupError, ValueError, pa.ArrowException),
)


class Table(Protocol):
    """A file of rows. `names` are its columns, `total` the number of rows where the file says it."""

    names: list[str]
    total: int | None

    def rows(self, columns: Collection[str]) -> Iterator[Row]:
        """The rows, with at least these columns, numbered from 1; empty rows are left out."""
        ...


def open_table(path: Path, columns: Collection[str], *, encoding: str = "utf-8-sig", delimiter: str = ",") -> Table:
    """Open a file by what is in it, not by its name. Raises FileUnreadable, ColumnsMissing."""
    with _faults_in_words():
        with path.open("rb") as file:
            head = file.read(8192)
        if not head:
            raise FileUnreadable(reason="it is empty")
        table: Table
        if head.startswith(PARQUET):
            table = ParquetTable(path)
        elif head.startswith(ZIP):
            table = WorkbookTable(path)
        else:
            table = TextTable(path, head.startswith(GZIP), encoding, delimiter)
    _check(table.names, columns)
    return table


def _check(names: Sequence[str], columns: Collection[str]) -> None:
    if missing := [column for column in columns if column not in names]:
        raise ColumnsMissing(reason=", ".join(missing))
    if twice := [column for column in columns if list(names).count(column) > 1]:
        raise FileUnreadable(reason=f"more than one column is named {', '.join(twice)}")


@contextmanager
def _faults_in_words() -> Iterator[None]:
    """Whatever a reader stumbles over becomes one refusal that says so."""
    try:
        yield
    except READ_FAULTS as fault:
        raise FileUnreadable(reason=str(fault) or type(fault).__name__) from fault


@dataclass
class TextTable:
    """Comma-separated text, plain or gzipped. Bytes that are no text of the encoding become U+FFFD."""

    path: Path
    is_gzipped: bool
    encoding: str
    delimiter: str
    total: int | None = None

    def __post_init__(self) -> None:
        with self._open() as file:
            if "\0" in file.read(4096):
                raise FileUnreadable(reason="it is neither Parquet nor XLSX, and no text either")
        with self._open() as file:
            self.names = [name.strip() for name in next(self._reader(file), [])]

    def rows(self, columns: Collection[str]) -> Iterator[Row]:
        with _faults_in_words(), self._open() as file:
            reader = self._reader(file)
            next(reader)
            for number, cells in enumerate(filter(None, reader), start=1):
                yield Row(number, dict(zip(self.names, cells, strict=False)), len(cells) != len(self.names))

    def _reader(self, file: IO[str]) -> Iterator[list[str]]:
        csv.field_size_limit(LONGEST_CELL)
        return csv.reader(file, delimiter=self.delimiter)

    def _open(self) -> IO[str]:
        kept = {"encoding": self.encoding, "errors": "replace", "newline": ""}
        return gzip.open(self.path, "rt", **kept) if self.is_gzipped else self.path.open(**kept)  # type: ignore


class WorkbookTable:
    """The first sheet of an XLSX workbook; its first row names the columns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._sheet() as sheet:
            self.total = sheet.max_row - 1 if (sheet.max_row or 1) > 1 else None
            sheet.reset_dimensions()  # some programs write a size that is too small
            first = next(sheet.iter_rows(values_only=True), ())
            self.names = ["" if name is None else str(name).strip() for name in first]

    def rows(self, columns: Collection[str]) -> Iterator[Row]:
        with _faults_in_words(), self._sheet() as sheet:
            numbers = count(1)
            sheet.reset_dimensions()
            for cells in sheet.iter_rows(values_only=True, min_row=2):
                if any(cell is not None for cell in cells):
                    yield Row(next(numbers), dict(zip(self.names, cells, strict=False)))

    @contextmanager
    def _sheet(self) -> Iterator[Any]:
        with self.path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                yield book.worksheets[0]
            finally:
                book.close()


class ParquetTable:
    """A Parquet file, of which only the columns asked for are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with pq.ParquetFile(path) as file:
            self.names = file.schema_arrow.names
            self.total = file.metadata.num_rows

    def rows(self, columns: Collection[str]) -> Iterator[Row]:
        wanted = list(dict.fromkeys(columns))
        numbers = count(1)
        with _faults_in_words(), pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=BATCH, columns=wanted):
                names = batch.schema.names
                for cells in zip(*map(_values, batch.columns), strict=True):
                    yield Row(next(numbers), dict(zip(names, cells, strict=True)))


def _values(column: pa.Array) -> list[Any]:
    """Cells as Python values; a time that Python cannot hold as the text of its number, to be named by its row."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_value(cell) for cell in column]


def _value(cell: pa.Scalar) -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return f"out of range ({cell.value})"
