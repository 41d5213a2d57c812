"""Spreadsheets: what a post keeps, out as a file and in again: checked, written, undone."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citygrid.desk.web.rules import trial_of_run
from citygrid.desk.web.shell import draw, standing
from citygrid.kernel.downloads import download
from citygrid.kernel.errors import NotFound, NotPermitted, Refusal
from citygrid.kernel.models import SheetRun
from citygrid.kernel.permissions import USE_SHEETS
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.errors import UnreadableFile
from citygrid.kernel.sheets.files import bounded, stem
from citygrid.kernel.sheets.matching import REASON
from citygrid.kernel.sheets.plans import Verdict
from citygrid.kernel.sheets.ports import SheetPort, port_for, ports_of
from citygrid.kernel.web import posts_only, requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Cell, Column, Empty, Table

SHOWN = 50  # faults on the page of a run; the marked file has them all
State = SheetRun.SheetState


class More(NamedTuple):
    """What the page of a run shows besides, for one kind of sheet: a template, and what it needs."""

    template: str
    context: Callable[[SheetRun, Any], Mapping[str, Any]]  # of the run and the `shell.Standing`


MORE = {"rules": More("desk/_trial.html", trial_of_run)}  # by sheet


def _most() -> str:
    return _("Excel (.xlsx) or CSV, at most %(count)s MB.") % {"count": settings.SHEET_MOST_BYTES >> 20}


class UploadForm(forms.Form):
    """The file to check."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=lazy(_most, str)(),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        allow_empty_file=True,
    )


@requires(USE_SHEETS)
@require_safe
def sheet_list(request: Any) -> HttpResponse:
    """The sheets this post may use."""
    now, last = standing(request).now, runs.last_runs(request.actor)
    ports = ports_of(request.actor)
    counts = {port.code: port.count(request.actor, now) for port in ports}
    columns = [
        Column(_("Spreadsheet"), lambda port: port.title),
        Column(_("What it is"), lambda port: port.about),
        Column(_("Records"), lambda port: counts[port.code], "number"),
        Column(_("Last import"), lambda port: last[port.code].at if port.code in last else None, "time"),
        Column(_("By"), lambda port: last[port.code].actor_label if port.code in last else NOTHING),
    ]
    empty = Empty(_("Your post keeps no records"), _("Another of your posts may."), icon="files")
    caption = _("Records your post keeps")
    table = Table.of(
        request, columns, ports, caption=caption, empty=empty, url=lambda port: reverse("sheet", args=[port.code])
    )
    return draw(request, "desk/sheets.html", {"table": table})


@requires(USE_SHEETS)
@never_cache
@require_http_methods(["GET", "POST"])
def sheet(request: Any, code: str) -> HttpResponse:
    """One sheet: its files to take, a file to check, and what was sent before."""
    port = port_for(code, request.actor)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        try:
            return redirect("sheet-run", run_id=_check(request, code, form).pk)
        except UnreadableFile as refusal:
            form.add_error("file", f"{refusal} {refusal.advice}")
    context = {
        "port": port,
        "form": form,
        "count": port.count(request.actor, standing(request).now),
        "table": _history(request, code),
    }
    return draw(request, "desk/sheet.html", context, status=422 if form.errors else 200)


@requires(USE_SHEETS)
@require_safe
def template(request: Any, code: str, form: str) -> HttpResponse:
    """The empty file, with drop-downs."""
    content = runs.export(sheet=code, form=form, actor=request.actor, now=standing(request).now, is_template=True)
    return download(content, form, f"{code}-template")


@requires(USE_SHEETS)
@require_safe
def records(request: Any, code: str, form: str) -> HttpResponse:
    """The records as they stand."""
    now = standing(request).now
    content = runs.export(sheet=code, form=form, actor=request.actor, now=now)
    return download(content, form, f"{code}-{now:%Y%m%d}")


@requires(USE_SHEETS)
@never_cache
@require_safe
def run(request: Any, run_id: UUID) -> HttpResponse:
    """One file that was sent: what it would do or did, what is wrong with it, and what may be done now."""
    return _run_page(request, run_id)


@requires(USE_SHEETS)
@require_safe
def marked(request: Any, run_id: UUID) -> HttpResponse:
    """The file as it was sent, with the wrong cells marked."""
    found = runs.run(run_id, request.actor)
    content, form = runs.marked_file(run_id=run_id, actor=request.actor, now=standing(request).now)
    return download(content, form, f"{stem(found.file_name)}-{REASON}")


@requires(USE_SHEETS)
@posts_only("sheet-run", "run_id")
def commit(request: Any, run_id: UUID) -> HttpResponse:
    """Write all rows, or with `only_good` the good ones alone."""
    only_good = request.POST.get("only_good") == "1"

    def write() -> None:
        runs.commit_run(run_id=run_id, actor=request.actor, now=standing(request).now, only_good=only_good)
        messages.success(request, _("Written. It can be undone for 24 hours."))

    return _done(request, run_id, write)


@requires(USE_SHEETS)
@posts_only("sheet-run", "run_id")
def undo(request: Any, run_id: UUID) -> HttpResponse:
    """Change back what the run wrote."""

    def change_back() -> None:
        runs.undo_run(run_id=run_id, actor=request.actor, now=standing(request).now)
        messages.success(request, _("Undone: what it changed is as before, and what it added is out of use."))

    return _done(request, run_id, change_back)


def _check(request: Any, code: str, form: UploadForm) -> SheetRun:
    upload = form.cleaned_data["file"]
    now = standing(request).now
    return runs.run_dry(sheet=code, file_name=upload.name, content=bounded(upload), actor=request.actor, now=now)


def _done(request: Any, run_id: UUID, act: Callable[[], None]) -> HttpResponse:
    """Act, or show the run again with why it cannot be done."""
    try:
        act()
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _run_page(request, run_id, refusal=refusal, status=refusal.status)
    return redirect("sheet-run", run_id=run_id)


def _run_page(request: Any, run_id: UUID, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    found, now = runs.run(run_id, request.actor), standing(request).now
    port = port_for(found.sheet, request.actor)
    wrong, good = found.counts["wrong"], found.counts["new"] + found.counts["changed"]
    is_open = found.expires_at > now
    more = MORE.get(found.sheet)
    context = {
        "run": found,
        "port": port,
        "figures": [(found.counts[verdict], label) for verdict, label in _verdicts().items()],
        "good": good,
        "wrong": wrong,
        "is_open": is_open,
        "may_commit": is_open and found.state == State.PLANNED and good > 0,
        "may_undo": is_open and found.state == State.COMMITTED,
        "table": _faults(request, port, found) if found.faults else None,
        "left_out": max(len(found.faults) - SHOWN, 0),
        "changed": _changed(request, port, found) if found.counts["changed"] else None,
        "refusal": refusal,
        "more": more.template if more else "",
        **(more.context(found, standing(request)) if more else {}),
    }
    return draw(request, "desk/sheet_run.html", context, status=status)


def _verdicts() -> dict[str, str]:
    return {
        Verdict.NEW: _("New"),
        Verdict.CHANGED: _("Changed"),
        Verdict.SAME: _("The same"),
        Verdict.WRONG: _("Wrong"),
    }


def _faults(request: Any, port: SheetPort, found: SheetRun) -> Table:
    names = {column.code: column.label for column in port.sheet(request.actor, standing(request).now).columns}
    columns = [
        Column(_("Cell"), lambda fault: fault["cell"] or fault["row"], "code"),
        Column(_("Column"), lambda fault: names.get(fault["column"], NOTHING)),
        Column(_("What stands there"), lambda fault: fault["value"] or NOTHING),
        Column(_("What is wrong"), lambda fault: fault["words"]),
    ]
    caption = _("What is wrong")
    return Table.of(request, columns, found.faults[:SHOWN], caption=caption, empty=Empty(""), id="faults")


def _changed(request: Any, port: SheetPort, found: SheetRun) -> Table:
    """What records that are there already are changed to, a field a row."""
    names = {column.code: column.label for column in port.sheet(request.actor, standing(request).now).columns}
    fields = [
        (" / ".join(map(str, key)), names.get(code, code), before[code], value)
        for key, before, after in found.changes
        if before and after
        for code, value in after.items()
        if before.get(code) != value
    ]
    columns = [
        Column(_("Record"), lambda field: field[0], "code"),
        Column(_("Column"), lambda field: field[1]),
        Column(_("Was"), lambda field: field[2] or NOTHING),
        Column(_("Becomes"), lambda field: field[3] or NOTHING),
    ]
    caption = _("What is changed: %(shown)s of %(count)s fields") % {
        "shown": min(SHOWN, len(fields)),
        "count": len(fields),
    }
    return Table.of(request, columns, fields[:SHOWN], caption=caption, empty=Empty(""), id="changed")


def _history(request: Any, code: str) -> Table:
    """Runs of all accounts; only one's own can be opened."""
    now, own = standing(request).now, request.actor.account_id
    columns = [
        Column(_("Sent at"), lambda each: each.at, "time"),
        Column(_("File"), lambda each: each.file_name),
        Column(_("By"), lambda each: each.actor_label),
        *(Column(label, partial(_count, verdict), "number") for verdict, label in _verdicts().items()),
        Column(_("State"), lambda each: _("Expired") if _is_expired(each, now) else State(each.state).label),
    ]
    rows = runs.runs(code, request.actor)
    empty = Empty(_("No file was sent yet"), _("Take the template or the records, change them, and send the file."))
    table = Table.of(request, columns, rows, caption=_("Files sent"), empty=empty, id="runs")
    for cells, each in zip(table.rows, rows, strict=True):
        if each.account_id == own:
            cells[0] = Cell(cells[0].column, cells[0].value, reverse("sheet-run", args=[each.pk]))  # type: ignore[index]
    return table


def _count(verdict: str, each: SheetRun) -> int:
    return int(each.counts[verdict])


def _is_expired(each: SheetRun, now: Any) -> bool:
    return each.state == State.PLANNED and each.expires_at <= now
