"""A made-up town, its profile, and tables of requests as CSV, XLSX and Parquet."""

import csv
import gzip
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from citygrid.exchange.rules import Profile, parse

OPENED = datetime(2015, 3, 2, 9, 0)
COLUMNS = ("nr", "opened", "due", "closed", "state", "in_time", "group", "kind", "dept", "via", "lon", "lat", "where")


def document(**changes: Any) -> dict[str, Any]:
    """A profile as YAML reads it; a change of None takes the word away."""
    whole = {
        "code": "town",
        "en": "Town",
        "time_zone": "America/New_York",
        "as_of": "2015-06-01T00:00:00",
        "district": {"code": "999901", "en": "Town", "bounds": [-72, 42, -70, 43]},
        "columns": {
            **{"id": "nr", "opened_at": "opened", "due_at": "due", "closed_at": "closed", "status": "state"},
            **{"on_time": "in_time", "major": "group", "category": "kind", "unit": "dept", "channel": "via"},
            **{"longitude": "lon", "latitude": "lat", "address": "where"},
        },
        "statuses": {"open": ["Open"], "closed": ["Closed"], "voided": ["Cancelled"]},
        "on_time": {"met": ["ONTIME"], "missed": ["OVERDUE"]},
        "channels": {"names": {"Call": "hotline"}},
        "units": {"en": "Town hall", "names": {"PW": {"zh": "公共工程局", "en": "Public Works"}}},
        "default_points": [[-71.0587, 42.3594]],
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def profile(**changes: Any) -> Profile:
    """The checked profile of the town."""
    return parse(yaml.safe_dump(document(**changes)))


def request(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One closed request, done in time; `None` is an empty cell."""
    opened = OPENED + timedelta(minutes=number)
    whole = {
        **{"nr": f"T{number:05d}", "opened": opened, "due": opened + timedelta(days=2)},
        **{"closed": opened + timedelta(days=1), "state": "Closed", "in_time": "ONTIME"},
        **{"group": "Streets", "kind": "Lamp out", "dept": "PW", "via": "Call"},
        **{"lon": -71.06, "lat": 42.35, "where": "1 Main St"},
    }
    return {**whole, **changes}


def requests(count: int) -> list[dict[str, Any]]:
    """So many closed requests."""
    return [request(number) for number in range(1, count + 1)]


def write_csv(path: Path, rows: Sequence[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> Path:
    """The rows as CSV, gzipped when the name ends in .gz."""
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """The rows as the first sheet of a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (COLUMNS, *([row[name] for name in COLUMNS] for row in rows)):
        sheet.append(cells)
    book.save(path)
    return path


def write_parquet(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """The rows as Parquet with times in nanoseconds, as pandas writes them."""
    table = pa.table({name: [row[name] for row in rows] for name in COLUMNS})
    for name in ("opened", "due", "closed"):
        if pa.types.is_timestamp(table.schema.field(name).type):
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, table[name].cast(pa.timestamp("ns")))
    pq.write_table(table, path)
    return path
