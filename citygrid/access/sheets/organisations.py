from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import permissions, queries, rules, services
from citygrid.access.models import Organisation
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Words
from citygrid.kernel.sheets.columns import YES_NO, Column, Key, Row, Sheet, Values, Wrong, matching, yes_no
from citygrid.kernel.sheets.ports import Change, SheetPort, touching

KEY = ("code",)


def credit_code(text: str) -> str:
    """A unified social credit code with a right check character, in capitals."""
    code = matching(r"\S*", "")(text).upper()
    if code and not rules.is_credit_code(code):
        raise Wrong("wrong_check_character", _("It is no unified social credit code: its check character is wrong."))
    return code


def organisation_choices(units: Iterable[Organisation]) -> dict[str, Words]:
    """Codes of units with their names in the active language."""
    return {unit.code: unit.lazy_name for unit in units}


def check_area(row: Row, places: set[str], actor: Actor) -> None:
    """The area of a row is known and within the post's jurisdiction."""
    area = row.values["area"]
    if area and area not in places:
        row.fail("area", "unknown_reference", _("There is no area with this code."))
    elif not actor.reach.covers_area(area) and not row.is_wrong("area"):
        row.fail("area", "outside_reach", _("Your post does not reach this area."))


class OrganisationSheet(SheetPort):
    """Units by code. One taken away again is closed."""

    code = "organisations"
    title = gettext_lazy("Organisations")
    about = gettext_lazy("Units of the city: centres, departments, street offices, companies.")
    permission = permissions.MANAGE_ORGANISATIONS

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        units = queries.all_organisations()
        kinds: dict[str, Words] = {unit.kind: "" for unit in sorted(units, key=lambda unit: unit.kind)}
        area = matching(r"\d{6}|\d{9}|\d{12}", gettext_lazy("An area code has 6, 9 or 12 digits."))
        columns = (
            Column("code", gettext_lazy("Code"), is_required=True, max_length=60, example="env-01"),
            Column("name_zh", gettext_lazy("Chinese name"), is_required=True, example="环卫中心"),
            Column("name_en", gettext_lazy("English name"), example="Sanitation centre"),
            Column(
                "kind",
                gettext_lazy("Kind of unit"),
                gettext_lazy("What the unit does; filing standards name the usual unit by it."),
                "sanitation",
                is_required=True,
                max_length=40,
                choices=kinds,
                is_open=True,
            ),
            Column(
                "parent",
                gettext_lazy("Belongs to"),
                gettext_lazy("Code of the unit above; it may stand in the same file."),
                max_length=60,
                choices=organisation_choices(units),
                is_open=True,
            ),
            Column(
                "credit_code", gettext_lazy("Credit code"), gettext_lazy("18 characters, or blank."), parse=credit_code
            ),
            Column("area", gettext_lazy("Area code"), gettext_lazy("Blank: the whole city."), "110101", parse=area),
            Column("active", gettext_lazy("In use"), gettext_lazy("Blank: yes."), choices=YES_NO, default="yes"),
        )
        return Sheet(self.code, self.title, columns, KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        units = queries.all_organisations()
        codes = {unit.pk: unit.code for unit in units}
        for unit in units:
            if actor.reach.covers_area(unit.area_code):
                yield {
                    "code": unit.code,
                    "name_zh": unit.name_zh,
                    "name_en": unit.name_en,
                    "kind": unit.kind,
                    "parent": codes[unit.parent_id] if unit.parent_id else "",
                    "credit_code": unit.credit_code,
                    "area": unit.area_code,
                    "active": yes_no(unit.is_active),
                }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        fresh = touching(rows, standing, KEY)
        units = {unit.code: unit for unit in queries.all_organisations()}
        codes = {unit.pk: unit.code for unit in units.values()}
        parents = {code: codes[unit.parent_id] if unit.parent_id else "" for code, unit in units.items()}
        parents |= {row.values["code"]: row.values["parent"] for row in fresh}
        circles = rules.circles(parents)
        places = geography.known_places(row.values["area"] for row in fresh)
        owners = {unit.credit_code: code for code, unit in units.items()}
        for row in fresh:
            code, credit = row.values["code"], row.values["credit_code"]
            if code in units and (code,) not in standing:
                row.fail("code", "outside_reach", _("It belongs to an area your post does not reach."))
            if row.values["parent"] and row.values["parent"] not in parents:
                row.fail("parent", "unknown_reference", _("There is no unit with this code."))
            elif code in circles:
                row.fail("parent", "circle", _("The unit would hang below itself."))
            if credit and (owner := owners.setdefault(credit, code)) != code:
                row.fail("credit_code", "taken", _("The unit %(code)s has it.") % {"code": owner})
            check_area(row, places, actor)

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        rows = [change.after or {**(change.before or {}), "active": "no"} for change in changes]
        services.put_organisations(organisations=[_read(row) for row in rows], actor=actor, now=now)


def _read(values: Values) -> services.OrganisationIn:
    return services.OrganisationIn(
        code=values["code"],
        kind=values["kind"],
        name_zh=values["name_zh"],
        name_en=values["name_en"],
        parent_code=values["parent"],
        credit_code=values["credit_code"],
        area_code=values["area"],
        is_active=values["active"] == "yes",
    )
