"""The columns of the lists."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, OrderBy
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from citygrid.cases.choices import Source
from citygrid.desk.web.crews import own_columns
from citygrid.desk.web.queue import row_of
from citygrid.desk.web.words import lamp_of, place_names, state_of
from citygrid.intake.choices import Flaw, ReportState
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Pager, Table, query_with

# What `?sort=` may say, and the order it means; a list never sorts by what a visitor types.
ORDERS: dict[str, str | OrderBy] = {
    "number": "number",
    "-number": "-number",
    "opened": "opened_at",
    "-opened": "-opened_at",
    "due": "due_at",
    "-due": F("due_at").desc(nulls_last=True),
}
NEWEST_FIRST = "-opened_at"
PAUSES = " ,.:;，。：；、"


def case_url(case: Any) -> str:
    """The page of a case."""
    return reverse("case", args=[case.number])


def report_url(report: Any) -> str:
    """The page of a report."""
    return reverse("report", args=[report.pk])


def case_table(
    request: HttpRequest,
    rows: Iterable[Any],
    now: datetime,
    *,
    caption: str,
    empty: Empty,
    pager: Pager | None = None,
    is_sorted: bool = False,
) -> Table:
    """Cases, one a row; `is_sorted` where the list follows `?sort=`."""
    columns = case_columns(rows, now, is_sorted)
    return Table.of(request, columns, rows, caption=caption, empty=empty, url=case_url, pager=pager)


def case_columns(rows: Iterable[Any], now: datetime, is_sorted: bool = False) -> list[Column]:
    """What a list can say of these cases."""
    places = place_names(case.area_code for case in rows) if rows else {}
    by = {name: name if is_sorted else "" for name in ("number", "due", "opened")}

    def place_of(case: Any) -> str:
        return places[case.area_code]

    return [
        Column(_("Number"), lambda case: case.number, "code", by["number"]),
        Column(_("Category"), lambda case: case.category.name, name="category"),
        Column(_("Place"), lambda case: case.address or place_of(case), name="place"),
        Column(_("State"), state_of, name="state"),
        Column(_("Time left"), lambda case: lamp_of(case, now), "lamp", by["due"], name="left"),
        Column(_("Unit"), lambda case: case.unit.name if case.unit else NOTHING, name="unit"),
        Column(_("Opened at"), lambda case: case.opened_at, "time", by["opened"], name="opened"),
        Column(_("Due"), lambda case: case.due_at, "time", name="due", is_usual=False),
        Column(_("Area"), place_of, name="area", is_usual=False),
        Column(_("Source"), lambda case: str(Source(case.source).label), name="source", is_usual=False),
        Column(_("Filed at"), lambda case: case.filed_at, "time", name="filed", is_usual=False),
        Column(_("Closed at"), lambda case: case.closed_at, "time", name="closed", is_usual=False),
        Column(_("What was reported"), _told_of, name="summary", is_usual=False),
    ]


def _told_of(case: Any) -> str:
    return matter(case.summary, case.address)


def queue_table(request: Any, rows: Sequence[Any], now: datetime, *, empty: Empty, pager: Pager) -> Table:
    """Cases to work through, one a line: the time left first. A row opens its case beside the list."""
    places = place_names(case.area_code for case in rows) if rows else {}
    columns = [
        Column(_("Select"), row_of, "check"),
        Column(_("Time left"), lambda case: lamp_of(case, now), "lamp"),
        Column(_("Category"), lambda case: case.category.name),
        Column(_("Place"), lambda case: case.address or places[case.area_code]),
        *own_columns(rows, request.actor.post_id, now),
    ]
    return Table.of(
        request,
        columns,
        rows,
        caption=_("Earliest deadline first"),
        empty=empty,
        url=lambda case: query_with(request, open=case.number),
        is_current=lambda case: case.number == request.GET.get("open"),
        pager=pager,
        id="queue",
    )


def report_table(
    request: HttpRequest,
    rows: Sequence[Any],
    *,
    caption: str,
    empty: Empty,
    pager: Pager | None = None,
    is_decided: bool = True,
    is_own: bool = False,
) -> Table:
    """Reports, one a row; `is_decided` where some are, so that what became of them is shown.

    `is_own`: those of who reads, so that what was wrong with them is shown too.
    """
    places = place_names(report.area_code for report in rows) if rows else {}
    columns = [
        Column(_("Receipt"), lambda report: report.receipt, "code"),
        Column(_("What was reported"), lambda report: matter(report.description, report.address)),
        Column(_("Place"), lambda report: report.address or places[report.area_code]),
        Column(_("Channel"), lambda report: Source(report.channel).label),
        Column(_("Received at"), lambda report: report.received_at, "time"),
    ]
    if is_decided:
        columns += [
            Column(_("State"), lambda report: ReportState(report.state).label),
            Column(_("Case"), lambda report: report.case.number if report.case else NOTHING, "code"),
        ]
    if is_own:
        columns.append(Column(_("Correction"), flaws_of))
    columns += _marks(rows)
    return Table.of(request, columns, rows, caption=caption, empty=empty, url=report_url, pager=pager, id="reports")


def _marks(rows: Iterable[Any]) -> list[Column]:
    """The forbidden zones that reports came from, where any did."""
    if not any(report.zone for report in rows):
        return []
    return [Column(_("In a forbidden zone"), lambda report: report.in_zone.name if report.zone else NOTHING)]


def flaws_of(report: Any) -> str:
    """What was wrong with a report, in words."""
    return _(", ").join(str(Flaw(flaw).label) for flaw in report.flaws) or NOTHING


def report_queue_table(request: HttpRequest, rows: Sequence[Any], *, empty: Empty, pager: Pager) -> Table:
    """Reports to decide, one a line, the oldest first. A row opens its report beside the list."""
    places = place_names(report.area_code for report in rows) if rows else {}
    columns = [
        Column(_("Select"), lambda report: str(report.pk), "check"),
        Column(_("Received at"), lambda report: report.received_at, "time"),
        Column(_("What was reported"), lambda report: matter(report.description, report.address, 30)),
        Column(_("Place"), lambda report: report.address or places[report.area_code]),
        *_marks(rows),
    ]
    return Table.of(
        request,
        columns,
        rows,
        caption=_("Oldest first"),
        empty=empty,
        url=lambda report: query_with(request, open=report.pk),
        is_current=lambda report: str(report.pk) == request.GET.get("open"),
        pager=pager,
        id="queue",
    )


def matter(text: str, address: str, most: int = 60) -> str:
    """The beginning of what was told, without the address where it stands first: lists have a column of it."""
    told = text.removeprefix(address).lstrip(PAUSES) or text
    return told if len(told) <= most else f"{told[: most - 1].rstrip()}…"
