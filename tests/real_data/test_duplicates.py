"""Ranks of known pairs of Boston, learned from what came before: above what nearest-first reaches by a wide margin."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command

pytestmark = pytest.mark.real_data

SINCE = datetime(2017, 5, 20, 10, 53, tzinfo=UTC)  # from the newer half of the pairs on
MOST_SECONDS = 120  # of one processor


def ranks(path: Path, targets: dict[str, str]) -> list[float]:
    """The rank of each target among the candidates of its query, the worst of those with one score."""
    scores: dict[str, dict[str, float]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            scores.setdefault(row["id"], {})[row["candidate_id"]] = float(row["score"])
    found = []
    for query, target in targets.items():
        told = scores.get(query, {})
        found.append(sum(score >= told[target] for score in told.values()) if target in told else float("inf"))
    return found


def test_known_pairs_are_found_by_what_was_learned_before_them(shared_data: Path, tmp_path: Path, capsys) -> None:
    folder = shared_data / "B_311"
    data, pairs = folder / "boston_open311_2008_2018.parquet", folder / "boston_duplicate_pairs_2008_2018.csv"
    table = pq.read_table(data, columns=["service_request_id", "requested_datetime"])
    later = table.filter(pc.greater_equal(table["requested_datetime"], SINCE))["service_request_id"].to_pylist()
    with pairs.open(newline="") as file:
        told = {row["id"]: row["target_id"] for row in csv.DictReader(file)}
    newer = set(later)
    targets = {query: target for query, target in told.items() if query in newer}
    asked = tmp_path / "asked.csv"
    asked.write_text("id\n" + "\n".join(targets) + "\n")
    began = process_time()
    call_command(
        "evaluate_duplicates",
        *("--data", str(data), "--pairs", str(pairs), "--from", SINCE.isoformat()),
        *("--queries", str(asked), "--out", str(tmp_path / "ranks.csv")),
    )
    assert process_time() - began < MOST_SECONDS
    found = ranks(tmp_path / "ranks.csv", targets)
    assert len(found) == 1_479
    assert sum(rank <= 1 for rank in found) / len(found) >= 0.72
    assert sum(rank <= 5 for rank in found) / len(found) >= 0.94
    assert sum(1 / rank for rank in found) / len(found) >= 0.81
