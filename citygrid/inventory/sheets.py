"""Components as a spreadsheet (`kernel.sheets`): the 18 attributes of the standard, and where each stands."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from citygrid.catalogue import queries as catalogue
from citygrid.catalogue.choices import Kind
from citygrid.inventory import queries, rules, services
from citygrid.inventory.choices import DataSource, State
from citygrid.inventory.models import Component
from citygrid.inventory.permissions import MANAGE
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Words
from citygrid.kernel.sheets.columns import Column, Key, Row, Sheet, Values, Wrong, one_line, shown_number
from citygrid.kernel.sheets.ports import SHEETS, Change, SheetPort
from citygrid.kernel.words import lazily_in_language

KEY = ("component_id",)
NAMES = ("street_name", "community_name")
PLACES = 7  # decimals of a degree: a centimetre
LABELS: dict[str, Words] = {
    "component_id": gettext_lazy("Identifier"),
    "component_name": gettext_lazy("Component name"),
    "authority_code": gettext_lazy("Authority code"),
    "authority_name": gettext_lazy("Authority name"),
    "owner_code": gettext_lazy("Owner code"),
    "owner_name": gettext_lazy("Owner name"),
    "maintainer_code": gettext_lazy("Maintainer code"),
    "maintainer_name": gettext_lazy("Maintainer name"),
    "unit_grid_id": gettext_lazy("Unit grid identifier"),
    "component_state": gettext_lazy("Component state"),
    "initial_date": gettext_lazy("Initial date"),
    "change_date": gettext_lazy("Change date"),
    "data_source": gettext_lazy("Data source"),
    "remark": gettext_lazy("Remark"),
    "street_code": gettext_lazy("Street code"),
    "street_name": gettext_lazy("Street name"),
    "community_code": gettext_lazy("Community code"),
    "community_name": gettext_lazy("Community name"),
    "category": gettext_lazy("Category code"),
    "component_name_en": gettext_lazy("Component name in English"),
    "alias_code": gettext_lazy("Former identifier"),
    "longitude": gettext_lazy("Longitude"),
    "latitude": gettext_lazy("Latitude"),
}
HELP: dict[str, Words] = {
    "component_id": gettext_lazy("17 digits, or the 16 of earlier standards. Blank: a new component, which gets one."),
    "category": gettext_lazy("Of a new component without an identifier."),
    "unit_grid_id": gettext_lazy("Follows from the place; where it is given it must agree."),
    "longitude": gettext_lazy("Degrees, WGS-84."),
    "latitude": gettext_lazy("Degrees, WGS-84."),
    **dict.fromkeys(NAMES, gettext_lazy("Only for reading.")),
}
EXAMPLES = {
    "initial_date": "2020-01-02",
    "component_name": "雨水箅子",
    "longitude": "116.4166000",
    "latitude": "39.9288",
}


class ComponentSheet(SheetPort):
    """Components by identifier. One taken away again is removed: its number is never used twice."""

    code = "components"
    title = gettext_lazy("Components")
    about = gettext_lazy("Things of the city with the attributes of GB/T 47678.5, up to 40,000 in a file.")
    permission = MANAGE
    scheme = services.SCHEME

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        leaves = [leaf for leaf in catalogue.leaf_categories(self.scheme) if leaf.kind == Kind.COMPONENT]
        choices: dict[str, Mapping[str, Words]] = {
            "component_state": {state.value: state.label for state in State},
            "data_source": {source.value: source.label for source in DataSource},
            "category": {leaf.code: lazily_in_language(leaf.name_zh, leaf.name_en) for leaf in leaves},
        }
        today = localdate(now)
        return Sheet(self.code, self.title, tuple(_column(each, choices, today) for each in rules.COLUMNS), KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        found = list(queries.all_components(actor))
        names = queries.area_names(component.area_code for component in found)
        return (_values(component, names) for component in found)

    def count(self, actor: Actor, now: datetime) -> int:
        return queries.count(actor)

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        readable = [row for row in rows if not (row.is_wrong("component_id") or row.is_wrong("category"))]
        cells = [_cells(row) for row in readable]
        drafts = services.judge_rows(rows=cells, actor=actor, now=now, scheme=self.scheme)
        names = queries.area_names(draft.component.area_code for draft in drafts)
        for row, draft in zip(readable, drafts, strict=True):
            for wrong in draft.wrong:
                row.fail(wrong.column, wrong.fault.value, f"{wrong.fault.label} {wrong.detail}".strip())
            if not row.faults:
                row.values.update(_values(draft.component, names))

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        removed = State.REMOVED.value
        rows = [change.after or {**(change.before or {}), "component_state": removed} for change in changes]
        cells = [{name: value for name, value in row.items() if name not in NAMES} for row in rows]
        services.put_rows(
            rows=cells,
            are_new=[change.before is None for change in changes],
            reason="",
            actor=actor,
            now=now,
            scheme=self.scheme,
        )


def _column(about: rules.Column, choices: Mapping[str, Mapping[str, Words]], today: date) -> Column:
    is_name = about.name in NAMES
    return Column(
        about.name,
        LABELS[about.name],
        HELP.get(about.name, ""),
        EXAMPLES.get(about.name, ""),
        is_info=is_name,
        max_length=1000,
        choices=choices.get(about.name),
        is_open=about.name == "category",
        parse=one_line if about.name in choices or is_name else partial(_read, about.name, today),
        also=about.abbreviation,
    )


def _read(name: str, today: date, text: str) -> str:
    """A cell by the rules of the standard; full-width digits count as the plain ones."""
    plain = text if name == "remark" or name.endswith("_name") else unicodedata.normalize("NFKC", text)
    cells = rules.read_cells({name: plain}, today=today)
    if cells.wrong:
        raise Wrong(cells.wrong[0].fault.value, cells.wrong[0].fault.label)
    return _text(cells.values[name])


def _text(value: object) -> str:
    if isinstance(value, float):
        return shown_number(Decimal(f"{value:.{PLACES}f}"))
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _cells(row: Row) -> Values:
    """What the file says itself: a column it lacks, or a cell that could not be read, says nothing."""
    return {name: row.values[name] for name in row.given if name not in NAMES and not row.is_wrong(name)}


def _values(component: Component, names: Mapping[str, str]) -> Values:
    area = component.area_code
    street, community, grid = (area[:length] if len(area) >= length else "" for length in (9, 12, 15))
    parties = [f"{party}_{what}" for party in rules.PARTIES for what in ("code", "name")]
    lon, lat = component.location.coords
    return {
        "component_id": component.pk,
        "component_name": component.name_zh,
        **{name: getattr(component, name) for name in parties},
        "unit_grid_id": grid,
        "component_state": str(component.state),
        "initial_date": _text(component.initial_date),
        "change_date": _text(component.change_date),
        "data_source": str(component.data_source),
        "remark": component.remark,
        "street_code": street,
        "street_name": names.get(street, ""),
        "community_code": community,
        "community_name": names.get(community, ""),
        "category": component.category_id.rpartition("/")[2],
        "component_name_en": component.name_en,
        "alias_code": component.alias_code,
        "longitude": _text(lon),
        "latitude": _text(lat),
    }


SHEETS.register(ComponentSheet.code, ComponentSheet())
