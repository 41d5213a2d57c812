from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import queries
from citygrid.access.sheets.organisations import organisation_choices
from citygrid.geography import permissions as geography_permissions
from citygrid.geography import queries as geography
from citygrid.geography import services as geography_services
from citygrid.kernel.actor import Actor
from citygrid.kernel.sheets.columns import Column, Key, Row, Sheet, Values
from citygrid.kernel.sheets.ports import Change, SheetPort

KEY = ("layer", "feature")


class PlaceSheet(SheetPort):
    """Which unit keeps a layer and answers for its places. Places themselves come in with their outlines."""

    code = "places"
    title = gettext_lazy("Units of layers and their places")
    about = gettext_lazy("Which unit keeps each layer, and which is responsible for each place on it.")
    permission = geography_permissions.DEFINE_LAYERS

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        layers = {layer.code: layer.lazy_name for layer in geography.layers()}
        columns = (
            Column("layer", gettext_lazy("Layer"), is_required=True, choices=layers),
            Column("feature", gettext_lazy("Place"), gettext_lazy("Code of the place; blank: the layer itself.")),
            Column("name", gettext_lazy("Name"), gettext_lazy("Only for reading."), is_info=True),
            Column(
                "unit",
                gettext_lazy("Responsible unit"),
                gettext_lazy("Code of an organisation. Blank: nobody."),
                max_length=60,
                choices=organisation_choices(queries.all_organisations()),
            ),
        )
        return Sheet(self.code, self.title, columns, KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        codes = {unit.pk: unit.code for unit in queries.all_organisations()}
        for layer in geography.layers():
            unit = codes.get(layer.owner_unit_id, "") if layer.owner_unit_id else ""
            yield {"layer": layer.code, "feature": "", "name": _both(layer), "unit": unit}
        for place in geography.all_features(on=timezone.localdate(now)):
            unit = codes.get(place.responsible_unit_id, "") if place.responsible_unit_id else ""
            name = _both(place)
            yield {"layer": place.layer_id, "feature": place.code, "name": name, "unit": unit}

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        for row in rows:
            if (row.values["layer"], row.values["feature"]) not in standing and not row.is_wrong("layer"):
                row.fail("feature", "unknown_reference", _("There is no such place; its outline comes in first."))

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        rows = [change.after for change in changes if change.after]
        units = queries.organisations_by_code({row["unit"] for row in rows})
        ids = {code: unit.pk for code, unit in units.items()}
        on = timezone.localdate(now)
        places = {(place.layer_id, place.code): place.pk for place in geography.all_features(on=on)}
        geography_services.charge_units(
            layers={row["layer"]: ids.get(row["unit"]) for row in rows if not row["feature"]},
            features={places[row["layer"], row["feature"]]: ids.get(row["unit"]) for row in rows if row["feature"]},
            actor=actor,
            now=now,
        )


def _both(named: Any) -> str:
    """Its names, the same for every reader: what was checked in one language is compared with it in another."""
    return " · ".join(dict.fromkeys(filter(None, (named.name_zh, named.name_en))))
