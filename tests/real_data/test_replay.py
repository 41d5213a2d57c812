"""The first 5,000 rows of Boston 2015 and 2,000 of Los Angeles 2020, through the whole command."""

import csv
import gzip
import json
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command

from citygrid.cases import queries as cases
from citygrid.exchange.rules import parse
from citygrid.kernel.actor import system_actor
from citygrid.workflow.tests.factories import publish

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

ROWS = 5_000
PROFILES = Path(__file__).parents[2] / "data/profiles"


def replayed(path: Path, profile: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Summary, and verdicts by id."""
    summary, verdicts = path.with_suffix(".json"), path.with_suffix(".verdicts")
    call_command("replay", str(path), profile=profile, summary=summary, verdicts=verdicts, verbosity=0)
    with verdicts.open(newline="") as file:
        return json.loads(summary.read_text()), {row["id"]: row["on_time"] for row in csv.DictReader(file)}


def boston(folder: Path) -> pa.Table:
    return pq.read_table(folder / "B_311/boston311_2015_jan_sep.parquet")


def test_clock_agrees_with_the_published_flag_and_a_second_run_adds_nothing(shared_data, tmp_path, capsys):
    publish()
    table = boston(shared_data).slice(0, ROWS)
    pq.write_table(table, tmp_path / "first.parquet")
    summary, verdicts = replayed(tmp_path / "first.parquet", "boston311")
    closed = table.filter(pc.and_(pc.equal(table["CASE_STATUS"], "Closed"), pc.is_valid(table["TARGET_DT"])))
    flagged = closed.filter(pc.is_valid(closed["OnTime_Status"]))
    assert summary["reports"] + summary["row_errors"] == summary["rows"] == ROWS
    assert summary["on_time_checked"] == summary["on_time_agree"] == flagged.num_rows
    assert summary["flag_blank"] == closed.num_rows - flagged.num_rows
    published = zip(flagged["CASE_ENQUIRY_ID"].to_pylist(), flagged["OnTime_Status"].to_pylist(), strict=True)
    assert all(verdicts[key] == str(flag == "ONTIME").lower() for key, flag in published)
    [*_, proof] = cases.prove(system_actor("tests"))
    assert (proof.cases, proof.mismatched, proof.broken) == (summary["reports"], [], [])
    again, same = replayed(tmp_path / "first.parquet", "boston311")
    assert (again["reports"], again["already_there"], same) == (0, summary["reports"], verdicts)
    with capsys.disabled():
        print(f"\nreplay: {summary['reports']:,} reports in {summary['seconds']} s")


def test_rows_that_close_before_they_open_are_named_and_still_judged(shared_data, tmp_path):
    table = boston(shared_data)
    table = table.filter(pc.less(table["CLOSED_DT"], table["OPEN_DT"]))
    pq.write_table(table, tmp_path / "before.parquet")
    publish()
    summary, verdicts = replayed(tmp_path / "before.parquet", "boston311")
    assert summary["errors"] == {"closed_before_opened": 176}
    assert summary["on_time_checked"] == summary["on_time_agree"] == 56
    assert sum(verdict == "true" for verdict in verdicts.values()) == 56


def test_los_angeles_has_no_row_without_an_answer(shared_data, tmp_path):
    with gzip.open(shared_data / "B_311/la311_2020_jan_sample.csv.gz", "rt", encoding="utf-8") as file:
        (tmp_path / "la.csv").write_text("".join(islice(file, 2_001)), encoding="utf-8")
    publish()
    summary, verdicts = replayed(tmp_path / "la.csv", "la311")
    assert summary["reports"] + summary["row_errors"] == summary["rows"] == len(verdicts) == 2_000
    assert set(summary["errors"]) == {"closed_at_missing"}


def test_columns_of_the_shipped_profiles_are_in_the_files(shared_data):
    folder = shared_data / "B_311"
    with gzip.open(folder / "la311_2020_jan_sample.csv.gz", "rt", encoding="utf-8") as file:
        found = {"la311": next(csv.reader(file))}
    for profile, name in (("boston311", "boston311_2015_jan_sep"), ("boston_open311", "boston_open311_2008_2018")):
        found[profile] = pq.read_schema(folder / f"{name}.parquet").names
    for profile, names in found.items():
        columns = parse((PROFILES / f"{profile}.yaml").read_text(encoding="utf-8")).columns
        assert set(columns.values()) <= set(names)
