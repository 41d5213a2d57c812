"""The card of a model on a page: how well it judged, what each promise costs, and what it does to cases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.desk.web.automation import between
from citygrid.dispatch import queries
from citygrid.dispatch.choices import ModelState, Target
from citygrid.ui import charts
from citygrid.ui.formats import NOTHING, number_words, percent_words
from citygrid.ui.tables import Column, Empty, Table

MOST_REPLAYS = 5  # the newest


@dataclass(frozen=True)
class Trade:
    """A promise and its price: among the cases the model was judged by, and in its newest replay."""

    promise: float
    sent: float
    wrong: float | None  # share of those sent
    proven: float
    later_sent: float | None = None
    later_right: float | None = None

    @property
    def words(self) -> str:
        """The trade in one sentence."""
        told = {"promise": percent_words(self.promise), "sent": percent_words(self.sent)}
        if self.wrong is None:
            return _("%(promise)s: nothing is sure enough to be sent") % told
        told["wrong"] = f"{self.wrong * 1000:.0f}"
        said = _("%(promise)s: %(sent)s sent by themselves, %(wrong)s of 1,000 sent wrong") % told
        if self.later_right is None:
            return said
        later = {"sent": percent_words(self.later_sent), "right": percent_words(self.later_right)}
        return _("%(said)s; on history %(sent)s sent, %(right)s of them right") % {"said": said, **later}


class Move(NamedTuple):
    """Another state a model may be given: its button, what will happen, and whether that can be done yet."""

    state: str
    label: str
    words: str
    is_possible: bool = True


def facts_of(model: Any) -> list[tuple[str, str]]:
    """(label, value): what it learned from, and how well it judged cases it had not seen."""
    card = model.card
    return [
        (_("Right of all answers"), percent_words(card["accuracy"])),
        (_("Right one among the first three"), percent_words(card["top3"])),
        (_("Macro-F1"), f"{card['macro_f1']:.3f}"),
        (_("Calibration error (ECE)"), f"{card['ece']:.3f}"),
        (_("Different answers"), number_words(card["labels"])),
        (_("Learned from"), _("%(count)s closed cases") % {"count": number_words(model.cases)}),
    ]


def trades_of(model: Any, replays: list[Any]) -> list[Trade]:
    """Every promise of the card, the lowest first."""
    later: Mapping[str, Any] = replays[0].figures if replays else {"trades": [], "unseen": NONE}
    cases, known = later["unseen"]["cases"], {one["promise"]: one for one in later["trades"]}
    return [_trade(one, known.get(one["promise"]), cases) for one in model.card["trades"]]


def _trade(one: Mapping[str, Any], later: Mapping[str, Any] | None, cases: int) -> Trade:
    sent = later["sent"] if later else 0
    return Trade(
        promise=one["promise"],
        sent=one["sent"] / one["of"] if one["of"] else 0.0,
        wrong=one["wrong"] / one["sent"] if one["sent"] else None,
        proven=one["proven"],
        later_sent=sent / cases if later and cases else None,
        later_right=later["right"] / sent if later and sent else None,
    )


def trade_table(request: Any, trades: list[Trade], promise: float) -> Table:
    """What each promise costs; marked is the one that holds now."""
    columns = [
        Column(_("Promise"), lambda one: percent_words(one.promise), "code"),
        Column(_("Sent by themselves"), lambda one: charts.bar(one.sent)),
        Column(_("Wrong per 1,000 sent"), lambda one: NOTHING if one.wrong is None else f"{one.wrong * 1000:.0f}"),
        Column(_("Proven, 95% sure"), lambda one: percent_words(one.proven) if one.sent else NOTHING),
        Column(_("On history: sent"), lambda one: percent_words(one.later_sent)),
        Column(_("On history: right of those"), lambda one: percent_words(one.later_right)),
    ]
    return Table.of(
        request,
        columns,
        trades,
        caption=_("What each promise costs"),
        empty=Empty(_("The card holds no promise")),
        is_current=lambda one: one.promise == promise,
        id="trades",
    )


def calibration_table(request: Any, points: Iterable[Any]) -> Table:
    """The plot in figures."""
    columns = [
        Column(_("How sure it was"), lambda one: percent_words(one[0]), "code"),
        Column(_("Right of them"), lambda one: percent_words(one[1]), "code"),
        Column(_("Cases"), lambda one: one[2], "number"),
    ]
    caption, empty = _("The plot in figures"), Empty(_("Nothing to show"))
    return Table.of(request, columns, points, caption=caption, empty=empty, id="calibration")


def confusion_table(request: Any, pairs: Iterable[Any], names: Mapping[str, str]) -> Table:
    """The most frequent wrong answers."""
    columns = [
        Column(_("It said"), lambda one: names.get(one[0], one[0])),
        Column(_("It was"), lambda one: names.get(one[1], one[1])),
        Column(_("Cases"), lambda one: one[2], "number"),
    ]
    caption, empty = _("What it confused most often"), Empty(_("It confused nothing"), icon="circle-check")
    return Table.of(request, columns, pairs, caption=caption, empty=empty, id="confused")


def replay_table(request: Any, replays: list[Any]) -> Table:
    """What it would have made of past cases, those it had learned from apart."""
    columns = [
        Column(_("Cases opened"), lambda one: f"{one.since_date:%Y-%m-%d} – {one.until_date:%Y-%m-%d}", "code"),
        Column(_("Promised"), lambda one: percent_words(one.figures["promise"]), "code"),
        Column(_("Cases it had not seen"), lambda one: one.figures["unseen"]["cases"], "number"),
        Column(_("Would be sent"), lambda one: _share(one.figures["unseen"], "sent", "cases"), "code"),
        Column(_("Right of those"), lambda one: _share(one.figures["unseen"], "right", "sent"), "code"),
        Column(_("Cases it learned from"), lambda one: one.figures["seen"]["cases"], "number"),
        Column(_("Right of those it would send"), lambda one: _share(one.figures["seen"], "right", "sent"), "code"),
        Column(_("Replayed"), lambda one: one.at, "time"),
    ]
    empty = Empty(
        _("Not replayed yet"),
        _(
            "A replay says what this model would have made of the closed cases of some days. Cases from after those "
            "it learned from tell most. It can be switched on once it was replayed."
        ),
        icon="history",
    )
    return Table.of(request, columns, replays, caption=_("Replays on history"), empty=empty, id="replays")


def by_category_table(request: Any, replay: Any, names: Mapping[str, str]) -> Table:
    """The newest replay, category by category, those with most cases first."""
    unseen, seen = (replay.figures[part]["by_group"] for part in ("unseen", "seen"))
    rows = sorted({**dict.fromkeys(seen, NONE), **unseen}.items(), key=_most)
    columns = [
        Column(_("Category"), lambda row: names.get(row[0], row[0])),
        Column(_("Cases it had not seen"), lambda row: row[1]["cases"], "number"),
        Column(_("Would be sent"), lambda row: _share(row[1], "sent", "cases"), "code"),
        Column(_("Right of those"), lambda row: _share(row[1], "right", "sent"), "code"),
        Column(_("Cases it learned from"), lambda row: seen.get(row[0], NONE)["cases"], "number"),
    ]
    caption, empty = _("The newest replay by category"), Empty(_("There was no case on these days"))
    return Table.of(request, columns, rows, caption=caption, empty=empty, id="by-category")


def record_words(record: queries.ModelRecord) -> str:
    """What became of the cases it answered since it was learned."""
    if not record.answered:
        return _("It has answered nothing yet: it is asked of every case filed while it is on or in the shadow.")
    answered = ngettext("It answered %(count)s case", "It answered %(count)s cases", record.answered)
    told = {
        "answered": answered % {"count": number_words(record.answered)},
        "sure": number_words(record.sure),
        "known": number_words(record.known),
    }
    said = _("%(answered)s since it was learned, and was sure enough of %(sure)s; the end of %(known)s is known.")
    if not record.known:
        return said % told
    share = {"share": percent_words(record.right / record.known), "between": between(record.precision)}
    return f"{said % told} {_('It was right in %(share)s of them (%(between)s).') % share}"


def moves_of(model: Any, others: Mapping[Any, Any], is_replayed: bool) -> list[Move]:
    """The other states, with what will happen; `others`: the models of this target that answer now."""
    goes_off = _("The one that is there now, %(model)s, goes off.")

    def also(state: ModelState) -> str:
        there = others.get(state)
        return f" {goes_off % {'model': there.sha256[:8]}}" if there and there.sha256 != model.sha256 else ""

    moves = [
        Move(ModelState.ON, _("Switch on"), _on_words(Target(model.target)) + also(ModelState.ON), is_replayed),
        Move(
            ModelState.SHADOW,
            _("Into the shadow"),
            _("It is asked of every filed case, nobody acts on it, and what it says is counted here.")
            + also(ModelState.SHADOW),
        ),
        Move(ModelState.OFF, _("Switch off"), _("It is asked no more. It is kept, and can be switched on again.")),
    ]
    return [move for move in moves if move.state != model.state]


def names_of(model: Any, replays: list[Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Names of what it says, and of the categories of its newest replay, by their keys. 2 queries at most."""
    labels = {label for said, really, _count in model.card["confused"] for label in (said, really)}
    figures = replays[0].figures if replays else {}
    keys = {key for part in ("unseen", "seen") if part in figures for key in figures[part]["by_group"]}
    if model.target == Target.CATEGORY:
        found = {key: one.name for key, one in catalogue.categories(keys | labels).items()}
        return found, found
    units = access.organisations({UUID(label) for label in labels})
    categories = {key: one.name for key, one in catalogue.categories(keys).items()}
    return {str(key): one.name for key, one in units.items()}, categories


NONE = {"cases": 0, "sent": 0, "right": 0}


def _on_words(target: Target) -> str:
    if target == Target.CATEGORY:
        return _("Its categories are suggested to people; nothing is filed by itself.")
    return _("Where no rule fits and it is sure enough for the promise, it sends cases by itself.")


def _share(counts: Mapping[str, int], part: str, whole: str) -> str:
    return percent_words(counts[part] / counts[whole]) if counts[whole] else NOTHING


def _most(row: tuple[str, Mapping[str, int]]) -> tuple[int, str]:
    return -row[1]["cases"], row[0]
