"""The league: objects in rows, their rates, score and grade; what a figure counted is one press away."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.desk.choices import Span
from citygrid.desk.web.words import place_names
from citygrid.evaluation.choices import Object
from citygrid.evaluation.queries import Figures, League, Period, Rate
from citygrid.kernel.words import in_language
from citygrid.ui.formats import NOTHING, percent_words
from citygrid.ui.tables import Column, Empty, Table

Names = Mapping[str, str]


class Asked(NamedTuple):
    """What the address asks for: which objects, in which period, and the span where it is one of ours."""

    of: Object
    period: Period
    span: Span | None

    @property
    def query(self) -> dict[str, str]:
        """The words of the address that say the period."""
        if self.span:
            return {"span": str(self.span)}
        return {"since": self.period.first.isoformat(), "until": self.period.last.isoformat()}


def asked_for(query: QueryDict, today: date) -> Asked:
    """What is not said, or makes no sense, is communities in this month."""
    of, span = query.get("of", ""), query.get("span", "")
    asked = Object(of) if of in Object.values else Object.COMMUNITY
    first, last = _day(query.get("since", "")), _day(query.get("until", ""))
    if first and last and first <= last:
        return Asked(asked, Period(first, last), None)
    chosen = Span(span) if span in Span.values else Span.MONTH
    return Asked(asked, Period(chosen.first_day(today), today), chosen)


def names_of(of: Object, keys: Collection[str]) -> Names:
    """Names of objects by key; one that is not known any more keeps its key."""
    return {**{key: key for key in keys}, **NAMES.get(of, _places)(keys)}


def league_table(request: Any, asked: Asked, found: League, before: League, names: Names) -> Table:
    """The objects, the best score first; those of which nothing was judged come last."""
    scores = {row.key: row.score for row in before.rows}
    columns = [
        Column(str(asked.of.label), lambda row: names[row.key]),
        Column(_("Grade"), lambda row: row.grade.code if row.grade else NOTHING),
        Column(_("Score"), lambda row: _score_words(row.score)),
        Column(_("Against the period before"), lambda row: _change_words(row.score, scores.get(row.key))),
        *(_rate_column(asked, one) for one in found.definitions),
    ]
    return Table.of(
        request,
        columns,
        sorted(found.rows, key=lambda row: (row.score is None, -(row.score or 0), row.key)),
        caption=_("The best score first"),
        empty=nothing_counted(),
        id="league",
    )


def nothing_counted() -> Empty:
    """What an empty league teaches."""
    return Empty(
        _("Nothing was counted in this period"),
        _("Cases are counted within a minute, and judged once their deadline has passed. Choose a longer period."),
        icon="chart-bar",
    )


def sheet_rows(found: League, names: Names) -> tuple[list[str], list[list[Any]]]:
    """The league as a sheet: head and rows, each rate as its two sums."""
    head = [_("Code"), _("Name"), _("Grade"), _("Score")]
    head += [f"{name_of(one)}: {part}" for one in found.definitions for part in (_("counted"), _("of"))]
    rows = [
        [
            row.key,
            names[row.key],
            row.grade.code if row.grade else "",
            float(row.score) if row.score is not None else None,
            *(sum_ for one in found.definitions for sum_ in _sums(row.rates[one.indicator])),
        ]
        for row in found.rows
    ]
    return head, rows


def name_of(definition: Any) -> str:
    """The name of an indicator in the active language."""
    return in_language(definition.name_zh, definition.name_en)


def _rate_column(asked: Asked, definition: Any) -> Column:
    def drawn(row: Figures) -> Any:
        rate = row.rates[definition.indicator]
        if rate.value is None:
            return NOTHING
        words = str(rate.numerator) if rate.denominator is None else percent_words(float(rate.value))
        counted = _link(asked, row, definition.indicator, "numerator", words)
        if rate.denominator is None:
            return counted
        of = _link(asked, row, definition.indicator, "denominator", f"{rate.numerator} / {rate.denominator}")
        return format_html("{} {}", counted, of)

    return Column(name_of(definition), drawn)


def _link(asked: Asked, row: Figures, indicator: str, part: str, words: str) -> Any:
    told = {"of": str(asked.of), "key": row.key, "indicator": indicator, "part": part, **asked.query}
    return format_html('<a href="{}?{}">{}</a>', reverse("evaluation-cases"), urlencode(told), words)


def _sums(rate: Rate) -> Sequence[int | None]:
    return rate.numerator, rate.denominator


def _score_words(score: Any) -> str:
    return f"{float(score):.1f}" if score is not None else NOTHING


def _change_words(score: Any, before: Any) -> str:
    return f"{float(score - before):+.1f}" if score is not None and before is not None else NOTHING


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(1990, 1, 1) <= found <= date(9000, 1, 1) else None


def _places(keys: Collection[str]) -> Names:
    return place_names(keys) if keys else {}


def _units(keys: Collection[str]) -> Names:
    return {str(pk): unit.name for pk, unit in access.organisations([UUID(key) for key in keys]).items()}


def _posts(keys: Collection[str]) -> Names:
    found = access.posts([UUID(key) for key in keys])
    return {str(post.pk): f"{post.title} · {post.organisation.name}" for post in found}


def _categories(keys: Collection[str]) -> Names:
    return {key: found.name for key, found in catalogue.categories(keys).items()}


NAMES: dict[str, Callable[[Collection[str]], Names]] = {
    Object.DEPARTMENT: _units,
    Object.OWNER: _units,
    Object.POST: _posts,
    Object.CATEGORY: _categories,
}


def is_key(of: Object, key: str) -> bool:
    """Whether an address may name an object so."""
    if of not in (Object.DEPARTMENT, Object.OWNER, Object.POST):
        return "\0" not in key
    try:
        return bool(UUID(key))
    except ValueError:
        return False
