"""The tree of an index and its values as spreadsheets (`kernel.sheets`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.evaluation import queries, services
from citygrid.evaluation.choices import Mean, Scale
from citygrid.evaluation.permissions import MANAGE_INDEX
from citygrid.evaluation.rules.indextree import Line, faults_of
from citygrid.geography import queries as geography
from citygrid.geography.choices import Level
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Words
from citygrid.kernel.sheets.columns import YES_NO, Column, Key, Row, Sheet, Values, matching, number, yes_no
from citygrid.kernel.sheets.ports import SHEETS, Change, SheetPort

KEY = ("key",)
VALUE_KEY = ("key", "area", "month")
ANY = number(least=Decimal("-1e12"), most=Decimal("1e12"), decimals=6)
SHARE = number(least=Decimal(0), most=Decimal(1), decimals=3)
CODE = matching(r"[a-z][a-z0-9_]*", gettext_lazy("Small letters, digits and low lines, a letter first."))
FAULTS: Mapping[str, tuple[str, Words]] = {
    "unknown_parent": ("parent", gettext_lazy("There is no such node.")),
    "circle": ("parent", gettext_lazy("It would lie below itself.")),
    "weight": ("weight", gettext_lazy("A weight is above 0.")),
    "needed": ("needed", gettext_lazy("A share lies between 0 and 1.")),
    "posts": ("low", gettext_lazy("Fixed ends need two different numbers, above 0 with a logarithm.")),
}


class IndexTreeSheet(SheetPort):
    """The nodes of all indices, in their order."""

    code = "index-tree"
    title = gettext_lazy("Trees of indices")
    about = gettext_lazy("Indicators, what they weigh and how they become one number. Published months keep theirs.")
    permission = MANAGE_INDEX

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        if_indicator = gettext_lazy("Of an indicator, where nothing is below it.")
        columns = (
            Column("key", gettext_lazy("Key"), is_required=True, example="on_time", max_length=60, parse=CODE),
            Column("parent", gettext_lazy("Below"), gettext_lazy("Key; blank at the top."), max_length=60, parse=CODE),
            Column("position", gettext_lazy("Order"), is_required=True, example="1", parse=_whole),
            Column("name_zh", gettext_lazy("Chinese name"), is_required=True, max_length=100),
            Column("name_en", gettext_lazy("English name"), is_required=True, max_length=100),
            Column("weight", gettext_lazy("Weight"), example="1", default="1", parse=ANY),
            Column(
                "mean", gettext_lazy("Mean of what is below"), choices=_labels(Mean), default=Mean.ARITHMETIC.value
            ),
            Column(
                "needed",
                gettext_lazy("Share needed"),
                gettext_lazy("Of the weights below, for a value; from 0 to 1."),
                default="0.5",
                parse=SHARE,
            ),
            Column("scale", gettext_lazy("Scale"), if_indicator, choices=_labels(Scale), default=Scale.MINMAX.value),
            Column("is_good", gettext_lazy("More is better"), choices=YES_NO, default="yes"),
            Column("is_log", gettext_lazy("By its logarithm"), choices=YES_NO, default="no"),
            Column("low", gettext_lazy("What 0 is"), gettext_lazy("With fixed ends."), parse=ANY),
            Column("high", gettext_lazy("What 100 is"), gettext_lazy("With fixed ends."), parse=ANY),
            Column(
                "indicator",
                gettext_lazy("Counted indicator"),
                gettext_lazy("Its definition, if it is counted by the platform. Blank: imported."),
                max_length=60,
                parse=CODE,
            ),
            Column("per_km2", gettext_lazy("On each square kilometre"), choices=YES_NO, default="no"),
            Column("source", gettext_lazy("Source"), max_length=1_000),
        )
        return Sheet(self.code, self.title, columns, KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        for node in queries.nodes():
            yield {
                "key": node.key,
                "parent": node.parent,
                "position": str(node.position),
                "name_zh": node.name_zh,
                "name_en": node.name_en,
                "weight": _shown(node.weight),
                "mean": node.mean,
                "needed": _shown(node.needed),
                "scale": node.scale,
                "is_good": yes_no(node.is_good),
                "is_log": yes_no(node.is_log),
                "low": _shown(node.low),
                "high": _shown(node.high),
                "indicator": node.indicator,
                "per_km2": yes_no(node.per_km2),
                "source": node.source,
            }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        by_key = {row.values["key"]: row for row in reversed(rows) if row.values["key"]}  # of two, the first
        held = {key[0]: values for key, values in standing.items()} | {key: row.values for key, row in by_key.items()}
        unread = {key for key, row in by_key.items() if row.faults}
        lines = [Line(key, values["parent"], 1) if key in unread else _line(values) for key, values in held.items()]
        for key, fault in faults_of(lines).items():
            if key in by_key and fault in FAULTS:
                column, words = FAULTS[fault]
                by_key[key].fail(column, fault, words)

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        services.keep_nodes(
            nodes=[_node(change.after) for change in changes if change.after],
            gone=[change.before["key"] for change in changes if change.before and not change.after],
            actor=actor,
            now=now,
        )


class IndexValueSheet(SheetPort):
    """What indicators came to in communities, month by month."""

    code = "index-values"
    title = gettext_lazy("Values of indices")
    about = gettext_lazy("What an indicator came to in a community in a month. Missing ones are shown as missing.")
    permission = MANAGE_INDEX

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        parents = {node.parent for node in queries.nodes()}
        leaves: dict[str, Words] = {
            node.key: node.name_zh for node in queries.nodes() if node.key not in parents and not node.indicator
        }
        month = matching(r"\d{4}-(0[1-9]|1[0-2])", gettext_lazy("A month such as 2026-03."))
        area = matching(r"\d{12}", gettext_lazy("The code of a community has 12 digits."))
        columns = (
            Column("key", gettext_lazy("Indicator"), is_required=True, choices=leaves),
            Column("area", gettext_lazy("Community"), is_required=True, example="110101001001", parse=area),
            Column("month", gettext_lazy("Month"), is_required=True, example="2026-03", parse=month),
            Column("value", gettext_lazy("Value"), is_required=True, example="87.5", parse=ANY),
            Column("source", gettext_lazy("Source"), max_length=200),
        )
        return Sheet(self.code, self.title, columns, VALUE_KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        for one in queries.values():
            yield {
                "key": one.key,
                "area": one.area_code,
                "month": f"{one.month:%Y-%m}",
                "value": _shown(one.value),
                "source": one.source,
            }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        communities = set(geography.sizes(Level.COMMUNITY))
        for row in rows:
            if row.values["area"] not in communities:
                row.fail("area", "unknown_reference", _("There is no community with this code."))

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        services.keep_values(
            values=[
                services.ValueIn(*_place(after), float(after["value"]), after["source"])
                for after in (change.after for change in changes)
                if after
            ],
            gone=[_place(change.before) for change in changes if change.before and not change.after],
            actor=actor,
            now=now,
        )


def _place(values: Mapping[str, str]) -> tuple[str, str, date]:
    return values["key"], values["area"], date.fromisoformat(f"{values['month']}-01")


def _node(values: Mapping[str, str]) -> dict[str, Any]:
    flags = {name: values[name] == "yes" for name in ("is_good", "is_log", "per_km2")}
    figures = {name: float(values[name]) for name in ("weight", "needed")}
    ends = {name: float(values[name]) if values[name] else None for name in ("low", "high")}
    return {**values, **flags, **figures, **ends, "position": int(values["position"])}


def _line(values: Mapping[str, str]) -> Line:
    given = _node(values)
    return Line(
        *(given["key"], given["parent"], given["weight"], Mean(given["mean"]), given["needed"], Scale(given["scale"])),
        *(given["is_good"], given["is_log"], given["low"], given["high"]),
    )


def _labels(of: type[Mean] | type[Scale]) -> dict[str, Words]:
    return {one.value: one.label for one in of}


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


_whole = number(least=Decimal(0), most=Decimal(100_000), decimals=0)

SHEETS.register(IndexTreeSheet.code, IndexTreeSheet())
SHEETS.register(IndexValueSheet.code, IndexValueSheet())
