"""An index of communities on its pages: standings with their uncertainty, and what the number of one is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from citygrid.desk.web.words import place_names
from citygrid.evaluation.queries import Index, Node, Standing
from citygrid.kernel.words import in_language
from citygrid.ui import plots
from citygrid.ui.formats import NOTHING, percent_words
from citygrid.ui.tables import Column, Empty, Table


@dataclass(frozen=True, slots=True)
class Part:
    """A node for one community: `weight` is its share among its siblings; `value` from 0 to 100, None where it is
    missing.

    `given` is what an indicator came to in its own unit.
    """

    name: str
    weight: float
    value: float | None
    given: float | None
    parts: Sequence["Part"]


def index_table(request: Any, found: Index) -> Table:
    """Every community, the best first; those of which too little is known come last."""
    names = place_names([row.area_code for row in found.rows])
    scored = sum(1 for row in found.rows if row.rank)
    columns = [
        Column(_("Community"), lambda row: _link(found, row, names[row.area_code])),
        Column(_("Score"), lambda row: score_words(row.score)),
        Column(_("Place, and where it may truly be"), lambda row: _place(row, scored)),
        Column(_("Known of the weights"), lambda row: percent_words(row.known)),
        *(_node_column(found, node) for node in found.tree.parts),
        Column("", lambda row: _("last tenth") if row.is_worst else ""),
    ]
    return Table.of(
        request,
        columns,
        found.rows,
        caption=_("The best first"),
        empty=Empty(_("There are no communities"), _("Import the areas of the district first."), icon="chart-bar"),
        id="index",
    )


def part_of(found: Index, row: Standing, node: Node, siblings: float = 0.0) -> Part:
    """What the number of a community is made of, from a node down."""
    whole = sum(part.weight for part in node.parts)
    return Part(
        in_language(*found.names.get(node.key, (node.key, node.key))),
        node.weight / siblings if siblings else 1.0,
        row.values.get(node.key),
        found.given.get(node.key, {}).get(row.area_code),
        [part_of(found, row, part, whole) for part in node.parts],
    )


def trend_of(months: Sequence[date], scores: Mapping[date, float | None], name: str) -> SafeString:
    """The score of a community in the months that were published, the oldest first."""
    moments = [plots.Moment(f"{month:%Y-%m}", _share(scores[month]), 1) for month in sorted(months)]
    return plots.trend(moments, name) if len(moments) > 1 else SafeString("")


def score_words(score: float | None) -> str:
    """A score to a tenth; a dash where too little is known."""
    return f"{score:.1f}" if score is not None else NOTHING


def _share(score: float | None) -> float | None:
    return None if score is None else score / 100


def _place(row: Standing, of: int) -> Any:
    return plots.place(row.rank, row.low, row.high, of) if row.rank else NOTHING


def _node_column(found: Index, node: Node) -> Column:
    name = in_language(*found.names.get(node.key, (node.key, node.key)))
    return Column(name, lambda row: score_words(row.values.get(node.key)))


def _link(found: Index, row: Standing, name: str) -> SafeString:
    address = reverse("evaluation-index-community", args=[found.tree.key, f"{found.month:%Y-%m}", row.area_code])
    return format_html('<a href="{}">{}</a>', address, name)
