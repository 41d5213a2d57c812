"""What a file would do: every row new, changed, same or wrong. Nothing is written here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from citygrid.kernel.actor import Actor
from citygrid.kernel.sheets.columns import Fault, Key, Row, Sheet, Values
from citygrid.kernel.sheets.matching import Matched, fill, match
from citygrid.kernel.sheets.ports import Change, SheetPort
from citygrid.kernel.sheets.reading import read_table
from citygrid.kernel.sheets.writing import Marks

SEVERAL: Values = {}  # stands for a key that more than one record has


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Plan:
    """A file understood: its rows with their verdicts, and the records as they stand."""

    sheet: Sheet
    matched: Matched
    standing: dict[Key, Values]

    def verdict(self, row: Row) -> Verdict:
        """WRONG when anything is wrong; else by comparison with the record as it stands."""
        if row.faults:
            return Verdict.WRONG
        before = self.standing.get(self.sheet.key_of(row.values))
        if before is None:
            return Verdict.NEW
        return Verdict.SAME if before == row.values else Verdict.CHANGED

    def counts(self) -> dict[str, int]:
        """Rows by verdict; a header that cannot be used counts as one wrong row."""
        counts = dict.fromkeys(map(str, Verdict), 0)
        for row in self.matched.rows:
            counts[self.verdict(row)] += 1
        counts[Verdict.WRONG] += bool(self.matched.header)
        return counts

    def changes(self) -> list[Change]:
        """What the good rows would change, in the order of the file."""
        good = [row for row in self.matched.rows if self.verdict(row) in (Verdict.NEW, Verdict.CHANGED)]
        keys = [self.sheet.key_of(row.values) for row in good]
        return [Change(key, self.standing.get(key), row.values) for key, row in zip(keys, good, strict=True)]

    def faults(self) -> list[dict[str, str | int]]:
        """All faults: {row, cell, column, value, code, words}; `cell` is "C7", or "" where it is the whole row."""
        return [
            {
                "row": number,
                "cell": f"{letter}{number}" if letter else "",
                "column": fault.column,
                "value": fault.value,
                "code": fault.code,
                "words": fault.words,
            }
            for number, letter, fault in self._faults()
        ]

    def marks(self) -> Marks:
        """The words of all faults by row number and column letter."""
        marks: dict[tuple[int, str], str] = {}
        for number, letter, fault in self._faults():
            marks[number, letter] = " ".join(filter(None, [marks.get((number, letter)), fault.words]))
        return marks

    def _faults(self) -> Iterator[tuple[int, str, Fault]]:
        for letter, fault in self.matched.header:
            yield self.matched.header_number, letter, fault
        for row in self.matched.rows:
            for fault in row.faults:
                yield row.number, self.matched.letters.get(fault.column, ""), fault


def make_plan(port: SheetPort, content: bytes, actor: Actor, now: datetime) -> Plan:
    """Read a file and compare it with the records. UnreadableFile when it is no table at all."""
    sheet = port.sheet(actor, now)
    matched = match(sheet, read_table(content))
    standing = records(port, sheet, actor, now)
    for row in matched.rows:
        before = standing.get(sheet.key_of(row.values))
        fill(sheet, row, before)
        if before is SEVERAL:
            row.fail(sheet.key[-1], "several_records", _("Several records have this key: change them on their page."))
    port.check(matched.rows, standing, actor, now)
    return Plan(sheet, matched, standing)


def records(port: SheetPort, sheet: Sheet, actor: Actor, now: datetime) -> dict[Key, Values]:
    """The records as they stand, by key."""
    standing: dict[Key, Values] = {}
    for values in port.current(actor, now):
        key = sheet.key_of(values)
        standing[key] = SEVERAL if key in standing else values
    return standing
