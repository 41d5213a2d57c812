"""What to look for, in words and pictures: when it is, why it was proposed, and where it lies on a map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citygrid.desk.web.casefile import areas_of
from citygrid.desk.web.forms import DateInput
from citygrid.desk.web.words import place_names
from citygrid.geography import queries as geography
from citygrid.geography.choices import Level
from citygrid.intake.services import LONGEST_NOTE
from citygrid.kernel.memo import kept_a_moment
from citygrid.ui.formats import number_words

BAND = 3  # hours of a time of day
WIDTH = 160  # of the longer bar of the picture


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what to look for as it is drawn: the row, its place, when, why, and two bars (recent, expected)."""

    row: Any
    place: str
    when: str
    why: str
    bars: tuple[str, str]


def lines(rows: Iterable[Any]) -> list[Line]:
    """The lines of these rows, in their order."""
    rows = list(rows)
    places = place_names({row.area_code for row in rows})
    return [Line(row, places[row.area_code], when(row), why(row), _bars(row)) for row in rows]


def when(row: Any) -> str:
    """The weekdays and times of day: "Mon, Tue · 06:00–09:00"."""
    names = WEEKDAYS if len(row.weekdays) == 1 else WEEKDAYS_ABBR
    days = _(", ").join(str(names[day - 1]) for day in row.weekdays)
    hours = _(", ").join(f"{first:02}:00–{last:02}:00" for first, last in _spans(row.hours))
    return f"{days} · {hours}"


def _spans(hours: Sequence[int]) -> list[tuple[int, int]]:
    """Times of day that follow one another, as one."""
    spans: list[tuple[int, int]] = []
    for hour in hours:
        if spans and spans[-1][1] == hour:
            spans[-1] = spans[-1][0], hour + BAND
        else:
            spans.append((hour, hour + BAND))
    return spans


def why(row: Any) -> str:
    """The counts behind it, in words."""
    told = ngettext(
        "%(recent)s case in four weeks, %(expected)s were expected: %(ratio)s times as many, at least %(lower)s.",
        "%(recent)s cases in four weeks, %(expected)s were expected: %(ratio)s times as many, at least %(lower)s.",
        row.recent,
    )
    rounded = {name: f"{getattr(row, name):.1f}" for name in ("expected", "ratio", "lower")}
    return told % {"recent": number_words(row.recent), **rounded}


def _bars(row: Any) -> tuple[str, str]:
    most = max(row.recent, row.expected)
    return f"{WIDTH * row.recent / most:.1f}", f"{WIDTH * row.expected / most:.1f}"


@kept_a_moment
def places_on_map(codes: tuple[str, ...], reach: tuple[str, ...]) -> list[dict[str, Any]]:
    """The communities of what is published, in the areas of the post."""
    shapes = geography.outlines(codes, Level.COMMUNITY)["features"] if codes else []
    marked = [{"type": "Feature", "properties": {"role": "focus"}, "geometry": each["geometry"]} for each in shapes]
    return [*areas_of(reach), *marked]  # without ids: the live map draws what has the same id once


class PublishForm(forms.Form):
    """From which day to the end of which the chosen proposals are published, and what else posts should know."""

    from_date = forms.DateField(label=gettext_lazy("First day"), widget=DateInput())
    until_date = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput())
    note = forms.CharField(
        label=gettext_lazy("Note for the posts"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any, first: date, last: date) -> None:
        super().__init__(data, auto_id="publish_%s", initial={"from_date": first, "until_date": last})
