"""A sheet that only kernel's tests know: street lamps, some of which hang on another one."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.test.utils import isolate_apps
from openpyxl import Workbook

from citygrid.kernel.actor import Actor
from citygrid.kernel.sheets.columns import YES_NO, Column, Key, Row, Sheet, Values, day, lines, matching, number
from citygrid.kernel.sheets.ports import Change, SheetPort

PERMISSION = "kernel.lamp:keep"
HEADERS = ["Code", "Name", "Kind", "Watts", "Since", "Lit", "Colours", "Hangs on", "Note"]
GOOD = ["L-001", "Corner", "led", "60", "2026-03-02", "yes", "red;green", "", "first\nsecond"]

with isolate_apps("citygrid.kernel"):

    class Lamp(models.Model):
        """A record whose fields are the columns."""

        code = models.CharField(max_length=10, primary_key=True)
        values = models.JSONField()

        class Meta:
            app_label = "kernel"


SHEET = Sheet(
    "lamps",
    "Lamps",
    (
        Column("code", "Code", is_required=True, example="L-001", parse=matching(r"[A-Z]-\d{3,5}", "Like L-001.")),
        Column("name", "Name", is_required=True, max_length=20, example="Corner"),
        Column("kind", "Kind", is_required=True, choices={"led": "Light diode", "gas": "Gas", "g2": "Gas"}),
        Column("watts", "Watts", parse=number(least=Decimal(1), most=Decimal(1000), decimals=1)),
        Column("since", "Since", parse=day, example="2026-03-02"),
        Column("lit", "Lit", choices=YES_NO),
        Column("colours", "Colours", is_many=True, choices={"red": "Red", "green": "Green"}),
        Column("on", "Hangs on"),
        Column("note", "Note", parse=lines, max_length=100),
    ),
    ("code",),
)


class Lamps(SheetPort):
    """The port: lamps are rows of one table, and one taken away is deleted."""

    code, title, about, permission = "lamps", "Lamps", "", PERMISSION

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        return SHEET

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        return list(Lamp.objects.order_by("code").values_list("values", flat=True))

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        known = {key[0] for key in standing} | {row.values["code"] for row in rows}
        for row in rows:
            if row.values["on"] and row.values["on"] not in known:
                row.fail("on", "unknown_reference", "There is no such lamp.")

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        Lamp.objects.filter(pk__in=[change.key[0] for change in changes]).delete()
        Lamp.objects.bulk_create(Lamp(change.key[0], change.after) for change in changes if change.after)


def lamp(**changes: str) -> Values:
    """The values of one lamp."""
    return dict(zip([column.code for column in SHEET.columns], GOOD, strict=True)) | changes


def xlsx(*rows: Sequence[Any], header: Sequence[Any] = tuple(HEADERS)) -> bytes:
    """A workbook of these rows."""
    book = Workbook()
    for row in [header, *rows]:
        book.active.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def comma(*rows: Sequence[str], header: Sequence[str] = tuple(HEADERS), delimiter: str = ",") -> str:
    """CSV text of these rows."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()
