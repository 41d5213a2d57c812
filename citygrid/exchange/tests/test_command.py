"""manage.py replay: its files, its refusals, and a run that is killed."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from citygrid.cases.models import Case
from citygrid.exchange.tests.factories import document, request, requests, write_csv
from citygrid.intake.models import Report
from citygrid.workflow.tests.factories import publish

SOME_ROWS = re.compile(rb"\b[1-9]\d* rows")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The profile file of the town."""
    path = tmp_path / "town.yaml"
    path.write_text(yaml.safe_dump(document()))
    return path


def run(town: Path, path: Path, *more: str) -> Path:
    """Run the command quietly; returns the folder of its files."""
    out = path.parent
    files = ["--summary", str(out / "s.json"), "--verdicts", str(out / "v.csv")]
    call_command("replay", str(path), "--profile", str(town), *files, *more, verbosity=0)
    return out


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db
def test_command_in_a_new_database_writes_summary_verdicts_and_errors(town, tmp_path, capsys):
    rows = [request(1), request(2, due=None), request(3, closed=None)]
    out = run(town, write_csv(tmp_path / "a.csv", rows))
    summary = json.loads((out / "s.json").read_text())
    wanted = {"rows": 3, "reports": 2, "row_errors": 1, "already_there": 0, "on_time_checked": 1, "on_time_agree": 1}
    assert wanted.items() <= summary.items()
    assert summary["seconds"] >= 0
    assert [tuple(row.values()) for row in table(out / "v.csv")] == [
        ("T00001", "true"),
        ("T00002", ""),
        ("T00003", ""),
    ]
    [error] = table(out / "s.errors.csv")
    assert (error["row"], error["id"], error["code"]) == ("3", "T00003", "closed_at_missing")
    assert "PW" in capsys.readouterr().out


@pytest.mark.django_db
def test_errors_go_where_they_are_told_and_dry_runs_write_no_case(town, tmp_path):
    path = write_csv(tmp_path / "a.csv", [request(1, kind=None)])
    out = run(town, path, "--dry-run", "--errors", str(tmp_path / "e.csv"), "--as-of", "2015-03-02T00:00:00")
    assert table(out / "e.csv")[0]["code"] == "category_missing"
    assert not Report.objects.unscoped(reason="tests").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.csv", "--profile", "boston311"], "nothing.csv"),
        (["nothing.csv", "--profile", "atlantis"], "boston311"),
        (["nothing.csv", "--profile", "boston311", "--as-of", "soon"], "--as-of"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("replay", *arguments)


def test_unwritable_summary_is_said_in_one_line(town, tmp_path):
    path = write_csv(tmp_path / "a.csv", requests(1))
    with pytest.raises(CommandError, match="absent"):
        call_command("replay", str(path), "--profile", str(town), "--verdicts", str(tmp_path / "absent" / "v.csv"))


def environment() -> dict[str, str]:
    """An environment in which a process of its own uses this test's database."""
    at = connection.settings_dict
    account = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}"
    where = f"host={quote(at['HOST'], safe='')}&port={at['PORT']}"
    return {**os.environ, "DATABASE_URL": f"postgres://{account}@/{at['NAME']}?{where}"}


@pytest.mark.django_db(transaction=True)
def test_run_that_is_killed_and_started_again_has_everything_once(town, tmp_path):
    publish()
    count = 8_000
    path = write_csv(tmp_path / "a.csv", requests(count))
    command = [sys.executable, str(settings.ROOT / "manage.py"), "replay", str(path), "--profile", str(town)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        seen = b""
        while not SOME_ROWS.search(seen) and (piece := os.read(process.stderr.fileno(), 4096)):
            seen += piece
        process.kill()
    assert process.returncode == -signal.SIGKILL, seen.decode()
    killed_at = Report.objects.unscoped(reason="tests").count()
    assert 0 < killed_at < count
    out = run(town, path)
    summary = json.loads((out / "s.json").read_text())
    assert (summary["reports"] + summary["already_there"], summary["row_errors"]) == (count, 0)
    assert summary["already_there"] >= killed_at
    assert len(table(out / "v.csv")) == count
    assert Report.objects.unscoped(reason="tests").count() == Case.objects.unscoped(reason="tests").count() == count
    numbers = sorted(Case.objects.unscoped(reason="tests").values_list("number", flat=True))
    assert len(set(numbers)) == count
