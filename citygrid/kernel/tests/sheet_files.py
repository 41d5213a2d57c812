"""What the tests of every module's sheet do with files: make them, check them, write them, undo them."""

import csv
import io
from datetime import datetime

from citygrid.kernel.actor import Actor
from citygrid.kernel.models import SheetRun
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.plans import make_plan
from citygrid.kernel.sheets.ports import port_for


def file_of(*rows: dict[str, str]) -> bytes:
    """A CSV file of these rows; its header are the names of the first."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def faults(sheet: str, actor: Actor, now: datetime, *rows: dict[str, str]) -> list[tuple[int, str, str]]:
    """Row, column and kind of every fault."""
    found = make_plan(port_for(sheet, actor), file_of(*rows), actor, now).faults()
    return [(int(fault["row"]), str(fault["column"]), str(fault["code"])) for fault in found]


def check(sheet: str, actor: Actor, now: datetime, *rows: dict[str, str]) -> SheetRun:
    return runs.run_dry(sheet=sheet, file_name="rows.csv", content=file_of(*rows), actor=actor, now=now)


def write(sheet: str, actor: Actor, now: datetime, *rows: dict[str, str]) -> SheetRun:
    """Check and commit; every row must be good."""
    return runs.commit_run(run_id=check(sheet, actor, now, *rows).pk, actor=actor, now=now)


def rows_of(sheet: str, actor: Actor, now: datetime) -> list[dict[str, str]]:
    """The records as the sheet has them."""
    return [dict(values) for values in port_for(sheet, actor).current(actor, now)]


def round_trip(sheet: str, form: str, actor: Actor, now: datetime) -> dict[str, int]:
    """What a file just exported would do."""
    content = runs.export(sheet=sheet, form=form, actor=actor, now=now)
    run = runs.run_dry(sheet=sheet, file_name=f"rows.{form}", content=content, actor=actor, now=now)
    return dict(run.counts)
