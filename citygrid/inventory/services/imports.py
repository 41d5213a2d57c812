"""Whole files of components: judged row by row, written in one transaction."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import openpyxl
from django.db import transaction
from django.utils.timezone import localdate
from openpyxl.utils.exceptions import InvalidFileException

from citygrid.geography.choices import Frame
from citygrid.inventory import rules
from citygrid.inventory.choices import Fault
from citygrid.inventory.errors import UnreadableFile
from citygrid.inventory.permissions import MANAGE
from citygrid.inventory.rules import Row
from citygrid.inventory.services.drafts import SCHEME, Draft, draft_all
from citygrid.inventory.services.writing import lock_inventory, write
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor

MOST_ROWS = 200_000
READ_FAULTS = (UnicodeError, csv.Error, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a cell: number of the row from 1 (headings not counted), column, fault, the value."""

    row: int
    column: str
    fault: Fault
    detail: str = ""

    @property
    def words(self) -> str:
        """What is wrong, in the active language."""
        return f"{self.fault.label} {self.detail}".strip()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import came to: rows by outcome, what is wrong with which cell, and whether it was written."""

    rows: int
    added: int
    changed: int
    same: int
    wrong: int
    findings: Sequence[Finding] = field(default_factory=tuple)
    is_written: bool = False

    def as_json(self) -> dict[str, Any]:
        """The report in the active language."""
        counts = {name: getattr(self, name) for name in ("rows", "added", "changed", "same", "wrong", "is_written")}
        findings = [
            {"row": each.row, "column": each.column, "fault": each.fault.value, "words": each.words}
            for each in self.findings
        ]
        return {**counts, "findings": findings}


@transaction.atomic
def import_components(
    *,
    rows: Sequence[Row],
    actor: Actor,
    now: datetime,
    scheme: str = SCHEME,
    frame: Frame = Frame.WGS84,
    dry_run: bool = False,
    only_good: bool = False,
    reason: str = "",
) -> ImportReport:
    """Register and change components from rows by column (see rules.COLUMNS): all, or with `only_good` the good ones.

    A component is recognised by its identifier, its identifier of earlier standards, or else by standing exactly
    there, so that the same file again changes nothing. Absent columns stay as they are, blank cells are emptied.
    Raises UnreadableFile for more than 200,000 rows, NumbersUsedUp.
    """
    actor.require(MANAGE)
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(reason=f"{len(rows)} > {MOST_ROWS}")
    lock_inventory()
    today = localdate(now)
    cells = [rules.read_cells(row, today=today) for row in rows]
    drafts = draft_all(cells, actor=actor, today=today, scheme=scheme, frame=frame)
    good = [draft for draft in drafts if not draft.wrong]
    is_written = not dry_run and bool(good) and (only_good or len(good) == len(drafts))
    report = _report(drafts, good, is_written)
    if is_written:
        write(good, actor=actor, now=now, today=today, reason=reason, source="")
        data = {"added": report.added, "changed": report.changed, "same": report.same, "wrong": report.wrong}
        audit.record(subject="inventory.component", action="import", actor=actor, now=now, data=data)
    return report


def rows_of_file(name: str, content: bytes) -> list[Row]:
    """The rows of a CSV, XLSX (first sheet) or GeoJSON file, by column. Raises UnreadableFile."""
    try:
        if content.startswith(b"PK\x03\x04"):
            return _by_column(_sheet(content))
        text = content.decode("utf-8-sig")
        if name.lower().endswith("json"):
            return _by_column(rules.rows_of_features(json.loads(text)))
        return _by_column(list(csv.DictReader(io.StringIO(text, newline=""), strict=True)))
    except READ_FAULTS as fault:
        raise UnreadableFile(reason=f"{name}: {fault}") from fault


def _sheet(content: bytes) -> list[dict[str, object]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    lines = book.worksheets[0].iter_rows(values_only=True)
    headings = ["" if cell is None else str(cell) for cell in next(lines, ())]
    return [dict(zip(headings, line, strict=False)) for line in lines if any(cell is not None for cell in line)]


def _by_column(rows: Sequence[Row]) -> list[Row]:
    headings: dict[str, str] = {}
    for row in rows:
        headings.update(dict.fromkeys(name for name in row if isinstance(name, str) and name not in headings))  # type: ignore[arg-type]
    columns = rules.read_headings(headings)
    if rows and not columns:
        raise ValueError("no heading is known")
    return [{columns[name]: cell for name, cell in row.items() if name in columns} for row in rows]


def _report(drafts: Sequence[Draft], good: Sequence[Draft], is_written: bool) -> ImportReport:
    added = sum(draft.is_new for draft in good)
    changed = sum(not draft.is_new and bool(draft.changes) for draft in good)
    findings = [
        Finding(number, wrong.column, wrong.fault, wrong.detail)
        for number, draft in enumerate(drafts, start=1)
        for wrong in draft.wrong
    ]
    same, wrong = len(good) - added - changed, len(drafts) - len(good)
    return ImportReport(len(drafts), added, changed, same, wrong, findings, is_written)
