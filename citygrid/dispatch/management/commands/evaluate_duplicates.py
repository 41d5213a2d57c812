import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq
from django.core.management.base import BaseCommand, CommandError, CommandParser

from citygrid.dispatch.learning.duplicates.matters import Matters, codes, grams
from citygrid.dispatch.learning.duplicates.signs import signs
from citygrid.dispatch.learning.duplicates.tables import Candidates, learn_past, named_in

COLUMNS = {  # what is read, with the names of Open311
    "id": "service_request_id",
    "lat": "lat",
    "lon": "long",
    "opened": "requested_datetime",
    "text": "description",
    "category": "service_name",
}
OPTIONAL = {"closed": "updated_datetime", "status": "status", "marked": "duplicate", "notes": "status_notes"}


class Command(BaseCommand):
    help = (
        "Learn from the requests before a day which of them were about one matter, and score for each request from "
        "that day on the earlier ones within 250 m and 90 days. No label from that day on is read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="requests, CSV (also .gz) or Parquet")
        parser.add_argument(
            "--from", dest="since", type=datetime.fromisoformat, required=True, help="ISO 8601; UTC unless it says"
        )
        parser.add_argument("--out", type=Path, required=True, help="CSV to write: id, candidate_id, score, chance")
        parser.add_argument("--pairs", type=Path, help="CSV of id, target_id (default: what closing notes name)")
        parser.add_argument("--queries", type=Path, help="CSV with a column id: only these are asked about")
        parser.add_argument("--top", type=int, default=50, help="candidates written of each, and ties; 0: all")
        parser.add_argument("--model", type=Path, help="write what was learned to this JSON file")
        for name, column in COLUMNS.items():
            parser.add_argument(f"--{name}", default=column, help=f"column, {column} by default")
        for name, column in OPTIONAL.items():
            parser.add_argument(
                f"--{name}", default=column, help=f"column, {column} by default; looked at if it is there"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        self.began = monotonic()
        try:
            self._evaluate(options)
        except (OSError, KeyError, pa.ArrowException) as fault:
            raise CommandError(str(fault)) from fault

    def _evaluate(self, options: dict[str, Any]) -> None:
        table, since = _read(options["data"]), options["since"]
        if missing := [f"--{name} {options[name]}" for name in COLUMNS if options[name] not in table.column_names]:
            there = ", ".join(table.column_names)
            raise CommandError(f"{options['data']} lacks columns: {', '.join(missing)}. It has: {there}.")
        until = (since if since.tzinfo else since.replace(tzinfo=UTC)).timestamp()
        ids = _texts(table, options["id"])
        matters = _matters(table, options)
        is_before = matters.at < until
        pairs = _pairs(table, options, ids, is_before)
        self._say(f"{len(ids)} requests, {len(pairs)} named pairs before {since}")
        model = learn_past(matters, pairs, _marked(table, options, is_before), until)
        if options["model"]:
            options["model"].write_text(json.dumps(model.to_dict(), indent=1) + "\n", encoding="utf-8")
        asked = set(_texts(_read(options["queries"]), "id")) if options["queries"] else None
        rows = [row for row in np.flatnonzero(~is_before).tolist() if asked is None or ids[row] in asked]
        self._say(f"learned {json.dumps(model.to_dict())}; {len(rows)} requests are asked about")
        _write(options["out"], ids, matters, model, rows, options["top"])
        self._say(f"written to {options['out']}")

    def _say(self, words: str) -> None:
        self.stderr.write(f"{monotonic() - self.began:6.1f} s  {words}", style_func=str)


def _read(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    texts = pv.ConvertOptions(column_types={"id": pa.string(), "target_id": pa.string(), COLUMNS["id"]: pa.string()})
    return pv.read_csv(path, convert_options=texts)


def _texts(table: pa.Table, name: str) -> list[str]:
    return ["" if value is None else value for value in table[name].cast(pa.string()).to_pylist()]


def _matters(table: pa.Table, options: dict[str, Any]) -> Matters:
    opened = _seconds(table[options["opened"]])
    ended = np.full(len(opened), np.inf)
    if options["closed"] in table.column_names:
        ended = np.nan_to_num(_seconds(table[options["closed"]]), nan=np.inf)
        if options["status"] in table.column_names:
            ended[np.array([value.lower() == "open" for value in _texts(table, options["status"])], bool)] = np.inf
    lon, lat = (_numbers(table[options[name]]) for name in ("lon", "lat"))
    return Matters(
        lon,
        lat,
        opened,
        ended,
        codes(_texts(table, options["category"])),
        list(map(grams, _texts(table, options["text"]))),
    )


def _numbers(column: Any) -> Any:
    return column.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _seconds(column: Any) -> Any:
    """Since 1970; a time that says no zone is UTC."""
    if not pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.timestamp("us"))
    whole = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    return whole.to_numpy(zero_copy_only=False) / 1e6


def _pairs(table: pa.Table, options: dict[str, Any], ids: list[str], is_before: Any) -> dict[int, int]:
    """Rows of named pairs whose later report came before the day."""
    if options["pairs"]:
        rows, told = {each: row for row, each in enumerate(ids)}, _read(options["pairs"])
        named = zip(_texts(told, "id"), _texts(told, "target_id"), strict=True)
        return {rows[a]: rows[b] for a, b in named if a in rows and b in rows and is_before[rows[a]]}
    if options["notes"] not in table.column_names:
        raise CommandError(f"Give --pairs, or --notes: there is no column {options['notes']}.")
    notes = [note if is_told else "" for note, is_told in zip(_texts(table, options["notes"]), is_before, strict=True)]
    return named_in(notes, ids)


def _marked(table: pa.Table, options: dict[str, Any], is_before: Any) -> Any:
    if options["marked"] not in table.column_names:
        return np.zeros(len(is_before), bool)
    return is_before & np.array(
        [value.lower() in ("true", "1", "yes") for value in _texts(table, options["marked"])], bool
    )


def _write(path: Path, ids: list[str], matters: Matters, model: Any, rows: list[int], top: int) -> None:
    known = Candidates(matters)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "candidate_id", "score", "chance"])
        for row in rows:
            others = known.of(row)
            scores = model.scores(signs(matters, row, others))
            least = np.sort(scores)[-top] if 0 < top < len(scores) else -np.inf
            chances = model.chances(scores)
            for at in np.argsort(-scores, kind="stable"):
                if scores[at] >= least:
                    writer.writerow([ids[row], ids[others[at]], f"{scores[at]:.6f}", f"{chances[at]:.6f}"])
