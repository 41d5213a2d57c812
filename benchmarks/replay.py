"""Nine months of real requests through `manage.py replay`: how long, and does our clock agree with the city's flag?

Reads ../shared/data/B_311, works in a database of its own that is dropped at the end, prints one JSON row.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

FILE = Path(__file__).resolve().parents[2] / "shared/data/B_311/boston311_2015_jan_sep.parquet"
LIMIT_SECONDS = 300


def measure(folder: Path) -> dict[str, Any]:
    """Replay twice and prove the history, in the present database."""
    call_command("load_procedures", stdout=sys.stderr)
    first, second = (_replay(folder / f"{name}.json") for name in ("first", "second"))
    began = time.perf_counter()
    call_command("verify_history", summary=folder / "proof.json", stdout=sys.stderr)
    proof = json.loads((folder / "proof.json").read_text())
    wanted = ("rows", "reports", "row_errors", "on_time_checked", "on_time_agree", "flag_blank")
    return {
        "name": "replay",
        "value": first["seconds"],
        "unit": "seconds",
        "size": first["rows"],
        "limit": LIMIT_SECONDS,
        "ratio": round(first["seconds"] / LIMIT_SECONDS, 3),
        **{name: first[name] for name in wanted},
        "second_reports": second["reports"],
        "second_seconds": second["seconds"],
        "verify_seconds": round(time.perf_counter() - began, 1),
        **proof,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _replay(summary: Path) -> dict[str, Any]:
    verdicts = summary.with_suffix(".csv")
    files = {"summary": summary, "verdicts": verdicts}
    call_command("replay", str(FILE), profile="boston311", **files, verbosity=0, stdout=sys.stderr)
    return dict(json.loads(summary.read_text()))


def run() -> dict[str, Any]:
    """The row, measured in a database made for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.config.settings")
    django.setup()
    before = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return measure(Path(folder))
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    print(json.dumps(run()))
