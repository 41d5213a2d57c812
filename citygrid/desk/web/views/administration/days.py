"""One day of a working calendar: what it is, changed, with the open deadlines that move seen before."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

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
from citygrid.desk.web.shell import draw, standing
from citygrid.kernel import calendars
from citygrid.kernel.daytable import DayKind, DayRow, DayTableError
from citygrid.kernel.errors import NotFound
from citygrid.kernel.permissions import MANAGE_CALENDARS
from citygrid.kernel.web import requires
from citygrid.ui.tables import Column, Empty, Table

USUAL = "usual"  # what its weekday says


class DayForm(forms.Form):
    """What a day shall be, and by which notice."""

    kind = forms.ChoiceField(label=gettext_lazy("The day is"), widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=30)
    notice = forms.CharField(label=gettext_lazy("Notice"), required=False, max_length=200)

    def __init__(self, day: date, row: DayRow | None, data: Any) -> None:
        given = {"kind": str(row.kind), "name": row.name, "notice": row.notice} if row else {"kind": USUAL}
        super().__init__(data, initial=given)
        self.day, is_weekend = day, day.weekday() >= calendars.SATURDAY
        usual = _("as its weekday says: weekend") if is_weekend else _("as its weekday says: a working day")
        other = (DayKind.SWAPPED_WORKDAY, _("worked instead")) if is_weekend else (DayKind.HOLIDAY, _("off"))
        stands: list[tuple[str, str]] = [(DayKind.STATUTORY, _("off by law"))] if _is_by_law(row) else []
        if is_weekend:
            stands.append((DayKind.HOLIDAY, _("off, as part of a holiday")))
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [(USUAL, usual), *stands, other]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind", USUAL) != USUAL and not given.get("notice"):
            self.add_error("notice", _("A day that is not what its weekday says needs the notice that says so."))
        if not self.has_changed():
            self.add_error(None, _("Nothing was changed."))
        return given

    def row(self, today: date) -> DayRow | None:
        """The day as a line of the day table; None where it is what its weekday says."""
        given = self.cleaned_data
        if given["kind"] == USUAL:
            return None
        return DayRow(self.day, DayKind(given["kind"]), given["name"], self.day.year, given["notice"], today)


def _is_by_law(row: DayRow | None) -> bool:
    return row is not None and row.kind is DayKind.STATUTORY


@requires(MANAGE_CALENDARS)
@never_cache
@require_http_methods(["GET", "POST"])
def day(request: Any) -> HttpResponse:
    """The day `?day=` of the calendar `?key=`: see what a change moves, then put it in force."""
    about, (version, on) = standing(request), _asked(request)
    row = next((each for each in calendars.day_rows(version) if each.date == on), None)
    form = DayForm(on, row, request.POST or None)
    moved: Table | None = None
    if form.is_valid():
        try:
            if request.POST.get("act") == "publish":
                return _put_in_force(request, version.calendar_id, form)
            would_be = calendars.as_it_would_be(version, on, form.row(about.today))
            found = cases.moved_by(calendar=would_be, day=on, actor=request.actor)
            moved = moved_table(request, found, _("Open deadlines that would move"))
        except DayTableError as fault:
            form.add_error(None, str(fault))
    context = {"form": form, "calendar": version, "day": on, "told": date_format(on, "Y-m-d, l"), "moved": moved}
    return draw(request, "desk/administration/calendar_day.html", context, status=422 if form.errors else 200)


def _put_in_force(request: Any, key: str, form: DayForm) -> HttpResponse:
    about = standing(request)
    number, count = cases.change_calendar_day(
        key=key, day=form.day, row=form.row(about.today), actor=request.actor, now=about.now
    )
    told = _("Version %(number)s of the calendar is in force; the deadlines of %(count)s open cases follow it now.")
    messages.success(request, told % {"number": number, "count": count})
    return redirect(f"{reverse('administration-calendar')}?{urlencode({'key': key, 'year': form.day.year})}")


def _asked(request: Any) -> tuple[Any, date]:
    """Calendar and day of the address. NotFound (404) for another one, or a day of a year without a notice."""
    asked = request.GET.get("day", "")
    try:
        on = date.fromisoformat(asked)
    except ValueError:
        raise NotFound(what=_("day"), name=asked) from None
    version = calendars.newest_version(request.GET.get("key", ""))
    if on.year not in version.published_years:
        raise NotFound(what=_("day of a year with a notice"), name=asked)
    return version, on


def moved_table(request: Any, moved: list[cases.MovedDeadline], caption: str) -> Table:
    """Deadlines with what they were and what they are, or would be."""
    columns = [
        Column(_("Case"), lambda one: one.number, "code"),
        Column(_("Was due"), lambda one: one.was, "time"),
        Column(_("Is due"), lambda one: one.now, "time"),
    ]
    empty = Empty(_("No deadline moves"), _("No open case has a deadline that depends on this."))
    return Table.of(request, columns, moved, caption=caption, empty=empty, id="moved")
