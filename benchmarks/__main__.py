"""Run benchmarks and append their rows to benchmarks/results.jsonl: `python -m benchmarks [NAME ...]` (default: all).

Each benchmark is a module with `run() -> row`; a row has name, value, unit, size, and what it is measured against
(limit or baseline, and the ratio to it). Commit, time and machine are added here.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.jsonl"
NOT_BENCHMARKS = {"__init__", "__main__", "city", "load", "pages", "peers", "soak"}


def names() -> list[str]:
    """All benchmarks of this folder."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_BENCHMARKS)


def main(wanted: list[str]) -> None:
    unknown = set(wanted) - set(names())
    if unknown:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(names())}.")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    about = {"commit": commit, "machine": f"{os.cpu_count()} cores, {platform.machine()}"}
    settings = {"DJANGO_SETTINGS_MODULE": "citygrid.config.settings", **os.environ}
    for name in tqdm(wanted or names(), unit="benchmark"):
        # A process of its own: each sets Django up in its own way, and memory is counted from nothing.
        code = f"import django, json; django.setup(); from benchmarks.{name} import run; print(json.dumps(run()))"
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, env=settings
        )
        row = json.loads(done.stdout.strip().splitlines()[-1])
        line = json.dumps({**row, **about, "at": datetime.now(UTC).isoformat(timespec="seconds")}, ensure_ascii=False)
        print(line)
        with RESULTS.open("a") as results:
            results.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
