"""Run benchmarks and append their rows to benchmarks/results.jsonl: `python -m benchmarks [NAME ...]` (default: all).

Each benchmark is a module with `main() -> list of rows`; a row has name, value, unit, size, and what it is measured
against (limit or baseline, and the ratio to it). Commit, time and machine are added here.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from tqdm import tqdm

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.jsonl"
NOT_BENCHMARKS = {"__init__", "__main__", "harness"}


def names() -> list[str]:
    """All benchmarks of this folder."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_BENCHMARKS)


def main(wanted: list[str]) -> None:
    unknown = set(wanted) - set(names())
    if unknown:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(names())}.")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    about = {"commit": commit, "machine": f"{os.cpu_count()} cores, {platform.machine()}"}
    for name in tqdm(wanted or names(), unit="benchmark"):
        for row in import_module(f"benchmarks.{name}").main():
            line = {**row, **about, "at": datetime.now(UTC).isoformat(timespec="seconds")}
            print(json.dumps(line, ensure_ascii=False))
            with RESULTS.open("a") as results:
                results.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
