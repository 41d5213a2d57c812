"""Single records of the spreadsheets: listed, searched, added, changed and ended, checked as a file of one row.

What a form says goes the way of a file: it is checked, shown with what it would do, written, and can be undone.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citygrid.desk.web.administration import RECORDS
from citygrid.desk.web.record_forms import RecordForm, SearchForm
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.views.administration.accounts import about_account, about_accounts
from citygrid.desk.web.words import paged
from citygrid.kernel.errors import NotFound
from citygrid.kernel.models import SheetRun
from citygrid.kernel.permissions import USE_SHEETS
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.columns import Column as SheetColumn
from citygrid.kernel.sheets.columns import Key, Sheet, Values
from citygrid.kernel.sheets.plans import SEVERAL, records
from citygrid.kernel.sheets.ports import SheetPort, port_for
from citygrid.kernel.web import requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Table

MOST_COLUMNS = 5  # of the list; the form has them all
ALWAYS = ("active", "until", "limit")  # what says whether a record still holds, wherever it stands


class More(NamedTuple):
    """What the page of a record shows besides, for one kind: a template, and what it needs."""

    template: str
    context: Callable[[Values, Any], Mapping[str, Any]]  # of the record and the request


class ListMore(NamedTuple):
    """What the list of one kind of records shows besides: a template, and what it needs."""

    template: str
    context: Callable[[Any], Mapping[str, Any]]  # of the request


MORE = {"accounts": More("desk/administration/_account.html", about_account)}
MORE_OF_LIST = {"accounts": ListMore("desk/administration/_accounts.html", about_accounts)}


@requires(USE_SHEETS)
@require_safe
def record_list(request: Any, code: str) -> HttpResponse:
    """The records of one kind that hold any of the words."""
    port, sheet = _port(request, code)
    form = SearchForm(request.GET or None)
    found = [values for values in port.current(request.actor, standing(request).now) if form.fits(sheet, values)]
    rows, pager = paged(request, lambda start, count: found[start : start + count])
    shown = _shown(sheet)
    columns = [Column(str(each.label), partial(_words, each)) for each in shown]
    empty = Empty(
        _("No record fits"), _("Try other words, or add it."), _("Add"), reverse("administration-record", args=[code])
    )
    table = Table.of(
        request,
        columns,
        rows,
        caption=str(port.title),
        empty=empty,
        url=lambda values: _address(sheet, values),
        pager=pager,
    )
    context = {"port": port, "form": form, "table": table}
    if more := MORE_OF_LIST.get(code):
        context |= {"more": more.template, **more.context(request)}
    return draw(request, "desk/administration/records.html", context)


@requires(USE_SHEETS)
@never_cache
@require_http_methods(["GET", "POST"])
def record(request: Any, code: str) -> HttpResponse:
    """A form for one record, or for a new one where no key is given; what it says is checked as a file is."""
    port, sheet = _port(request, code)
    key = tuple(request.GET.getlist("key"))
    before = _record(request, port, sheet, key)
    form = RecordForm(sheet, before, request.POST or None)
    if form.is_valid() and (run := _checked(request, port, sheet, form)):
        return redirect("sheet-run", run_id=run.pk)
    more = MORE.get(code) if before else None
    context = {
        "port": port,
        "form": form,
        "name": sheet.key_words(key) if key else "",
        "more": more.template if more else "",
        **(more.context(before, request) if more and before else {}),
    }
    return draw(request, "desk/administration/record.html", context, status=422 if form.errors else 200)


def _checked(request: Any, port: SheetPort, sheet: Sheet, form: RecordForm) -> SheetRun | None:
    """The run that would write the record; None when something is wrong with it, which is told at the fields."""
    about = standing(request)
    plan = form.plan(port, request.actor, about.now)
    if plan is None:
        return None
    name = _("Form: %(name)s") % {"name": sheet.key_words(plan.changes()[0].key)}
    return runs.run_dry(sheet=port.code, file_name=name, content=form.content(), actor=request.actor, now=about.now)


def _port(request: Any, code: str) -> tuple[SheetPort, Sheet]:
    if code not in RECORDS:
        raise NotFound(what=_("kind of record"), name=code)
    port = port_for(code, request.actor)
    return port, port.sheet(request.actor, standing(request).now)


def _record(request: Any, port: SheetPort, sheet: Sheet, key: Key) -> Values | None:
    if not key:
        return None
    found = records(port, sheet, request.actor, standing(request).now).get(key)
    if found is None or found is SEVERAL:
        raise NotFound(what=_("record"), name=sheet.key_words(key))
    return found


def _shown(sheet: Sheet) -> list[SheetColumn]:
    first = sheet.columns[:MOST_COLUMNS]
    return [*first, *(each for each in sheet.columns[MOST_COLUMNS:] if each.code in ALWAYS)]


def _words(column: SheetColumn, values: Values) -> str:
    value = values.get(column.code, "")
    return str((column.choices or {}).get(value, value)) or NOTHING


def _page(code: str) -> str:
    return reverse("administration-record", args=[code])


def _address(sheet: Sheet, values: Values) -> str:
    return f"{_page(sheet.code)}?{urlencode([('key', part) for part in sheet.key_of(values)])}"
