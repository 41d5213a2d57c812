"""10,000 rows of a workbook checked before anything is written: accounts, filing standards, responsibility rules.

In the checkout's database, inside a transaction that is rolled back. The shipped catalogue is loaded where it is not.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, product
from typing import Any

from django.conf import settings
from django.db import transaction

from citygrid.access import services as access
from citygrid.catalogue import queries as catalogue
from citygrid.catalogue import services as catalogue_services
from citygrid.kernel.actor import system_actor
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.columns import Values
from citygrid.kernel.sheets.ports import SHEETS
from citygrid.kernel.sheets.writing import to_xlsx

ROWS, LIMIT_SECONDS = 10_000, 15.0
SCHEME = "gbt47678.5-2026"
ACTOR, NOW = system_actor("benchmark"), datetime(2026, 3, 2, tzinfo=UTC)
UNITS = [f"bench-{number}" for number in range(100)]


def run() -> dict[str, Any]:
    """Seconds of the slowest dry run, of each alone, and of the same files again once they were written."""
    with transaction.atomic():
        _prepare()
        rows = {"accounts": _accounts(), "standards": _standards(), "rules": _rules()}
        files = {sheet: _file(sheet, list(islice(found, ROWS))) for sheet, found in rows.items()}
        first = {sheet: _dry(sheet, content) for sheet, content in files.items()}
        written = {sheet: _commit(run_id) for sheet, (run_id, _) in first.items()}
        again = {sheet: _dry(sheet, content)[1] for sheet, content in files.items()}
        transaction.set_rollback(True)
    slowest = max(*(seconds for _, seconds in first.values()), *again.values())
    return {
        "name": "sheets",
        "value": round(slowest, 1),
        "unit": "seconds",
        "size": ROWS,
        "limit": LIMIT_SECONDS,
        "ratio": round(slowest / LIMIT_SECONDS, 3),
        **{f"{sheet}_seconds": round(seconds, 1) for sheet, (_, seconds) in first.items()},
        **{f"{sheet}_commit_seconds": round(seconds, 1) for sheet, seconds in written.items()},
        **{f"{sheet}_again_seconds": round(seconds, 1) for sheet, seconds in again.items()},
        "bytes": {sheet: len(content) for sheet, content in files.items()},
    }


def _prepare() -> None:
    if not catalogue.leaf_categories(SCHEME):
        catalogue_services.load_catalogue(folder=settings.ROOT / "data/catalogue", actor=ACTOR, now=NOW)
    units = [access.OrganisationIn(code, "sanitation", code) for code in UNITS]
    access.put_organisations(organisations=units, actor=ACTOR, now=NOW)


def _accounts() -> Iterator[Values]:
    for number in range(ROWS):
        yield {"login": f"bench{number}", "name": f"王小明{number}", "language": "zh-hans", "active": "yes"}


def _standards() -> Iterator[Values]:
    keys = [leaf.key for leaf in catalogue.leaf_categories(SCHEME)]
    for number in range(ROWS):
        yield {
            "code": f"bench/{number}",
            "category": keys[number % len(keys)],
            "condition_zh": "井盖破损、缺失、移位，影响行人与车辆通行",
            "closing_zh": "井盖完好、无破损、无移位",
            "limit": "4",
            "unit": "urgent_hour",
            "evidence": "photo_before;photo_after",
            "area_class": "*",
            "level": "general",
        }


def _rules() -> Iterator[Values]:
    keys = [leaf.key for leaf in catalogue.leaf_categories(SCHEME)]
    for unit, category in product(UNITS, keys):
        yield {"unit": unit, "category": category, "note": "按职责分工"}


def _file(sheet: str, rows: list[Values]) -> bytes:
    return to_xlsx(SHEETS.all()[sheet].sheet(ACTOR, NOW), rows)


def _dry(sheet: str, content: bytes) -> tuple[Any, float]:
    began = time.perf_counter()
    found = runs.run_dry(sheet=sheet, file_name=f"{sheet}.xlsx", content=content, actor=ACTOR, now=NOW)
    if found.counts["wrong"]:
        raise ValueError(f"{sheet}: {found.counts} {found.faults[:3]}")
    return found.pk, time.perf_counter() - began


def _commit(run_id: Any) -> float:
    began = time.perf_counter()
    runs.commit_run(run_id=run_id, actor=ACTOR, now=NOW)
    return time.perf_counter() - began
