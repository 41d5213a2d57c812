"""What may be said of differences, drawn: the funnel, places with their uncertainty, an equal mix of categories."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citygrid.desk.web.league import Asked, Names, name_of, nothing_counted
from citygrid.evaluation.choices import Direction, Flag
from citygrid.evaluation.queries import Adjusted, Fair, Fairness
from citygrid.ui import plots
from citygrid.ui.formats import NOTHING, percent_words
from citygrid.ui.tables import Column, Table

LOUD = 1.5  # from so many times what chance explains on it is said that the limits are too narrow


def drawn_funnel(asked: Asked, found: Fairness, names: Names) -> SafeString:
    """The objects with cases against the limits around the common rate; each leads to its cases."""
    dots = [
        plots.Dot(names[row.key], row.cases, row.rate, _cases(asked, found, row), _tone(found, row.flag))
        for row in found.rows
    ]
    bands = [plots.Band(one.cases, one.warning, one.alarm) for one in found.limits]
    return plots.funnel(dots, bands, found.share, name_of(found.definition))


def fairness_table(request: Any, asked: Asked, found: Fairness, mix: Mapping[str, Adjusted], names: Names) -> Table:
    """The objects, the best first, with what is sure about them."""
    columns = [
        Column(str(asked.of.label), lambda row: names[row.key]),
        Column(_("Rate"), lambda row: percent_words(row.rate)),
        Column(_("Cases"), lambda row: _counted(asked, found, row)),
        Column(_("Against the common rate"), lambda row: str(row.flag.label)),
        Column(
            _("Place, and where it may truly be"),
            lambda row: plots.place(row.place.rank, row.place.low, row.place.high, len(found.rows)),
        ),
        Column(_("At an equal mix of categories"), lambda row: _mixed(mix.get(row.key))),
        Column(_("Surely better than"), lambda row: _better(row, len(found.rows), names)),
    ]
    return Table.of(
        request,
        columns,
        found.rows,
        caption=_("The best first"),
        empty=nothing_counted(),
        id="fairness",
    )


def spread_words(found: Fairness) -> str:
    """A warning where the rates differ more than chance and the limits would call nearly everything special."""
    if found.spread < LOUD:
        return ""
    return _(
        "The rates differ %(times)s times as much as chance alone explains: something other than luck is at work in "
        "many of them at once, so look at the order of the dots more than at the lines."
    ) % {"times": f"{found.spread:.1f}"}


def _tone(found: Fairness, flag: Flag) -> str:
    """Good or bad, only where it is outside the wide limits and one direction is better."""
    bad = Flag.VERY_HIGH if found.definition.direction == Direction.LOWER else Flag.VERY_LOW
    good = Flag.VERY_LOW if bad is Flag.VERY_HIGH else Flag.VERY_HIGH
    if found.definition.direction == Direction.NEITHER:
        return ""
    return {bad: "is-low", good: "is-high"}.get(flag, "")


def _counted(asked: Asked, found: Fairness, row: Fair) -> SafeString:
    return format_html('<a href="{}">{} / {}</a>', _cases(asked, found, row), row.count, row.cases)


def _cases(asked: Asked, found: Fairness, row: Fair) -> str:
    told = {"of": str(asked.of), "key": row.key, "indicator": found.definition.indicator, "part": "denominator"}
    return f"{reverse('evaluation-cases')}?{urlencode(told | asked.query)}"


def _mixed(one: Adjusted | None) -> str:
    return percent_words(one.adjusted) if one else NOTHING


def _better(row: Fair, of: int, names: Names) -> str:
    count = len(row.surely_better)
    if not count:
        return _("none for sure")
    if count <= 2:
        return _(", ").join(sorted(names[key] for key in row.surely_better))
    return ngettext("%(count)s of %(of)s", "%(count)s of %(of)s", count) % {"count": count, "of": of - 1}
