"""What is right of a report or a case: the fields that ask for it, and how what was corrected is told."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from citygrid.cases.services import Correction
from citygrid.catalogue import queries as catalogue
from citygrid.desk.web.forms import DECIMAL, area_choices, category_choices
from citygrid.desk.web.words import place_names
from citygrid.geography.choices import Frame

NAMES = ("category", "address", "lon", "lat", "frame", "area")


def fields(category_key: str, address: str, areas: tuple[str, ...]) -> dict[str, forms.Field]:
    """Category and address as they are, to be changed; a position or an area only where the place is another one."""
    kept = _("Leave it empty where the place is right.")
    categories = [("", _("Not known yet")), *category_choices()] if not category_key else category_choices()
    frames = forms.ChoiceField(label=_("Coordinate frame"), choices=Frame.choices, initial=Frame.WGS84)
    return {
        "category": forms.ChoiceField(
            label=_("Category"), choices=categories, initial=category_key, required=bool(category_key)
        ),
        "address": forms.CharField(label=_("Address"), initial=address, required=False, max_length=300),
        "lon": forms.FloatField(label=_("Longitude"), required=False, widget=DECIMAL, help_text=kept),
        "lat": forms.FloatField(label=_("Latitude"), required=False, widget=DECIMAL, help_text=kept),
        "frame": frames,
        "area": forms.ChoiceField(
            label=_("Community"),
            choices=[("", _("As it is")), *area_choices(areas)],
            required=False,
            help_text=_("Only where the exact position is not known."),
        ),
    }


def check(form: forms.Form) -> None:
    """A position needs both of its numbers: said at the one that is missing."""
    given = form.cleaned_data
    missing = [name for name in ("lon", "lat") if given.get(name) is None and name not in form.errors]
    if len(missing) == 1:
        form.add_error(missing[0], _("A position needs both longitude and latitude."))


def read(data: Mapping[str, Any]) -> Correction:
    """What a valid form says is right."""
    return Correction(
        category_key=data["category"],
        lon=data["lon"],
        lat=data["lat"],
        frame=data["frame"],
        area_code=data["area"],
        address=data["address"],
    )


class Told:
    """The words of corrections; the names behind their codes are read together."""

    def __init__(self, corrections: Iterable[Mapping[str, Any]]) -> None:
        sides = [each[side] for each in corrections for side in ("was", "now")]
        keys = {side["category"] for side in sides if side.get("category")}
        codes = {side["area"] for side in sides if side.get("area")}
        self.categories = catalogue.categories(keys) if keys else {}
        self.places = place_names(codes) if codes else {}

    def details(self, correction: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """(what, "before → after") for everything that was corrected."""
        was, now = correction["was"], correction["now"]
        words: dict[str, tuple[str, Callable[[Any], str]]] = {
            "category": (_("Category"), self._category),
            "area": (_("Place"), self._place),
            "location": (_("Position (WGS-84)"), self._position),
            "address": (_("Address"), str),
        }
        return tuple(
            (label, f"{told(was[name]) or _('not known')} → {told(now[name]) or _('not known')}")
            for name, (label, told) in words.items()
            if name in now
        )

    def _category(self, key: str | None) -> str:
        return self.categories[key].name if key in self.categories else key or ""

    def _place(self, code: str) -> str:
        return self.places.get(code, code)

    def _position(self, at: list[float] | None) -> str:
        return f"{at[0]:.6f}, {at[1]:.6f}" if at else ""
