"""Responsibility rules as a spreadsheet (`kernel.sheets`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.dispatch import services
from citygrid.dispatch.permissions import MANAGE_RULES
from citygrid.dispatch.queries import rules_not_over
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Words
from citygrid.kernel.sheets.columns import Column, Key, Row, Sheet, Values, day, matching
from citygrid.kernel.sheets.ports import SHEETS, Change, SheetPort, touching
from citygrid.kernel.words import lazily_in_language

KEY = ("unit", "category", "area", "layer", "feature", "problem_type")


class RuleSheet(SheetPort):
    """Rules by all they say but their days and note. What a rule says is never edited: it ends, and another begins."""

    code = "rules"
    title = gettext_lazy("Responsibility rules")
    about = gettext_lazy("Which unit handles what and where. To move work, end a rule (until) and add another.")
    permission = MANAGE_RULES

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        units: dict[str, Words] = {unit.code: unit.lazy_name for unit in access.all_organisations()}
        categories: dict[str, Words] = {
            found.key: lazily_in_language(found.name_zh, found.name_en) for found in catalogue.all_categories()
        }
        area = matching(r"\d{6}|\d{9}|\d{12}|\d{15}", gettext_lazy("Area codes have 6, 9, 12 or 15 digits."))
        anywhere = gettext_lazy("Blank: anywhere.")
        columns = (
            Column("unit", gettext_lazy("Unit"), is_required=True, max_length=60, choices=units),
            Column("category", gettext_lazy("Category"), gettext_lazy("Or a major. Blank: any."), choices=categories),
            Column("area", gettext_lazy("Area code"), anywhere, "110101001", parse=area),
            Column(
                "layer",
                gettext_lazy("Layer"),
                anywhere,
                choices={layer.code: layer.lazy_name for layer in geography.layers()},
            ),
            Column("feature", gettext_lazy("Place"), gettext_lazy("Code of a place of the layer. Blank: any.")),
            Column(
                "problem_type",
                gettext_lazy("Problem type"),
                gettext_lazy("Blank: any."),
                choices=dict(catalogue.problem_types()),
            ),
            Column("note", gettext_lazy("Note"), max_length=300),
            Column(
                "from",
                gettext_lazy("Holds from"),
                gettext_lazy("Blank: today. That of a rule that is there stays."),
                "2026-03-02",
                parse=day,
            ),
            Column(
                "until",
                gettext_lazy("Until"),
                gettext_lazy("The first day it no longer holds. Blank: for good."),
                "2026-12-31",
                parse=day,
            ),
        )
        return Sheet(self.code, self.title, columns, KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        for rule in rules_not_over(actor, localdate(now)):
            yield {
                **dict(zip(KEY, services.rule_key(rule), strict=True)),
                "note": rule.note,
                "from": rule.valid_from_date.isoformat(),
                "until": rule.valid_to_date.isoformat() if rule.valid_to_date else "",
            }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        today = localdate(now)
        for row in rows:
            before = standing.get(tuple(row.values[code] for code in KEY))
            if before:
                row.values["from"] = before["from"]
            elif not row.is_wrong("from"):
                row.values["from"] = row.values["from"] or today.isoformat()
        fresh = touching(rows, standing, KEY)
        closed = {unit.code for unit in access.all_organisations() if not unit.is_active}
        areas = geography.known_places(row.values["area"] for row in fresh)
        places = {(place.layer_id, place.code) for place in geography.all_features(on=today)}
        for row in fresh:
            _check_place(row, areas, places)
            if row.values["unit"] in closed:
                row.fail("unit", "closed", _("This unit is closed."))
            if row.values["until"] and row.values["until"] < max(row.values["from"], today.isoformat()):
                row.fail("until", "ends_too_early", _("It cannot end before today, nor before it begins."))

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        ends, begun = services.rule_changes(changes, actor, now)
        services.end_rules(ends=ends, actor=actor, now=now)
        services.add_rules(rules=begun, actor=actor, now=now)


def _check_place(row: Row, areas: set[str], places: set[tuple[str, str]]) -> None:
    area, layer, feature = (row.values[code] for code in ("area", "layer", "feature"))
    if area and area not in areas:
        row.fail("area", "unknown_reference", _("There is no area with this code."))
    if feature and not layer and not row.is_wrong("layer"):
        row.fail("layer", "blank", _("A feature needs its layer."))
    elif feature and layer and (layer, feature) not in places:
        row.fail("feature", "unknown_reference", _("There is no such place on this layer today."))


SHEETS.register(RuleSheet.code, RuleSheet())
