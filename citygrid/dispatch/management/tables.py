"""Columns of a CSV (also .gz) or Parquet file as texts, for commands that judge by them."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

LONGEST_CELL = 100_000  # characters kept of a cell; more is never read by what uses these columns
PARQUET, GZIP = b"PAR1", b"\x1f\x8b"
BATCH = 10_000


class TableError(Exception):
    """The file cannot be read, or lacks a column."""


def read_columns(path: Path, needed: Sequence[str], wished: Sequence[str] = ()) -> dict[str, list[str]]:
    """The needed columns, and those wished for that are there, each a list of texts ("" where empty)."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
        read = _parquet if head.startswith(PARQUET) else _text
        return read(path, needed, wished)
    except (OSError, EOFError, csv.Error, ValueError, pa.ArrowException) as fault:
        raise TableError(f"{path}: {fault}") from fault


def _chosen(path: Path, names: Sequence[str], needed: Sequence[str], wished: Sequence[str]) -> list[str]:
    if missing := [name for name in needed if name not in names]:
        raise TableError(f"{path} has no column {', '.join(missing)}. It has: {', '.join(names)}.")
    return list(dict.fromkeys([*needed, *(name for name in wished if name in names)]))


def _parquet(path: Path, needed: Sequence[str], wished: Sequence[str]) -> dict[str, list[str]]:
    with pq.ParquetFile(path) as file:
        chosen = _chosen(path, file.schema_arrow.names, needed, wished)
        told: dict[str, list[str]] = {name: [] for name in chosen}
        for batch in file.iter_batches(batch_size=BATCH, columns=chosen):
            for name in chosen:
                told[name] += [_as_text(value) for value in batch.column(name).to_pylist()]
    return told


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return (value.isoformat() if isinstance(value, date) else str(value))[:LONGEST_CELL]


def _text(path: Path, needed: Sequence[str], wished: Sequence[str]) -> dict[str, list[str]]:
    rows = _csv_rows(path)
    names = next(rows, [])
    chosen = _chosen(path, names, needed, wished)
    places = [(name, names.index(name)) for name in chosen]
    told: dict[str, list[str]] = {name: [] for name in chosen}
    for row in rows:
        for name, place in places if row else ():
            told[name].append(row[place][:LONGEST_CELL] if place < len(row) else "")
    return told


def _csv_rows(path: Path) -> Iterator[list[str]]:
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
    csv.field_size_limit(2**31 - 1)
    with (gzip.open if is_packed else open)(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as lines:
        yield from csv.reader(line.replace("\0", "") for line in lines)
