"""Working calendars: the days of a year, a new year's day table, and the deadlines that move with it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citygrid.cases import services as cases
from citygrid.desk.web.months import kind_words, months_of, weekdays
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.views.administration.days import moved_table
from citygrid.kernel import calendars
from citygrid.kernel.daytable import DayTableError
from citygrid.kernel.permissions import MANAGE_CALENDARS
from citygrid.kernel.web import posts_only, requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Table

MOST_BYTES = 1 << 20
NEAR = 2  # years before and after the one that is shown


class DayTableForm(forms.Form):
    """The day table of one year or several."""

    file = forms.FileField(
        label=gettext_lazy("Day table"),
        help_text=gettext_lazy("CSV with the columns date, kind, name_zh, notice_year, notice, published_at."),
        widget=forms.FileInput(attrs={"accept": ".csv"}),
    )

    def clean_file(self) -> tuple[str, str]:
        """Name and text of the file."""
        file = self.cleaned_data["file"]
        try:
            return str(file.name), file.read(MOST_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("It is not text in UTF-8.")) from None


@requires(MANAGE_CALENDARS)
@never_cache
@require_http_methods(["GET", "POST"])
def calendar(request: Any) -> HttpResponse:
    """The days of a year that are not what their weekday says; a file puts others in their place."""
    found = calendars.newest_versions()
    asked = request.GET.get("key", "")
    newest = next((one for one in found if one.calendar_id == asked), found[0] if found else None)
    form = DayTableForm(request.POST or None, request.FILES or None)
    if newest and form.is_valid() and _loaded(request, form, newest.calendar_id):
        return redirect(f"{reverse('administration-calendar')}?key={newest.calendar_id}")
    return _page(request, newest, form)


@requires(MANAGE_CALENDARS)
@posts_only("administration-calendar")
def recompute(request: Any) -> HttpResponse:
    """Recompute what was provisional, and show each deadline that moved."""
    moved = cases.recompute_provisional(actor=request.actor, now=standing(request).now)
    found = calendars.newest_versions()
    table = moved_table(request, moved, _("Deadlines that moved"))
    return _page(request, found[0] if found else None, DayTableForm(), moved=table)


def _loaded(request: Any, form: DayTableForm, key: str) -> bool:
    """Whether the table was taken; what is wrong with it is told at the file."""
    name, text = form.cleaned_data["file"]
    try:
        loaded = calendars.add_days(key=key, name=name, text=text, actor=request.actor, now=standing(request).now)
    except DayTableError as fault:
        form.add_error("file", str(fault))
        return False
    messages.success(request, _("Version %(number)s of the calendar is in force.") % {"number": loaded.number})
    return True


def _page(request: Any, newest: Any, form: DayTableForm, moved: Table | None = None) -> HttpResponse:
    rows = calendars.day_rows(newest) if newest else []
    years = sorted({row.date.year for row in rows})
    asked, today = request.GET.get("year", ""), standing(request).today
    year = int(asked) if asked in map(str, years) else today.year
    context = {
        "calendar": newest,
        "years": [one for one in years if abs(one - year) <= NEAR],
        "year": year,
        "is_published": bool(newest) and year in newest.published_years,
        "months": months_of(year, [row for row in rows if row.date.year == year]),
        "weekdays": weekdays(),
        "table": _days(request, [row for row in rows if row.date.year == year], year),
        "form": form,
        "moved": moved,
    }
    return draw(request, "desk/administration/calendar.html", context, status=422 if form.errors else 200)


def _days(request: Any, rows: list[Any], year: int) -> Table:
    kinds = kind_words()
    columns = [
        Column(_("Day"), lambda row: f"{row.date:%Y-%m-%d}", "code"),
        Column(_("Weekday"), lambda row: date_format(row.date, "l")),
        Column(_("Kind"), lambda row: kinds[row.kind]),
        Column(_("Name"), lambda row: row.name or NOTHING),
        Column(_("Notice"), lambda row: row.notice or NOTHING),
    ]
    empty = Empty(
        _("No day of %(year)s is known") % {"year": year}, _("Send the year's day table in."), icon="calendar"
    )
    caption = _("Days of %(year)s that are not what their weekday says") % {"year": year}
    return Table.of(request, columns, rows, caption=caption, empty=empty)
