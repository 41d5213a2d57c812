"""Automatic dispatch on a page: what it did, what became of that, what is left to people, and its models."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.cases import permissions as case_permissions
from citygrid.catalogue import queries as catalogue
from citygrid.dispatch import queries
from citygrid.dispatch.choices import Target
from citygrid.ui import charts
from citygrid.ui.formats import NOTHING, duration_words, number_words, percent_words
from citygrid.ui.lamps import Lamp
from citygrid.ui.tables import Column, Empty, Table

BROKEN, OPEN, KEPT = range(3)  # the worst first
LAMPS = {BROKEN: "red", OPEN: "paused", KEPT: "green"}
SHORT = 8  # letters of a hash that people compare


class Week(NamedTuple):
    """What was done in seven days from a day on."""

    since: Any
    tally: queries.Tally


class Watched(NamedTuple):
    """A category of which cases were sent by themselves: how that stands to the promise."""

    name: str
    stand: int
    of: Any


def figures(tally: queries.Tally, promise: float) -> list[tuple[str, str, str]]:
    """(figure, what it is, of what) of the last days."""
    sent = _("%(sent)s of %(decided)s filed cases, in the last 7 days")
    known = _("between %(low)s and %(high)s; of %(known)s of which the end is known")
    right = tally.precision
    bounds = {"low": percent_words(right.low), "high": percent_words(right.high), "known": number_words(tally.known)}
    counts = {"sent": number_words(tally.sent), "decided": number_words(tally.decided)}
    return [
        (percent_words(tally.coverage) if tally.decided else NOTHING, _("Sent by themselves"), sent % counts),
        (
            percent_words(tally.right / tally.known) if tally.known else NOTHING,
            _("Right of those sent"),
            known % bounds if tally.known else _("no end of a case is known yet"),
        ),
        (percent_words(promise), _("Promised"), _("what breaks it goes back to people at night")),
    ]


def week_table(request: Any, weeks: list[queries.Tally], promise: float, now: datetime) -> Table:
    """Week by week, the newest first: how much was sent, and how much of that was right."""
    rows = [Week(localdate(now - (ago + 1) * queries.WEEK), tally) for ago, tally in enumerate(weeks)]
    start = charts.start_of([row.tally.precision.low for row in rows if row.tally.known])
    columns = [
        Column(_("Seven days from"), lambda row: f"{row.since:%Y-%m-%d}", "code"),
        Column(_("Filed"), lambda row: row.tally.decided, "number"),
        Column(_("Sent by themselves"), lambda row: charts.bar(row.tally.coverage) if row.tally.decided else NOTHING),
        Column(_("End known"), lambda row: row.tally.known, "number"),
        Column(
            _("Right of those known"),
            lambda row: _interval(row.tally.precision, promise, start) if row.tally.known else NOTHING,
        ),
        Column(_("Between"), lambda row: between(row.tally.precision) if row.tally.known else NOTHING, "code"),
    ]
    empty = Empty(
        _("Nothing was decided yet"),
        _("Each case that is filed is decided upon by itself: it is sent where the rules name one unit."),
        _("See the rules"),
        reverse("rules"),
        icon="robot",
    )
    return Table.of(request, columns, rows, caption=_("Week by week"), empty=empty, id="weeks")


def conclusion_table(request: Any, counts: Mapping[Any, int]) -> Table:
    """What automatic dispatch came to in the last days."""
    total = sum(counts.values())
    columns = [
        Column(_("What it came to"), lambda row: row[0].label),
        Column(_("Cases"), lambda row: row[1], "number"),
        Column(_("Share"), lambda row: charts.bar(row[1] / total)),
    ]
    empty = Empty(_("No case was filed in the last 7 days"), icon="robot")
    caption = _("What it came to, in the last 7 days")
    return Table.of(request, columns, counts.items(), caption=caption, empty=empty, id="conclusions")


def manual_table(request: Any, rows: Iterable[Any], may_manage: bool) -> Table:
    """The categories that are dispatched by hand, with what puts them back."""
    columns = [
        Column(_("Category"), lambda row: row.category.name),
        Column(_("Since"), lambda row: row.since, "time"),
        Column(_("Why"), _why),
        *([Column("", _put_back)] if may_manage else ()),
    ]
    empty = Empty(
        _("Every category may be sent by itself"),
        _("A category that breaks the promise comes here at night by itself, and a notice says so."),
        icon="circle-check",
    )
    return Table.of(request, columns, rows, caption=_("Left to people"), empty=empty, id="by-hand")


def watched_lists(found: Mapping[str, Any]) -> tuple[list[Watched], list[Watched]]:
    """The categories sent by themselves, the worst first: those that say something, and those with nothing against."""
    names = catalogue.categories(found)
    rows = sorted(
        (Watched(names[key].name, stand_of(one), one) for key, one in found.items()),
        key=lambda row: (row.stand, row.of.interval.high, -row.of.interval.of, row.name),
    )
    telling = [row for row in rows if row.stand != OPEN or row.of.interval.right < row.of.interval.of]
    return telling, [row for row in rows if row not in telling]


def watched_table(request: Any, rows: list[Watched], promise: float, *, id: str = "watched") -> Table:
    """Categories with the share of right ones, and what that says of the promise."""
    words = {BROKEN: _("Broken"), OPEN: _("Too few to say"), KEPT: _("Kept")}
    start = charts.start_of([row.of.interval.low for row in rows if row.of.interval.of])
    columns = [
        Column(_("Category"), lambda row: row.name),
        Column(_("Promise"), lambda row: Lamp(LAMPS[row.stand], words[row.stand]), "lamp"),
        Column(_("End known"), lambda row: row.of.interval.of, "number"),
        Column(_("Right"), lambda row: _interval(row.of.interval, promise, start) if row.of.interval.of else NOTHING),
        Column(_("Between"), lambda row: between(row.of.interval) if row.of.interval.of else NOTHING, "code"),
        Column(_("Weeks looked at"), lambda row: row.of.weeks, "number"),
    ]
    empty = Empty(
        _("Nothing to report"),
        _(
            "Every night each category is judged by what became of the cases sent by themselves. One that keeps or "
            "breaks the promise, or of which a case went wrong, stands here."
        ),
        icon="eye",
    )
    return Table.of(request, columns, rows, caption=_("What is watched, by category"), empty=empty, id=id)


def bounce_table(request: Any, found: list[queries.Bounced]) -> Table:
    """From which unit to which cases went on, with the cases of the latter for who may see any."""
    units = access.organisations({unit for pair in found for unit in (pair.sent_to, pair.now_with)})
    cases = reverse("cases") if request.actor.may(case_permissions.VIEW) else ""

    def name(unit_id: UUID) -> str:
        return units[unit_id].name if unit_id in units else NOTHING

    def now_with(row: queries.Bounced) -> Any:
        if not cases:
            return name(row.now_with)
        return format_html('<a href="{}?unit={}">{}</a>', cases, row.now_with, name(row.now_with))

    columns = [
        Column(_("Sent to"), lambda row: name(row.sent_to)),
        Column(_("Another unit has it"), now_with),
        Column(_("Cases"), lambda row: row.cases, "number"),
    ]
    empty = Empty(
        _("No case went on to another unit"),
        _("A case sent to one unit that another one has counts as wrong; the most frequent pairs are told here."),
        icon="arrow-back-up",
    )
    caption = _("Sent to one unit, with another now (12 weeks)")
    return Table.of(request, columns, found, caption=caption, empty=empty, id="bounces")


def limit_table(request: Any, rows: Iterable[Any], may_manage: bool) -> Table:
    """How much units take by themselves; each leads to the form that changes it."""
    columns = [
        Column(_("Unit"), lambda row: row.unit.name),
        Column(_("Most open cases"), lambda row: row.most_open, "number"),
        Column(_("Away from"), lambda row: _day(row.away_from_date), "code"),
        Column(_("Away until (included)"), lambda row: _day(row.away_until_date), "code"),
    ]
    empty = Empty(
        _("Every unit takes what comes"),
        _("A unit can be given a number of open cases beyond which nothing is sent to it by itself, and days away."),
        icon="adjustments-horizontal",
    )
    url = (lambda row: f"?limit={row.pk}#limit") if may_manage else None
    return Table.of(request, columns, rows, caption=_("Limits of units"), empty=empty, url=url, id="limits")


def model_table(request: Any, rows: Iterable[Any], now: datetime) -> Table:
    """The models, those that answer first; each leads to its card."""
    columns = [
        Column(_("Model"), lambda row: row.sha256[:SHORT], "code"),
        Column(_("What it says"), lambda row: Target(row.target).label),
        Column(_("State"), lambda row: row.get_state_display()),
        Column(_("Promise"), lambda row: percent_words(row.promise), "code"),
        Column(_("Right of all answers"), lambda row: percent_words(row.card["accuracy"]), "code"),
        Column(_("Learned from"), lambda row: row.cases, "number"),
        Column(_("Age"), lambda row: duration_words(now - row.trained_at)),
    ]
    empty = Empty(
        _("No model was learned yet"),
        _(
            "A model learns from closed cases who handles what. It begins in the shadow, where nobody acts on it: "
            "replay it on past weeks, look at its card, and switch it on with a promise. It needs some hundred cases."
        ),
        icon="chart-dots",
    )
    return Table.of(
        request,
        columns,
        rows,
        caption=_("Models"),
        empty=empty,
        url=lambda row: reverse("automation-model", args=[row.sha256]),
        id="models",
    )


def stand_of(found: Any) -> int:
    """How a category stands to the promise."""
    return BROKEN if found.is_broken else KEPT if found.is_kept else OPEN


def between(found: Any) -> str:
    """The bounds of a share."""
    return f"{percent_words(found.low)} – {percent_words(found.high)}"


def _interval(found: Any, promise: float, start: float) -> Any:
    return charts.interval(found.right / found.of, found.low, found.high, promise, start)


def _why(row: Any) -> str:
    if not row.figures:
        return row.note or NOTHING
    told = {**row.figures, "share": percent_words(row.figures["right"] / row.figures["of"])}
    bounds = {name: percent_words(row.figures[name]) for name in ("low", "high", "promise")}
    return _("%(right)s of %(of)s right (%(share)s, between %(low)s and %(high)s); promised were %(promise)s.") % {
        **told,
        **bounds,
    }


def _put_back(row: Any) -> Any:
    words, name = _("Put back"), row.category.name
    label = _("Put back: %(name)s") % {"name": name}
    button = '<button class="btn" form="put-back" name="category" value="{}" aria-label="{}">{}</button>'
    return format_html(button, row.category_id, label, words)


def _day(day: Any) -> str:
    return f"{day:%Y-%m-%d}" if day else NOTHING
